package audit

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// encode returns b as one JSON object without a final line break, as encoding/json would write it. The fields that most
// records have are written here, since each statement pays for two records.
func (b *body) encode() ([]byte, error) {
	w := objectWriter{dst: make([]byte, 0, 768)}
	w.dst = append(w.dst, '{')
	w.text("kind", b.Kind)
	w.text("query", string(b.Query))
	w.text("org", string(b.Org))
	w.text("organisation", b.OrgName)
	if a := b.Actor; a != nil {
		w.open("actor")
		w.text("person", string(a.Person))
		w.text("login", a.Login)
		w.text("role", string(a.Role))
		w.text("method", a.Method)
		w.text("session", a.Session)
		w.text("token", a.Token)
		w.dst = append(w.dst, '}')
	}
	if c := b.Client; c != nil {
		w.open("client")
		w.text("address", c.Address)
		w.text("application", c.Application)
		w.dst = append(w.dst, '}')
	}
	w.text("key", b.Key)
	w.text("path", b.Path)
	w.text("model", b.Model)
	w.text("statement", b.Statement)
	w.any("entities", b.Entities, len(b.Entities) > 0)
	w.any("access", b.Access, b.Access != nil)
	w.end(b.End)
	w.any("act", b.Act, b.Act != nil)
	w.any("log", b.Log, b.Log != nil)
	return w.close()
}

// encode returns p as one JSON object.
func (p *Private) encode() ([]byte, error) {
	w := objectWriter{dst: []byte{'{'}}
	w.texts("literals", p.Literals)
	w.texts("parameters", p.Parameters)
	w.text("address", p.Address)
	return w.close()
}

// objectWriter appends the members of a JSON object; the first error stays.
type objectWriter struct {
	dst []byte
	err error
}

func (w *objectWriter) close() ([]byte, error) {
	if w.err != nil {
		return nil, pgerr.New(pgerr.Internal, "an audit record cannot be encoded").Because(w.err)
	}
	return append(w.dst, '}'), nil
}

func (w *objectWriter) name(name string) {
	if w.dst[len(w.dst)-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '"', ':')
}

func (w *objectWriter) open(name string) {
	w.name(name)
	w.dst = append(w.dst, '{')
}

// text leaves an empty text out.
func (w *objectWriter) text(name, value string) {
	if value == "" {
		return
	}
	w.name(name)
	w.quoted(value)
}

func (w *objectWriter) quoted(value string) {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			w.value(value)
			return
		}
	}
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, value...)
	w.dst = append(w.dst, '"')
}

// texts leaves an empty list out.
func (w *objectWriter) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	w.name(name)
	for i, t := range list {
		w.dst = append(w.dst, "[,"[min(i, 1)])
		w.quoted(t)
	}
	w.dst = append(w.dst, ']')
}

// number writes the usual sizes here: encoding/json has exponents for the very small and the very large.
func (w *objectWriter) number(f float64) {
	if f != 0 && (f < 1e-6 || f >= 1e21) {
		w.value(f)
		return
	}
	w.dst = strconv.AppendFloat(w.dst, f, 'f', -1, 64)
}

func (w *objectWriter) any(name string, v any, present bool) {
	if present {
		w.name(name)
		w.value(v)
	}
}

// value appends what encoding/json makes of v, with <, > and & as they are.
func (w *objectWriter) value(v any) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		w.err = err
		return
	}
	w.dst = append(w.dst, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func (w *objectWriter) end(e *End) {
	if e == nil {
		return
	}
	w.open("end")
	w.name("rows")
	w.dst = strconv.AppendInt(w.dst, e.Rows, 10)
	w.name("bytes")
	w.dst = strconv.AppendInt(w.dst, e.Bytes, 10)
	w.name("duration_ms")
	w.number(e.Duration)
	w.name("sqlstate")
	w.quoted(e.SQLState)
	w.name("outcome")
	w.quoted(string(e.Outcome))
	w.any("cached", true, e.Cached)
	w.any("calls", e.Calls, len(e.Calls) > 0)
	w.any("workspace", e.Workspace, e.Workspace != nil)
	w.dst = append(w.dst, '}')
}
