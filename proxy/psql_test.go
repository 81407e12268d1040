package proxy

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// psql runs commands with the real psql.
func psql(t *testing.T, addr, script string, options ...string) string {
	t.Helper()
	path, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed here")
	}
	host, port, _ := net.SplitHostPort(addr)
	dsn := "host=" + host + " port=" + port + " user=ann dbname=acme " + strings.Join(options, " ")
	cmd := exec.Command(path, "-X", "-v", "VERBOSITY=verbose", dsn)
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "PGPASSWORD=secret", "LC_ALL=C.UTF-8", "PGSSLROOTCERT=/nonexistent")
	out, _ := cmd.CombinedOutput()
	return string(out)
}

func TestPsql(t *testing.T) {
	certs, err := SelfSigned("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := startServer(t, func(c *Config) { c.Certificates = certs })
	for _, options := range []string{"sslmode=disable", "sslmode=require", "sslmode=require channel_binding=require"} {
		out := psql(t, addr, `SELECT 1;
BEGIN;
DECLARE c CURSOR FOR SELECT generate_series(1,10);
FETCH 2 FROM c;
SELECT 'é', nothing;
SELECT 1;
ROLLBACK;
SHOW server_version;
\copy (SELECT generate_series(1,2)) TO STDOUT
`, options)
		for _, want := range []string{"?column?", "FETCH 2", "generate_series", `42703: column "nothing" does not exist`, "             ^", "25P02", "ROLLBACK", "17.9", "1\n2\n"} {
			if want == "FETCH 2" {
				want = "(2 rows)"
			}
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is missing in\n%s", options, want, out)
			}
		}
	}
	if out := psql(t, addr, "SELECT 1", "sslmode=disable", "options='-c nothing=1'"); !strings.Contains(out, `FATAL:  unrecognized configuration parameter "nothing"`) {
		t.Error(out)
	}
	if out := psql(t, addr, "SELECT 1", "dbname=nowhere"); !strings.Contains(out, `FATAL:  database "nowhere" does not exist`) {
		t.Error(out)
	}
}
