package dialect

import "github.com/waggle-sql/waggle/internal/pgcat"

// snowTypes are the types by which values of PostgreSQL's types are computed in Snowflake; a number has a scale of its own.
var snowTypes = map[uint32]string{
	pgcat.Bool: "BOOLEAN", pgcat.Int2: "NUMBER(38, 0)", pgcat.Int4: "NUMBER(38, 0)", pgcat.Int8: "NUMBER(38, 0)",
	pgcat.Numeric: "NUMBER(38, 0)", pgcat.Float8: "FLOAT", pgcat.Float4: "FLOAT", pgcat.Text: "VARCHAR", pgcat.Varchar: "VARCHAR",
	pgcat.Bpchar: "VARCHAR", pgcat.Bytea: "BINARY", pgcat.Date: "DATE", pgcat.Time: "TIME",
	pgcat.Timestamp: "TIMESTAMP_NTZ", pgcat.TimestampTZ: "TIMESTAMP_LTZ",
}

func snowFloat(f float64) string { return "'" + floatText(f, "inf") + "'::FLOAT" }
