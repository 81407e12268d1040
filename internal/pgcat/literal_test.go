package pgcat

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestLiterals holds the rows that are written as Go against the packed relations, which the catalog shows.
func TestLiterals(t *testing.T) {
	compareRows(t, "pg_type", typeRows, readType)
	compareRows(t, "pg_operator", operatorRows, readOperator)
	compareRows(t, "pg_proc", procRows, readProc)
}

func compareRows[T any](t *testing.T, relation string, literals []T, read func(record) T) {
	t.Helper()
	rows := open(relation)
	if len(rows.rows) == 0 || len(rows.rows) != len(literals) {
		t.Fatalf("%s has %d rows, %d are written as Go", relation, len(rows.rows), len(literals))
	}
	for i, got := range literals {
		if want := read(rows.record(i)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v instead of %+v", relation, got, want)
		}
	}
}

func readProc(r record) Proc {
	p := Proc{
		OID: r.oid("oid"), Name: r.text("proname"), Namespace: r.oid("pronamespace"), Kind: r.letter("prokind"),
		Strict: r.flag("proisstrict"), RetSet: r.flag("proretset"), Volatile: r.letter("provolatile"),
		Args: r.oids("proargtypes"), Defaults: int(r.number("pronargdefaults")), DefaultText: r.text("proargdefaults"),
		Variadic: r.oid("provariadic"), Result: r.oid("prorettype"), AllArgs: r.oids("proallargtypes"),
		Names: r.words("proargnames"), Language: r.oid("prolang"), Src: r.text("prosrc"),
	}
	for _, m := range r.words("proargmodes") {
		p.Modes = append(p.Modes, m[0])
	}
	return p
}

func readType(r record) Type {
	return Type{
		OID: r.oid("oid"), Name: r.text("typname"), Namespace: r.oid("typnamespace"), Len: int16(r.number("typlen")),
		ByVal: r.flag("typbyval"), Kind: r.letter("typtype"), Category: r.letter("typcategory"),
		Preferred: r.flag("typispreferred"), Delim: r.letter("typdelim"), Relid: r.oid("typrelid"),
		Subscript: r.oid("typsubscript"), Elem: r.oid("typelem"), Array: r.oid("typarray"), Input: r.oid("typinput"),
		Output: r.oid("typoutput"), Receive: r.oid("typreceive"), Send: r.oid("typsend"), ModIn: r.oid("typmodin"),
		ModOut: r.oid("typmodout"), Align: r.letter("typalign"), Storage: r.letter("typstorage"),
		NotNull: r.flag("typnotnull"), BaseType: r.oid("typbasetype"), TypMod: int32(r.number("typtypmod")),
		Collation: r.oid("typcollation"),
	}
}

func readOperator(r record) Operator {
	return Operator{
		OID: r.oid("oid"), Name: r.text("oprname"), Kind: r.letter("oprkind"),
		Left: r.oid("oprleft"), Right: r.oid("oprright"), Result: r.oid("oprresult"),
		Commutator: r.oid("oprcom"), Negator: r.oid("oprnegate"), Code: r.oid("oprcode"),
		Merges: r.flag("oprcanmerge"), Hashes: r.flag("oprcanhash"),
	}
}

// oids reads an oidvector or an array of oid.
func (r record) oids(column string) []uint32 {
	words := strings.FieldsFunc(r.text(column), func(c rune) bool { return c == ' ' || c == ',' || c == '{' || c == '}' })
	if len(words) == 0 {
		return nil
	}
	out := make([]uint32, len(words))
	for i, w := range words {
		n, _ := strconv.ParseUint(w, 10, 32)
		out[i] = uint32(n)
	}
	return out
}

// words reads an array of text without a NULL.
func (r record) words(column string) []string {
	s := r.text(column)
	if len(s) < 2 || s == "{}" {
		return nil
	}
	out := strings.Split(s[1:len(s)-1], ",")
	for i, w := range out {
		out[i] = strings.Trim(w, `"`)
	}
	return out
}
