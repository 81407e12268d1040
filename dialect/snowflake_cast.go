package dialect

import "github.com/waggle-sql/waggle/internal/pgcat"

// snowCasts are the conversions without arguments that Snowflake says in its own way.
var snowCasts = map[[2]uint32]string{
	{pgcat.Bool, pgcat.Int4}: "IFF($1, 1, IFF($1 IS NULL, NULL, 0))",
	{pgcat.Bool, pgcat.Text}: "IFF($1, 'true', IFF($1 IS NULL, NULL, 'false'))",
}

var snowDated = map[uint32]dated{pgcat.Date: {"TO_VARCHAR($1, 'YYYY-MM-DD')", "'0001-01-01'::DATE", "'9999-12-31'::DATE"}}
