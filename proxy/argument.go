package proxy

import (
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// arguments decodes the parameters of a Bind message by the types that planning has found.
func (s *session) arguments(m *pgproto3.Bind, st *statement) ([]datum.Value, error) {
	formats := m.ParameterFormatCodes
	if len(formats) > 1 && len(formats) != len(m.Parameters) {
		return nil, pgerr.New(pgerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", len(formats), len(m.Parameters))
	}
	if len(m.Parameters) != len(st.params) {
		return nil, pgerr.New(pgerr.ProtocolViolation, `bind message supplies %d parameters, but prepared statement "%s" requires %d`,
			len(m.Parameters), m.PreparedStatement, len(st.params))
	}
	if len(m.Parameters) == 0 {
		return nil, nil
	}
	env := s.environment()
	values := make([]datum.Value, len(m.Parameters))
	for i, raw := range m.Parameters {
		var format int16
		if len(formats) == 1 {
			format = formats[0]
		} else if len(formats) > 1 {
			format = formats[i]
		}
		if format != 0 && format != 1 {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", format)
		}
		if raw == nil {
			continue
		}
		v, err := argument(st.params[i].OID, st.params[i].Mod, format == 1, raw, env)
		if err != nil {
			return nil, withParameter(err, i+1)
		}
		values[i] = v
	}
	return values, nil
}

func argument(oid uint32, mod int32, binary bool, raw []byte, env *datum.Env) (datum.Value, error) {
	if binary {
		return datum.Recv(oid, mod, raw)
	}
	text := string(raw)
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	if err := checkUTF8(text); err != nil {
		return nil, err
	}
	return datum.In(oid, mod, text, env)
}

// withParameter gives the wording of a short binary value the parameter's number, as PostgreSQL does.
func withParameter(err error, number int) error {
	e := pgerr.From(err)
	if e.Code == pgerr.InvalidBinaryRepresentation && e.Message == "incorrect binary data format" {
		return pgerr.New(e.Code, "incorrect binary data format in bind parameter %d", number)
	}
	return err
}
