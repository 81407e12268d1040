package datum

import (
	wire "encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Recv is PostgreSQL's receive function of a type: it reads the whole of data and applies the type modifier. Too little
// data is 08P01, too much or bad data 22P03, text that is not UTF-8 22021; a type that is not supported is 0A000.
func Recv(oid uint32, mod int32, data []byte) (Value, error) {
	r := &receiver{data: data}
	v, err := r.value(oid, mod)
	switch {
	case err != nil:
		return nil, err
	case r.short:
		return nil, pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
	case len(r.data) > 0:
		return nil, errBinary("incorrect binary data format")
	}
	return v, nil
}

func errBinary(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidBinaryRepresentation, format, args...)
}

// receiver reads big-endian data; short is set when it ended too soon.
type receiver struct {
	data  []byte
	short bool
}

func (r *receiver) take(n int) []byte {
	if len(r.data) < n {
		r.short = true
		return make([]byte, min(n, 16))
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *receiver) rest() []byte {
	b := r.data
	r.data = nil
	return b
}

func (r *receiver) int16() int16 { return int16(wire.BigEndian.Uint16(r.take(2))) }
func (r *receiver) int32() int32 { return int32(wire.BigEndian.Uint32(r.take(4))) }
func (r *receiver) int64() int64 { return int64(wire.BigEndian.Uint64(r.take(8))) }

func (r *receiver) value(oid uint32, mod int32) (Value, error) {
	switch oid {
	case pgcat.Bool:
		return Bool(r.take(1)[0] != 0), nil
	case pgcat.Char:
		return Int(int8(r.take(1)[0])), nil
	case pgcat.Int2:
		return Int(r.int16()), nil
	case pgcat.Int4:
		return Int(r.int32()), nil
	case pgcat.Int8:
		return Int(r.int64()), nil
	case pgcat.OID, pgcat.XID, pgcat.CID:
		return Int(uint32(r.int32())), nil
	case pgcat.Float4:
		return Float(math.Float32frombits(uint32(r.int32()))), nil
	case pgcat.Float8:
		return Float(math.Float64frombits(uint64(r.int64()))), nil
	case pgcat.Numeric:
		return r.numeric(mod)
	case pgcat.Bytea:
		return Bytes(append([]byte{}, r.rest()...)), nil
	case pgcat.UUID:
		return UUID(r.take(16)), nil
	case pgcat.Date, pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval:
		return r.time(oid, mod)
	}
	return r.other(oid, mod)
}

func (r *receiver) other(oid uint32, mod int32) (Value, error) {
	if isReg(oid) {
		return Int(uint32(r.int32())), nil
	}
	switch oid {
	case pgcat.JSONB:
		if v := r.take(1)[0]; !r.short && v != 1 {
			return nil, pgerr.New(pgerr.Internal, "unsupported jsonb version number %d", v)
		}
		return r.text(oid, mod)
	case pgcat.Text, pgcat.Varchar, pgcat.Bpchar, pgcat.Name, pgcat.Unknown, pgcat.JSON, pgcat.XML, pgcat.Cstring, pgcat.RefCursor:
		return r.text(oid, mod)
	case pgcat.Int2Vector:
		return r.array(pgcat.Int2, -1)
	case pgcat.OIDVector:
		return r.array(pgcat.OID, -1)
	}
	t, ok := pgcat.TypeByOID(oid)
	switch {
	case ok && t.IsArray():
		return r.array(t.Elem, mod)
	case ok && t.Kind == 'd':
		return r.value(t.BaseType, t.TypMod)
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "the binary format of type %s is not supported", typeName(oid))
}

func (r *receiver) text(oid uint32, mod int32) (Value, error) {
	b := r.rest()
	if err := CheckUTF8(b); err != nil {
		return nil, err
	}
	return In(oid, mod, string(b), nil)
}

// CheckUTF8 fails with 22021 for a text that is not UTF-8 or holds a zero byte.
func CheckUTF8(b []byte) error {
	for i := 0; i < len(b); {
		if b[i] != 0 && b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 || b[i] == 0 {
			return badUTF8(b[i:])
		}
		i += n
	}
	return nil
}

func (r *receiver) time(oid uint32, mod int32) (Value, error) {
	switch oid {
	case pgcat.Date:
		return r.date()
	case pgcat.Interval:
		micros := r.int64()
		days := r.int32()
		return RoundInterval(Interval{Months: r.int32(), Days: days, Micros: micros}, mod)
	case pgcat.Time, pgcat.TimeTZ:
		t := Time(r.int64())
		if t < 0 || t > usecPerDay {
			return nil, pgerr.New(pgerr.DatetimeOverflow, "time out of range")
		}
		t = RoundTime(t, mod)
		if oid == pgcat.Time {
			return t, nil
		}
		west := r.int32()
		if west <= -16*3600 || west >= 16*3600 {
			return nil, pgerr.New(pgerr.InvalidTimeZone, "time zone displacement out of range")
		}
		return TimeTZ{t, -west}, nil
	}
	usec := r.int64()
	switch {
	case usec == math.MaxInt64:
		return MaxTimestamp, nil
	case usec == math.MinInt64:
		return MinTimestamp, nil
	}
	t := Timestamp(usec + pgEpochMicros)
	if usec > math.MaxInt64-pgEpochMicros-1 || t < firstTimestamp {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range")
	}
	return RoundTimestamp(t, mod), nil
}

func (r *receiver) date() (Value, error) {
	days := r.int32()
	switch days {
	case math.MaxInt32:
		return MaxDate, nil
	case math.MinInt32:
		return MinDate, nil
	}
	d := int64(days) + pgEpochDays
	if d < firstDay || d > int64(lastDay) {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "date out of range")
	}
	return Date(d), nil
}

func (r *receiver) numeric(mod int32) (Value, error) {
	count := int(uint16(r.int16()))
	weight := int(r.int16())
	sign := uint16(r.int16())
	scale := int32(r.int16())
	n := &Numeric{}
	switch {
	case sign == wireNaN:
		n = NumericNaN()
	case sign == wireInf || sign == wireNegInf:
		n = NumericInf(sign == wireNegInf)
	case sign != 0 && sign != wireNegative:
		return nil, errBinary("invalid sign in external \"numeric\" value")
	}
	if scale < 0 || scale > maxNumericScale {
		return nil, errBinary("invalid scale in external \"numeric\" value")
	}
	digits := make([]byte, 0, 4*min(count, len(r.data)/2)+1)
	digits = append(digits, '0')
	for range count {
		d := r.int16()
		if d < 0 || d > 9999 {
			return nil, errBinary("invalid digit in external \"numeric\" value")
		}
		if r.short {
			return n, nil
		}
		digits = append(digits, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
	}
	if n.finite() {
		n.Dec.Coeff.SetString(string(digits), 10)
		n.Dec.Exponent = int32(4 * (weight - count + 1))
		n.Dec.Negative = sign == wireNegative
		n.truncate(scale)
	}
	return n, n.coerce(mod)
}

// truncate cuts digits beyond a scale and makes it the display scale.
func (n *Numeric) truncate(scale int32) {
	if drop := -n.Dec.Exponent - scale; drop > 0 {
		n.Dec.Coeff.Quo(&n.Dec.Coeff, pow10(int64(drop)))
		n.Dec.Exponent = -scale
	}
	n.expand(scale)
	n.normalize()
}

func (r *receiver) array(elem uint32, mod int32) (Value, error) {
	dims, flags, oid := r.int32(), r.int32(), uint32(r.int32())
	switch {
	case r.short:
		return nil, nil
	case dims < 0:
		return nil, errBinary("invalid number of dimensions: %d", dims)
	case dims > MaxDims:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", dims, MaxDims)
	case flags != 0 && flags != 1:
		return nil, errBinary("invalid array flags")
	case oid != elem && oid < firstUnpinnedOID:
		return nil, pgerr.New(pgerr.DatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			oid, typeName(oid), elem, typeName(elem))
	}
	a := &Array{Elem: elem}
	items := int64(1)
	for range dims {
		d := Dim{Len: r.int32(), Lower: r.int32()}
		if items *= int64(d.Len); d.Len < 0 || items > 1<<27-1 || int64(d.Lower)+int64(d.Len) > math.MaxInt32 {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", 1<<27-1)
		}
		a.Dims = append(a.Dims, d)
	}
	if dims == 0 || items == 0 {
		return &Array{Elem: elem}, nil
	}
	for i := range items {
		v, err := r.item(elem, mod, int(i)+1)
		if err != nil || r.short {
			return nil, err
		}
		a.Items = append(a.Items, v)
	}
	return a, nil
}

// firstUnpinnedOID bounds the OIDs that every PostgreSQL knows; an array of another element type is taken as what was expected.
const firstUnpinnedOID = 10000

func (r *receiver) item(elem uint32, mod int32, number int) (Value, error) {
	n := r.int32()
	switch {
	case r.short, n == -1:
		return nil, nil
	case n < -1 || int(n) > len(r.data):
		return nil, errBinary("insufficient data left in message")
	}
	part := &receiver{data: r.take(int(n))}
	v, err := part.value(elem, mod)
	if err == nil && !part.short && len(part.data) > 0 {
		err = errBinary("improper binary format in array element %d", number)
	}
	r.short = r.short || part.short
	return v, err
}
