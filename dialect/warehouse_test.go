package dialect

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestWarehouseFormsAreKnown: a misspelt signature would never be found.
func TestWarehouseFormsAreKnown(t *testing.T) {
	signatures := map[string]bool{}
	for sig := range comparisons {
		signatures[sig] = true
	}
	for _, lang := range []*idiom{snowflake(), databricks()} {
		for sig := range lang.forms {
			signatures[sig] = true
		}
		for sig := range lang.rules {
			signatures[sig] = true
		}
		for sig := range lang.aggs {
			signatures[sig] = true
		}
	}
	for sig := range signatures {
		if _, ok := pgcat.ProcBySignature(sig); !ok {
			t.Errorf("PostgreSQL has no %s", sig)
		}
	}
}

func TestRaisedError(t *testing.T) {
	said := brickRaise("waggle:22012:-1:division by zero", "x", pgcat.Int4)
	if e, ok := RaisedError("[USER_RAISED_EXCEPTION] " + said[strings.Index(said, "'")+1:strings.LastIndex(said, "'")] + " SQLSTATE: P0001"); !ok || e.Code != "22012" || e.Position != 0 {
		t.Errorf("%s: %v", said, e)
	}
	raised := strings.TrimPrefix(snowRaise("waggle:22003:17:integer out of range", "x", pgcat.Int4), "TO_NUMBER(")
	text, _, _ := strings.Cut(raised, " ||")
	e, ok := RaisedError("Numeric value " + text + " is not recognized")
	if !ok || e.Code != pgerr.NumericOutOfRange || e.Position != 18 || e.Message != "integer out of range" {
		t.Errorf("%v %+v", ok, e)
	}
	for _, other := range []string{"", "Numeric value 'x' is not recognized", "'waggle:", "'waggle:22003:x:y'", "'waggle:1:2:3'"} {
		if _, ok := RaisedError(other); ok {
			t.Errorf("%q is ours", other)
		}
	}
}

// TestSnowflakeLists: a list of casts has at most 50 items, one of plain literals 16,384.
func TestSnowflakeLists(t *testing.T) {
	for _, c := range []struct {
		oid         uint32
		items, most int
	}{{pgcat.Int4, 20_000, 16_384}, {pgcat.Date, 120, 50}} {
		in := &plan.In{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Arg: col(1, c.oid)}
		for i := range c.items {
			k := &plan.Const{Base: plan.Base{T: plan.Type{OID: c.oid, Mod: -1}}, Value: datum.Int(i - 5)}
			if c.oid == pgcat.Date {
				k.Value = datum.Date(i)
			}
			in.List = append(in.List, k)
		}
		p := newWarehouse(warehouseSQL{lang: snowflake(), collation: "C.UTF-8"})
		p.dry = true
		text := p.expr(in).text
		if got, want := strings.Count(text, " IN ("), (c.items+c.most-1)/c.most; p.err != nil || got != want || strings.Contains(text, "(-") && !strings.Contains(text, "IN (-") {
			t.Errorf("%d lists, not %d: %v", got, want, p.err)
		}
	}
}

// TestWarehouseCollation: without a known collation text is passed on, never compared.
func TestWarehouseCollation(t *testing.T) {
	same := callOf(t, "texteq(text,text)", col(1, pgcat.Text), col(2, pgcat.Text))
	for collation, ok := range map[string]bool{"C.UTF-8": true, "": false, "en-ci": false} {
		for _, language := range []string{"snowflake", "databricks"} {
			d, _ := SQLFor(language, collation, plan.Settings{})
			if err := d.SayExpr(same); (err == nil) != ok {
				t.Errorf("%s %q: %v", language, collation, err)
			}
			if err := d.SayExpr(callOf(t, "length(text)", col(1, pgcat.Text))); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestSnowflakeObject(t *testing.T) {
	for object, want := range map[string]string{
		"tpch.orders": `"tpch"."orders"`, "DEMO.PUBLIC.T": `"DEMO"."PUBLIC"."T"`, `"a.b"."c""d"`: `"a.b"."c""d"`, "t": `"t"`,
	} {
		if got := snowflake().object(object); got != want {
			t.Errorf("%s: %s", object, got)
		}
		quoted := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(want, `""`, "\x00"), `"`, "`"), "\x00", `"`)
		if got := databricks().object(object); got != quoted {
			t.Errorf("%s: %s, not %s", object, got, quoted)
		}
	}
}

// FuzzSnowflakeText: a literal ends where it ends, and reads back as it was.
func FuzzSnowflakeText(f *testing.F) {
	f.Add("it's \\ \"x\"")
	f.Fuzz(func(t *testing.T, s string) {
		q := snowText(s)
		var back strings.Builder
		for i := 1; i < len(q)-1; i++ {
			if q[i] == '\'' || q[i] == '\\' {
				if i++; i == len(q)-1 || q[i] != q[i-1] {
					t.Fatal(q)
				}
			}
			back.WriteByte(q[i])
		}
		if back.String() != s {
			t.Errorf("%q is %s", s, q)
		}
	})
}

// FuzzDatabricksText: a literal ends where it ends, and reads back as it was.
func FuzzDatabricksText(f *testing.F) {
	f.Add("it's \\ \"x\" `y`")
	f.Fuzz(func(t *testing.T, s string) {
		q := brickText(s)
		var back strings.Builder
		for i := 1; i < len(q)-1; i++ {
			if q[i] == '\'' {
				t.Fatal(q)
			}
			if q[i] == '\\' {
				if i++; i == len(q)-1 || q[i] != '\\' && q[i] != '\'' {
					t.Fatal(q)
				}
			}
			back.WriteByte(q[i])
		}
		if back.String() != s {
			t.Errorf("%q is %s", s, q)
		}
	})
}

func TestDatabricksSeconds(t *testing.T) {
	for micros, want := range map[string]string{"1": "0.000001", "-1": "-0.000001", "5400000000": "5400", "1500000": "1.5", "-10800000001": "-10800.000001", "0": "0"} {
		if got := seconds(micros); got != want {
			t.Errorf("%s: %s", micros, got)
		}
	}
}

// TestWarehouseTemplateHidesLiterals: what goes into the audit log has no constant of the statement.
func TestWarehouseTemplateHidesLiterals(t *testing.T) {
	text := plan.Type{OID: pgcat.Text, Mod: -1}
	secret := &plan.Const{Base: plan.Base{T: text}, Value: datum.Text("s3cret%")}
	in := &plan.Scan{Table: &plan.Table{Object: "s.t", Columns: []plan.Column{{Name: "c", Physical: "c", Type: text}}}, Fields: []int{0}, Out: []plan.Col{{ID: 1, Type: text}}}
	cond := &plan.And{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Args: []plan.Expr{
		callOf(t, "textlike(text,text)", col(1, pgcat.Text), secret), callOf(t, "texteq(text,text)", callOf(t, "substr(text,int4,int4)", col(1, pgcat.Text), number(77), number(99)), secret),
		&plan.In{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Arg: col(1, pgcat.Text), List: []plan.Expr{secret, secret}}}}
	root := &plan.Limit{Input: &plan.Filter{Input: in, Cond: cond}, Count: number(8888)}
	for _, language := range []string{"snowflake", "databricks"} {
		d, _ := SQLFor(language, "C.UTF-8", plan.Settings{TimeZone: "UTC"})
		shown, masked := d.Template(root, false), d.Template(root, true)
		for _, value := range []string{"s3cret", "77", "99", "8888"} {
			if !strings.Contains(shown, value) || strings.Contains(masked, value) {
				t.Errorf("%s\n%s\n%s", value, shown, masked)
			}
		}
	}
}
