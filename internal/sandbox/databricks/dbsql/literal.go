package dbsql

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

var suffixKinds = map[string]Kind{"L": Bigint, "S": Smallint, "Y": Tinyint, "D": Double, "F": Float, "BD": Decimal}

// numberLiteral types a constant by its suffix, or by its digits: INT, BIGINT or DECIMAL; with an exponent it is a DOUBLE
// (data-types/int-type, -bigint-type, -decimal-type, -double-type).
func numberLiteral(t string) (value, *Error) {
	digits := strings.TrimRight(t, "lLsSyYdDfFbB")
	kind, suffixed := suffixKinds[strings.ToUpper(t[len(digits):])]
	isInt := strings.Trim(digits, "-0123456789") == ""
	switch {
	case !suffixed && strings.ContainsAny(digits, "eE"):
		kind = Double
	case !suffixed && isInt:
		kind = Int
		if _, err := strconv.ParseInt(digits, 10, 32); err != nil {
			kind = Bigint
		}
		if _, err := strconv.ParseInt(digits, 10, 64); err != nil {
			kind = Decimal
		}
	case !suffixed:
		kind = Decimal
	}
	if kind == Double || kind == Float {
		return value{SQL: castTo(sqltree.Text(digits), of(kind)), Type: of(kind), Lit: &digits}, nil
	}
	if kind == Decimal {
		return decimalLiteral(digits)
	}
	n, err := strconv.ParseInt(digits, 10, map[Kind]int{Tinyint: 8, Smallint: 16, Int: 32, Bigint: 64}[kind])
	if err != nil || !isInt {
		return value{}, failure("INVALID_NUMERIC_LITERAL_RANGE", "Numeric literal %s is outside the valid range for %s.", t, of(kind).upper())
	}
	digits = strconv.FormatInt(n, 10)
	return value{SQL: castTo(sqltree.Text(digits), of(kind)), Type: of(kind), Lit: &digits}, nil
}

func decimalLiteral(t string) (value, *Error) {
	if strings.ContainsAny(t, "eE") {
		return value{}, unsupported("the DECIMAL literal %s with an exponent", t)
	}
	sign := ""
	if strings.HasPrefix(t, "-") {
		sign, t = "-", t[1:]
	}
	whole, frac, _ := strings.Cut(t, ".")
	whole = strings.TrimLeft(whole, "0")
	p := max(len(whole)+len(frac), 1)
	if p > maxPrecision {
		return value{}, failure("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "Decimal precision %d exceeds max precision %d.", p, maxPrecision)
	}
	if whole == "" {
		whole = "0"
	}
	lit := sign + whole
	if frac != "" {
		lit += "." + frac
	}
	ty := decimal(p, len(frac))
	return value{SQL: castTo(sqltree.Text(lit), ty), Type: ty, Lit: &lit}, nil
}

func stringLiteral(t string) value { return value{SQL: sqltree.Text(t), Type: of(String), Lit: &t} }

// constInt is the value of a literal integer.
func constInt(v value) (int, bool) {
	if v.Lit == nil || !v.Type.isInteger() {
		return 0, false
	}
	n, err := strconv.Atoi(*v.Lit)
	return n, err == nil
}

// constText is the text of a literal string.
func constText(v value) (string, bool) {
	if v.Lit == nil || v.Type.Kind != String {
		return "", false
	}
	return *v.Lit, true
}

// bound is a parameter marker's value as a typed literal (sql-ref-parameter-marker).
func (s *scope) bound(x *sqltree.BindExpr) (value, *Error) {
	p, ok := s.parameter(x.Key)
	if !ok {
		return value{}, failure("UNBOUND_SQL_PARAMETER", "Found the unbound parameter: %s. Please, fix `args` and provide a mapping of "+
			"the parameter to a SQL literal.", x.Key)
	}
	if p.Value == nil {
		return value{SQL: "NULL", Nullable: true}, nil
	}
	t, err := namedType(p.Type)
	if err != nil {
		return value{}, err
	}
	v := stringLiteral(*p.Value)
	if t.Kind == String {
		return v, nil
	}
	out, err := s.c.explicit(v, t, false)
	if err == nil && t.isInteger() {
		out.Lit = v.Lit
	}
	return out, err
}

func (s *scope) parameter(key string) (Parameter, bool) {
	n, err := strconv.Atoi(key)
	for _, p := range s.c.env.Parameters {
		if err == nil && p.Name == "" {
			if n--; n == 0 {
				return p, true
			}
		}
		if err != nil && strings.EqualFold(p.Name, key) {
			return p, true
		}
	}
	return Parameter{}, false
}

// namedType reads a type's name.
func namedType(name string) (Type, *Error) {
	text := "CAST(NULL AS " + name + ")"
	p, fault := newParser(text)
	if fault != nil {
		return Type{}, refused(text, fault)
	}
	x, fault := p.Expr()
	if fault != nil {
		return Type{}, refused(text, fault)
	}
	if c, ok := x.(*sqltree.CastExpr); ok {
		return typeNamed(c.To)
	}
	return Type{}, unsupported("a parameter of type %s", name)
}

var typeKinds = map[string]Kind{"BOOLEAN": Boolean, "TINYINT": Tinyint, "BYTE": Tinyint, "SMALLINT": Smallint, "SHORT": Smallint, "INT": Int,
	"INTEGER": Int, "BIGINT": Bigint, "LONG": Bigint, "FLOAT": Float, "REAL": Float, "DOUBLE": Double, "DECIMAL": Decimal, "DEC": Decimal,
	"NUMERIC": Decimal, "STRING": String, "BINARY": Binary, "DATE": Date, "TIMESTAMP": Timestamp, "TIMESTAMP_LTZ": Timestamp,
	"TIMESTAMP_NTZ": TimestampNTZ, "ARRAY": Array}

// typeNamed is the type that a tree names (sql-ref-datatypes); a DECIMAL without digits is DECIMAL(10,0).
func typeNamed(n sqltree.TypeName) (Type, *Error) {
	k, ok := typeKinds[n.Name]
	if !ok {
		return Type{}, unsupported("the type %s", n.Name)
	}
	t := of(k)
	switch {
	case k == Decimal && len(n.Args) <= 2:
		t.Precision = 10
		if len(n.Args) > 0 {
			t.Precision = n.Args[0]
		}
		if len(n.Args) > 1 {
			t.Scale = n.Args[1]
		}
		if t.Precision < 1 || t.Precision > maxPrecision || t.Scale < 0 || t.Scale > t.Precision {
			return t, failure("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "Decimal precision %d exceeds max precision %d.", t.Precision, maxPrecision)
		}
		return t, nil
	case k == Array && len(n.Of) == 1 && len(n.Args) == 0:
		e, err := typeNamed(n.Of[0])
		if err != nil || e.Kind == Array || e.Kind == Decimal {
			return t, unsupported("an array of %s", n.Of[0].Name)
		}
		t.Elem = e.Kind
		return t, nil
	case k == Array || len(n.Args)+len(n.Of) > 0:
		return t, unsupported("the type %s with these arguments", n.Name)
	}
	return t, nil
}

// timeForm is the form of dates and timestamps that a literal may have; the same that the macros read.
var timeForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[T ]([0-9]{1,2}:[0-9]{1,2})(:[0-9]{1,2}(?:[.][0-9]{1,9})?)?)?(?: ?(Z|UTC|[+-][0-9]{2}:[0-9]{2}))?$`)

// literalCast converts a string literal while compiling; false leaves it to the macro, which raises the error when it is reached.
func (c *compiler) literalCast(t string, to Type) (string, bool) {
	t = strings.TrimSpace(t)
	switch to.Kind {
	case Tinyint, Smallint, Int, Bigint:
		_, err := strconv.ParseInt(t, 10, map[Kind]int{Tinyint: 8, Smallint: 16, Int: 32, Bigint: 64}[to.Kind])
		return castTo(sqltree.Text(t), to), err == nil
	case Decimal:
		digits := strings.TrimPrefix(t, "-")
		whole, _, _ := strings.Cut(digits, ".")
		ok := sqltree.IsDecimal(digits) && len(digits) <= maxPrecision && len(whole) <= to.leading()
		return castTo(sqltree.Text(t), to), ok && len(whole) < to.leading()
	case Double:
		_, err := strconv.ParseFloat(t, 64)
		return castTo(sqltree.Text(t), to), err == nil && strings.Trim(t, "+-.0123456789eE") == ""
	case Date:
		at, ok := sqltree.Date(t)
		return "DATE '" + at.Format("2006-01-02") + "'", ok
	case Timestamp, TimestampNTZ:
		return c.literalTimestamp(t, to)
	}
	return "", false
}

func (c *compiler) literalTimestamp(t string, to Type) (string, bool) {
	m := timeForm.FindStringSubmatch(t)
	if m == nil {
		return "", false
	}
	day, ok := sqltree.Date(m[1])
	if !ok {
		return "", false
	}
	clock := m[2] + m[3]
	if m[2] == "" {
		clock = "0:0"
	}
	if m[3] == "" {
		clock += ":0"
	}
	at, err := time.Parse("2006-01-02 15:4:5.999999999", day.Format("2006-01-02")+" "+clock)
	if err != nil {
		return "", false
	}
	stamp := func(t time.Time) string { return "TIMESTAMP '" + t.Format("2006-01-02 15:04:05.000000") + "'" }
	switch {
	case to.Kind == TimestampNTZ:
		return stamp(at), true
	case m[4] == "":
		return "timezone(" + sqltree.Text(c.zone()) + ", " + stamp(at) + ")", true
	}
	return "timezone('UTC', " + stamp(at.Add(-offset(m[4]))) + ")", true
}

// offset reads Z, UTC or +hh:mm.
func offset(z string) time.Duration {
	if len(z) < 6 {
		return 0
	}
	h, _ := strconv.Atoi(z[1:3])
	m, _ := strconv.Atoi(z[4:])
	d := time.Duration(h*60+m) * time.Minute
	if z[0] == '-' {
		return -d
	}
	return d
}

// zone is the session's time zone.
func (c *compiler) zone() string {
	if z := c.env.Session["timezone"]; z != "" {
		return z
	}
	return "UTC"
}
