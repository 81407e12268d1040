package datum

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// vectorIn reads int2vector and oidvector: numbers separated by spaces, indexed from 0.
func vectorIn(oid uint32, text string) (Value, error) {
	elem := uint32(pgcat.Int2)
	if oid == pgcat.OIDVector {
		elem = pgcat.OID
	}
	a := &Array{Elem: elem}
	for _, w := range strings.FieldsFunc(text, func(c rune) bool { return c < 128 && isSpace(byte(c)) }) {
		v, err := In(elem, -1, w, nil)
		if err != nil {
			return nil, err
		}
		a.Items = append(a.Items, v)
	}
	a.Dims = []Dim{{int32(len(a.Items)), 0}}
	return a, nil
}

func appendArray(dst []byte, oid uint32, a *Array, env *Env) []byte {
	if oid == pgcat.Int2Vector || oid == pgcat.OIDVector {
		for i, v := range a.Items {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = AppendText(dst, a.Elem, v, env)
		}
		return dst
	}
	if len(a.Items) == 0 {
		return append(dst, "{}"...)
	}
	dst = appendBounds(dst, a.Dims)
	w := arrayWriter{a: a, env: env, delim: ','}
	if t, ok := pgcat.TypeByOID(a.Elem); ok {
		w.delim = t.Delim
	}
	return w.dimension(dst, 0)
}

// appendBounds appends [lower:upper]… = when a lower bound is not 1.
func appendBounds(dst []byte, dims []Dim) []byte {
	plain := true
	for _, d := range dims {
		plain = plain && d.Lower == 1
	}
	if plain {
		return dst
	}
	for _, d := range dims {
		dst = strconv.AppendInt(append(dst, '['), int64(d.Lower), 10)
		dst = strconv.AppendInt(append(dst, ':'), int64(d.Lower)+int64(d.Len)-1, 10)
		dst = append(dst, ']')
	}
	return append(dst, '=')
}

type arrayWriter struct {
	a     *Array
	env   *Env
	delim byte
	next  int // item
}

func (w *arrayWriter) dimension(dst []byte, level int) []byte {
	dst = append(dst, '{')
	for i := range w.a.Dims[level].Len {
		if i > 0 {
			dst = append(dst, w.delim)
		}
		if level+1 < len(w.a.Dims) {
			dst = w.dimension(dst, level+1)
			continue
		}
		if w.next < len(w.a.Items) {
			dst = w.item(dst, w.a.Items[w.next])
			w.next++
		}
	}
	return append(dst, '}')
}

func (w *arrayWriter) item(dst []byte, v Value) []byte {
	if v == nil {
		return append(dst, "NULL"...)
	}
	start := len(dst)
	dst = AppendText(dst, w.a.Elem, v, w.env)
	return QuoteArrayItem(dst, start, w.delim)
}

// QuoteArrayItem quotes the text at dst[start:] when an array literal needs it.
func QuoteArrayItem(dst []byte, start int, delim byte) []byte {
	text := dst[start:]
	need := len(text) == 0 || len(text) == 4 && strings.EqualFold(string(text), "null")
	escapes := 0
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			escapes++
		case c == '{' || c == '}' || c == delim || isSpace(c):
			need = true
		}
	}
	if !need && escapes == 0 {
		return dst
	}
	return quoteInPlace(dst, start, escapes)
}

// quoteInPlace wraps dst[start:] in quotes and puts a backslash before each of its escapes quotes and backslashes.
func quoteInPlace(dst []byte, start, escapes int) []byte {
	from := len(dst) - 1
	for range escapes + 2 {
		dst = append(dst, '"')
	}
	to := len(dst) - 2
	for ; from >= start; from-- {
		c := dst[from]
		dst[to] = c
		to--
		if c == '"' || c == '\\' {
			dst[to] = '\\'
			to--
		}
	}
	dst[start] = '"'
	return dst
}

// appendRecord appends a row value: fields of unknown type are written by their kind.
func appendRecord(dst []byte, r Record, env *Env) []byte {
	dst = append(dst, '(')
	for i, v := range r {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v != nil {
			start := len(dst)
			dst = QuoteRecordField(AppendText(dst, naturalType(v), v, env), start)
		}
	}
	return append(dst, ')')
}

// naturalType is the type by which a value without one is written.
func naturalType(v Value) uint32 {
	switch v.(type) {
	case Int:
		return pgcat.Int8
	case Float:
		return pgcat.Float8
	case Timestamp:
		return pgcat.Timestamp
	}
	return pgcat.Text
}

// QuoteRecordField quotes the text at dst[start:] when a row literal needs it: quotes and backslashes are doubled.
func QuoteRecordField(dst []byte, start int) []byte {
	text := dst[start:]
	need, escapes := len(text) == 0, 0
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			escapes++
		case c == '(' || c == ')' || c == ',' || isSpace(c):
			need = true
		}
	}
	if !need && escapes == 0 {
		return dst
	}
	end := len(dst)
	dst = quoteInPlace(dst, start, escapes)
	for i := start + 1; i < len(dst)-1 && end > start; i++ {
		if dst[i] == '\\' {
			dst[i] = dst[i+1]
			i++
		}
	}
	return dst
}
