package snowflake

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/snowflake"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// wide is a table of a million rows like those of a warehouse.
func wide(rows int) (string, emulator.Table) {
	table := fmt.Sprintf(`CREATE TABLE wide AS SELECT i::DECIMAL(19,0) AS id, (i %% 7 + 1)::DECIMAL(12,2) AS quantity, (i * 1.37)::DECIMAL(12,2) AS price, (i %% 11 * 0.01)::DECIMAL(12,2) AS discount,
		DATE '1992-01-01' + (i %% 2500)::INTEGER AS shipped, chr(65 + (i %% 3)::INTEGER) AS flag, 'comment number ' || i || ' on a line' AS comment FROM range(%d) t(i)`, rows)
	return table, emulator.Table{Database: "DEMO", Schema: "shop", Name: "wide", From: "wide", Key: "sf.shop.wide", Columns: []result.Column{
		{Name: "id", Type: result.Fixed, Precision: 19}, {Name: "quantity", Type: result.Fixed, Precision: 12, Scale: 2}, {Name: "price", Type: result.Fixed, Precision: 12, Scale: 2},
		{Name: "discount", Type: result.Fixed, Precision: 12, Scale: 2}, {Name: "shipped", Type: result.Date}, {Name: "flag", Type: result.Text, Length: 1},
		{Name: "comment", Type: result.Text, Length: 100},
	}}
}

var wideTypes = []plan.Type{sourcetest.Plain(pgcat.Int8), sourcetest.Numeric(12, 2), sourcetest.Numeric(12, 2), sourcetest.Numeric(12, 2), sourcetest.Plain(pgcat.Date), sourcetest.Plain(pgcat.Text), sourcetest.Plain(pgcat.Text)}

const allWide = `SELECT "id" AS C1, "quantity" AS C2, "price" AS C3, "discount" AS C4, "shipped" AS C5, "flag" AS C6, "comment" AS C7 FROM "DEMO"."shop"."wide"`

func BenchmarkScan(b *testing.B) {
	const rows = 1_000_000
	r := newRigOf(b, rows)
	r.server.Warm()
	c := r.open(r.bearer("analyst"))
	columns := make([]plan.Col, len(wideTypes))
	for i, t := range wideTypes {
		columns[i] = plan.Col{ID: plan.ColID(i + 1), Type: t}
	}
	scan := func() {
		out, err := c.Run(b.Context(), dialect.Text{Text: allWide, Columns: columns})
		if err != nil {
			b.Fatal(err)
		}
		n := int64(0)
		for out.Next() {
			n += out.RecordBatch().NumRows()
		}
		if out.Err() != nil || n != rows {
			b.Fatal(n, out.Err())
		}
		out.Release()
	}
	scan() // encodes the chunks
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		scan()
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
