package dialect_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// sayTables are the relations of the golden cases; a numeric is numeric(15,2).
var sayTables = map[string]string{
	"t": "id int4, i2 int2, i4 int4, i8 int8, n numeric, f8 float8, f4 float4, s text, u text, ch bpchar, b bool, d date, ts timestamp, tz timestamptz, tm time, " +
		"ba bytea, j jsonb, uu uuid",
	"o": "k int4, g text, x numeric, y int4",
}

var itemName = regexp.MustCompile(" AS c\\d+ FROM [\"`]?tpch[\"`]?\\.[\"`]t[\"`] AS t1$")

// TestSay shows how the SQL dialects say one expression over a table ("say"), or a query ("query").
func TestSay(t *testing.T) {
	view := semantic.NewView(nil, houseTables(sayTables), nil)
	for folder, languages := range map[string][]string{"snowflake": {"postgres", "snowflake"}, "databricks": {"databricks"}} {
		t.Run(folder, func(t *testing.T) {
			golden.Run(t, "testdata/"+folder+"/*.test", func(t *testing.T, c *golden.Case) string { return said(t, view, c, languages) })
		})
	}
}

func said(t *testing.T, view *semantic.View, c *golden.Case, languages []string) string {
	query := c.Input
	if c.Command == "say" {
		query = "SELECT " + strings.Join(c.Args, " ") + " FROM t"
	}
	b, err := bind.Query(bind.Input{Query: plan.Span{Text: query}, View: view,
		Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		return "error " + err.Error()
	}
	out := make([]plan.ColID, len(b.Columns))
	for i, col := range b.Columns {
		out[i] = col.ID
	}
	var lines []string
	for _, language := range languages {
		sql, _ := dialect.SQLFor(language, "C.UTF-8", plan.Settings{TimeZone: "UTC", DateStyle: "ISO, MDY"})
		text := "-  (" + "not said)"
		if printed, err := sql.Print(b.Root, out); err == nil {
			text = printed.Text
		} else if pgerr.Code(err) != pgerr.FeatureNotSupported || sql.Say(b.Root) == nil {
			t.Errorf("%s: %v", query, err)
		}
		if c.Command == "say" {
			text = itemName.ReplaceAllString(strings.TrimPrefix(text, "SELECT "), "")
		}
		lines = append(lines, language+strings.Repeat(" ", 12-len(language))+text)
	}
	return strings.Join(lines, "\n")
}
