package datum

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// castTargets are types with and without a length.
var castTargets = []struct {
	name, sql string
	mod       int32
}{
	{"bool", "bool", -1}, {"int2", "int2", -1}, {"int4", "int4", -1}, {"int8", "int8", -1}, {"float4", "float4", -1},
	{"float8", "float8", -1}, {"numeric", "numeric", -1}, {"numeric", "numeric(6,2)", MakeNumericMod(6, 2)}, {"text", "text", -1},
	{"varchar", "varchar", -1}, {"varchar", "varchar(3)", 7}, {"bpchar", "bpchar", -1}, {"name", "name", -1}, {"bytea", "bytea", -1},
	{"date", "date", -1}, {"time", "time", -1}, {"time", "time(0)", 0}, {"timetz", "timetz", -1}, {"timestamp", "timestamp", -1},
	{"timestamp", "timestamp(3)", 3}, {"timestamptz", "timestamptz", -1}, {"timestamptz", "timestamptz(0)", 0},
	{"interval", "interval", -1}, {"uuid", "uuid", -1}, {"json", "json", -1}, {"jsonb", "jsonb", -1}, {"_int4", "_int4", -1},
	{"_text", "_text", -1}, {"_numeric", "_numeric", -1}, {"_float8", "_float8", -1}, {"oid", "oid", -1},
}

// TestCastsDifferential casts every interesting value to every type here and on PostgreSQL 17.
func TestCastsDifferential(t *testing.T) {
	ctx := t.Context()
	_, conn := oracle.Connected(t, "timezone="+testZone)
	env, calls := testEnv(t), 0
	for from := range interesting {
		for _, to := range castTargets {
			if from == "time" && to.name == "timetz" || from == "timetz" && to.name != "time" { // of today's offset
				continue
			}
			for _, text := range interesting[from] {
				e := example{Types: []string{from}, Args: []*string{&text}, Func: to.name}
				askCast(ctx, conn, &e, to.sql)
				if e.Code == "42846" { // the binder's
					break
				}
				calls++
				got := computeCast(&e, to.mod, env)
				if got.Code == pgerr.FeatureNotSupported && got.Code != e.Code {
					continue
				}
				if got.text() != e.text() {
					t.Errorf("(%q::%s)::%s: %s, want %s", text, from, to.sql, got.text(), e.text())
					break
				}
			}
		}
	}
	t.Logf("%d casts compared", calls)
}

func askCast(ctx context.Context, conn *pgconn.PgConn, e *example, to string) {
	e.answered(ctx, conn, fmt.Sprintf("SELECT (%s::%s)::%s", quoteLiteral(*e.Args[0]), sqlType(e.Types[0]), to))
}

func computeCast(e *example, mod int32, env *Env) (out *example) {
	out = &example{}
	from, _ := pgcat.TypesByName(e.Types[0])
	to, _ := pgcat.TypesByName(e.Func)
	v, err := In(from.OID, -1, *e.Args[0], env)
	if err == nil {
		v, err = Cast(v, from.OID, to.OID, mod, true, env)
	}
	if err != nil {
		pe := pgerr.From(err)
		out.Code, out.Msg = pe.Code, pe.Message
		return out
	}
	if v != nil {
		s := string(AppendText(nil, to.OID, v, env))
		out.Want = &s
	}
	return out
}
