package datum

import (
	"strconv"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// AppendText is PostgreSQL's output function of a type: it appends the text of a value. A NULL appends nothing. A
// bpchar is not padded: its length is in the type modifier. A nil env is the zero Env.
func AppendText(dst []byte, oid uint32, v Value, env *Env) []byte {
	if env == nil {
		env = &Env{}
	}
	switch v := v.(type) {
	case nil:
		return dst
	case Bool:
		return AppendBool(dst, bool(v))
	case Int:
		return appendInt(dst, oid, int64(v))
	case Float:
		return AppendFloat(dst, float64(v), floatBits(oid), int(env.ExtraFloatDigits))
	case *Numeric:
		return AppendNumeric(dst, v)
	case Text:
		return append(dst, v...)
	case Bytes:
		return AppendBytea(dst, v, env.ByteaEscape)
	case UUID:
		return AppendUUID(dst, v)
	case *Array:
		return appendArray(dst, base(oid), v, env)
	case Record:
		return appendRecord(dst, v, env)
	}
	return appendDatetime(dst, oid, v, env)
}

func appendDatetime(dst []byte, oid uint32, v Value, env *Env) []byte {
	switch v := v.(type) {
	case Date:
		return AppendDate(dst, v, env)
	case Time:
		return AppendTime(dst, v)
	case TimeTZ:
		return AppendTimeTZ(dst, v)
	case Timestamp:
		if base(oid) == pgcat.TimestampTZ {
			return AppendTimestampTZ(dst, v, env)
		}
		return AppendTimestamp(dst, v, env)
	case Interval:
		return AppendInterval(dst, v, env.IntervalStyle)
	}
	return dst
}

func floatBits(oid uint32) int {
	if base(oid) == pgcat.Float4 {
		return 32
	}
	return 64
}

func appendInt(dst []byte, oid uint32, v int64) []byte {
	switch {
	case oid == pgcat.Char:
		return AppendChar(dst, byte(v))
	case oid == pgcat.OID || oid == pgcat.XID || oid == pgcat.CID || isReg(oid):
		return AppendOID(dst, oid, uint32(v))
	}
	return strconv.AppendInt(dst, v, 10)
}

// AppendOID appends an object identifier: the object's name for the reg types, else its number.
func AppendOID(dst []byte, oid, v uint32) []byte {
	if isReg(oid) {
		return appendReg(dst, oid, v)
	}
	return strconv.AppendUint(dst, uint64(v), 10)
}

// AppendBool appends t or f.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 't')
	}
	return append(dst, 'f')
}
