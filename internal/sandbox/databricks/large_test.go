package databricks

import (
	"database/sql/driver"
	"path/filepath"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

// large adds a table of so many rows, of some 40 bytes each, to a configuration.
func large(c *Config, rows string) {
	c.Policy = nil
	c.Tables = append(c.Tables, Table{Catalog: "main", Schema: "shop", Name: "large", Key: "lake.shop.large",
		Columns: []dbsql.Column{column("id", dbsql.Bigint), column("note", dbsql.String)},
		From:    "(SELECT i::BIGINT AS id, 'a note of some length, number ' || i AS note FROM range(" + rows + ") AS r(i))"})
}

func TestLargeResultsInFlatMemory(t *testing.T) {
	b := newBench(t, func(c *Config) { large(c, "3000000") })
	con, err := b.as("analyst").Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	grown := sandboxtest.HeapDuring(func() {
		err = con.Raw(func(c any) error {
			r, err := c.(driver.QueryerContext).QueryContext(t.Context(), "SELECT id, note FROM shop.large", nil)
			if err != nil {
				return err
			}
			return r.Close()
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := b.History("")[0]; e.Rows != 3_000_000 || !e.Linked {
		t.Errorf("%+v", e)
	}
	if grown > 64<<20 {
		t.Errorf("%d MiB of heap for a result of 140 MiB", grown>>20)
	}
	if files, _ := filepath.Glob(filepath.Join(b.config.Dir, "results-*", "*")); len(files) == 0 {
		t.Error("nothing is kept in files")
	}
}
