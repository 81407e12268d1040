package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
)

// live fills waggle.audit_log and waggle.connections from the world's own log and vault.
type live struct{ w *world }

func (l live) AuditLog(ctx context.Context, who source.Inside) iter.Seq2[catalog.AuditEntry, error] {
	return func(yield func(catalog.AuditEntry, error) bool) {
		for e, err := range l.w.log.Entries(ctx, l.w.people[who.Person], audit.Filter{}) {
			if !yield(catalog.AuditEntry{ID: string(e.QueryID), Time: e.Time, Login: e.Login, Statement: e.Statement, Outcome: string(e.Outcome)}, err) {
				return
			}
		}
	}
}

func (l live) Connections(ctx context.Context, who source.Inside) iter.Seq2[catalog.Connected, error] {
	return func(yield func(catalog.Connected, error) bool) {
		states, err := l.w.vault.Connections().List(ctx, l.w.people[who.Person])
		if err != nil {
			yield(catalog.Connected{}, err)
			return
		}
		for _, s := range states {
			if !yield(catalog.Connected{Source: s.Source, Status: string(s.State), Scopes: s.Scopes, Since: s.Since, URL: s.ConnectURL}, nil) {
				return
			}
		}
	}
}

// crowdGrants give each role other rows, columns and masks, and one a table of its own.
const crowdGrants = `roles:
  ADMINS: {members: [admin]}
  ANALYST: {members: [analyst]}
  EMEA: {members: [emea, ANALYST]}
tables:
  sf.shop.orders:
    select: [ADMINS, ANALYST, EMEA]
    columns: {ANALYST: [id, customer, price], EMEA: [id, customer]}
    rows: {ADMINS: "\"id\" <> 2", ANALYST: "\"id\" < 9", EMEA: "\"id\" < 3"}
    masks: {EMEA: {customer: "'***'"}}
  sf.shop.codes:
    select: [ADMINS]
`

// crowdScript makes a third role, with rows of its own, and tells the server's log who asked what.
const crowdScript = `CREATE ROLE cyd LOGIN PASSWORD 'cyd-secret'; GRANT SELECT ON tickets TO cyd;
INSERT INTO tickets SELECT i, i % 10, 'cyd', 'subject ' || i, i * 0.25, timestamptz '2026-03-01 00:00+00' FROM generate_series(10001, 10060) i`

// newCrowd is a world in which three people differ at a Snowflake, at two databases and at Gong.
func newCrowd(t *testing.T) *world {
	orders := "id,customer,price\n"
	for i, name := range strings.Fields("ann bob cy dan eve fay gus hal ida jo kim lou") {
		orders += fmt.Sprintf("%d,%s,%d.25\n", i+1, name, i)
	}
	return newCrowdOf(t, orders)
}

// newCrowdOf is such a world with other orders.
func newCrowdOf(t *testing.T, orders string) *world {
	dir := sandboxtest.Folder(t, map[string]string{"grants.yaml": crowdGrants, "sf/shop/orders.csv": orders, "sf/shop/codes.csv": "id,code\n1,c-one\n2,c-two\n"})
	data, err := brought.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, pg: startDatabases(t), sf: &accounts{data: data}}
	w.pg.exec(t, w.pg.admin, crowdScript)
	billing := dialDatabase(t, strings.Replace(w.pg.server.DSN(), "dbname=postgres", "dbname=billing", 1))
	w.pg.exec(t, billing, "GRANT SELECT ON accounts TO cyd")
	for _, s := range []string{"log_statement = 'all'", "log_line_prefix = '%u@%d '"} {
		w.pg.exec(t, w.pg.admin, "ALTER SYSTEM SET "+s)
	}
	w.pg.exec(t, w.pg.admin, "SELECT pg_reload_conf()")
	w.build(func(l *engine.Limits) { l.Queue, l.Memory = time.Minute, 4<<30 })
	for login, role := range databaseRoles {
		for _, name := range []string{"desk", "billing"} {
			w.login(login, name, role, role+"-secret")
		}
	}
	return w
}

var databaseRoles = map[string]string{"admin": "cyd", "analyst": "ana", "emea": "bob"}

// marks finds the literals of people's statements, which say whose they are.
var marks = regexp.MustCompile(`(admin|analyst|emea)~\d+`)

// foreign returns a literal in a text that is another person's, or "", and whether there is one of his own.
func foreign(login, text string) (other string, own bool) {
	for _, m := range marks.FindAllStringSubmatch(text, -1) {
		if m[1] != login {
			return m[0], own
		}
		own = true
	}
	return "", own
}

// readFrom reads a file from an offset on, whole lines only.
func readFrom(f *os.File, offset int64) (string, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, offset, 1<<40))
	return string(text[:bytes.LastIndexByte(text, '\n')+1]), err
}

// judge holds what the systems have noted against what may be.
type judge struct {
	w        *crowd
	subjects map[string]string // of Snowflake tokens: whose
	offset   int64             // read of the database's log
	from     time.Time         // of the audit log
	own      map[string]int    // statements with a literal, by who noted them
	asked    map[string]int
}

func newJudge(w *crowd) *judge {
	return &judge{w: w, subjects: map[string]string{}, from: time.Now().Add(-time.Minute), own: map[string]int{}, asked: map[string]int{}}
}

// look reads what has been noted since the last look.
func (j *judge) look() {
	people := j.audited()
	j.snowflake(people)
	j.databases()
}

// audited returns who made each statement, and finds literals in the log.
func (j *judge) audited() map[string]string {
	out, now := map[string]string{}, time.Now()
	for e, err := range j.w.log.Entries(j.w.t.Context(), j.w.people["admin"], audit.Filter{From: j.from}) {
		j.w.must(err)
		out[string(e.QueryID)] = e.Login
		j.asked["audit"]++
		for _, c := range e.SourceCalls {
			e.Statement += " " + c.Template
		}
		if m := marks.FindString(e.Statement); m != "" {
			j.w.t.Errorf("the audit log has the literal %s in %s", m, e.Statement)
		}
	}
	j.from = now.Add(-time.Minute)
	return out
}

// snowflake holds each statement's person, token, role, tag and literals together.
func (j *judge) snowflake(people map[string]string) {
	server := j.w.company.Snowflake["sf"]
	roles := map[string]string{"admin": "ADMINS", "analyst": "ANALYST EMEA", "emea": "EMEA"}
	for _, e := range server.History("") {
		login := strings.ToLower(e.User)
		j.asked["snowflake"]++
		if e.Login != login+"@acme.example" || !strings.Contains(roles[login], e.Role) {
			j.w.t.Errorf("the person %s ran as user %s, role %s", e.Login, e.User, e.Role)
		}
		if whose := j.subjects[e.Subject]; whose != "" && whose != login {
			j.w.t.Errorf("%s ran under the token of %s", login, whose)
		}
		j.subjects[e.Subject] = login
		if whose, ok := j.w.queries.Load(e.ID); ok && whose != login {
			j.w.t.Errorf("%s was shown a query of %s", whose, login)
		}
		id := e.Tag[:max(strings.LastIndex(e.Tag, "-"), 0)]
		if whose := people[id]; whose != login && e.Tag != "" {
			j.w.t.Errorf("a statement of %s is tagged %q, which is %q's", login, e.Tag, whose)
		}
		other, own := foreign(login, e.Text+e.ErrorMessage+e.Cause)
		if other != "" {
			j.w.t.Errorf("%s asked with the literal %s: %s", login, other, e.Text)
		}
		if own {
			j.own["snowflake"]++
		}
	}
	server.Forget()
}

// databases holds each statement's session_user and literals together, by the server's log.
func (j *judge) databases() {
	data := string(j.w.pg.exec(j.w.t, j.w.pg.admin, "SHOW data_directory")[0][0])
	f, err := os.Open(filepath.Join(filepath.Dir(data), "log"))
	j.w.must(err)
	defer f.Close()
	text, err := readFrom(f, j.offset)
	j.w.must(err)
	j.offset += int64(len(text))
	person := map[string]string{}
	for login, role := range databaseRoles {
		person[role] = login
	}
	login := ""
	for line := range strings.Lines(text) {
		if user, _, ok := strings.Cut(line, "@"); ok && !strings.HasPrefix(line, "\t") && !strings.ContainsAny(user, " ~") {
			login = person[user]
			j.asked["postgres"]++
		}
		other, own := foreign(login, line)
		if other != "" {
			j.w.t.Errorf("the session user %q asked with the literal %s: %s", databaseRoles[login], other, line)
		}
		if own {
			j.own["postgres"]++
		}
	}
}
