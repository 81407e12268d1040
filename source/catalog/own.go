package catalog

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/semantic"
)

// ownSchema holds the relations of Waggle itself.
const ownSchema = "waggle"

// ownRelation is a relation that PostgreSQL does not have.
type ownRelation struct {
	schema, name string
	oid          uint32
	live         bool // rows come from the Provider
	columns      []ownColumn
	fixed        func(out *rows) // rows that every view has, nil for none
}

type ownColumn struct {
	name string
	oid  uint32
}

// ownRelations lists them; their numbers must stay as they are.
func ownRelations() []ownRelation {
	str, words := uint32(pgcat.Text), uint32(pgcat.TextArray)
	return []ownRelation{
		{ownSchema, "audit_log", firstOwnOID, true, auditColumns(), nil},
		{ownSchema, "connections", firstOwnOID + 1, true, connectionColumns(), nil},
		{ownSchema, "entities", firstOwnOID + 2, false, []ownColumn{{"model", str}, {"name", str}, {"label", str}, {"description", str},
			{"synonyms", words}, {"connection", str}, {"object", str}, {"key", words}, {"time", str}, {"described", pgcat.Bool}}, nil},
		{ownSchema, "properties", firstOwnOID + 3, false, []ownColumn{{"model", str}, {"entity", str}, {"name", str}, {"type", str},
			{"label", str}, {"description", str}, {"unit", str}, {"synonyms", words}, {"tags", words}, {"column", str}, {"expression", str}}, nil},
		{ownSchema, "metrics", firstOwnOID + 4, false, []ownColumn{{"model", str}, {"entity", str}, {"name", str}, {"type", str},
			{"label", str}, {"description", str}, {"unit", str}, {"synonyms", words}, {"expression", str}}, nil},
		{ownSchema, "filters", firstOwnOID + 5, false, []ownColumn{{"model", str}, {"entity", str}, {"name", str}, {"label", str},
			{"description", str}, {"synonyms", words}, {"condition", str}}, nil},
		{ownSchema, "relationships", firstOwnOID + 6, false, []ownColumn{{"model", str}, {"name", str}, {"from_entity", str},
			{"from_key", words}, {"to_entity", str}, {"to_key", words}, {"keys_flow", words}, {"description", str}}, nil},
		{"pg_catalog", "waggle_constraintdef", firstOwnOID + 7, false, []ownColumn{{"oid", pgcat.OID}, {"def", str}}, systemKeys},
		{"pg_catalog", "waggle_indexdef", firstOwnOID + 8, false, []ownColumn{{"oid", pgcat.OID}, {"column_no", pgcat.Int4}, {"def", str}}, systemIndexes},
		{"pg_catalog", "waggle_functiondef", firstOwnOID + 9, false, []ownColumn{{"oid", pgcat.OID}, {"arguments", str},
			{"identity_arguments", str}, {"result", str}, {"def", str}}, functionDefs},
		{"pg_catalog", "waggle_keywords", firstOwnOID + 10, false, []ownColumn{{"word", str}, {"catcode", pgcat.Char}, {"barelabel", pgcat.Bool},
			{"catdesc", str}, {"baredesc", str}}, keywords},
	}
}

// ownContents fills those that need no Provider.
func ownContents() map[string]content {
	return map[string]content{
		ownSchema + ".entities":           entities,
		ownSchema + ".properties":         properties,
		ownSchema + ".metrics":            metrics,
		ownSchema + ".filters":            filters,
		ownSchema + ".relationships":      relationships,
		"pg_catalog.waggle_constraintdef": constraintDefs,
		"pg_catalog.waggle_indexdef":      indexDefs,
	}
}

func entities(s *scope, out *rows) {
	for _, l := range s.entities {
		e := l.entity
		r, _ := s.view.Find(e.Model, e.Name)
		out.add(row{"model": text(e.Model), "name": text(e.Name), "label": textOrNull(e.Label), "description": textOrNull(clean(e.Description)),
			"synonyms": words(e.Synonyms), "connection": text(e.Connection), "object": text(e.Object), "key": words(e.Key),
			"time": textOrNull(e.Time), "described": datum.Bool(r.State == semantic.Shown)})
	}
}

func properties(s *scope, out *rows) {
	for _, l := range s.entities {
		for _, c := range l.columns {
			p, ok := l.entity.Property(c.name)
			if !ok {
				continue
			}
			out.add(row{"model": text(l.schema), "entity": text(l.name), "name": text(p.Name), "type": text(semantic.FormatType(p.Type)),
				"label": textOrNull(p.Label), "description": textOrNull(clean(p.Description)), "unit": textOrNull(p.Unit),
				"synonyms": words(p.Synonyms), "tags": words(p.Tags), "column": textOrNull(p.Column), "expression": textOrNull(c.expr)})
		}
	}
}

func metrics(s *scope, out *rows) {
	for _, m := range s.view.Models() {
		for _, x := range m.Metrics {
			out.add(metric(row{"model": text(m.Name)}, x))
		}
	}
	for _, l := range s.entities {
		for _, c := range l.columns {
			if m, ok := l.entity.Metric(c.name); ok {
				out.add(metric(row{"model": text(l.schema), "entity": text(l.name)}, m))
			}
		}
	}
}

func metric(r row, m *semantic.Metric) row {
	r["name"], r["label"], r["description"] = text(m.Name), textOrNull(m.Label), textOrNull(clean(m.Description))
	r["unit"], r["synonyms"], r["expression"] = textOrNull(m.Unit), words(m.Synonyms), text(expression(m.Expr))
	if m.Type.OID != 0 {
		r["type"] = text(semantic.FormatType(m.Type))
	}
	return r
}

func filters(s *scope, out *rows) {
	for _, l := range s.entities {
		for _, f := range l.entity.Filters {
			out.add(row{"model": text(l.schema), "entity": text(l.name), "name": text(f.Name), "label": textOrNull(f.Label),
				"description": textOrNull(clean(f.Description)), "synonyms": words(f.Synonyms), "condition": text(expression(f.Where))})
		}
	}
}

func relationships(s *scope, out *rows) {
	for _, f := range s.foreigns() {
		out.add(row{"model": text(f.from.schema), "name": text(f.rel.Name), "from_entity": text(f.from.name), "from_key": words(f.rel.FromKey),
			"to_entity": text(f.to.name), "to_key": words(f.rel.ToKey), "keys_flow": words(f.rel.KeysFlow), "description": textOrNull(clean(f.rel.Descr))})
	}
}

func words(list []string) datum.Value { return texts(pgcat.TextArray, list) }

func clean(s string) string { return strings.TrimSpace(s) }
