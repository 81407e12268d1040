package proxy

import (
	"context"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/xdg-go/scram"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeEngine answers a handful of texts as PostgreSQL does.
type fakeEngine struct {
	open     atomic.Int64 // readers that are not released
	sleeping atomic.Int64 // statements of pg_sleep that have begun
	canceled atomic.Int64 // contexts of pg_sleep that ended early
	at       atomic.Int64 // when the last one ended, in nanoseconds
	pulled   atomic.Int64 // batches of generate_series read
	sent     atomic.Int64 // rows, and their bytes
	bytes    atomic.Int64
	failed   atomic.Value // the last SQLSTATE that a reader was told
	slow     atomic.Int64 // how long Prepare takes, in nanoseconds
}

var (
	literalRE = regexp.MustCompile(`(?is)^select\s+\(?'?(\d+)'?\)?(::pg_catalog.int4)?$`)
	textRE    = regexp.MustCompile(`(?is)^select\s+'([^']*)'(?:::text)?(?:\s+as\s+(\w+))?$`)
	seriesRE  = regexp.MustCompile(`(?is)^select\s+(?:\*\s+from\s+)?generate_series\s*\(\s*(\d+),\s*(\d+)\s*\)(?:\s+(?:as\s+)?(\w+))?$`)
	paramRE   = regexp.MustCompile(`(?is)^select\s+\$1(?:::(int4|text))?$`)
	configRE  = regexp.MustCompile(`(?is)^select\s+set_config\('([^']*)',\s*'([^']*)',\s*(true|false)\)$`)
	settingRE = regexp.MustCompile(`(?is)^select\s+current_setting\('([^']*)'\)$`)
	endRE     = regexp.MustCompile(`(?is)^select\s+pg_(cancel|terminate)_backend\((\d+)\)$`)
	columnRE  = regexp.MustCompile(`(?is)^select\s+(?:'[^']*',\s*)?(nothing)$`)
)

func (f *fakeEngine) Prepare(_ context.Context, _ *identity.Session, _ plan.Settings, q plan.Span, params []uint32) (*planner.Prepared, error) {
	time.Sleep(time.Duration(f.slow.Load()))
	text := strings.TrimSpace(q.Text)
	p := &planner.Prepared{Template: text}
	one := func(name string, oid uint32) (*planner.Prepared, error) {
		p.Columns = []planner.Column{{Name: name, Type: plan.Type{OID: oid, Mod: -1}}}
		return p, nil
	}
	switch {
	case literalRE.MatchString(text):
		name := "?column?"
		if strings.Contains(text, "::") {
			name = "int4"
		}
		return one(name, 23)
	case textRE.MatchString(text):
		name := textRE.FindStringSubmatch(text)[2]
		if name == "" {
			name = "?column?"
			if strings.Contains(text, "::text") {
				name = "text"
			}
		}
		return one(name, 25)
	case seriesRE.MatchString(text):
		name := seriesRE.FindStringSubmatch(text)[3]
		if name == "" {
			name = "generate_series"
		}
		return one(name, 23)
	case paramRE.MatchString(text):
		oid, name := uint32(25), "?column?"
		if m := paramRE.FindStringSubmatch(text); m[1] != "" {
			name = m[1]
			if m[1] == "int4" {
				oid = 23
			}
		} else if len(params) > 0 && params[0] != 0 {
			oid = params[0]
		}
		p.Params = []plan.Type{{OID: oid, Mod: -1}}
		return one(name, oid)
	case configRE.MatchString(text):
		return one("set_config", 25)
	case endRE.MatchString(text):
		return one("done", 25)
	case settingRE.MatchString(text):
		return one("current_setting", 25)
	case strings.EqualFold(text, "select pg_sleep(30)"):
		return one("pg_sleep", 2278)
	case strings.EqualFold(text, "select 1/0"):
		return nil, pgerr.New(pgerr.DivisionByZero, "division by zero")
	case strings.EqualFold(text, "select"):
		p.Columns = []planner.Column{}
		return p, nil
	case columnRE.MatchString(text):
		at := columnRE.FindStringSubmatchIndex(text)[2]
		return nil, pgerr.New(pgerr.UndefinedColumn, `column "nothing" does not exist`).At(q.Offset + at)
	case strings.EqualFold(text, "select panic"):
		panic("as asked")
	case strings.EqualFold(text, "select panicking()"):
		return one("panicking", 25)
	}
	return nil, pgerr.New(pgerr.SyntaxError, "syntax error at end of input").At(q.Offset + len(text))
}

// awaitSleepers waits until so many statements of pg_sleep have begun in all.
func (f *fakeEngine) awaitSleepers(t *testing.T, n int64) {
	t.Helper()
	for begun := time.Now(); f.sleeping.Load() < n; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("the statement has not begun")
		}
	}
}

func (f *fakeEngine) Execute(ctx context.Context, _ *identity.Session, p *planner.Prepared, args engine.Args) (Result, error) {
	text := p.Template
	switch {
	case strings.EqualFold(text, "select pg_sleep(30)"):
		f.sleeping.Add(1)
		select {
		case <-ctx.Done():
			f.failed.Store(pgerr.Code(context.Cause(ctx)))
			f.canceled.Add(1)
			f.at.Store(time.Now().UnixNano())
			return nil, ctx.Err()
		case <-time.After(30 * time.Second):
			return f.reader(ctx, texts("")), nil
		}
	case seriesRE.MatchString(text):
		m := seriesRE.FindStringSubmatch(text)
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[2])
		return f.reader(ctx, &series{engine: f, next: int32(from), last: int32(to)}), nil
	case configRE.MatchString(text):
		m := configRE.FindStringSubmatch(text)
		value, err := args.Env.Set(m[1], m[2], m[3] == "true")
		if err != nil {
			return nil, err
		}
		return f.reader(ctx, texts(value)), nil
	case endRE.MatchString(text):
		m := endRE.FindStringSubmatch(text)
		pid, _ := strconv.ParseInt(m[2], 10, 64)
		done, err := args.Env.Cancel(pid, m[1] == "terminate")
		if err != nil {
			return nil, err
		}
		return f.reader(ctx, texts(strconv.FormatBool(done))), nil
	case settingRE.MatchString(text):
		name := settingRE.FindStringSubmatch(text)[1]
		value, ok := args.Env.Setting(name)
		if !ok {
			return nil, pgerr.New(pgerr.UndefinedObject, `unrecognized configuration parameter "%s"`, name)
		}
		return f.reader(ctx, texts(value)), nil
	case paramRE.MatchString(text):
		if n, ok := args.Values[0].(datum.Int); ok {
			return f.reader(ctx, &series{engine: f, next: int32(n), last: int32(n)}), nil
		}
		if t, ok := args.Values[0].(datum.Text); ok {
			return f.reader(ctx, texts(string(t))), nil
		}
		return f.reader(ctx, null(p.Columns[0].Type.OID)), nil
	case textRE.MatchString(text):
		return f.reader(ctx, texts(textRE.FindStringSubmatch(text)[1])), nil
	case strings.EqualFold(text, "select panicking()"):
		return f.reader(ctx, panics{}), nil
	case strings.EqualFold(text, "select"):
		return f.reader(ctx, &batches{list: []arrow.RecordBatch{array.NewRecordBatch(arrow.NewSchema(nil, nil), nil, 1)}}), nil
	}
	n, _ := strconv.Atoi(literalRE.FindStringSubmatch(text)[1])
	return f.reader(ctx, &series{engine: f, next: int32(n), last: int32(n)}), nil
}

func (f *fakeEngine) Explain(context.Context, *identity.Session, plan.Settings, plan.Explain, engine.Args) ([]string, error) {
	return []string{"Result  (cost=0.00..0.01 rows=1 width=4)"}, nil
}

// source yields one batch after another, nil at the end.
type source interface{ batch() arrow.RecordBatch }

type batches struct{ list []arrow.RecordBatch }

func (b *batches) batch() arrow.RecordBatch {
	if len(b.list) == 0 {
		return nil
	}
	first := b.list[0]
	b.list = b.list[1:]
	return first
}

// panics is a source that breaks while it is read.
type panics struct{}

func (panics) batch() arrow.RecordBatch { panic("a value of a row") }

func column(name string, a arrow.Array) arrow.RecordBatch {
	schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: a.DataType(), Nullable: true}}, nil)
	return array.NewRecordBatch(schema, []arrow.Array{a}, int64(a.Len()))
}

func texts(values ...string) source {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(values, nil)
	return &batches{list: []arrow.RecordBatch{column("t", b.NewArray())}}
}

func null(oid uint32) source {
	if oid == 23 {
		b := array.NewInt32Builder(memory.DefaultAllocator)
		b.AppendNull()
		return &batches{list: []arrow.RecordBatch{column("n", b.NewArray())}}
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendNull()
	return &batches{list: []arrow.RecordBatch{column("t", b.NewArray())}}
}

// series is generate_series in batches of 1,000.
type series struct {
	engine     *fakeEngine
	next, last int32
}

func (s *series) batch() arrow.RecordBatch {
	if s.next > s.last {
		return nil
	}
	s.engine.pulled.Add(1)
	b := array.NewInt32Builder(memory.DefaultAllocator)
	for ; s.next <= s.last && b.Len() < 1000; s.next++ {
		b.Append(s.next)
	}
	return column("n", b.NewArray())
}

func (f *fakeEngine) reader(ctx context.Context, s source) Result {
	f.open.Add(1)
	return &fakeReader{engine: f, ctx: ctx, source: s}
}

type fakeReader struct {
	engine  *fakeEngine
	ctx     context.Context
	source  source
	current arrow.RecordBatch
	err     error
}

func (r *fakeReader) Retain()                        {}
func (r *fakeReader) Sent(rows, bytes int64)         { r.engine.sent.Add(rows); r.engine.bytes.Add(bytes) }
func (r *fakeReader) Fail(err error)                 { r.engine.failed.Store(pgerr.Code(err)) }
func (r *fakeReader) Schema() *arrow.Schema          { return r.current.Schema() }
func (r *fakeReader) RecordBatch() arrow.RecordBatch { return r.current }
func (r *fakeReader) Record() arrow.RecordBatch      { return r.current }
func (r *fakeReader) Err() error                     { return r.err }

func (r *fakeReader) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

func (r *fakeReader) Release() {
	r.drop()
	r.engine.open.Add(-1)
}

func (r *fakeReader) Next() bool {
	r.drop()
	if r.err = r.ctx.Err(); r.err != nil {
		return false
	}
	r.current = r.source.batch()
	return r.current != nil
}

// fakePeople knows anybody by the password "secret".
type fakePeople struct{}

func credentials(user string) (scram.StoredCredentials, error) {
	c, err := scram.SHA256.NewClient(user, "secret", "")
	if err != nil {
		return scram.StoredCredentials{}, err
	}
	return c.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "0123456789abcdef", Iters: 4096})
}

func (fakePeople) Mechanisms(binding []byte) []string {
	if binding != nil {
		return []string{identity.MechanismSCRAMPlus, identity.MechanismSCRAM}
	}
	return []string{identity.MechanismSCRAM}
}

func (fakePeople) Start(_ context.Context, a identity.Attempt, binding, clientFirst []byte) (Exchange, []byte, error) {
	stored, err := credentials("")
	if err != nil {
		return nil, nil, err
	}
	srv, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
	if err != nil {
		return nil, nil, err
	}
	conv := srv.NewConversation()
	if a.Mechanism == identity.MechanismSCRAMPlus {
		conv = srv.NewConversationWithChannelBindingRequired(scram.ChannelBinding{Type: scram.ChannelBindingTLSServerEndpoint, Data: binding})
	}
	first, err := conv.Step(string(clientFirst))
	if err != nil {
		return nil, nil, pgerr.New(pgerr.ProtocolViolation, "malformed SCRAM message")
	}
	return &fakeExchange{conv, a}, []byte(first), nil
}

type fakeExchange struct {
	conv    *scram.ServerConversation
	attempt identity.Attempt
}

func (e *fakeExchange) Finish(_ context.Context, clientFinal []byte) ([]byte, *identity.Session, error) {
	final, err := e.conv.Step(string(clientFinal))
	if err != nil || !e.conv.Valid() {
		return nil, nil, pgerr.New(pgerr.InvalidPassword, `password authentication failed for user "%s"`, e.attempt.User)
	}
	a := e.attempt
	if a.Database == "nowhere" {
		return []byte(final), nil, pgerr.New(pgerr.InvalidCatalogName, `database "nowhere" does not exist`)
	}
	return []byte(final), &identity.Session{ID: "1", Org: "o", OrgName: a.Database, Person: identity.PersonID(a.User), Login: a.User,
		Application: a.Application, ClientAddress: a.Address, Since: time.Now(), Method: a.Mechanism}, nil
}

// serving starts a server; what its Serve returns after cancel comes from done.
func serving(t testing.TB, config Config) (srv *Server, addr string, cancel func(), done <-chan error) {
	t.Helper()
	srv, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, l) }()
	return srv, l.Addr().String(), cancel, served
}

// startServer serves until the test ends and returns the address.
func startServer(t testing.TB, change func(*Config)) (string, *fakeEngine) {
	t.Helper()
	f := &fakeEngine{}
	cfg := Config{Engine: f, Authenticator: fakePeople{}, DrainTimeout: 200 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	_, addr, cancel, done := serving(t, cfg)
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(5 * time.Second):
			t.Error("the server does not end")
		}
		if n := f.open.Load(); n != 0 {
			t.Errorf("%d readers are not released", n)
		}
	})
	return addr, f
}
