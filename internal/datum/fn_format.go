package datum

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// formats is concat, format and quoting.
func formats() family {
	anyText := func() impl {
		return func(f *Func, a []Value, env *Env) (Value, error) {
			b := [2]string{textOf(f, a, 0, env), textOf(f, a, 1, env)}
			if len(b[0])+len(b[1]) > maxResult {
				return nil, errTooLarge()
			}
			return Text(b[0] + b[1]), nil
		}
	}
	return family{
		"concat(any)": func(f *Func, a []Value, env *Env) (Value, error) {
			return concat(f, a, env, "", 0)
		},
		"concat_ws(text,any)": func(f *Func, a []Value, env *Env) (Value, error) {
			if a[0] == nil {
				return nil, nil
			}
			return concat(f, a, env, string(a[0].(Text)), 1)
		},
		"format(text)":                 formatText,
		"format(text,any)":             formatText,
		"textanycat(text,anynonarray)": anyText(),
		"anytextcat(anynonarray,text)": anyText(),
		"quote_ident(text)":            unary(func(s Text) Text { return Text(QuoteIdent(string(s))) }),
		"quote_literal(text)":          unary(func(s Text) Text { return Text(quoteLiteral(string(s))) }),
		"quote_literal(anyelement)": func(f *Func, a []Value, env *Env) (Value, error) {
			return Text(quoteLiteral(textOf(f, a, 0, env))), nil
		},
		"quote_nullable(text)":       quoteNullable,
		"quote_nullable(anyelement)": quoteNullable,
		"parse_ident(text,bool)":     binaryE(parseIdent),
	}
}

// textOf is an argument as its type prints it, or as its cast to text prints a boolean.
func textOf(f *Func, a []Value, i int, env *Env) string {
	if t, ok := a[i].(Bool); ok && f.Args[i] == pgcat.Bool {
		return strconv.FormatBool(bool(t))
	}
	return string(AppendText(nil, f.Args[i], a[i], env))
}

// spread returns the arguments from one on as they count for VARIADIC "any", with their types.
func spread(f *Func, a []Value, from int) ([]Value, []uint32, error) {
	if !f.Variadic || len(a) <= from {
		return a[from:], f.Args[from:], nil
	}
	if a[from] == nil {
		return nil, nil, nil
	}
	array, ok := a[from].(*Array)
	if !ok {
		return nil, nil, pgerr.New(pgerr.DatatypeMismatch, "VARIADIC argument must be an array")
	}
	types := make([]uint32, len(array.Items))
	for i := range types {
		types[i] = array.Elem
	}
	return array.Items, types, nil
}

func concat(f *Func, a []Value, env *Env, sep string, from int) (Value, error) {
	if f.Variadic && a[len(a)-1] == nil {
		return nil, nil
	}
	values, types, err := spread(f, a, from)
	if err != nil {
		return nil, err
	}
	var b []byte
	first := true
	for i, v := range values {
		if v == nil {
			continue
		}
		if !first {
			b = append(b, sep...)
		}
		first = false
		b = AppendText(b, types[i], v, env)
		if len(b) > maxResult {
			return nil, errTooLarge()
		}
	}
	return Text(b), nil
}

var quotedWords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, k := range pgcat.Keywords() {
		if k.Category != 'U' {
			m[k.Word] = true
		}
	}
	return m
})

// QuoteIdent quotes an identifier where SQL needs it, as quote_ident does.
func QuoteIdent(s string) string {
	if q := quoteName(s); q[0] == '"' || !quotedWords()[s] {
		return q
	}
	return `"` + s + `"`
}

func quoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

func quoteNullable(f *Func, a []Value, env *Env) (Value, error) {
	if a[0] == nil {
		return Text("NULL"), nil
	}
	return Text(quoteLiteral(textOf(f, a, 0, env))), nil
}

// formatter is the state of format().
type formatter struct {
	in     string
	at     int
	values []Value
	types  []uint32
	next   int
	env    *Env
	out    []byte
}

func formatText(f *Func, a []Value, env *Env) (Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	values, types, err := spread(f, a, 1)
	if err != nil {
		return nil, err
	}
	w := &formatter{in: string(a[0].(Text)), values: values, types: types, env: env}
	for w.at < len(w.in) {
		c := w.in[w.at]
		w.at++
		if c != '%' {
			w.out = append(w.out, c)
			continue
		}
		if err := w.directive(); err != nil {
			return nil, err
		}
		if len(w.out) > maxResult {
			return nil, errTooLarge()
		}
	}
	return Text(w.out), nil
}

func errFormatEnd() error {
	return pgerr.New(pgerr.InvalidParameterValue, "unterminated format() type specifier").
		WithHint("For a single \"%%\" use \"%%%%\".")
}

func errFormatPosition() error {
	return pgerr.New(pgerr.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
}

// number reads digits; false when there is none.
func (w *formatter) number() (int, bool, error) {
	n := digitPrefix(w.in[w.at:])
	if n == 0 {
		return 0, false, nil
	}
	v, ok := atoi32(w.in[w.at : w.at+n])
	if !ok {
		return 0, false, pgerr.New(pgerr.NumericOutOfRange, "number is out of range")
	}
	w.at += n
	if w.at == len(w.in) {
		return 0, false, errFormatEnd()
	}
	return v, true, nil
}

func (w *formatter) directive() error {
	if w.at == len(w.in) {
		return errFormatEnd()
	}
	if w.in[w.at] == '%' {
		w.at++
		w.out = append(w.out, '%')
		return nil
	}
	position, width, leftAlign, err := w.options()
	if err != nil {
		return err
	}
	c := w.in[w.at]
	w.at++
	if strings.IndexByte("sIL", c) < 0 {
		_, n := utf8.DecodeRuneInString(w.in[w.at-1:])
		return pgerr.New(pgerr.InvalidParameterValue, "unrecognized format() type specifier \"%s\"", w.in[w.at-1:w.at-1+n]).
			WithHint("For a single \"%%\" use \"%%%%\".")
	}
	v, typ, err := w.argument(position)
	if err != nil {
		return err
	}
	s, err := w.convert(c, v, typ)
	if err != nil {
		return err
	}
	return w.padded(s, width, leftAlign)
}

// options reads the position, the flag - and the width, which may come from an argument.
func (w *formatter) options() (position, width int, leftAlign bool, err error) {
	position = -1
	n, ok, err := w.number()
	if err != nil {
		return 0, 0, false, err
	}
	if ok {
		if w.in[w.at] != '$' {
			return position, n, false, nil
		}
		if n == 0 {
			return 0, 0, false, errFormatPosition()
		}
		position = n
		if w.at++; w.at == len(w.in) {
			return 0, 0, false, errFormatEnd()
		}
	}
	for w.in[w.at] == '-' {
		leftAlign = true
		if w.at++; w.at == len(w.in) {
			return 0, 0, false, errFormatEnd()
		}
	}
	if w.in[w.at] != '*' {
		width, _, err = w.number()
		return position, width, leftAlign, err
	}
	width, err = w.widthArgument()
	if width < 0 {
		leftAlign, width = true, -width
	}
	return position, width, leftAlign, err
}

func (w *formatter) widthArgument() (int, error) {
	if w.at++; w.at == len(w.in) {
		return 0, errFormatEnd()
	}
	position := -1
	n, ok, err := w.number()
	if err != nil {
		return 0, err
	}
	if ok {
		if w.in[w.at] != '$' {
			return 0, pgerr.New(pgerr.InvalidParameterValue, "width argument position must be ended by \"$\"")
		}
		if n == 0 {
			return 0, errFormatPosition()
		}
		position = n
		if w.at++; w.at == len(w.in) {
			return 0, errFormatEnd()
		}
	}
	v, typ, err := w.argument(position)
	if err != nil || v == nil {
		return 0, err
	}
	i, err := In(pgcat.Int4, -1, string(AppendText(nil, typ, v, w.env)), w.env)
	if err != nil {
		return 0, err
	}
	if i == Int(math.MinInt32) {
		return 0, pgerr.New(pgerr.NumericOutOfRange, "number is out of range")
	}
	return int(i.(Int)), nil
}

func (w *formatter) argument(position int) (Value, uint32, error) {
	if position < 0 {
		position = w.next + 1
	}
	w.next = position
	if position > len(w.values) {
		return nil, 0, pgerr.New(pgerr.InvalidParameterValue, "too few arguments for format()")
	}
	return w.values[position-1], w.types[position-1], nil
}

func (w *formatter) convert(c byte, v Value, typ uint32) (string, error) {
	if v == nil {
		switch c {
		case 'I':
			return "", pgerr.New(pgerr.NullNotAllowed, "null values cannot be formatted as an SQL identifier")
		case 'L':
			return "NULL", nil
		}
		return "", nil
	}
	s := string(AppendText(nil, typ, v, w.env))
	switch c {
	case 'I':
		return QuoteIdent(s), nil
	case 'L':
		return quoteLiteral(s), nil
	}
	return s, nil
}

func (w *formatter) padded(s string, width int, leftAlign bool) error {
	fill := width - utf8.RuneCountInString(s)
	if fill > maxResult-len(w.out)-len(s) {
		return errTooLarge()
	}
	padding := strings.Repeat(" ", max(fill, 0))
	if leftAlign {
		s, padding = padding, s
	}
	w.out = append(append(w.out, padding...), s...)
	return nil
}
