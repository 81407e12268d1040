package snowflake

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/source/coerce"
)

// column is one column of a result. Its Kind is Snowflake's logical type: fixed, real, text, …
type column struct{ coerce.Column }

// kinds are the logical types that may stand for a type of ours.
var kinds = map[uint32][]string{
	pgcat.Int2: {"fixed"}, pgcat.Int4: {"fixed"}, pgcat.Int8: {"fixed"}, pgcat.Numeric: {"fixed", "text"}, // text where each value has a scale of its own
	pgcat.Float4: {"real"}, pgcat.Float8: {"real"}, pgcat.Bool: {"boolean"}, pgcat.Bytea: {"binary"},
	pgcat.Text: {"text"}, pgcat.Varchar: {"text"}, pgcat.Bpchar: {"text"}, pgcat.Name: {"text"},
	pgcat.JSON: {"variant", "object", "array"}, pgcat.JSONB: {"variant", "object", "array"},
	pgcat.Date: {"date"}, pgcat.Time: {"time"}, pgcat.Timestamp: {"timestamp_ntz"}, pgcat.TimestampTZ: {"timestamp_ltz", "timestamp_tz"},
}

// check holds Snowflake's type to the plan's: 42804 where they contradict.
func (c *column) check() error {
	c.Kind = strings.ToLower(c.Kind)
	for _, k := range kinds[c.Want.OID] {
		if k == "text" && c.Want.OID == pgcat.Numeric && c.To.ID() != arrow.STRING {
			continue
		}
		if k == c.Kind && c.Scale >= 0 && c.Scale <= 38 {
			return nil
		}
	}
	return c.Contradicts()
}

// convert makes an array of the plan's type. Where both types have one layout the values are not copied. The caller releases
// the result.
func (c *column) convert(a arrow.Array) (arrow.Array, error) {
	if err := array.Validate(a); err != nil {
		return nil, c.Malformed(err)
	}
	switch c.Want.OID {
	case pgcat.Numeric:
		if (c.Kind == "text") != (a.DataType().ID() == arrow.STRING) {
			return nil, c.Physical(a)
		}
	case pgcat.Float4:
		return c.Float4(a) // of doubles alone
	case pgcat.Time:
		return c.time(a)
	case pgcat.Timestamp, pgcat.TimestampTZ:
		return c.timestamp(a)
	}
	return c.Convert(a)
}
