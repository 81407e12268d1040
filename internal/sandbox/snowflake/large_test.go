package snowflake

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
)

// large adds a table that is made as it is read.
func large(c *Config, rows string) {
	c.Tables = append(c.Tables, Table{
		Database: "DEMO", Schema: "shop", Name: "large", Key: "sf.shop.types", Columns: []result.Column{
			{Name: "id", Type: result.Fixed, Precision: 19}, {Name: "note", Type: result.Text, Length: 100},
		},
		From: "(SELECT i::DECIMAL(19,0) AS id, md5(i::VARCHAR) AS note FROM range(" + rows + ") t(i))",
	})
}

func TestLargeResultsAreFlatInMemory(t *testing.T) {
	var dir string
	s, web := emulated(t, func(c *Config) {
		dir = c.Dir
		large(c, "600000")
	})
	db := connect(t, web, "analyst", nil)
	var rows *sql.Rows
	var err error
	grown := sandboxtest.HeapDuring(func() {
		rows, err = db.QueryContext(t.Context(), `SELECT "id", "note" FROM "DEMO"."shop"."large"`)
	})
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()

	if grown > 48<<20 {
		t.Errorf("%d MiB of heap for a result of 25 MiB", grown>>20)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "results-*", "*"))
	if len(files) == 0 {
		t.Error("nothing is kept in files")
	}
	if h := s.History(""); h[0].Rows != 600_000 {
		t.Errorf("%+v", h)
	}
	s.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, plain := range []bool{false, true} {
		name := "gzip"
		if plain {
			name = "plain"
		}
		b.Run(name, func(b *testing.B) {
			s, _ := emulated(b, func(c *Config) { c.Plain = plain; large(c, "1000000") })
			for b.Loop() {
				j := &job{session: &session{login: "analyst@acme.example"}, columns: s.config.Tables[2].Columns}
				if err := s.read(b.Context(), j, "SELECT * FROM "+s.config.Tables[2].From); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
