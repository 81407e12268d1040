package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/xdg-go/scram"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/proxy"
)

// memoryServer is a process with the real proxy and the real audit log, whose engine answers every query with the mixed
// rows from batches made beforehand: what is left of path direct when the source costs nothing.
type memoryServer struct {
	dsn string
	pid int
	cmd *exec.Cmd
}

// memoryJob is what its process is told.
type memoryJob struct{ Dir, Certificate, Key string }

func startMemory(ctx context.Context, b *bench) (*memoryServer, error) {
	text, err := json.Marshal(memoryJob{filepath.Join(b.dir, "memory"), b.cert.file, b.cert.key})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "memory", string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(strings.TrimSpace(address))
	return &memoryServer{fmt.Sprintf("host=%s port=%s user=ana password=secret dbname=acme sslmode=require", host, port), cmd.Process.Pid, cmd}, nil
}

func (m *memoryServer) stop() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
}

// memoryMain is that process.
func memoryMain(ctx context.Context, text string) error {
	var j memoryJob
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	log, err := openLog(j.Dir)
	if err != nil {
		return err
	}
	certificates, err := proxy.LoadCertificates(j.Certificate, j.Key)
	if err != nil {
		return err
	}
	server, err := proxy.New(proxy.Config{Engine: newMemoryEngine(log), Authenticator: anybody{}, Certificates: certificates})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return server.Serve(ctx, l)
}

// openLog opens an audit log with a key of its own, without literals.
func openLog(dir string) (*audit.Log, error) {
	key, err := audit.CreateKey(dir+".key", "bench")
	if err != nil {
		return nil, err
	}
	return audit.Open(audit.Options{Directory: dir, Key: key, Literals: audit.Drop})
}

type memoryEngine struct {
	log     *audit.Log
	plan    *planner.Prepared
	schema  *arrow.Schema
	batches []arrow.RecordBatch
}

const batchRows = 8192

func newMemoryEngine(log *audit.Log) *memoryEngine {
	types := []plan.Type{{OID: pgcat.Int4, Mod: -1}, {OID: pgcat.Int8, Mod: -1}, {OID: pgcat.Text, Mod: -1}, {OID: pgcat.Numeric, Mod: 12<<16 + 2 + 4},
		{OID: pgcat.TimestampTZ, Mod: -1}, {OID: pgcat.Bool, Mod: -1}, {OID: pgcat.Float8, Mod: -1}}
	e := &memoryEngine{log: log, plan: &planner.Prepared{Path: planner.Direct, Template: "SELECT * FROM mixed"}}
	var fields []arrow.Field
	for i, t := range types {
		name := string(rune('a' + i))
		e.plan.Columns = append(e.plan.Columns, planner.Column{Name: name, Type: t, Index: i})
		fields = append(fields, arrow.Field{Name: name, Type: plan.ArrowType(t), Nullable: true})
	}
	e.schema = arrow.NewSchema(fields, nil)
	for from := 1; from <= rowCount; from += batchRows {
		e.batches = append(e.batches, mixedBatch(e.schema, from, min(from+batchRows, rowCount+1)))
	}
	return e
}

// mixedBatch is mixedColumns for i in [from, to).
func mixedBatch(schema *arrow.Schema, from, to int) arrow.RecordBatch {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := from; i < to; i++ {
		b.Field(0).(*array.Int32Builder).Append(int32(i))
		b.Field(1).(*array.Int64Builder).Append(int64(i) * 7919)
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprintf("customer %d", i))
		b.Field(3).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i % 1_000_000)))
		b.Field(4).(*array.TimestampBuilder).Append(arrow.Timestamp(start + int64(i)*1_000_000))
		b.Field(5).(*array.BooleanBuilder).Append(i%2 == 0)
		b.Field(6).(*array.Float64Builder).Append(float64(i) / 7)
	}
	return b.NewRecordBatch()
}

// Prepare gives every query the same plan.
func (e *memoryEngine) Prepare(context.Context, *identity.Session, plan.Settings, plan.Span, []uint32) (*planner.Prepared, error) {
	return e.plan, nil
}

// Execute records the statement durably, as before a call to a source, and returns the batches.
func (e *memoryEngine) Execute(ctx context.Context, who *identity.Session, p *planner.Prepared, _ engine.Args) (proxy.Result, error) {
	id, err := e.log.Begin(ctx, audit.Begin{Session: who, Statement: p.Template, Path: p.Path.String()})
	if err != nil {
		return nil, err
	}
	for _, b := range e.batches {
		b.Retain()
	}
	r, err := array.NewRecordReader(e.schema, e.batches)
	return &recorded{RecordReader: r, log: e.log, id: id, end: audit.End{SQLState: "00000", Outcome: audit.OK}}, err
}

// Explain has nothing to say.
func (e *memoryEngine) Explain(context.Context, *identity.Session, plan.Settings, plan.Explain, engine.Args) ([]string, error) {
	return nil, pgerr.New(pgerr.FeatureNotSupported, "the bench does not explain")
}

// recorded ends the audit record when the rows are released.
type recorded struct {
	array.RecordReader
	log *audit.Log
	id  audit.ID
	end audit.End
}

// Sent counts what reached the client.
func (r *recorded) Sent(rows, bytes int64) {
	r.end.Rows, r.end.Bytes = r.end.Rows+rows, r.end.Bytes+bytes
}

// Fail keeps why the client did not get the rest.
func (r *recorded) Fail(err error) { r.end.SQLState, r.end.Outcome = pgerr.Code(err), audit.Failed }

// Release ends the record.
func (r *recorded) Release() {
	r.RecordReader.Release()
	_ = r.log.End(r.id, r.end)
}

// anybody is an Authenticator for whom the password is "secret".
type anybody struct{}

// Mechanisms offers SCRAM-SHA-256.
func (anybody) Mechanisms([]byte) []string { return []string{identity.MechanismSCRAM} }

// Start begins an exchange.
func (anybody) Start(_ context.Context, a identity.Attempt, _, first []byte) (proxy.Exchange, []byte, error) {
	c, err := scram.SHA256.NewClient(a.User, "secret", "")
	if err != nil {
		return nil, nil, err
	}
	stored, err := c.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "0123456789abcdef", Iters: 4096})
	if err != nil {
		return nil, nil, err
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
	if err != nil {
		return nil, nil, err
	}
	conversation := server.NewConversation()
	answer, err := conversation.Step(string(first))
	return &exchange{conversation, a}, []byte(answer), err
}

type exchange struct {
	conversation *scram.ServerConversation
	attempt      identity.Attempt
}

// Finish checks the proof.
func (e *exchange) Finish(_ context.Context, final []byte) ([]byte, *identity.Session, error) {
	answer, err := e.conversation.Step(string(final))
	if err != nil || !e.conversation.Valid() {
		return nil, nil, pgerr.New(pgerr.InvalidPassword, "password authentication failed")
	}
	return []byte(answer), &identity.Session{ID: "1", Org: "o", OrgName: e.attempt.Database, Person: "p", Login: e.attempt.User,
		Role: identity.Viewer, Method: e.attempt.Mechanism, Since: time.Now()}, nil
}
