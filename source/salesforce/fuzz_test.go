package salesforce

import (
	"math/big"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// formOf reads one field of each type.
func formOf(t testing.TB) *form {
	t.Helper()
	var text dialect.Text
	text.Records = &dialect.Records{}
	for i, oid := range []uint32{pgcat.Text, pgcat.Bool, pgcat.Int4, pgcat.Int8, pgcat.Numeric, pgcat.Numeric, pgcat.Float8, pgcat.Date, pgcat.TimestampTZ, pgcat.Time} {
		typ := plan.Type{OID: oid, Mod: -1}
		if i == 4 {
			typ.Mod = datum.MakeNumericMod(18, 2)
		}
		text.Columns = append(text.Columns, plan.Col{ID: plan.ColID(i + 1), Name: "x", Type: typ})
		text.Records.Values = append(text.Records.Values, dialect.RecordValue{Path: []string{"A", "B", "C", "D", "E", "F", "G", "P.H", "P.I", "P.Q.J"}[i], Scale: -1})
	}
	f, err := newForm("crm", text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const record = `{"attributes":{"type":"X","url":"/x"},"A":"x","B":true,"C":5,"D":1.5E3,"E":12345.5,"F":null,"G":0.5,"P":{"H":"2026-01-31","I":"2026-01-31T09:00:00.000+0000","Q":{"J":"10:00:00.000Z"}}}`

// FuzzPage: whatever is sent for an answer is rows or an error, never a panic, and a batch is as wide as its form.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		`{"totalSize":1,"done":true,"records":[` + record + `]}`, `{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v64.0/query/x-2000","records":[` + record + `]}`,
		`{"totalSize":1,"done":true,"records":[{"A":null,"P":null}]}`, `[{"errorCode":"X"}]`, `{"records":[{"P":{"P":{"P":1}}}]}`, `{"totalSize":1e9,"done":true}`, `{`, ``,
	} {
		f.Add(seed)
	}
	of := formOf(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := of.page(strings.NewReader(text), 10)
		if err == nil && p.batch != nil {
			if p.batch.NumCols() != int64(len(of.columns)) || p.batch.NumRows() == 0 {
				t.Errorf("%d columns, %d rows", p.batch.NumCols(), p.batch.NumRows())
			}
			p.batch.Release()
		}
	})
}

// FuzzCSV: the same for the results of a job.
func FuzzCSV(f *testing.F) {
	head := `"A","B","C","D","E","F","G","P.H","P.I","P.Q.J"` + "\n"
	f.Add(head+`"x","true","5","1.0","2.5","","0.5","2026-01-31","2026-01-31T09:00:00.000Z","10:00:00.000Z"`+"\n", int64(1))
	f.Add(head, int64(0))
	f.Add("A,B\n1\n", int64(5))
	f.Add("\"", int64(2))
	of := formOf(f)
	f.Fuzz(func(t *testing.T, text string, due int64) {
		var names []string
		batches, err := of.csv(strings.NewReader(text), &names, due)
		rows := int64(0)
		for _, b := range batches {
			rows += b.NumRows()
		}
		if err == nil && rows != due {
			t.Errorf("%d rows of %d", rows, due)
		}
		release(batches)
	})
}

// FuzzScaled: a number's digits are taken as they are, or not at all.
func FuzzScaled(f *testing.F) {
	for _, s := range []string{"15000.0", "1.234E7", "-0.05", "1e-2", "", ".", "00012.500", "9e17", "123456789012345678.12"} {
		f.Add(s, int32(2))
	}
	f.Fuzz(func(t *testing.T, s string, scale int32) {
		scale = max(min(scale, 18), 0)
		n, ok := scaled(s, scale)
		if !ok {
			return
		}
		want, parsed := new(big.Rat).SetString(s)
		if !parsed {
			t.Skip("what math/big reads no number in, it cannot judge")
		}
		want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		if want.Cmp(new(big.Rat).SetInt64(n)) != 0 {
			t.Errorf("%q at %d is %d", s, scale, n)
		}
	})
}

// TestSums: a sum that Salesforce may have rounded is refused.
func TestSums(t *testing.T) {
	text := dialect.Text{Columns: []plan.Col{{ID: 1, Name: "sum", Type: plan.Type{OID: pgcat.Numeric, Mod: -1}}}, Records: &dialect.Records{Values: []dialect.RecordValue{{Path: "c1", Scale: 2}}}}
	f, err := newForm("crm", text)
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"1.5E4": "15000.00", "0.1": "0.10", "null": "NULL", "9.007199254740991E13": "90071992547409.91", "9.007199254740992E13": pgerr.NumericOutOfRange, "0.125": pgerr.DatatypeMismatch,
		`"1"`: pgerr.DatatypeMismatch,
	} {
		p, err := f.page(strings.NewReader(`{"totalSize":1,"done":true,"records":[{"c1":`+value+`}]}`), 0)
		got := pgerr.Code(err)
		if err == nil {
			if got = "NULL"; plan.ArrowValue(p.batch.Column(0), 0, text.Columns[0].Type) != nil {
				got = p.batch.Column(0).ValueStr(0)
			}
			p.batch.Release()
		}
		if got != want {
			t.Errorf("%s is %s, not %s", value, got, want)
		}
	}
}

// TestUnfinished: an answer that says that there is more, and not where, is no end.
func TestUnfinished(t *testing.T) {
	for _, text := range []string{`{"totalSize":5,"done":false,"records":[]}`, `{"done":true,"records":[]}`, `{"totalSize":1,"done":true,"records":[]} x`, `{"totalSize":0,"done":true,"records":{}}`,
		`{"totalSize":0,"done":true}`, `{"totalSize":0,"done":true,"records":[],"records":[]}`, `{"totalSize":0,"done":true,"records":null}`} {
		if _, err := formOf(t).page(strings.NewReader(text), 0); err == nil {
			t.Error(text)
		}
	}
	if _, err := formOf(t).page(strings.NewReader(`{"totalSize":11,"done":false`), 10); err == nil || err.Error() != "there are 11 records" {
		t.Error(err)
	}
}
