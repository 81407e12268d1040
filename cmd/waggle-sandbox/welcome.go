package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/brought"
)

// welcome prints what to do next.
func (d *demonstration) welcome(out io.Writer) {
	fmt.Fprintf(out, "\nWaggle serves %s on %s; the console is http://%s (Ctrl-C ends everything).\n\n", organisation, d.flags.pg, d.flags.http)
	for _, u := range d.users {
		fmt.Fprintf(out, "  psql '%s'\n", u.DSN)
	}
	if d.generated != nil {
		d.welcomeData(out)
		return
	}
	fmt.Fprint(out, "\nAdmin has switched Gong on for the company; all else is open to each person by his own sign-in. Worth asking, as each of them:\n")
	for _, q := range questions(d.sample.Today) {
		fmt.Fprintf(out, "\n-- %s\n%s\n", q.about, q.text)
	}
	fmt.Fprint(out, lookAround, d.sight())
}

const lookAround = `
-- Look around: put EXPLAIN before any of them to see what each source is asked.
\d
\d+ opportunities
SELECT segment, MEASURE(account_count), MEASURE(arr) FROM accounts GROUP BY segment;
SELECT time, login, path, rows, statement, source_calls FROM waggle.audit_log ORDER BY time DESC LIMIT 5;
SELECT source, status, url FROM waggle.connections;
`

// sight says what each person may not see.
func (d *demonstration) sight() string {
	desk := ""
	if d.server != nil {
		desk = " Tickets: analyst's requester addresses are masked, emea sees EMEA's (row-level security of PostgreSQL)."
	}
	return `
Who sees what is the sources' word:
  admin    sees everything, but for other people's calendars and private calls; his audit log shows everybody's statements.
  analyst  sees the calls of his team (Gong's permission profile), no addresses and phone numbers of contacts (hidden fields in
           Salesforce), payment methods and actors of product events masked (Snowflake, Databricks).
  emea     sees EMEA's accounts, contacts and deals (sharing in Salesforce), their invoices, payments and usage (a row access policy in
           Snowflake) and scores (a row filter in Databricks), calls of EMEA's people; no phone numbers, and no product events at all:
           SELECT count(*) FROM product_events is refused in Databricks' words.
` + desk + "\n"
}

// welcomeData says what the brought tables are called here.
func (d *demonstration) welcomeData(out io.Writer) {
	fmt.Fprintf(out, "\nFrom %s:\n\n", d.flags.data)
	for _, model := range slices.Sorted(maps.Keys(d.generated)) {
		for _, f := range d.generated[model] {
			if name, ok := strings.CutSuffix(f.Name, ".yaml"); ok && name != "model" && f.Name != brought.FactsFile {
				fmt.Fprintf(out, "  SELECT * FROM %s.%s LIMIT 10;\n", model, name)
			}
		}
	}
}
