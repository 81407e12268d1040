package datum

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestSessionFunctions(t *testing.T) {
	call := func(signature string, env *Env, args ...Value) (Value, error) {
		p, ok := pgcat.ProcBySignature(signature)
		if !ok || !Has(p.OID) {
			t.Fatalf("%s is missing", signature)
		}
		return Call(Func{Proc: p.OID, Args: p.Args, Result: p.Result, Mod: -1}, args, env)
	}
	env := &Env{Backend: 7,
		Set:    func(name, value string, local bool) (string, error) { return name + "=" + value, nil },
		Cancel: func(backend int64, end bool) (bool, error) { return backend == 7 && end, nil }}
	if v, err := call("set_config(text,text,bool)", env, Text("a"), Text("b"), Bool(true)); v != Text("a=b") || err != nil {
		t.Error(v, err)
	}
	if _, err := call("set_config(text,text,bool)", env, nil, Text("b"), Bool(true)); pgerr.Code(err) != pgerr.NullNotAllowed {
		t.Error(err)
	}
	if v, err := call("pg_terminate_backend(int4,int8)", env, Int(7), Int(0)); v != Bool(true) || err != nil {
		t.Error(v, err)
	}
	if v, err := call("pg_backend_pid()", env); v != Int(7) || err != nil {
		t.Error(v, err)
	}
	for _, signature := range []string{"set_config(text,text,bool)", "pg_cancel_backend(int4)", "pg_backend_pid()"} {
		args := map[string][]Value{"set_config(text,text,bool)": {Text("a"), Text("b"), Bool(false)}, "pg_cancel_backend(int4)": {Int(1)}}[signature]
		if _, err := call(signature, &Env{}, args...); pgerr.Code(err) != pgerr.FeatureNotSupported {
			t.Error(signature, err)
		}
	}
}
