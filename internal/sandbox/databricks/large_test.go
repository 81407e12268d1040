package databricks

import (
	"database/sql/driver"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
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
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most, stop, done := uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	err = con.Raw(func(c any) error {
		r, err := c.(driver.QueryerContext).QueryContext(t.Context(), "SELECT id, note FROM shop.large", nil)
		if err != nil {
			return err
		}
		return r.Close()
	})
	close(stop)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if e := b.History("")[0]; e.Rows != 3_000_000 || !e.Linked {
		t.Errorf("%+v", e)
	}
	if grown := int64(most) - int64(before.HeapAlloc); grown > 150<<20 {
		t.Errorf("%d MiB of heap for a result of 140 MiB", grown>>20)
	}
	if files, _ := filepath.Glob(filepath.Join(b.config.Dir, "results-*", "*")); len(files) == 0 {
		t.Error("nothing is kept in files")
	}
}
