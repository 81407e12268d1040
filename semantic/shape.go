package semantic

import (
	"regexp"

	"github.com/waggle-sql/waggle/internal/strictyaml"
)

type shape = strictyaml.Shape

// shapes are the forms of the three kinds of model files: one source for the checks and for docs/schema.
type shapes struct{ model, entity, facts *shape }

func newShapes() *shapes {
	name := &shape{Pattern: regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`),
		Noun: "lower-case letters, digits and underscores, 63 at most, not beginning with a digit"}
	text := func(doc string) *shape { return &shape{Doc: doc} }
	list := func(doc string) *shape { return &shape{Kind: strictyaml.OneOrList, Elem: &shape{}, Doc: doc} }
	described := []strictyaml.Field{
		{Name: "label", Shape: text("Name for people.")},
		{Name: "synonyms", Shape: list("Other words for it.")},
		{Name: "description", Shape: text("What it is, in a sentence; shown by the catalog.")},
	}
	metrics := mapOf(name, object("An aggregate.", append([]strictyaml.Field{
		{Name: "expr", Required: true, Shape: text("PostgreSQL aggregate expression over the properties.")},
		{Name: "type", Shape: text("PostgreSQL type of the result; found from the expression when absent.")},
		{Name: "unit", Shape: text("Unit of the values, as USD.")},
	}, described...)...), "Aggregates by name.")
	return &shapes{
		model:  modelShape(name, metrics, described),
		entity: mapOf(name, entityShape(name, metrics, described), "One entity, by its name."),
		facts:  factsShape(name),
	}
}

func entityShape(name, metrics *shape, described []strictyaml.Field) *shape {
	text := func(doc string) *shape { return &shape{Doc: doc} }
	list := &shape{Kind: strictyaml.OneOrList, Elem: &shape{}}
	property := object("A column.", append([]strictyaml.Field{
		{Name: "column", Shape: text("Exact name of the physical column.")},
		{Name: "expr", Shape: text("PostgreSQL expression over this entity's other properties, instead of a column.")},
		{Name: "type", Shape: text("PostgreSQL type, as numeric(18,2); may come from facts.yaml.")},
		{Name: "unit", Shape: text("Unit of the values, as USD.")},
		{Name: "values", Shape: mapOf(nil, list, "Known values, each with words for it.")},
		{Name: "tags", Shape: &shape{Kind: strictyaml.OneOrList, Elem: &shape{Enum: []string{"pii", "phi"}},
			Doc: "pii and phi values never leave their source as join keys."}},
		{Name: "not_null", Shape: &shape{Kind: strictyaml.Flag, Doc: "The source promises a value."}},
	}, described...)...)
	filter := object("A named condition.", append([]strictyaml.Field{
		{Name: "where", Required: true, Shape: text("PostgreSQL condition over the properties.")},
	}, described...)...)
	return object("A virtual table.", append([]strictyaml.Field{
		{Name: "source", Required: true, Shape: object("Where the rows are.",
			strictyaml.Field{Name: "connection", Required: true, Shape: text("Name of a source in waggle.yaml.")},
			strictyaml.Field{Name: "object", Required: true, Shape: text("Exact name of the physical object.")})},
		{Name: "key", Shape: &shape{Kind: strictyaml.OneOrList, Elem: &shape{}, Doc: "Properties that identify a row."}},
		{Name: "time", Shape: text("The property that dates a row.")},
		{Name: "properties", Required: true, Shape: nonEmpty(mapOf(name, property, "Columns by name."))},
		{Name: "filters", Shape: mapOf(name, filter, "Conditions by name.")},
		{Name: "metrics", Shape: metrics},
	}, described...)...)
}

func modelShape(name, metrics *shape, described []strictyaml.Field) *shape {
	days := []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	relationship := object("A to-one claim, shown as a foreign key.",
		strictyaml.Field{Name: "from", Required: true, Shape: &shape{Doc: "Entity on the many side."}},
		strictyaml.Field{Name: "to", Required: true, Shape: &shape{Doc: "Entity on the one side."}},
		strictyaml.Field{Name: "on", Required: true, Shape: nonEmpty(mapOf(nil, &shape{}, "Property of from: property of to."))},
		strictyaml.Field{Name: "keys_flow", Shape: &shape{Kind: strictyaml.OneOrList, Elem: &shape{Enum: []string{"from-to", "to-from"}},
			Doc: "Directions in which key values may cross from one source to the other."}},
		strictyaml.Field{Name: "across_regions", Shape: &shape{Kind: strictyaml.Flag, Doc: "They may also cross from one region to another."}},
		strictyaml.Field{Name: "description", Shape: &shape{Doc: "What it is, in a sentence."}})
	fields := []strictyaml.Field{{Name: "name", Required: true, Shape: name}}
	for _, f := range described {
		if f.Name != "synonyms" {
			fields = append(fields, f)
		}
	}
	return object("A model: its name, calendar, relationships and metrics across entities.", append(fields,
		strictyaml.Field{Name: "calendar", Shape: object("What weeks and fiscal years are.",
			strictyaml.Field{Name: "timezone", Shape: &shape{Doc: "IANA name, as Europe/Berlin."}},
			strictyaml.Field{Name: "week_start", Shape: &shape{Enum: days}},
			strictyaml.Field{Name: "fiscal_year_start", Shape: &shape{Enum: months()}})},
		strictyaml.Field{Name: "relationships", Shape: mapOf(name, relationship, "Relationships by name.")},
		strictyaml.Field{Name: "metrics", Shape: metrics})...)
}

func factsShape(name *shape) *shape {
	column := object("What is known of one column.",
		strictyaml.Field{Name: "num", Shape: &shape{Kind: strictyaml.Whole, Doc: "Attribute number; a removed property keeps its own."}},
		strictyaml.Field{Name: "type", Shape: &shape{Doc: "PostgreSQL type of the physical column."}},
		strictyaml.Field{Name: "collation", Shape: &shape{Doc: "The source's collation; C.UTF-8 when its order is PostgreSQL's."}},
		strictyaml.Field{Name: "not_null", Shape: &shape{Kind: strictyaml.Flag, Doc: "The source promises a value."}},
		strictyaml.Field{Name: "field", Shape: fieldShape()})
	number := object("A metric's number.",
		strictyaml.Field{Name: "num", Required: true, Shape: &shape{Kind: strictyaml.Whole, Doc: "Attribute number, above 1600."}})
	entity := object("What is known of one entity.",
		strictyaml.Field{Name: "properties", Shape: mapOf(name, column, "By property.")},
		strictyaml.Field{Name: "metrics", Shape: mapOf(name, number, "By metric.")})
	return mapOf(name, entity, "Physical facts by entity, written by `waggle model pull`.")
}

func months() []string {
	return []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
		"november", "december"}
}

func object(doc string, fields ...strictyaml.Field) *shape {
	return &shape{Kind: strictyaml.Object, Doc: doc, Fields: fields}
}

func mapOf(keys, elem *shape, doc string) *shape {
	return &shape{Kind: strictyaml.MapOf, Keys: keys, Elem: elem, Doc: doc}
}

func nonEmpty(s *shape) *shape { s.NonEmpty = true; return s }
