package semantic

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

// readEntities reads a file's entities; one whose form is wrong has been reported and is read as far as it goes.
func (l *loader) readEntities(doc *strictyaml.Node, file string) {
	if doc == nil || doc.Kind != strictyaml.Map {
		return
	}
	if len(doc.Pairs) > 1 {
		l.problems.Add(doc.Pairs[1].At, "move it to a file of its own", "%s is the second entity of %s", doc.Pairs[1].Key, file)
	}
	for _, p := range doc.Pairs {
		if p.Value.Kind == strictyaml.Map {
			l.model.Entities = append(l.model.Entities, l.readEntity(p))
		}
	}
}

func (l *loader) readEntity(p strictyaml.Pair) *Entity {
	n := p.Value
	e := &Entity{Model: l.model.Name, Name: p.Key, At: p.At, Label: n.String("label"), Synonyms: n.Strings("synonyms"),
		Description: n.String("description"), Connection: n.Get("source").String("connection"), Object: n.Get("source").String("object"),
		Key: n.Strings("key"), Time: n.String("time")}
	l.reserved(p.At, "entity", p.Key)
	for _, c := range pairs(n.Get("properties")) {
		e.Properties = append(e.Properties, l.readProperty(e, c))
	}
	for _, c := range pairs(n.Get("filters")) {
		e.Filters = append(e.Filters, &Filter{Name: c.Key, Where: l.expression(c.Value.Get("where")), Label: c.Value.String("label"),
			Description: c.Value.String("description"), Synonyms: c.Value.Strings("synonyms"), At: c.At})
	}
	e.Metrics = l.readMetrics(n.Get("metrics"))
	l.checkEntity(e, n)
	return e
}

func (l *loader) readProperty(e *Entity, c strictyaml.Pair) *Property {
	n := c.Value
	p := &Property{Name: c.Key, At: c.At, Column: n.String("column"), Label: n.String("label"), Description: n.String("description"),
		Unit: n.String("unit"), Synonyms: n.Strings("synonyms"), Tags: n.Strings("tags"), NotNull: n.Bool("not_null")}
	l.reserved(c.At, "property", c.Key)
	for _, v := range pairs(n.Get("values")) {
		value := Value{Value: v.Key}
		for _, s := range v.Value.Scalars() {
			value.Synonyms = append(value.Synonyms, s.Text)
		}
		p.Values = append(p.Values, value)
	}
	fact := l.facts.Get(e.Name).Get("properties").Get(c.Key)
	p.Collation, p.Field = fact.String("collation"), readField(fact.Get("field"))
	p.NotNull = p.NotNull || fact.Bool("not_null")
	if x := n.Get("expr"); x != nil {
		p.Expr = l.expression(x)
	}
	if n.Kind == strictyaml.Map && (p.Column == "") == (p.Expr == nil) {
		l.problems.Add(c.At, "give a physical column or an expression", "property %s must have either column or expr", c.Key)
	}
	p.Type = l.propertyType(c, fact)
	return p
}

func (l *loader) propertyType(c strictyaml.Pair, fact *strictyaml.Node) plan.Type {
	n := c.Value.Get("type")
	if n == nil {
		n = fact.Get("type")
	}
	if n == nil {
		if c.Value.Kind == strictyaml.Map {
			l.problems.Add(c.At, "write `type: …`", "property %s has no type", c.Key)
		}
		return plan.Type{Mod: -1}
	}
	return l.typeOf(n)
}

func (l *loader) typeOf(n *strictyaml.Node) plan.Type {
	t, err := ParseType(n.Text)
	if err != nil {
		l.problems.Add(n.At, err.Hint, "%s", err.Message)
	}
	return t
}

func (l *loader) readMetrics(n *strictyaml.Node) []*Metric {
	var out []*Metric
	for _, c := range pairs(n) {
		m := &Metric{Name: c.Key, At: c.At, Expr: l.expression(c.Value.Get("expr")), Type: plan.Type{Mod: -1}, Label: c.Value.String("label"),
			Description: c.Value.String("description"), Unit: c.Value.String("unit"), Synonyms: c.Value.Strings("synonyms")}
		l.reserved(c.At, "metric", c.Key)
		if t := c.Value.Get("type"); t != nil {
			m.Type = l.typeOf(t)
		}
		out = append(out, m)
	}
	return out
}

// expression reads PostgreSQL text; nil (reported by the shape when required) becomes an empty expression.
func (l *loader) expression(n *strictyaml.Node) *Expression {
	if n == nil {
		return &Expression{}
	}
	if strings.TrimSpace(n.Text) == "" && n.Kind == strictyaml.Text {
		l.problems.Add(n.At, "", "the expression is empty")
	}
	return &Expression{Text: n.Text, At: n.At}
}

// checkEntity checks the names that an entity's parts use of each other.
func (l *loader) checkEntity(e *Entity, n *strictyaml.Node) {
	known := make([]string, len(e.Properties))
	for i, p := range e.Properties {
		known[i] = p.Name
	}
	refer := func(v *strictyaml.Node, what string) {
		if v.Text != "" && !slices.Contains(known, v.Text) {
			l.problems.Add(v.At, strictyaml.Suggest(v.Text, known), "the %s of %s names %q, which is no property of it", what, e.Name, v.Text)
		}
	}
	for _, v := range n.Get("key").Scalars() {
		refer(v, "key")
		if p, ok := e.Property(v.Text); ok {
			p.NotNull = true
		}
	}
	for _, v := range n.Get("time").Scalars() {
		refer(v, "time")
	}
	if len(known) > MaxProperties {
		l.problems.Add(e.At, "split it", "entity %s has more than %d properties", e.Name, MaxProperties)
	}
	if c := n.Get("source").Get("connection"); c != nil && l.options.Connections != nil && !slices.Contains(l.options.Connections, c.Text) {
		l.problems.Add(c.At, strictyaml.Suggest(c.Text, l.options.Connections), "%q is no source of waggle.yaml", c.Text)
	}
	l.checkNames(e)
}

// checkNames demands that properties, metrics and filters of an entity have different names.
func (l *loader) checkNames(e *Entity) {
	seen := make(map[string]string)
	check := func(name, what string, at Place) {
		if before, dup := seen[name]; dup {
			l.problems.Add(at, "rename one", "%s %s has the name of a %s of %s", what, name, before, e.Name)
			return
		}
		seen[name] = what
	}
	for _, p := range e.Properties {
		check(p.Name, "property", p.At)
	}
	for _, m := range e.Metrics {
		check(m.Name, "metric", m.At)
	}
	for _, f := range e.Filters {
		check(f.Name, "filter", f.At)
	}
}

// pairs returns the entries of a map; nil for anything else.
func pairs(n *strictyaml.Node) []strictyaml.Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}
