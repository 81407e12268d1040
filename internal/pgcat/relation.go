package pgcat

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// OIDs of the system's schemas.
const (
	PGCatalog = 11
	PGToast   = 99
	Public    = 2200
)

// Relation is a table or view of pg_catalog or information_schema.
type Relation struct {
	OID     uint32
	Schema  string // pg_catalog or information_schema
	Name    string
	Kind    byte // 'r' table, 'v' view
	RowType uint32
	Columns []Column // user columns in order of Num
}

// Column is a column of a Relation.
type Column struct {
	Name    string
	Type    uint32
	Mod     int32
	Num     int16
	NotNull bool
}

type relationIndex struct {
	all    []*Relation
	byOID  map[uint32]*Relation
	byName map[[2]string]*Relation
}

var relations = sync.OnceValue(func() relationIndex {
	x := relationIndex{nil, map[uint32]*Relation{}, map[[2]string]*Relation{}}
	t := open("pg_class")
	for i := range t.rows {
		r := t.record(i)
		kind := r.letter("relkind")
		if kind != 'r' && kind != 'v' {
			continue
		}
		schema := "information_schema"
		if r.oid("relnamespace") == PGCatalog {
			schema = "pg_catalog"
		}
		p := &Relation{OID: r.oid("oid"), Schema: schema, Name: r.text("relname"), Kind: kind, RowType: r.oid("reltype")}
		x.all = append(x.all, p)
		x.byOID[p.OID] = p
		x.byName[[2]string{p.Schema, p.Name}] = p
	}
	t = open("pg_attribute")
	for i := range t.rows {
		r := t.record(i)
		if p := x.byOID[r.oid("attrelid")]; p != nil && r.number("attnum") > 0 {
			p.Columns = append(p.Columns, Column{r.text("attname"), r.oid("atttypid"), int32(r.number("atttypmod")),
				int16(r.number("attnum")), r.flag("attnotnull")})
		}
	}
	return x
})

// Relations returns every table and view of pg_catalog and information_schema, by OID.
func Relations() []*Relation { return relations().all }

// RelationByOID returns a relation.
func RelationByOID(oid uint32) (*Relation, bool) {
	r, ok := relations().byOID[oid]
	return r, ok
}

// RelationByName returns a relation of pg_catalog or information_schema.
func RelationByName(schema, name string) (*Relation, bool) {
	r, ok := relations().byName[[2]string{schema, name}]
	return r, ok
}

// Rows decodes the relation's rows as a new PostgreSQL 17 has them, each with one field per column in order; none for
// relations whose content belongs to a database or a session (pg_stat_activity, pg_tables, …) and for pg_ts_*.
// pg_class, pg_attribute, pg_index, pg_constraint, pg_namespace, pg_description and pg_authid hold the system's own
// objects. The paths and ports of pg_settings are NULL. Each call decodes anew; the caller owns the result.
func (r *Relation) Rows() [][]Field {
	name := r.Name
	if r.Schema != "pg_catalog" {
		name = r.Schema + "." + name
	}
	_, rows := file(name)
	return rows
}

// SettingNames returns the names of PostgreSQL's settings, as pg_settings spells them.
func SettingNames() []string { return settingNames() }

var settingNames = sync.OnceValue(func() []string {
	t := open("pg_settings")
	out := make([]string, len(t.rows))
	for i := range t.rows {
		out[i] = t.record(i).text("name")
	}
	return out
})

// Keyword is a row of pg_get_keywords().
type Keyword struct {
	Word                string
	Category            byte // 'U' unreserved, 'C' unreserved but no function or type, 'T' reserved but function or type, 'R' reserved
	BareLabel           bool
	CategoryDescription string
	BareDescription     string
}

// Keywords decodes the key words of PostgreSQL's grammar, in order.
func Keywords() []Keyword {
	t := open("pg_get_keywords")
	out := make([]Keyword, len(t.rows))
	for i := range t.rows {
		r := t.record(i)
		out[i] = Keyword{r.text("word"), r.letter("catcode"), r.flag("barelabel"), r.text("catdesc"), r.text("baredesc")}
	}
	return out
}

// TimezoneAbbreviation is what PostgreSQL's "Default" set of abbreviations means.
type TimezoneAbbreviation struct {
	Name   string // upper case
	Offset int32  // seconds east of UTC, when Zone is empty
	DST    bool
	Zone   string // the zone whose rules give the offset of a moment
}

var timezoneAbbreviations = sync.OnceValue(func() map[string]TimezoneAbbreviation {
	t := open("timezonesets.Default")
	out := make(map[string]TimezoneAbbreviation, len(t.rows))
	for i := range t.rows {
		r := t.record(i)
		a := TimezoneAbbreviation{r.text("abbrev"), int32(r.number("seconds")), r.flag("is_dst"), r.text("zone")}
		out[a.Name] = a
	}
	return out
})

// TimezoneAbbreviations returns PostgreSQL's default set of abbreviations by name.
func TimezoneAbbreviations() []TimezoneAbbreviation {
	return slices.SortedFunc(maps.Values(timezoneAbbreviations()), func(a, b TimezoneAbbreviation) int { return strings.Compare(a.Name, b.Name) })
}

// TimezoneAbbreviationByName returns the meaning of an abbreviation given in upper case.
func TimezoneAbbreviationByName(name string) (TimezoneAbbreviation, bool) {
	a, ok := timezoneAbbreviations()[name]
	return a, ok
}

var timezoneNames = sync.OnceValue(func() []string {
	t := open("pg_timezone_names")
	out := make([]string, len(t.rows))
	for i := range t.rows {
		out[i] = t.record(i).text("name")
	}
	return out
})

// TimezoneNames returns the names of pg_timezone_names in order.
func TimezoneNames() []string { return timezoneNames() }
