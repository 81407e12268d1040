package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// ask runs a statement of one text column and returns its values, joined, with the backend's process id.
func ask(ctx context.Context, c source.Conn, sql string, settings ...dialect.Setting) (string, string, error) {
	r, err := c.Run(source.WithRequestID(ctx, "q-7"), dialect.Text{Text: sql, Settings: settings, Columns: []plan.Col{{ID: 1, Name: "x", Type: plan.Type{OID: 25, Mod: -1}}}})
	if err != nil {
		return "", "", err
	}
	defer r.Release()
	var all []string
	for r.Next() {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			all = append(all, fmt.Sprint(plan.ArrowValue(b.Column(0), i, plan.Type{OID: 25, Mod: -1})))
		}
	}
	return strings.Join(all, "|"), r.Report().QueryID, r.Err()
}

func open(t *testing.T, s source.Source, owner source.Owner, user string) source.Conn {
	t.Helper()
	c, err := s.Open(t.Context(), source.Password{Owner: owner, User: user, Password: secret.New(user + "-secret")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func script(t *testing.T, direct *pgconn.PgConn, sql string) {
	t.Helper()
	if _, err := direct.Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// TestSessions has a session serve one owner's statements one after the other, each as if it were new.
func TestSessions(t *testing.T) {
	direct, s := server(t)
	script(t, direct, `CREATE FUNCTION public.mark() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
		PERFORM pg_advisory_lock(42), set_config('waggle.mark', 'left behind', false);
		EXECUTE 'LISTEN news'; EXECUTE 'PREPARE p AS SELECT 1'; RETURN 'done'; END $$;
		CREATE VIEW public.marked AS SELECT public.mark() AS m;
		CREATE VIEW public.styled AS SELECT set_config('DateStyle', 'German', false) AS m`)
	ann := source.Owner{Organisation: "acme", Person: "ann", Generation: 1}
	c := open(t, s, ann, "postgres")
	run := func(c source.Conn, sql string, set ...dialect.Setting) (string, string) {
		t.Helper()
		v, pid, err := ask(t.Context(), c, sql, set...)
		if err != nil {
			t.Fatal(sql, err)
		}
		return v, pid
	}
	const state = `SELECT concat_ws(' ', current_setting('application_name'), current_setting('transaction_read_only'), current_setting('TimeZone'),
		current_setting('DateStyle'), coalesce(current_setting('waggle.mark', true), ''), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
		(SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels()))`
	const clean = "waggle q-7 on UTC ISO, MDY  0 0 0"
	before, first := run(c, state)
	if before != clean {
		t.Errorf("a new session is %q", before)
	}
	if got, pid := run(c, "SELECT current_setting('TimeZone')", dialect.Setting{Name: "TimeZone", Value: "Asia/Kathmandu"}); got != "Asia/Kathmandu" || pid != first {
		t.Error(got, pid == first)
	}
	if after, pid := run(c, state); after != clean || pid != first {
		t.Errorf("a setting outlives its statement: %q, same session: %t", after, pid == first)
	}
	if got, _ := run(c, "SELECT m FROM public.marked"); got != "done" {
		t.Fatal(got)
	}
	if after, pid := run(open(t, s, ann, "postgres"), state); after != clean || pid != first {
		t.Errorf("a function's traces outlive its statement: %q, same session: %t", after, pid == first)
	}
	if got, _ := run(c, "SELECT m FROM public.styled"); got != "German, DMY" {
		t.Fatal(got)
	}
	if after, pid := run(c, state); after != clean || pid == first {
		t.Errorf("a session serves on with another style: %q", after)
	}
	_, mine := run(c, "SELECT 'x'")
	for _, other := range []source.Owner{{Organisation: "acme", Person: "bob", Generation: 1}, {Organisation: "acme", Person: "ann", Generation: 2}, {Organisation: "other", Person: "ann", Generation: 1}} {
		if _, pid := run(open(t, s, other, "postgres"), "SELECT 'x'"); pid == mine {
			t.Errorf("%+v got another's session", other)
		}
	}
	s.Forget(source.Owner{Organisation: "acme", Person: "ann"})
	if _, pid := run(c, "SELECT 'x'"); pid == mine {
		t.Error("a forgotten session serves on")
	}
}

// TestSessionEnds has no session serve on after an error, a cancellation, a release midway, or its end at the server.
func TestSessionEnds(t *testing.T) {
	direct, s := server(t)
	c := open(t, s, source.Owner{Person: "ann"}, "postgres")
	pid := func() string {
		t.Helper()
		_, pid, err := ask(t.Context(), c, "SELECT 'x'")
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	last := pid()
	if pid() != last {
		t.Fatal("the session is not used again")
	}
	changed := func(what string) {
		t.Helper()
		now := pid()
		if now == last {
			t.Errorf("after %s the session serves on", what)
		}
		last = now
	}
	if _, _, err := ask(t.Context(), c, "SELECT (1 / 0)::text"); pgerr.Code(err) != "22012" {
		t.Error(err)
	}
	changed("an error")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := c.Run(ctx, dialect.Text{Text: "SELECT generate_series(1, 100000000)::text", Columns: []plan.Col{{ID: 1, Type: plan.Type{OID: 25, Mod: -1}}}})
	if err != nil || !r.Next() {
		t.Fatal(err)
	}
	cancel()
	for r.Next() {
	}
	if pgerr.Code(r.Err()) != pgerr.QueryCanceled {
		t.Error(r.Err())
	}
	r.Release()
	changed("a cancellation")
	r, err = c.Run(t.Context(), dialect.Text{Text: "SELECT generate_series(1, 100000000)::text", Columns: []plan.Col{{ID: 1, Type: plan.Type{OID: 25, Mod: -1}}}})
	if err != nil || !r.Next() || !r.Next() {
		t.Fatal(err)
	}
	r.Release()
	changed("a release midway")
	script(t, direct, "SELECT pg_terminate_backend("+last+")")
	changed("its end at the server")
	ended, err := c.Run(ctx, dialect.Text{Text: "SELECT 'x'", Columns: []plan.Col{{ID: 1, Type: plan.Type{OID: 25, Mod: -1}}}})
	if err == nil {
		for ended.Next() {
		}
		err = ended.Err()
		ended.Release()
	}
	if pgerr.Code(err) != pgerr.QueryCanceled {
		t.Error("a statement runs under a context that is over:", err)
	}
	if _, _, err := ask(t.Context(), c, "UPDATE public.d SET m = 'sad' RETURNING m::text"); pgerr.Code(err) != "25006" {
		t.Error(err)
	}
	if _, _, err := ask(t.Context(), c, "SELECT set_config('transaction_read_only', 'off', false)"); pgerr.Code(err) != "25001" && pgerr.Code(err) != "0A000" {
		t.Error("a statement may end the read-only transaction:", err)
	}
	if _, _, err := ask(t.Context(), c, "SELECT 'x'; SELECT 'y'"); pgerr.Code(err) != "42601" {
		t.Error("two statements in one:", err)
	}
}

// TestPeople has eight people with a role each run statements at once: everybody is always who they are.
func TestPeople(t *testing.T) {
	direct, s := server(t)
	for i := range 8 {
		script(t, direct, fmt.Sprintf("CREATE ROLE p%d LOGIN", i))
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			user := fmt.Sprintf("p%d", i)
			for n := range 40 {
				c := open(t, s, source.Owner{Organisation: "acme", Person: user}, user)
				sql := "SELECT session_user || ' " + user + "' FROM generate_series(1, 3)"
				if n%9 == 4 {
					sql = "SELECT (1 / 0)::text"
				}
				got, _, err := ask(t.Context(), c, sql)
				want := strings.Repeat(user+" "+user+"|", 2) + user + " " + user
				if n%9 == 4 && pgerr.Code(err) != "22012" || n%9 != 4 && (err != nil || got != want) {
					t.Errorf("%s: %q %v", user, got, err)
				}
			}
		})
	}
	all.Wait()
}

// one runs a statement of one value.
func one(t *testing.T, c source.Conn, sql string, typ plan.Type) (string, error) {
	r, err := c.Run(t.Context(), dialect.Text{Text: sql, Columns: []plan.Col{{ID: 1, Name: "x", Type: typ}}})
	if err != nil {
		return "", err
	}
	defer r.Release()
	if !r.Next() {
		return "", r.Err()
	}
	return string(datum.AppendText(nil, typ.OID, plan.ArrowValue(r.RecordBatch().Column(0), 0, typ), nil)), nil
}
