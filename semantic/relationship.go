package semantic

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// readModel reads model.yaml but for its relationships, which need the entities.
func (l *loader) readModel(n *strictyaml.Node, file string) {
	l.model.At = Place{File: file, Line: 1, Column: 1}
	if n == nil || n.Kind != strictyaml.Map {
		return
	}
	m, calendar := l.model, n.Get("calendar")
	m.Name, m.Label, m.Description = n.String("name"), n.String("label"), n.String("description")
	m.Calendar = Calendar{TimeZone: calendar.String("timezone"), WeekStart: calendar.String("week_start"),
		FiscalYearStart: calendar.String("fiscal_year_start")}
	if m.Calendar.WeekStart == "" {
		m.Calendar.WeekStart = "monday"
	}
	if m.Calendar.FiscalYearStart == "" {
		m.Calendar.FiscalYearStart = "january"
	}
	if zone := calendar.Get("timezone"); zone != nil {
		if _, _, ok := datum.LoadZone(zone.Text); !ok {
			l.problems.Add(zone.At, "use an IANA name, as Europe/Berlin", "%q is no time zone", zone.Text)
		}
	}
	if name := n.Get("name"); name != nil {
		l.reserved(name.At, "model", name.Text)
	}
	m.Metrics = l.readMetrics(n.Get("metrics"))
}

func (l *loader) readRelationships(n *strictyaml.Node) {
	for _, c := range pairs(n) {
		r := &Relationship{Name: c.Key, From: c.Value.String("from"), To: c.Value.String("to"),
			KeysFlow: c.Value.Strings("keys_flow"), Across: c.Value.Bool("across_regions"), Descr: c.Value.String("description"), At: c.At}
		from, to := l.side(c.Value.Get("from")), l.side(c.Value.Get("to"))
		for _, pair := range pairs(c.Value.Get("on")) {
			r.FromKey = append(r.FromKey, pair.Key)
			r.ToKey = append(r.ToKey, pair.Value.Text)
			l.keyOf(from, pair.Key, pair.At)
			l.keyOf(to, pair.Value.Text, pair.Value.At)
			l.comparable(from, to, pair)
		}
		l.model.Relationships = append(l.model.Relationships, r)
	}
}

// side returns the entity that a relationship names.
func (l *loader) side(n *strictyaml.Node) *Entity {
	if n == nil || n.Text == "" {
		return nil
	}
	if e, ok := l.model.Entity(n.Text); ok {
		return e
	}
	known := make([]string, len(l.model.Entities))
	for i, e := range l.model.Entities {
		known[i] = e.Name
	}
	l.problems.Add(n.At, strictyaml.Suggest(n.Text, known), "%q is no entity of this model", n.Text)
	return nil
}

func (l *loader) keyOf(e *Entity, name string, at Place) {
	if e == nil {
		return
	}
	if _, ok := e.Property(name); ok {
		return
	}
	known := make([]string, len(e.Properties))
	for i, p := range e.Properties {
		known[i] = p.Name
	}
	l.problems.Add(at, strictyaml.Suggest(name, known), "%q is no property of %s", name, e.Name)
}

// comparable demands that both properties of a key have types of one category, as = needs.
func (l *loader) comparable(from, to *Entity, pair strictyaml.Pair) {
	if from == nil || to == nil {
		return
	}
	a, ok := from.Property(pair.Key)
	b, found := to.Property(pair.Value.Text)
	if !ok || !found || a.Type.OID == 0 || b.Type.OID == 0 || category(a.Type.OID) == category(b.Type.OID) {
		return
	}
	l.problems.Add(pair.At, "make one an expr that casts", "%s.%s is %s and %s.%s is %s, which do not compare",
		from.Name, a.Name, FormatType(a.Type), to.Name, b.Name, FormatType(b.Type))
}

// unique demands different names of entities.
func (l *loader) unique() {
	for i := 1; i < len(l.model.Entities); i++ {
		if a, b := l.model.Entities[i-1], l.model.Entities[i]; a.Name == b.Name {
			l.problems.Add(b.At, "rename one", "entity %s stands also in %s", b.Name, a.At.File)
		}
	}
}
