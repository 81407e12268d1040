package datum

import "github.com/waggle-sql/waggle/internal/pgerr"

// sessionFunctions have an effect on a session, or know it. They run where Env reaches it: as items of a SELECT without FROM
// (DECISIONS 13).
func sessionFunctions() family {
	return family{
		"set_config(text,text,bool)": setConfig,
		"pg_backend_pid()": func(_ *Func, _ []Value, env *Env) (Value, error) {
			if env.Backend == 0 {
				return nil, noSession("pg_backend_pid")
			}
			return Int(env.Backend), nil
		},
		"pg_cancel_backend(int4)": func(_ *Func, args []Value, env *Env) (Value, error) {
			return cancelBackend("pg_cancel_backend", args[0].(Int), false, env)
		},
		"pg_terminate_backend(int4,int8)": func(_ *Func, args []Value, env *Env) (Value, error) {
			return cancelBackend("pg_terminate_backend", args[0].(Int), true, env)
		},
		// Nobody holds an advisory lock here; drivers release all of them when a connection goes back to its pool.
		"pg_advisory_unlock_all()": func(*Func, []Value, *Env) (Value, error) { return Text(""), nil },
	}
}

func noSession(name string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported here", name).
		WithHint("Call it as an item of a SELECT without FROM.")
}

func setConfig(_ *Func, args []Value, env *Env) (Value, error) {
	name, ok := args[0].(Text)
	switch {
	case env.Set == nil:
		return nil, noSession("set_config")
	case !ok:
		return nil, pgerr.New(pgerr.NullNotAllowed, "SET requires parameter name")
	}
	value, ok := args[1].(Text)
	if !ok {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "set_config to NULL is not supported").WithHint("Use RESET.")
	}
	local, _ := args[2].(Bool)
	shown, err := env.Set(string(name), string(value), bool(local))
	if err != nil {
		return nil, err
	}
	return Text(shown), nil
}

func cancelBackend(name string, backend Int, end bool, env *Env) (Value, error) {
	if env.Cancel == nil {
		return nil, noSession(name)
	}
	done, err := env.Cancel(int64(backend), end)
	if err != nil {
		return nil, err
	}
	return Bool(done), nil
}
