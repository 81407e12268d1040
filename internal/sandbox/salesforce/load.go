package salesforce

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// kept is the table of what Salesforce keeps of a loaded one.
func kept(table string) string { return table + "_kept" }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// load makes of the loaded tables what Salesforce would keep: ids of 18 characters, no empty texts, booleans that are never missing,
// datetimes in UTC. What it cannot keep is F0000.
func (s *Server) load(ctx context.Context) error {
	for i := range s.config.Objects {
		o := &s.config.Objects[i]
		if err := s.check(ctx, o); err != nil {
			return err
		}
		made, err := s.one(ctx, "SELECT CAST(count(\"Id\") = 0 AS VARCHAR) FROM "+quote(o.Table))
		if err != nil {
			return unloadable(o, err)
		}
		items := make([]string, len(o.Fields))
		for k := range o.Fields {
			f := &o.Fields[k]
			items[k] = keep(f) + " AS " + quote(f.Name)
			if f.Type == sobject.ID && made == "true" {
				items[k] = newID(o.Prefix) + ` AS "Id"`
			}
		}
		text := "CREATE TABLE " + o.from() + " AS SELECT " + strings.Join(items, ", ") + " FROM (SELECT *, row_number() OVER () AS waggle_row FROM " + quote(o.Table) + ")"
		if err := s.config.Database.Exec(ctx, text); err != nil {
			return unloadable(o, err)
		}
		twice, err := s.one(ctx, `SELECT "Id" FROM `+o.from()+` GROUP BY "Id" HAVING count(*) > 1 OR "Id" IS NULL LIMIT 1`)
		if err != nil {
			return unloadable(o, err)
		}
		if twice != "" {
			return pgerr.New(pgerr.ConfigFile, "%s: the id %s is there twice", o.Key, twice)
		}
		if err := s.config.Database.Exec(ctx, "DROP TABLE "+quote(o.Table)); err != nil {
			return unloadable(o, err)
		}
	}
	return nil
}

func unloadable(o *Object, err error) error {
	return pgerr.New(pgerr.ConfigFile, "%s: Salesforce cannot keep it", o.Key).WithDetail("%s", err).Because(err)
}

// one returns the first value of a statement that yields texts, "" when there is none.
func (s *Server) one(ctx context.Context, text string) (string, error) {
	out := ""
	err := s.config.Database.Query(ctx, text, func(b arrow.RecordBatch) error {
		if col, ok := b.Column(0).(*array.String); ok && b.NumRows() > 0 && !col.IsNull(0) {
			out = strings.Clone(col.Value(0))
		}
		return nil
	})
	return out, err
}

// keep is what is kept of a column.
func keep(f *sobject.Field) string {
	col := quote(f.Name)
	switch t := f.Type; {
	case t.Key():
		id := "left(" + col + ", 15)"
		return "CASE WHEN " + col + " <> '' THEN " + id + " || " + suffix(id) + " END"
	case t.Text():
		return "nullif(" + col + ", '')"
	case t == sobject.Boolean:
		return "coalesce(" + col + ", false)"
	case t == sobject.Datetime:
		return "make_timestamp(epoch_us(" + col + "))"
	case t == sobject.Int:
		return "CAST(" + col + " AS INTEGER)"
	case t.Decimal() && f.Floating:
		return "CAST(" + col + " AS DOUBLE)"
	case t.Decimal():
		return fmt.Sprintf("CAST(%s AS DECIMAL(%d,%d))", col, f.Precision, f.Scale)
	}
	return col
}

// suffix is the check suffix of an id of 15 characters, in SQL.
func suffix(id string) string {
	var blocks []string
	for block := range 3 {
		var bits []string
		for i := range 5 {
			bits = append(bits, fmt.Sprintf("CASE WHEN substr(%s, %d, 1) BETWEEN 'A' AND 'Z' THEN %d ELSE 0 END", id, 5*block+i+1, 1<<i))
		}
		blocks = append(blocks, "substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + "+strings.Join(bits, " + ")+", 1)")
	}
	return strings.Join(blocks, " || ")
}

// newID makes ids of row numbers, in SQL.
func newID(prefix string) string {
	id := literal(prefix + "000000")
	for n := 62 * 62 * 62 * 62 * 62; n > 0; n /= 62 {
		id += fmt.Sprintf(" || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + CAST((waggle_row // %d) %% 62 AS INTEGER), 1)", n)
	}
	id = "(" + id + ")"
	return id + " || " + suffix(id)
}

// check looks for values that Salesforce cannot keep.
func (s *Server) check(ctx context.Context, o *Object) error {
	for i := range o.Fields {
		f := &o.Fields[i]
		bad, why := unkept(f)
		if bad == "" {
			continue
		}
		value, err := s.one(ctx, "SELECT CAST("+quote(f.Name)+" AS VARCHAR) FROM "+quote(o.Table)+" WHERE "+bad+" LIMIT 1")
		if err != nil {
			return unloadable(o, err)
		}
		if value != "" {
			return pgerr.New(pgerr.ConfigFile, "%s: the field %s %s", o.Key, f.Name, why).WithDetail("The value is %q.", value)
		}
	}
	return nil
}

// unkept is the condition of the values that a field cannot have.
func unkept(f *sobject.Field) (bad, why string) {
	col := quote(f.Name)
	switch t := f.Type; {
	case t.Key():
		id := "left(" + col + ", 15)"
		return col + " <> '' AND (NOT regexp_full_match(" + col + ", '[0-9A-Za-z]{15}([0-9A-Za-z]{3})?') OR length(" + col + ") = 18 AND upper(right(" + col + ", 3)) <> " + suffix(id) + ")",
			"has a value that is no id of 15 or 18 characters"
	case t == sobject.Picklist && f.Restricted:
		values := []string{"''"}
		for _, v := range f.Values {
			values = append(values, literal(v))
		}
		return col + " NOT IN (" + strings.Join(values, ", ") + ")", "has a value that is none of its picklist"
	case t.Text():
		return fmt.Sprintf("length(%s) > %d", col, f.Length), fmt.Sprintf("has more than %d characters", f.Length)
	case t == sobject.Date:
		return "year(" + col + ") NOT BETWEEN 1700 AND 4000", "has a day outside Salesforce's calendar, which is of the years 1700 to 4000"
	case t == sobject.Datetime:
		return "epoch_us(" + col + ") % 1000000 <> 0 OR epoch_us(" + col + ") NOT BETWEEN epoch_us(TIMESTAMP '1700-01-01') AND epoch_us(TIMESTAMP '4000-12-31 23:59:59')",
			"has fractions of a second, or years before 1700 or after 4000, which Salesforce does not keep"
	case t == sobject.Time:
		return "epoch_us(" + col + ") % 1000000 <> 0", "has fractions of a second, which the sandbox does not serve"
	}
	return "", ""
}
