package datum

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// catalogs is the functions about types, the session and privileges whose answer needs no catalog row: what a person sees
// he may read, everything is visible, nothing has a comment or a size.
func catalogs() family {
	f := family{
		"format_type(oid,int4)": formatType,
		"pg_typeof(any)":        func(fn *Func, _ []Value, _ *Env) (Value, error) { return Int(fn.Args[0]), nil },
		"pg_encoding_to_char(int4)": unaryE(func(n Int) (Value, error) {
			if n < 0 || int(n) >= len(characterSets()) {
				return Text(""), nil
			}
			return Text(characterSets()[n]), nil
		}),
		"pg_char_to_encoding(name)": unaryE(func(name Text) (Value, error) { return Int(encodingNumber(string(name))), nil }),
		"getdatabaseencoding()":     constant(Text("UTF8")), "pg_client_encoding()": constant(Text("UTF8")),
		"pg_is_in_recovery()":          constant(Bool(false)),
		"pg_my_temp_schema()":          constant(Int(0)),
		"pg_is_other_temp_schema(oid)": constant(Bool(false)),
		"inet_client_addr()":           constant(nil), "inet_client_port()": constant(nil),
		"inet_server_addr()": constant(nil), "inet_server_port()": constant(nil),
		"obj_description(oid,name)": constant(nil), "obj_description(oid)": constant(nil),
		"shobj_description(oid,name)": constant(nil), "col_description(oid,int4)": constant(nil),
		"pg_get_expr(pg_node_tree,oid)":        identity,
		"pg_get_expr(pg_node_tree,oid,bool)":   identity,
		"pg_tablespace_location(oid)":          constant(Text("")),
		"row_security_active(oid)":             constant(Bool(false)),
		"pg_relation_is_publishable(regclass)": constant(Bool(false)),
		"current_schemas(bool)":                currentSchemas,
		"num_nulls(any)":                       countNulls(true), "num_nonnulls(any)": countNulls(false),
		"current_setting(text)": currentSetting, "current_setting(text,bool)": currentSetting,
		"version()": func(_ *Func, _ []Value, env *Env) (Value, error) {
			if env.ServerVersion == "" {
				return nil, pgerr.New(pgerr.FeatureNotSupported, "the server's version is not known here")
			}
			return Text("PostgreSQL " + env.ServerVersion), nil
		},
		"pg_postmaster_start_time()": startTime, "pg_conf_load_time()": startTime,
		"pg_backend_pid()": func(_ *Func, _ []Value, env *Env) (Value, error) { return Int(env.Backend), nil },
		"regclass(text)": func(_ *Func, a []Value, env *Env) (Value, error) {
			return regIn(pgcat.Regclass, string(a[0].(Text)))
		},
		"to_regtype(text)":           toReg(pgcat.Regtype),
		"to_regproc(text)":           toReg(pgcat.Regproc),
		"uuid_extract_version(uuid)": unaryE(uuidVersion), "uuid_extract_timestamp(uuid)": unaryE(uuidTimestamp),
		"pg_size_pretty(int8)": unary(func(n Int) Text { return Text(prettySize(int64(n))) }),
	}
	for _, prefix := range []string{"has_", "pg_"} {
		for _, p := range privilegeProcs(prefix) {
			f[p.Signature()] = constant(Bool(true))
		}
	}
	return f
}

// startTime is when the server started, which is also when it read its configuration.
func startTime(_ *Func, _ []Value, env *Env) (Value, error) {
	if env.Started == 0 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the server's start is not known here")
	}
	return env.Started, nil
}

// privilegeProcs finds has_…_privilege and pg_…_is_visible.
func privilegeProcs(prefix string) []*pgcat.Proc {
	var out []*pgcat.Proc
	for _, kind := range []string{"table", "column", "any_column", "schema", "database", "sequence", "function", "language",
		"tablespace", "type", "foreign_data_wrapper", "server", "parameter"} {
		if prefix == "has_" {
			out = append(out, pgcat.ProcsByName("has_"+kind+"_privilege")...)
		}
		if prefix == "pg_" {
			out = append(out, pgcat.ProcsByName("pg_"+kind+"_is_visible")...)
		}
	}
	if prefix == "pg_" {
		for _, kind := range []string{"operator", "opclass", "opfamily", "conversion", "collation", "statistics_obj", "ts_parser",
			"ts_dict", "ts_template", "ts_config"} {
			out = append(out, pgcat.ProcsByName("pg_"+kind+"_is_visible")...)
		}
		out = append(out, pgcat.ProcsByName("pg_has_role")...)
	}
	return out
}

func formatType(_ *Func, a []Value, _ *Env) (Value, error) {
	oid, ok := a[0].(Int)
	if !ok {
		return nil, nil
	}
	if oid == 0 {
		return Text("-"), nil
	}
	if _, known := pgcat.TypeByOID(uint32(oid)); !known {
		return Text("???"), nil
	}
	mod, ok := a[1].(Int)
	if !ok {
		return Text(FormatType(uint32(oid), -1)), nil
	}
	return Text(FormatType(uint32(oid), int32(mod))), nil
}

func currentSchemas(_ *Func, a []Value, env *Env) (Value, error) {
	var items []Value
	if a[0] == Bool(true) {
		items = append(items, Text("pg_catalog"))
	}
	for _, s := range env.Schemas {
		if s != "pg_catalog" {
			items = append(items, Text(s))
		}
	}
	return arrayOf(pgcat.Name, items), nil
}

// currentSetting is NULL for an unknown name when its second argument says so.
func currentSetting(_ *Func, a []Value, env *Env) (Value, error) {
	name := string(a[0].(Text))
	if env.Setting == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "settings are not known here")
	}
	if v, ok := env.Setting(name); ok {
		return Text(v), nil
	}
	if len(a) == 2 && bool(a[1].(Bool)) {
		return nil, nil
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "unrecognized configuration parameter \"%s\"", name)
}

func countNulls(null bool) impl {
	return func(f *Func, a []Value, _ *Env) (Value, error) {
		values, _, err := spread(f, a, 0)
		if err != nil || f.Variadic && values == nil && a[0] == nil {
			return nil, err
		}
		n := 0
		for _, v := range values {
			n += btoi((v == nil) == null)
		}
		return Int(n), nil
	}
}

// toReg is NULL where the input function does not find the name.
func toReg(oid uint32) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) {
		s := strings.TrimSpace(string(a[0].(Text)))
		if s == "" || s[0] == '-' || isDigit(s[0]) {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "a number in place of a name is not supported")
		}
		v, err := regIn(oid, s)
		if err != nil {
			return nil, nil
		}
		return v, nil
	}
}

func uuidVersion(u UUID) (Value, error) {
	if u[8]&0xc0 != 0x80 {
		return nil, nil
	}
	return Int(u[6] >> 4), nil
}

// uuidTimestamp reads version 1; the builtin function of PostgreSQL 17 knows no other.
func uuidTimestamp(u UUID) (Value, error) {
	if u[8]&0xc0 != 0x80 || u[6]>>4 != 1 {
		return nil, nil
	}
	t := int64(u[0])<<24 | int64(u[1])<<16 | int64(u[2])<<8 | int64(u[3]) |
		int64(u[4])<<40 | int64(u[5])<<32 | int64(u[6]&15)<<56 | int64(u[7])<<48
	return Timestamp(t/10 - 12219292800*usecPerSecond), nil
}

// prettySize shows bytes in the largest unit in which they are below 10 × 2^10, rounded half up.
func prettySize(n int64) string {
	limit := int64(10 * 1024)
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	value, i := n, 0
	for ; i < len(units)-1 && (value >= limit || value <= -limit); i++ {
		if i == 0 {
			value >>= 9 // keep one bit for rounding
			limit = 20*1024 - 1
			continue
		}
		value >>= 10
	}
	if i > 0 {
		if value < 0 {
			value = (value - 1) / 2
		} else {
			value = (value + 1) / 2
		}
	}
	return string(appendInt(nil, pgcat.Int8, value)) + " " + units[i]
}
