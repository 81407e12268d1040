package soql

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// criterion is what a type's values are called in a verdict, and whether they are in quotes.
func criterion(t sobject.Type) (name string, quoted bool) {
	switch {
	case t.Key():
		return "ID", true
	case t.Text():
		return "string", true
	case t.Decimal():
		return "double", false
	case t == sobject.Datetime:
		return "dateTime", false
	}
	return string(t), false
}

// mistyped is the verdict on a literal of a wrong type.
func (c *compiler) mistyped(x *compare, left operand) *Error {
	name, quoted := criterion(left.field.Type)
	not := " not"
	if quoted {
		not = ""
	}
	return c.at(x.left.at, InvalidField, "value of filter criterion for field '%s' must be of type %s and should%s be enclosed in quotes", left.name, name, not)
}

// value translates a literal that a field is compared with.
func (c *compiler) value(x *compare, left operand, v literal) (string, *Error) {
	f := left.field
	sql, ok := "", false
	switch t := f.Type; {
	case t.Key():
		if v.kind != aText {
			break
		}
		id, valid := sobject.Canonical(v.text)
		if !valid {
			return "", c.at(x.left.at, InvalidOperator, "invalid ID field: %s", v.text)
		}
		sql, ok = literalSQL(id), true
	case t.Text():
		sql, ok = textual(x, f, v)
	case t.Decimal() || t == sobject.Int:
		sql, ok = numeric(f, v)
	case t == sobject.Boolean:
		sql, ok = strings.ToLower(v.text), v.kind == aBoolean
	case t == sobject.Date:
		d, err := time.Parse(time.DateOnly, v.text)
		if v.kind == aDate && err == nil && !kept(d) {
			return "", c.at(v.at, MalformedQuery, "Invalid date: %s", v.text)
		}
		sql, ok = day("DATE", d), v.kind == aDate && err == nil
	case t == sobject.Datetime:
		d, err := moment(v.text)
		if v.kind == aDatetime && err == nil && !kept(d) {
			return "", c.at(v.at, MalformedQuery, "Invalid datetime: %s", v.text)
		}
		sql, ok = "TIMESTAMP '"+d.Format("2006-01-02 15:04:05.000")+"'", v.kind == aDatetime && err == nil
	case t == sobject.Time:
		d, err := time.Parse("15:04:05.999Z", v.text)
		sql, ok = "TIME '"+d.Format("15:04:05.000")+"'", v.kind == aClock && err == nil
	}
	if !ok {
		return "", c.mistyped(x, left)
	}
	return sql, nil
}

func textual(x *compare, f *sobject.Field, v literal) (string, bool) {
	sql := literalSQL(v.text)
	if x.op == "LIKE" {
		sql = literalSQL(v.like)
	}
	if !f.CaseSensitive {
		sql = "lower(" + sql + ")"
	}
	return sql, v.kind == aText
}

// numeric translates a number: exactly, within the 18 digits before the point that Salesforce keeps.
func numeric(f *sobject.Field, v literal) (string, bool) {
	sign, digits := "", strings.TrimPrefix(v.text, "+")
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	if v.kind != aNumber || len(fraction) > 18 || f.Type == sobject.Int && strings.Contains(digits, ".") {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	text := sign + whole
	if fraction != "" {
		text += "." + fraction
	}
	if f.Floating {
		return "CAST('" + text + "' AS DOUBLE)", true
	}
	if f.Type == sobject.Int {
		_, err := strconv.ParseInt(text, 10, 32)
		return text, err == nil
	}
	if len(whole) > 18 {
		return sign + "1" + strings.Repeat("0", 18), true // larger than every value of the field
	}
	return text, true
}

// kept tells whether Salesforce has a day in its calendar
// (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/primitive_data_types.htm).
func kept(t time.Time) bool { return t.Year() >= 1700 && t.Year() <= 4000 }

// moment reads a datetime with its zone.
func moment(text string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05.999Z07:00", text)
	return t.UTC(), err
}

// day is midnight of a day, within the years that Salesforce keeps.
func day(word string, t time.Time) string {
	t = t.UTC()
	year := min(max(t.Year(), 1), 9999)
	return fmt.Sprintf("%s '%04d-%02d-%02d'", word, year, t.Month(), t.Day())
}
