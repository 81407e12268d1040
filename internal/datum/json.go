package datum

import (
	"cmp"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxJSONDepth bounds the nesting of JSON, as PostgreSQL's stack does.
const maxJSONDepth = 6000

// JSON is a JSON value taken apart: exactly one of its fields has a meaning, by Kind.
type JSON struct {
	Kind   JSONKind
	Text   string   // of a string, decoded; of a number, canonical
	Items  []JSON   // of an array, or the values of an object
	Keys   []string // of an object, in jsonb's order
	Truth  bool
	number *Numeric
}

// JSONKind is the kind of a JSON value.
type JSONKind uint8

// The kinds of JSON values.
const (
	JSONNull JSONKind = iota
	JSONBool
	JSONNumber
	JSONString
	JSONArray
	JSONObject
)

// Number returns the number of a JSONNumber.
func (j *JSON) Number() *Numeric { return j.number }

// jsonIn checks JSON and keeps its text.
func jsonIn(text string) (Value, error) {
	p := &jsonParser{lex: jsonLexer{s: text}}
	if _, err := p.document(); err != nil {
		return nil, err
	}
	return Text(text), nil
}

// jsonbIn returns the canonical text of JSON.
func jsonbIn(text string) (Value, error) {
	j, err := ParseJSON(text)
	if err != nil {
		return nil, err
	}
	return Text(AppendJSON(nil, &j)), nil
}

// ParseJSON reads JSON as jsonb does: of equal keys the last counts, numbers are numeric, strings are decoded. Bad text is
// 22P02; \u0000 is 22P05.
func ParseJSON(text string) (JSON, error) {
	p := &jsonParser{lex: jsonLexer{s: text, decode: true}, build: true}
	return p.document()
}

// jsonParser is a recursive descent over a jsonLexer; without build it only checks.
type jsonParser struct {
	lex   jsonLexer
	build bool
	depth int
}

func (p *jsonParser) document() (JSON, error) {
	if err := p.lex.next(); err != nil {
		return JSON{}, err
	}
	j, err := p.value()
	if err == nil && p.lex.tok != jsonEnd {
		err = p.lex.expected("end of input")
	}
	return j, err
}

// value reads a value that begins at the current token and moves past it.
func (p *jsonParser) value() (JSON, error) {
	var j JSON
	switch p.lex.tok {
	case '{', '[':
		if p.depth++; p.depth > maxJSONDepth {
			return j, pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded")
		}
		defer func() { p.depth-- }()
		if p.lex.tok == '{' {
			return p.object()
		}
		return p.array()
	case jsonString:
		j.Kind = JSONString
		if p.build {
			j.Text = string(p.lex.text)
		}
	case jsonNumber:
		if err := p.number(&j); err != nil {
			return j, err
		}
	case jsonTrue, jsonFalse:
		j.Kind, j.Truth = JSONBool, p.lex.tok == jsonTrue
	case jsonNull:
	default:
		return j, p.lex.expected("JSON value")
	}
	return j, p.lex.next()
}

func (p *jsonParser) number(j *JSON) error {
	j.Kind = JSONNumber
	if !p.build {
		return nil
	}
	v, err := numericIn(p.lex.token(), -1)
	if err != nil {
		return err
	}
	j.number = v.(*Numeric)
	j.Text = string(AppendNumeric(nil, j.number))
	return nil
}

func (p *jsonParser) array() (JSON, error) {
	j := JSON{Kind: JSONArray}
	if err := p.lex.next(); err != nil {
		return j, err
	}
	if p.lex.tok == ']' {
		return j, p.lex.next()
	}
	for {
		item, err := p.value()
		if err != nil {
			return j, err
		}
		if p.build {
			j.Items = append(j.Items, item)
		}
		switch p.lex.tok {
		case ',':
		case ']':
			return j, p.lex.next()
		default:
			return j, p.lex.expected(`"," or "]"`)
		}
		if err := p.lex.next(); err != nil {
			return j, err
		}
	}
}

func (p *jsonParser) object() (JSON, error) {
	j := JSON{Kind: JSONObject}
	if err := p.lex.next(); err != nil {
		return j, err
	}
	if p.lex.tok == '}' {
		return j, p.lex.next()
	}
	for what := `string or "}"`; ; what = "string" {
		if err := p.pair(&j, what); err != nil {
			return j, err
		}
		switch p.lex.tok {
		case ',':
		case '}':
			j.sortKeys()
			return j, p.lex.next()
		default:
			return j, p.lex.expected(`"," or "}"`)
		}
		if err := p.lex.next(); err != nil {
			return j, err
		}
	}
}

func (p *jsonParser) pair(j *JSON, what string) error {
	if p.lex.tok != jsonString {
		return p.lex.expected(what)
	}
	key := ""
	if p.build {
		key = string(p.lex.text)
	}
	if err := p.lex.next(); err != nil {
		return err
	}
	if p.lex.tok != ':' {
		return p.lex.expected(`":"`)
	}
	if err := p.lex.next(); err != nil {
		return err
	}
	v, err := p.value()
	if err == nil && p.build {
		j.Keys, j.Items = append(j.Keys, key), append(j.Items, v)
	}
	return err
}

// compareKeys is jsonb's order of keys: by length, then by bytes.
func compareKeys(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// sortKeys sorts an object's pairs and keeps the last of equal keys.
func (j *JSON) sortKeys() {
	order := make([]int, len(j.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareKeys(j.Keys[a], j.Keys[b]) })
	keys, items := make([]string, 0, len(order)), make([]JSON, 0, len(order))
	for _, i := range order {
		if n := len(keys); n > 0 && keys[n-1] == j.Keys[i] {
			items[n-1] = j.Items[i]
			continue
		}
		keys, items = append(keys, j.Keys[i]), append(items, j.Items[i])
	}
	j.Keys, j.Items = keys, items
}

// AppendJSON appends the canonical text of jsonb.
func AppendJSON(dst []byte, j *JSON) []byte {
	switch j.Kind {
	case JSONBool:
		if j.Truth {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case JSONNumber:
		return append(dst, j.Text...)
	case JSONString:
		return AppendJSONString(dst, j.Text)
	case JSONArray, JSONObject:
		return appendContainer(dst, j)
	}
	return append(dst, "null"...)
}

func appendContainer(dst []byte, j *JSON) []byte {
	open, end := byte('['), byte(']')
	if j.Kind == JSONObject {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range j.Items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if j.Kind == JSONObject {
			dst = append(AppendJSONString(dst, j.Keys[i]), ": "...)
		}
		dst = AppendJSON(dst, &j.Items[i])
	}
	return append(dst, end)
}

// AppendJSONString appends a string in quotes, with the escapes that PostgreSQL writes.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(dst, '"')
}
