package datum

import (
	wire "encoding/binary"
	"math"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Signs of numeric's binary format (numeric.c).
const (
	wireNegative = 0x4000
	wireNaN      = 0xc000
	wireInf      = 0xd000
	wireNegInf   = 0xf000
)

// pgEpoch is 2000-01-01, from which the binary formats count.
const (
	pgEpochDays   = 10957
	pgEpochMicros = pgEpochDays * usecPerDay
)

// HasBinary fails for types without a binary format: PostgreSQL's own (42883) and those carried as text here (0A000).
func HasBinary(oid uint32) error {
	t, ok := pgcat.TypeByOID(oid)
	switch {
	case ok && t.IsArray():
		return HasBinary(t.Elem)
	case ok && t.Kind == 'd':
		return HasBinary(t.BaseType)
	case ok && t.Send == 0:
		return pgerr.New(pgerr.UndefinedFunction, "no binary output function available for type %s", typeName(oid))
	case !ok, !writesBinary(oid):
		return pgerr.New(pgerr.FeatureNotSupported, "the binary format of type %s is not supported", typeName(oid))
	}
	return nil
}

// writesBinary reports whether AppendBinary knows a type that is neither array nor domain.
func writesBinary(oid uint32) bool {
	switch oid {
	case pgcat.Bool, pgcat.Char, pgcat.Int2, pgcat.Int4, pgcat.Int8, pgcat.OID, pgcat.XID, pgcat.CID, pgcat.Float4, pgcat.Float8,
		pgcat.Numeric, pgcat.Bytea, pgcat.UUID, pgcat.JSON, pgcat.JSONB, pgcat.Int2Vector, pgcat.OIDVector, pgcat.Date, pgcat.Time,
		pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval, pgcat.Text, pgcat.Varchar, pgcat.Bpchar, pgcat.Name,
		pgcat.Unknown, pgcat.Cstring, pgcat.RefCursor, pgcat.XML, pgcat.PgNodeTree, pgcat.Void, pgcat.Inet, pgcat.Cidr:
		return true
	}
	return isReg(oid)
}

// AppendBinary is PostgreSQL's send function of a type; NULL appends nothing, nor does a Record (HasBinary refuses it).
func AppendBinary(dst []byte, oid uint32, v Value) []byte {
	switch v := v.(type) {
	case Bool:
		if v {
			return append(dst, 1)
		}
		return append(dst, 0)
	case Int:
		return appendBinaryInt(dst, base(oid), int64(v))
	case Float:
		if base(oid) == pgcat.Float4 {
			return wire.BigEndian.AppendUint32(dst, math.Float32bits(float32(v)))
		}
		return wire.BigEndian.AppendUint64(dst, math.Float64bits(float64(v)))
	case *Numeric:
		return AppendBinaryNumeric(dst, v)
	case Text:
		switch base(oid) {
		case pgcat.JSONB:
			dst = append(dst, 1)
		case pgcat.Inet, pgcat.Cidr:
			return appendBinaryInet(dst, string(v), base(oid) == pgcat.Cidr)
		}
		return append(dst, v...)
	case Bytes:
		return append(dst, v...)
	case UUID:
		return append(dst, v[:]...)
	case *Array:
		return appendBinaryArray(dst, v)
	}
	return appendBinaryTime(dst, v)
}

func appendBinaryTime(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Date:
		return AppendBinaryDate(dst, v)
	case Time:
		return wire.BigEndian.AppendUint64(dst, uint64(v))
	case TimeTZ:
		dst = wire.BigEndian.AppendUint64(dst, uint64(v.Time))
		return wire.BigEndian.AppendUint32(dst, uint32(-v.Offset))
	case Timestamp:
		return AppendBinaryTimestamp(dst, v)
	case Interval:
		dst = wire.BigEndian.AppendUint64(dst, uint64(v.Micros))
		dst = wire.BigEndian.AppendUint32(dst, uint32(v.Days))
		return wire.BigEndian.AppendUint32(dst, uint32(v.Months))
	}
	return dst
}

// AppendBinaryDate appends days since 2000-01-01.
func AppendBinaryDate(dst []byte, d Date) []byte {
	days := int32(d) - pgEpochDays
	switch d {
	case MaxDate:
		days = math.MaxInt32
	case MinDate:
		days = math.MinInt32
	}
	return wire.BigEndian.AppendUint32(dst, uint32(days))
}

// AppendBinaryTimestamp appends microseconds since 2000-01-01.
func AppendBinaryTimestamp(dst []byte, t Timestamp) []byte {
	usec := int64(t) - pgEpochMicros
	switch t {
	case MaxTimestamp:
		usec = math.MaxInt64
	case MinTimestamp:
		usec = math.MinInt64
	}
	return wire.BigEndian.AppendUint64(dst, uint64(usec))
}

func appendBinaryInt(dst []byte, oid uint32, v int64) []byte {
	switch oid {
	case pgcat.Char:
		return append(dst, byte(v))
	case pgcat.Int2:
		return wire.BigEndian.AppendUint16(dst, uint16(v))
	case pgcat.Int8:
		return wire.BigEndian.AppendUint64(dst, uint64(v))
	}
	return wire.BigEndian.AppendUint32(dst, uint32(v))
}

// AppendBinaryNumeric appends numeric's digits of base 10,000 with their weight, sign and display scale.
func AppendBinaryNumeric(dst []byte, n *Numeric) []byte {
	sign := uint16(0)
	switch {
	case n.IsNaN():
		sign = wireNaN
	case n.IsInf() && n.Dec.Negative:
		sign = wireNegInf
	case n.IsInf():
		sign = wireInf
	case n.Dec.Negative:
		sign = wireNegative
	}
	if !n.finite() {
		scale := byte(0x20) // what PostgreSQL sends with an infinity
		if sign == wireNaN {
			scale = 0
		}
		return append(dst, 0, 0, 0, 0, byte(sign>>8), 0, 0, scale)
	}
	var buf [64]byte
	return AppendBinaryDigits(dst, n.Dec.Coeff.Append(buf[:0], 10), sign != 0, int(n.Scale()))
}

// AppendBinaryDigits appends a numeric given as decimal digits, the last scale of which are after the point.
func AppendBinaryDigits(dst, digits []byte, negative bool, scale int) []byte {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	head := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0, 0, byte(scale>>8), byte(scale))
	if len(digits) == 0 {
		return dst
	}
	whole := len(digits) - scale // digits before the point; negative: zeros after it
	groups := whole / 4          // of base 10,000 before the point
	if whole > 0 && whole%4 != 0 {
		groups++
	}
	first := groups*4 - whole // zeros before the first digit in its group
	kept := len(dst)
	value, filled := 0, first%4
	for _, c := range digits {
		value = value*10 + int(c-'0')
		if filled++; filled == 4 {
			dst = append(dst, byte(value>>8), byte(value))
			value, filled = 0, 0
		}
	}
	if filled > 0 {
		for ; filled < 4; filled++ {
			value *= 10
		}
		dst = append(dst, byte(value>>8), byte(value))
	}
	for dst[len(dst)-1] == 0 && dst[len(dst)-2] == 0 {
		dst = dst[:len(dst)-2]
	}
	weight := groups - 1 - first/4
	if negative {
		dst[head+4] = wireNegative >> 8
	}
	wire.BigEndian.PutUint16(dst[head:], uint16((len(dst)-kept)/2))
	wire.BigEndian.PutUint16(dst[head+2:], uint16(int16(weight)))
	return dst
}

func appendBinaryArray(dst []byte, a *Array) []byte {
	dims := a.Dims
	if len(a.Items) == 0 && (len(dims) == 0 || dims[0].Lower != 0) {
		dims = nil
	}
	dst = wire.BigEndian.AppendUint32(dst, uint32(len(dims)))
	null := uint32(0)
	for _, v := range a.Items {
		if v == nil {
			null = 1
		}
	}
	dst = wire.BigEndian.AppendUint32(dst, null)
	dst = wire.BigEndian.AppendUint32(dst, a.Elem)
	for _, d := range dims {
		dst = wire.BigEndian.AppendUint32(dst, uint32(d.Len))
		dst = wire.BigEndian.AppendUint32(dst, uint32(d.Lower))
	}
	for _, v := range a.Items {
		at := len(dst)
		dst = append(dst, 0xff, 0xff, 0xff, 0xff)
		if v != nil {
			dst = AppendBinary(dst, a.Elem, v)
			wire.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
	}
	return dst
}
