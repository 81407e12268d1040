package postgres

import (
	"os"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// TestConformance proves every form of PostgreSQL's dialect that takes the types of the table t.
func TestConformance(t *testing.T) {
	direct, s := server(t)
	sample := 250
	if os.Getenv("WAGGLE_CONFORMANCE") == "all" {
		sample = 0
	}
	script(t, direct, "SET TimeZone = 'UTC'")
	sourcetest.RunSQL(t, sourcetest.SQLSuite{Source: s, Object: "public.t", Table: "t", Key: "id", Sample: sample, Seed: 1,
		Open: func(t *testing.T) source.Conn {
			return openAs(t, s, source.Password{Owner: source.Owner{Person: "ann"}, User: "postgres", Password: secret.New("any")})
		},
		// An interval of more than 292 years has no form in Arrow.
		Differs: func(sql string) bool { return strings.Contains(sql, `"make_interval"`) },
		Answer:  sourcetest.Answers(direct),
	})
}
