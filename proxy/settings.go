package proxy

import (
	"maps"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// settings are the values of a session's parameters. The maps are never changed, only replaced, so that a copy of the
// struct is a snapshot: BEGIN and SAVEPOINT keep one, rolling back puts it back. Names are in lower case.
type settings struct {
	start   map[string]string // what RESET goes back to, where it is not the table's
	session map[string]string
	local   map[string]string // SET LOCAL, until the end of the transaction
	source  sourceSetting
}

// lookup returns a parameter's canonical value.
func (v *settings) lookup(lower string) (string, bool) {
	for _, m := range [...]map[string]string{v.local, v.session, v.start} {
		if value, ok := m[lower]; ok {
			return value, true
		}
	}
	if isTransaction(lower) {
		return v.lookup("default_" + lower)
	}
	if g := byName()[lower]; g != nil {
		return g.boot, true
	}
	if connection, name, ok := connectionSetting(lower); ok && v.source != nil {
		value, err := v.source(connection, name)
		return value, err == nil
	}
	return "", false
}

// isTransaction reports whether a parameter belongs to the running transaction.
func isTransaction(lower string) bool {
	return lower == "transaction_isolation" || lower == "transaction_read_only" || lower == "transaction_deferrable"
}

// value is lookup of a parameter that exists.
func (v *settings) value(lower string) string {
	value, _ := v.lookup(lower)
	return value
}

// show returns a parameter's value as SHOW prints it, and its name in the table's spelling.
func (v *settings) show(name string) (spelling, value string, err error) {
	lower := strings.ToLower(name)
	value, ok := v.lookup(lower)
	if !ok {
		return "", "", unknownSetting(name)
	}
	if g := byName()[lower]; g != nil {
		return g.name, g.show(value), nil
	}
	return name, value, nil
}

// check validates a value for a name and returns it in canonical form.
func (v *settings) check(name, value string) (string, error) {
	lower := strings.ToLower(name)
	if err := checkUTF8(value); err != nil {
		return "", err
	}
	if g := byName()[lower]; g != nil {
		return g.check(value, v.value(lower))
	}
	if err := checkCustom(name); err != nil {
		return "", err
	}
	if connection, name, ok := connectionSetting(lower); ok && v.source != nil {
		_, err := v.source(connection, name)
		return value, err
	}
	return value, nil
}

// checkCustom admits a name of the client's own: it has a prefix, and the prefix waggle is ours but for a connection's
// settings, waggle.<connection>.role and the like.
func checkCustom(name string) error {
	parts := strings.Split(name, ".")
	if len(parts) < 2 {
		return unknownSetting(name)
	}
	for _, p := range parts {
		if p == "" || p[0] >= '0' && p[0] <= '9' || p[0] == '$' || strings.ContainsFunc(p, func(r rune) bool { return !isNameRune(r) }) {
			return pgerr.New(pgerr.InvalidName, `invalid configuration parameter name "%s"`, name).
				WithDetail("Custom parameter names must be two or more simple identifiers separated by dots.")
		}
	}
	if _, _, ok := connectionSetting(strings.ToLower(name)); strings.EqualFold(parts[0], "waggle") && !ok {
		return pgerr.New(pgerr.InvalidName, `invalid configuration parameter name "%s"`, name).
			WithDetail(`"waggle" is a reserved prefix.`)
	}
	return nil
}

func isNameRune(r rune) bool {
	return r == '_' || r == '$' || r > 127 || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// set stores a checked value; local ends with the transaction.
func (v *settings) set(name, value string, local bool) {
	lower := strings.ToLower(name)
	if local {
		v.local = with(v.local, lower, value)
		return
	}
	v.session = with(v.session, lower, value)
	if _, ok := v.local[lower]; ok {
		v.local = without(v.local, lower)
	}
}

// reset goes back to the value at the session's start; RESET ALL has the name "".
func (v *settings) reset(name string) error {
	if name == "" {
		v.session, v.local = nil, onlyTransaction(v.local)
		return nil
	}
	lower := strings.ToLower(name)
	if g := byName()[lower]; g != nil && g.fixed() {
		return g.refusal()
	}
	if isTransaction(lower) {
		return pgerr.New(pgerr.FeatureNotSupported, `parameter "%s" cannot be reset`, lower)
	}
	if _, ok := v.lookup(lower); !ok {
		if err := checkCustom(name); err != nil {
			return err
		}
	}
	v.session, v.local = without(v.session, lower), without(v.local, lower)
	return nil
}

// onlyTransaction keeps what RESET ALL does not touch: the characteristics of the running transaction.
func onlyTransaction(local map[string]string) map[string]string {
	var kept map[string]string
	for name, value := range local {
		if isTransaction(name) {
			kept = with(kept, name, value)
		}
	}
	return kept
}

func with(m map[string]string, name, value string) map[string]string {
	c := make(map[string]string, len(m)+1)
	maps.Copy(c, m)
	c[name] = value
	return c
}

func without(m map[string]string, name string) map[string]string {
	if _, ok := m[name]; !ok {
		return m
	}
	c := maps.Clone(m)
	delete(c, name)
	return c
}

// custom lists the names that only this session knows, in order.
func (v *settings) custom() []string {
	var names []string
	for _, m := range [...]map[string]string{v.start, v.session, v.local} {
		for name := range m {
			if byName()[name] == nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// flatten joins the items of SET as the parameter wants them: lists of identifiers are quoted where needed.
func flatten(name string, values []string) (string, error) {
	g := byName()[strings.ToLower(name)]
	switch {
	case g != nil && g.kind == kindPath:
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = quoteIdentifier(v)
		}
		return strings.Join(quoted, ", "), nil
	case len(values) == 1:
		return values[0], nil
	case g != nil && (g.kind == kindDateStyle || g.name == "temp_tablespaces"):
		return strings.Join(values, ", "), nil
	}
	return "", pgerr.New(pgerr.InvalidParameterValue, "SET %s takes only one argument", name)
}

func quoteIdentifier(name string) string {
	plain := name != "" && !(name[0] >= '0' && name[0] <= '9') && name[0] != '$'
	for _, r := range name {
		plain = plain && (r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
