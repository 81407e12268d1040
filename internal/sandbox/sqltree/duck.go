package sqltree

import "strings"

// Quote writes a DuckDB or Snowflake identifier.
func Quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// Text writes a DuckDB string literal.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Fill replaces $1 … $9 and $* in a form.
func Fill(form string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		if form[i] != '$' || i+1 == len(form) {
			b.WriteByte(form[i])
			continue
		}
		i++
		switch k := form[i]; {
		case k == '*':
			b.WriteString(strings.Join(args, ", "))
		case k >= '1' && int(k-'0') <= len(args):
			b.WriteString(args[k-'1'])
		}
	}
	return b.String()
}
