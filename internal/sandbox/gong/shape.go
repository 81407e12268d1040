package gong

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sort"
	"time"
)

// kind is the JSON type of a leaf of a request body.
type kind int

const (
	text kind = iota
	texts
	flag
)

// shape is the allow-list of a JSON object: name → kind or shape. Names count with their case, as in Gong.
type shape map[string]any

// read checks a body against a shape and decodes it.
func read(body []byte, allowed shape, into any) *refusal {
	dec := json.NewDecoder(bytes.NewReader(body))
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return refuse(http.StatusBadRequest, "Malformed JSON request")
	}
	if _, err := dec.Token(); err != io.EOF {
		return refuse(http.StatusBadRequest, "Malformed JSON request")
	}
	if why := allowed.flaw(doc, ""); why != "" {
		return refuse(http.StatusBadRequest, why)
	}
	if json.Unmarshal(body, into) != nil {
		return refuse(http.StatusBadRequest, "Malformed JSON request")
	}
	return nil
}

// flaw returns what is wrong with a value at a path, or "".
func (allowed shape) flaw(v any, path string) string {
	object, ok := v.(map[string]any)
	if !ok {
		return "Expected an object at '" + path + "'"
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		want, known := allowed[name]
		at := name
		if path != "" {
			at = path + "." + name
		}
		if !known {
			return "Unrecognized field '" + at + "'"
		}
		if inner, ok := want.(shape); ok {
			if why := inner.flaw(object[name], at); why != "" {
				return why
			}
			continue
		}
		if !want.(kind).fits(object[name]) {
			return "Invalid value for field '" + at + "'"
		}
	}
	return ""
}

func (k kind) fits(v any) bool {
	switch k {
	case texts:
		list, ok := v.([]any)
		for _, e := range list {
			ok = ok && text.fits(e)
		}
		return ok
	case flag:
		_, ok := v.(bool)
		return ok
	}
	_, ok := v.(string)
	return ok
}

// instant reads Gong's ISO-8601 date and time, whose offset is required; "" is no bound.
func instant(name, value string) (time.Time, *refusal) {
	if value == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, refuse(http.StatusBadRequest, "'"+name+"' must be an ISO-8601 date and time with an offset")
	}
	return t, nil
}

// span reads two bounds: from, included, and to, excluded.
func span(from, to string) (a, b time.Time, no *refusal) {
	if a, no = instant("fromDateTime", from); no != nil {
		return
	}
	if b, no = instant("toDateTime", to); no != nil {
		return
	}
	if !a.IsZero() && !b.IsZero() && a.After(b) {
		no = refuse(http.StatusBadRequest, "'fromDateTime' must not be after 'toDateTime'")
	}
	return
}

// within tells whether t is in [from, to); a zero bound is none.
func within(t, from, to time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

// identifiers refuses what cannot be one of Gong's ids: up to 20 digits.
func identifiers(name string, ids []string) *refusal {
	for _, id := range ids {
		if len(id) == 0 || len(id) > 20 || bytes.ContainsFunc([]byte(id), func(r rune) bool { return r < '0' || r > '9' }) {
			return refuse(http.StatusBadRequest, "'"+name+"' must hold numeric identifiers of up to 20 digits")
		}
	}
	return nil
}
