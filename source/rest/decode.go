package rest

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxDepth bounds the nesting of an answer.
const maxDepth = 64

var (
	errDeep  = errors.New("the answer nests too deep")
	errLarge = errors.New("the answer is too large")
)

// guarded counts the bytes of an answer, decompressed, and its nesting, and ends it at the limits.
type guarded struct {
	r      io.Reader
	left   int64
	n      int64
	depth  int
	quoted bool
	escape bool
	err    error // of the transport, which is not the document's fault
}

// Read reads from the answer; errLarge and errDeep at the limits.
func (g *guarded) Read(p []byte) (int, error) {
	if g.left <= 0 {
		var one [1]byte
		if n, err := g.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errLarge
	}
	if int64(len(p)) > g.left {
		p = p[:g.left]
	}
	n, err := g.r.Read(p)
	g.left, g.n = g.left-int64(n), g.n+int64(n)
	if !g.shallow(p[:n]) {
		return 0, errDeep
	}
	if err != nil && err != io.EOF {
		g.err = err
	}
	return n, err
}

func (g *guarded) shallow(p []byte) bool {
	for _, c := range p {
		switch {
		case g.escape:
			g.escape = false
		case g.quoted:
			g.escape = c == '\\'
			g.quoted = c != '"'
		case c == '"':
			g.quoted = true
		case c == '{' || c == '[':
			if g.depth++; g.depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			g.depth--
		}
	}
	return true
}

// document reads an answer: each record of the array at records goes to f as it comes, everything else is returned.
// Numbers stay the text that they are.
func document(r io.Reader, records []string, f func(record any) error) (map[string]any, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	rest, err := members(d, records, f)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		if err == nil {
			err = errors.New("something follows the document")
		}
		return nil, err
	}
	return rest, nil
}

func members(d *json.Decoder, records []string, f func(any) error) (map[string]any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, noEnd(err)
	}
	if t != json.Delim('{') {
		return nil, errors.New("an object was expected")
	}
	rest := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, noEnd(err)
		}
		name, _ := key.(string)
		if err := memberOf(d, name, records, rest, f); err != nil {
			return nil, noEnd(err)
		}
	}
	_, err = d.Token()
	return rest, noEnd(err)
}

func memberOf(d *json.Decoder, name string, records []string, rest map[string]any, f func(any) error) error {
	switch {
	case len(records) == 0 || records[0] != name:
		var v any
		if err := d.Decode(&v); err != nil {
			return err
		}
		rest[name] = v
		return nil
	case len(records) > 1:
		inner, err := members(d, records[1:], f)
		rest[name] = inner
		return err
	}
	return items(d, f)
}

// items hands on the items of an array; null is an empty one.
func items(d *json.Decoder, f func(any) error) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return pgerr.New(pgerr.DatatypeMismatch, "the source's records are no array")
	}
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// noEnd turns the end of an unfinished document into the error that it is.
func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
