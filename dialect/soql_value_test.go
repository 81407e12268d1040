package dialect

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func TestSalesforceID(t *testing.T) {
	for id, ok := range map[string]bool{
		"001D000000IqhSLIAZ": true, "001d000000IqhSLIAZ": false, "001D000000IqhSL": false, "001D000000IqhSLIAz": false, "001D000000IqhS'IAZ": false,
		"006000000000001AAA": true, "": false, "001D000000IqhSLIAZ0": false,
	} {
		if isSalesforceID(id) != ok {
			t.Errorf("%q", id)
		}
	}
}

// FuzzSOQLQuote: a literal ends where it ends, has no escape that Salesforce does not know, and reads back as it was.
func FuzzSOQLQuote(f *testing.F) {
	f.Add("it's \\ \"x\"\n\r\t\b\f\\'")
	back := map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f', '\'': '\'', '\\': '\\'}
	f.Fuzz(func(t *testing.T, s string) {
		q := soqlQuote(s)
		var out []byte
		for i := 1; i < len(q)-1; i++ {
			switch {
			case q[i] == '\'':
				t.Fatal(q)
			case q[i] == '\\':
				i++
				c, ok := back[q[i]]
				if !ok || i == len(q)-1 {
					t.Fatal(q)
				}
				out = append(out, c)
			default:
				out = append(out, q[i])
			}
		}
		if string(out) != s {
			t.Errorf("%q is %s", s, q)
		}
	})
}

// FuzzSOQLPattern: the literal of a pattern is one literal, with the escapes that LIKE has.
func FuzzSOQLPattern(f *testing.F) {
	f.Add(`a\%b_c%'\\\_`)
	f.Fuzz(func(t *testing.T, s string) {
		q, ok := soqlPattern(s)
		if !ok {
			return
		}
		for i := 1; i < len(q)-1; i++ {
			if q[i] == '\'' {
				t.Fatal(q)
			}
			if q[i] == '\\' {
				if i++; i == len(q)-1 || strings.IndexByte(`nrtbf'%_`, q[i]) < 0 {
					t.Fatal(q)
				}
			}
		}
	})
}

func crmScan() *plan.Scan {
	text := plan.Type{OID: pgcat.Text, Mod: -1}
	all := &plan.Field{Kind: "string", Filter: true}
	ids := &plan.Field{Kind: "id", Filter: true}
	return &plan.Scan{Table: &plan.Table{Object: "Account", Columns: []plan.Column{{Name: "id", Physical: "Id", Type: text, Field: ids}, {Name: "name", Physical: "Name", Type: text, Field: all}}},
		Fields: []int{0, 1}, Out: []plan.Col{{ID: 1, Name: "id", Type: text}, {ID: 2, Name: "name", Type: text}}}
}

func someID(n int) string {
	id := fmt.Sprintf("001%012d", n)
	return id + "AAA"
}

// TestSOQLParts: a list that is too long for an address is cut into parts that fit and hold each value once; texts that are equal but for
// their case stay together.
func TestSOQLParts(t *testing.T) {
	bools, text := plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, plan.Base{T: plan.Type{OID: pgcat.Text, Mod: -1}}
	for column, value := range map[plan.ColID]func(int) string{1: someID, 2: func(i int) string { return strings.Repeat("É", 1+i%7) + fmt.Sprint(i/2) + []string{"k", "K"}[i%2] }} {
		in := &plan.In{Base: bools, Arg: &plan.Ref{Base: text, ID: column}}
		for i := range 2000 {
			in.List = append(in.List, &plan.Const{Base: text, Value: datum.Text(value(i))})
		}
		d, _ := SQLFor("soql", "", plan.Settings{TimeZone: "UTC"})
		got, err := d.Print(&plan.Filter{Input: crmScan(), Cond: in}, []plan.ColID{1, 2})
		if err != nil || len(got.Records.Parts) < 2 {
			t.Fatalf("%d parts, %v", len(got.Records.Parts), err)
		}
		count, folds := 0, map[string]int{}
		for n, part := range got.Records.Parts {
			if len(url.QueryEscape(part)) > maxSOQLPath+1000 {
				t.Errorf("a part has %d bytes", len(url.QueryEscape(part)))
			}
			_, list, _ := strings.Cut(strings.TrimSuffix(part, ")"), " IN (")
			for _, literal := range strings.Split(list, ", ") {
				count++
				if at, known := folds[folded(literal)]; known && at != n {
					t.Errorf("%s is in two parts", literal)
				}
				folds[folded(literal)] = n
			}
		}
		if count != 2000 {
			t.Errorf("%d values", count)
		}
	}
}

// TestSOQLLength: what is too long for an address and cannot be asked in parts is not asked.
func TestSOQLLength(t *testing.T) {
	bools, text := plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, plan.Base{T: plan.Type{OID: pgcat.Text, Mod: -1}}
	in := &plan.In{Base: bools, Arg: &plan.Ref{Base: text, ID: 1}}
	for i := range 1000 {
		in.List = append(in.List, &plan.Const{Base: text, Value: datum.Text(someID(i))})
	}
	many := plan.Node(&plan.Filter{Input: crmScan(), Cond: in})
	count := plan.Col{ID: 9, Name: "count", Type: plan.Type{OID: pgcat.Int8, Mod: -1}}
	counted := &plan.Aggregate{Input: many, Aggs: []plan.Expr{&plan.Agg{Base: plan.Base{T: count.Type}, Name: "count", Star: true}}, Out: []plan.Col{count}}
	d, _ := SQLFor("soql", "", plan.Settings{TimeZone: "UTC"})
	if Support(d, many) != plan.Exact || Support(d, counted) != plan.None {
		t.Errorf("%v, %v", d.Say(many), d.Say(counted))
	}
}

// TestSOQLNames: no name of the model can be anything but a name in the statement.
func TestSOQLNames(t *testing.T) {
	for _, name := range []string{"Id FROM User WHERE Name", "Name'", "", "A..B", "1a", "Näme"} {
		scan := crmScan()
		scan.Table.Columns[1].Physical = name
		object := crmScan()
		object.Table.Object = name
		d, _ := SQLFor("soql", "", plan.Settings{TimeZone: "UTC"})
		for _, s := range []*plan.Scan{scan, object} {
			if _, err := d.Print(s, []plan.ColID{1, 2}); pgerr.Code(err) != pgerr.InvalidName {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}

// TestSOQLTemplateHidesLiterals: what goes into the audit log has no constant of the statement.
func TestSOQLTemplateHidesLiterals(t *testing.T) {
	text := plan.Base{T: plan.Type{OID: pgcat.Text, Mod: -1}}
	secret := &plan.Const{Base: text, Value: datum.Text("s3cret%")}
	ref := &plan.Ref{Base: text, ID: 2}
	cond := &plan.And{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Args: []plan.Expr{
		&plan.Call{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Op: "~~", Args: []plan.Expr{ref, secret}},
		&plan.Call{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Op: "=", Args: []plan.Expr{secret, ref}},
		&plan.In{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Arg: ref, List: []plan.Expr{secret, secret}}}}
	d, _ := SQLFor("soql", "", plan.Settings{TimeZone: "UTC"})
	root := &plan.Filter{Input: crmScan(), Cond: cond}
	shown, masked := d.Template(root, false), d.Template(root, true)
	if strings.Count(shown, "s3cret") != 3 || strings.Contains(masked, "s3cret") || strings.Count(masked, "$") != 3 {
		t.Errorf("%s\n%s", shown, masked)
	}
}

// TestSOQLKinds: every kind of field is one that compares in a known way, or in none.
func TestSOQLKinds(t *testing.T) {
	kinds := slices.Concat(soqlTexts, []string{"id", "reference", "multipicklist", "anyType", "base64", ""})
	for _, kind := range kinds {
		c := soqlColumn{name: "F", column: plan.Column{Physical: "F", Type: plan.Type{OID: pgcat.Text, Mod: -1}, Field: &plan.Field{Kind: kind, Filter: true}}}
		want := soqlOther
		switch {
		case kind == "id" || kind == "reference":
			want = soqlID
		case slices.Contains(soqlTexts, kind):
			want = soqlText
		}
		if c.class() != want {
			t.Errorf("%q is of class %d", kind, c.class())
		}
	}
}
