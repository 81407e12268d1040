package sfsql

import (
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// bound is a placeholder's value as a typed literal (see Binding).
func (s *scope) bound(x *sqltree.BindExpr) (value, *Error) {
	b, ok := s.c.env.Bindings[x.Key]
	if !ok {
		return value{}, compilation(2049, "42601", "Bind variable :%s not set.", x.Key)
	}
	k, ok := bindKinds[strings.ToUpper(b.Type)]
	if !ok {
		return value{}, unsupported("binding of type %s", b.Type)
	}
	if b.Value == nil {
		return value{SQL: castTo("NULL", of(k)), Type: of(k), Nullable: true}, nil
	}
	v, ok := bindValue(k, *b.Value)
	if !ok {
		return value{}, &Error{Number: 100038, SQLState: "22018", Message: "Bind variable :" + x.Key + " has an invalid value for type " + b.Type}
	}
	return v, nil
}

var bindKinds = map[string]Kind{"FIXED": Number, "REAL": Float, "TEXT": Varchar, "BOOLEAN": Boolean, "DATE": Date, "TIME": Time,
	"TIMESTAMP_NTZ": TimestampNTZ, "TIMESTAMP_LTZ": TimestampLTZ, "TIMESTAMP_TZ": TimestampTZ, "BINARY": Binary}

func bindValue(k Kind, t string) (value, bool) {
	switch k {
	case Varchar:
		return stringLiteral(t), true
	case Number:
		if !sqltree.IsDecimal(strings.TrimPrefix(t, "-")) {
			return value{}, false
		}
		v, err := numberLiteral(strings.TrimPrefix(t, "-"))
		if err != nil {
			return v, false
		}
		return value{SQL: castTo(sqltree.Text(t), v.Type), Type: v.Type, Lit: &t}, true
	case Float:
		_, err := strconv.ParseFloat(t, 64)
		return value{SQL: castTo(sqltree.Text(t), of(k)), Type: of(k)}, err == nil
	case Boolean:
		b, err := strconv.ParseBool(t)
		return value{SQL: strings.ToUpper(strconv.FormatBool(b)), Type: of(k)}, err == nil
	case Binary:
		_, err := hex.DecodeString(t)
		return value{SQL: "unhex(" + sqltree.Text(t) + ")", Type: of(k)}, err == nil
	}
	return bindTime(k, t)
}

// bindTime decodes milliseconds (dates) or nanoseconds since 1970.
func bindTime(k Kind, t string) (value, bool) {
	t, zone, zoned := strings.Cut(t, " ")
	n, ok := new(big.Int).SetString(t, 10)
	if !ok || !n.IsInt64() {
		return value{}, false
	}
	at := time.Unix(0, n.Int64()).UTC()
	if k == Date {
		at = time.UnixMilli(n.Int64()).UTC()
	}
	if at.Year() < 1 || at.Year() > 9999 || at.Nanosecond()%1000 != 0 {
		return value{}, false
	}
	stamp := at.Format("2006-01-02 15:04:05.000000")
	switch k {
	case Date:
		return value{SQL: "DATE '" + at.Format("2006-01-02") + "'", Type: of(k)}, true
	case Time:
		return value{SQL: "TIME '" + at.Format("15:04:05.000000") + "'", Type: of(k)}, true
	case TimestampNTZ:
		return value{SQL: "TIMESTAMP '" + stamp + "'", Type: of(k)}, true
	case TimestampLTZ:
		return value{SQL: "TIMESTAMPTZ '" + stamp + "+00'", Type: of(k)}, true
	}
	minutes, isInt := atoi(zone)
	if !zoned || !isInt {
		return value{}, false
	}
	return value{SQL: "{u: TIMESTAMP '" + stamp + "', o: CAST(" + itoa(minutes-1440) + " AS INTEGER)}", Type: of(k)}, true
}
