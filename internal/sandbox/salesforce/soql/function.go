package soql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// aggregate tells whether a function is an aggregate
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions.htm).
func aggregate(name string) bool {
	switch name {
	case "COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX":
		return true
	}
	return false
}

// dateFunction is what DuckDB computes for a function of a date; $ is the date. Fiscal years are the calendar's, zones UTC
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_date_functions.htm).
func dateFunction(name string) (sql string, ok bool) {
	switch name {
	case "CALENDAR_YEAR", "FISCAL_YEAR":
		return "year($)", true
	case "CALENDAR_QUARTER", "FISCAL_QUARTER":
		return "quarter($)", true
	case "CALENDAR_MONTH", "FISCAL_MONTH":
		return "month($)", true
	case "DAY_IN_MONTH":
		return "day($)", true
	case "DAY_IN_WEEK":
		return "dayofweek($) + 1", true
	case "DAY_IN_YEAR":
		return "dayofyear($)", true
	case "WEEK_IN_MONTH":
		return "(day($) - 1) // 7 + 1", true
	case "WEEK_IN_YEAR":
		return "(dayofyear($) - 1) // 7 + 1", true
	case "HOUR_IN_DAY":
		return "hour($)", true
	case "DAY_ONLY":
		return "CAST($ AS DATE)", true
	}
	return "", false
}

// function translates a call on the left of a comparison or in an order.
func (c *compiler) function(e expr) (operand, *Error) {
	if aggregate(e.function) {
		if c.groups == nil && !c.having {
			return operand{}, c.at(e.at, MalformedQuery, "Aggregate functions are not allowed in WHERE: %s", e.function)
		}
		return c.aggregate(e)
	}
	sql, ok := dateFunction(e.function)
	if !ok {
		return operand{}, c.at(e.at, MalformedQuery, "the function %s is not served by the sandbox", e.function)
	}
	if len(e.args) != 1 {
		return operand{}, c.at(e.at, MalformedQuery, "%s takes one date or datetime field", e.function)
	}
	arg := e.args[0]
	if arg.function == "CONVERTTIMEZONE" && len(arg.args) == 1 {
		arg = arg.args[0] // everybody's zone is UTC here
	}
	if arg.function != "" {
		return operand{}, c.at(arg.at, MalformedQuery, "%s takes one date or datetime field", e.function)
	}
	n, f, err := c.resolve(arg)
	if err != nil {
		return operand{}, err
	}
	timed := e.function == "HOUR_IN_DAY" || e.function == "DAY_ONLY"
	if f.Type != sobject.Datetime && (f.Type != sobject.Date || timed) {
		return operand{}, c.at(arg.at, InvalidField, "field %s of type %s does not support the function %s", f.Name, f.Type, e.function)
	}
	t := sobject.Int
	if e.function == "DAY_ONLY" {
		t = sobject.Date
	}
	sql = "(" + strings.ReplaceAll(sql, "$", n.column(f)) + ")"
	return operand{name: e.function + "(" + f.Name + ")", sql: sql, field: &sobject.Field{Name: f.Name, Type: t}, null: sql + " IS NULL"}, nil
}

// aggregate translates an aggregate function's call.
func (c *compiler) aggregate(e expr) (operand, *Error) {
	if e.function == "COUNT" && len(e.args) == 0 {
		return operand{name: "COUNT()", sql: "count(*)", field: &sobject.Field{Type: sobject.Int}, null: "false"}, nil
	}
	if len(e.args) != 1 || e.args[0].function != "" {
		return operand{}, c.at(e.at, MalformedQuery, "%s takes one field", e.function)
	}
	n, f, err := c.resolve(e.args[0])
	if err != nil {
		return operand{}, err
	}
	number := f.Type == sobject.Int || f.Type.Decimal()
	if !f.Aggregatable() || (e.function == "SUM" || e.function == "AVG") && !number {
		return operand{}, c.at(e.at, MalformedQuery, "field %s does not support aggregate operator %s", f.Name, e.function)
	}
	out := operand{name: e.function + "(" + f.Name + ")"}
	col, folded := n.column(f), n.folded(f)
	result := *f
	result.Calculated = false
	switch e.function {
	case "COUNT":
		out.sql, result = "count("+col+")", sobject.Field{Type: sobject.Int}
	case "COUNT_DISTINCT":
		out.sql, result = "count(DISTINCT "+folded+")", sobject.Field{Type: sobject.Int}
	case "SUM":
		out.sql = "sum(" + col + ")"
	case "AVG":
		out.sql, result = "avg("+col+")", sobject.Field{Type: sobject.Double, Floating: true}
	case "MIN", "MAX":
		out.sql = strings.ToLower(e.function) + "(" + col + ")"
		if folded != col {
			out.sql = "arg_" + out.sql[:len(out.sql)-1] + ", " + folded + ")"
		}
	}
	result.Name = f.Name
	out.field, out.null = &result, out.sql+" IS NULL"
	return out, nil
}
