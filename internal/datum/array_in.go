package datum

import (
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// MaxDims is PostgreSQL's limit of an array's dimensions.
const MaxDims = 6

// arrayReader reads an array literal.
type arrayReader struct {
	text, rest string
	delim      byte
	elem       uint32
	mod        int32
	env        *Env
	dims       []Dim
	given      bool // dimensions were written before the braces
	items      []Value
}

func (r *arrayReader) fail(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", r.text).WithDetail(format, args...)
}

func errTooManyDims() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions exceeds the maximum allowed (%d)", MaxDims)
}

func arrayIn(elem uint32, mod int32, text string, env *Env) (Value, error) {
	r := &arrayReader{text: text, rest: text, delim: ',', elem: elem, mod: mod, env: env}
	if t, ok := pgcat.TypeByOID(elem); ok {
		r.delim = t.Delim
	}
	if err := r.bounds(); err != nil {
		return nil, err
	}
	switch {
	case r.given && !strings.HasPrefix(r.rest, "="):
		return nil, r.fail("Missing \"=\" after array dimensions.")
	case r.given:
		r.rest = trimLeft(r.rest[1:])
	}
	if !strings.HasPrefix(r.rest, "{") {
		if r.given {
			return nil, r.fail("Array contents must start with \"{\".")
		}
		return nil, r.fail("Array value must start with \"{\" or dimension information.")
	}
	if err := r.body(); err != nil {
		return nil, err
	}
	if trimSpace(r.rest) != "" {
		return nil, r.fail("Junk after closing right brace.")
	}
	if len(r.items) == 0 {
		return &Array{Elem: elem}, nil
	}
	return &Array{Elem: elem, Dims: r.dims, Items: r.items}, nil
}

// bounds reads [lower:upper]… before the braces.
func (r *arrayReader) bounds() error {
	for {
		r.rest = trimLeft(r.rest)
		if !strings.HasPrefix(r.rest, "[") {
			return nil
		}
		r.rest = r.rest[1:]
		if len(r.dims) == MaxDims {
			return errTooManyDims()
		}
		lower, found, err := r.bound()
		if err != nil {
			return err
		}
		if !found {
			return r.fail("\"[\" must introduce explicitly-specified array dimensions.")
		}
		upper := lower
		if strings.HasPrefix(r.rest, ":") {
			r.rest = r.rest[1:]
			if upper, found, err = r.bound(); err != nil {
				return err
			}
			if !found {
				return r.fail("Missing array dimension value.")
			}
		} else {
			lower = 1
		}
		if !strings.HasPrefix(r.rest, "]") {
			return r.fail("Missing \"]\" after array dimensions.")
		}
		r.rest = r.rest[1:]
		switch {
		case upper < lower:
			return pgerr.New(pgerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		case upper == math.MaxInt32:
			return pgerr.New(pgerr.ProgramLimitExceeded, "array upper bound is too large: %d", upper)
		case upper-lower+1 > math.MaxInt32:
			return pgerr.New(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)")
		}
		r.dims = append(r.dims, Dim{int32(upper - lower + 1), int32(lower)})
		r.given = true
	}
}

func (r *arrayReader) bound() (int64, bool, error) {
	n := 0
	if r.rest != "" && (r.rest[0] == '-' || r.rest[0] == '+') {
		n++
	}
	n += digitPrefix(r.rest[n:])
	if n == 0 || !isDigit(r.rest[n-1]) {
		return 0, false, nil
	}
	v, err := strconv.ParseInt(r.rest[:n], 10, 32)
	if err != nil {
		return 0, false, pgerr.New(pgerr.ProgramLimitExceeded, "array bound is out of integer range")
	}
	r.rest = r.rest[n:]
	return v, true, nil
}

// braces tracks the nesting of an array literal.
type braces struct {
	count  [MaxDims]int32 // items of the open braces
	length [MaxDims]int32 // of each dimension, -1 while unknown
	depth  int
	dims   int
	frozen bool // dims is known
	comma  bool // a delimiter or a closing brace must follow
}

func (r *arrayReader) body() error {
	b := &braces{dims: len(r.dims), frozen: r.given}
	for i := range b.length {
		b.length[i] = -1
		if i < len(r.dims) {
			b.length[i] = r.dims[i].Len
		}
	}
	for {
		if err := r.step(b); err != nil {
			return err
		}
		if b.depth == 0 {
			break
		}
	}
	if !r.given {
		for i := range b.dims {
			r.dims = append(r.dims, Dim{b.length[i], 1})
		}
	}
	return nil
}

func (r *arrayReader) step(b *braces) error {
	r.rest = trimLeft(r.rest)
	if r.rest == "" {
		return r.fail("Unexpected end of input.")
	}
	c := r.rest[0]
	switch c {
	case '{':
		r.rest = r.rest[1:]
		return r.open(b)
	case '}':
		r.rest = r.rest[1:]
		return r.close(b)
	case r.delim:
		r.rest = r.rest[1:]
		if !b.comma {
			return r.fail("Unexpected \"%c\" character.", c)
		}
		b.comma = false
		return nil
	}
	text, null, err := r.element()
	switch {
	case err != nil:
		return err
	case b.comma:
		return r.fail("Unexpected array element.")
	}
	var v Value
	if !null {
		if v, err = In(r.elem, r.mod, text, r.env); err != nil {
			return err
		}
	}
	r.items = append(r.items, v)
	b.frozen = true
	if b.depth != b.dims {
		return r.mismatch()
	}
	b.count[b.depth-1]++
	b.comma = true
	return nil
}

func (r *arrayReader) open(b *braces) error {
	switch {
	case b.comma:
		return r.fail("Unexpected \"{\" character.")
	case b.depth == MaxDims:
		return errTooManyDims()
	}
	b.count[b.depth] = 0
	b.depth++
	if b.depth > b.dims {
		if b.frozen {
			return r.mismatch()
		}
		b.dims = b.depth
	}
	return nil
}

func (r *arrayReader) close(b *braces) error {
	if b.count[b.depth-1] > 0 && !b.comma {
		return r.fail("Unexpected \"}\" character.")
	}
	b.depth--
	if b.depth > 0 {
		b.count[b.depth-1]++
	}
	if b.length[b.depth] < 0 {
		b.length[b.depth] = b.count[b.depth]
	} else if b.count[b.depth] != b.length[b.depth] {
		return r.mismatch()
	}
	b.comma = true
	return nil
}

func (r *arrayReader) mismatch() error {
	if r.given {
		return r.fail("Specified array dimensions do not match array contents.")
	}
	return r.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
}

// element reads one element's text; an unquoted NULL is null.
func (r *arrayReader) element() (text string, null bool, err error) {
	if r.rest[0] == '"' {
		text, err = r.quoted()
		return text, false, err
	}
	var out []byte
	keep, escaped := 0, false // bytes of out up to the last that is no plain space
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '{':
			return "", false, r.fail("Unexpected \"{\" character.")
		case c == '"':
			return "", false, r.fail("Incorrectly quoted array element.")
		case c == '\\' && i+1 < len(r.rest):
			i++
			out = append(out, r.rest[i])
			keep, escaped = len(out), true
		case c == '\\':
		case c == '}' || c == r.delim:
			r.rest = r.rest[i:]
			text = string(out[:keep])
			return text, !escaped && strings.EqualFold(text, "null"), nil
		default:
			out = append(out, c)
			if !isSpace(c) {
				keep = len(out)
			}
		}
	}
	return "", false, r.fail("Unexpected end of input.")
}

func (r *arrayReader) quoted() (string, error) {
	var out []byte
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '\\' && i+1 < len(r.rest):
			i++
			out = append(out, r.rest[i])
		case c == '"':
			r.rest = trimLeft(r.rest[i+1:])
			if r.rest != "" && (r.rest[0] == r.delim || r.rest[0] == '}' || r.rest[0] == '{') {
				return string(out), nil
			}
			return "", r.fail("Incorrectly quoted array element.")
		default:
			out = append(out, c)
		}
	}
	return "", r.fail("Unexpected end of input.")
}
