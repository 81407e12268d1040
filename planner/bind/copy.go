package bind

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// copy reads COPY (query) TO STDOUT and COPY relation TO STDOUT.
func (u *utility) copy(n *pg.CopyStmt) (plan.Statement, error) {
	if n.IsFrom {
		return plan.Write{Tag: "COPY FROM", Offset: u.span.Offset + leading(u.span.Text)}, nil
	}
	if n.Filename != "" || n.IsProgram {
		return nil, u.refuse("COPY to a file or program is not supported").WithHint("Use COPY … TO STDOUT, or psql's \\copy.")
	}
	c := plan.CopyOut{Format: "text"}
	switch {
	case n.Query != nil && n.Query.GetSelectStmt() == nil:
		return u.write(n.Query), nil
	case n.Query != nil:
		c.Query = u.parenthesised()
	default:
		c.Query = u.copyRelation(n)
	}
	for _, o := range n.Options {
		if err := u.copyOption(&c, o.GetDefElem()); err != nil {
			return nil, err
		}
	}
	return c, u.checkCopy(c)
}

// parenthesised is the text of the first pair of parentheses.
func (u *utility) parenthesised() plan.Span {
	start := -1
	for _, t := range u.tokens() {
		switch {
		case t.depth == 0 && t.word == "(" && start < 0:
			start = t.end
		case t.depth == 0 && t.word == ")" && start >= 0:
			return u.slice(start, t.start)
		}
	}
	return u.span
}

// copyRelation makes a query of COPY relation (columns); it stands at the relation's place.
func (u *utility) copyRelation(n *pg.CopyStmt) plan.Span {
	list := "*"
	if len(n.Attlist) > 0 {
		quoted := texts(n.Attlist)
		for i, c := range quoted {
			quoted[i] = quoteName(c)
		}
		list = strings.Join(quoted, ", ")
	}
	name := quoteName(n.Relation.GetRelname())
	if s := n.Relation.GetSchemaname(); s != "" {
		name = quoteName(s) + "." + name
	}
	return plan.Span{Text: "SELECT " + list + " FROM " + name, Offset: u.span.Offset + leading(u.span.Text)}
}

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func (u *utility) copyOption(c *plan.CopyOut, d *pg.DefElem) *pgerr.Error {
	at := u.span.Offset + int(d.GetLocation())
	text := defText(d)
	switch d.GetDefname() {
	case "format":
		if text != "text" && text != "csv" && text != "binary" {
			return pgerr.New(pgerr.InvalidParameterValue, "COPY format \"%s\" not recognized", text).At(at)
		}
		c.Format = text
	case "header":
		on, ok := defBool(d)
		if !ok {
			return pgerr.New(pgerr.SyntaxError, "header requires a Boolean value or \"match\"").At(at)
		}
		c.Header = on
	case "delimiter":
		c.Delim = text
	case "null":
		c.Null = &text
	case "quote":
		c.Quote = text
	case "escape":
		c.Escape = text
	case "force_quote":
		if d.GetArg().GetAStar() != nil {
			c.Force = []string{"*"}
		} else {
			c.Force = texts(d.GetArg().GetList().GetItems())
		}
	case "encoding":
		if e := strings.ToLower(strings.ReplaceAll(text, "-", "")); e != "utf8" && e != "unicode" {
			return pgerr.New(pgerr.FeatureNotSupported, "encoding \"%s\" is not supported", text).At(at)
		}
	default:
		return pgerr.New(pgerr.SyntaxError, "option \"%s\" not recognized", d.GetDefname()).At(at)
	}
	return nil
}

// checkCopy refuses options that do not belong together.
func (u *utility) checkCopy(c plan.CopyOut) error {
	csv := c.Format == "csv"
	switch {
	case c.Format == "binary" && (c.Delim != "" || c.Null != nil):
		return pgerr.New(pgerr.SyntaxError, "cannot specify DELIMITER or NULL in BINARY mode")
	case c.Format == "binary" && c.Header:
		return pgerr.New(pgerr.FeatureNotSupported, "cannot specify HEADER in BINARY mode")
	case len(c.Delim) > 1:
		return pgerr.New(pgerr.FeatureNotSupported, "COPY delimiter must be a single one-byte character")
	case c.Delim == "\n" || c.Delim == "\r":
		return pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case !csv && (c.Quote != "" || c.Escape != "" || c.Force != nil):
		return pgerr.New(pgerr.FeatureNotSupported, "COPY QUOTE, ESCAPE and FORCE_QUOTE require CSV mode")
	case len(c.Quote) > 1 || len(c.Escape) > 1:
		return pgerr.New(pgerr.FeatureNotSupported, "COPY quote and escape must be single one-byte characters")
	}
	return nil
}

// defText is an option's value as text.
func defText(d *pg.DefElem) string {
	switch x := d.GetArg().GetNode().(type) {
	case *pg.Node_String_:
		return x.String_.Sval
	case *pg.Node_TypeName:
		return strings.Join(texts(x.TypeName.Names), ".")
	case *pg.Node_Integer:
		return number(int64(x.Integer.Ival))
	case *pg.Node_Boolean:
		if x.Boolean.Boolval {
			return "true"
		}
		return "false"
	}
	return ""
}

// defBool reads a boolean option, true when it has no value.
func defBool(d *pg.DefElem) (on, ok bool) {
	if d.GetArg() == nil {
		return true, true
	}
	switch strings.ToLower(defText(d)) {
	case "true", "on", "1", "yes":
		return true, true
	case "false", "off", "0", "no":
		return false, true
	}
	return false, false
}
