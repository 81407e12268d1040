package salesforce_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// chooser makes random conditions.
type chooser struct{ *rand.Rand }

func (c chooser) of(list ...string) string { return list[c.IntN(len(list))] }

// randomQuery is a query over the two objects whose rows are compared.
func randomQuery(r *rand.Rand) string {
	c := chooser{r}
	switch c.IntN(8) {
	case 0:
		return "SELECT a.id, a.name FROM accounts a WHERE " + c.account("a.", 2)
	case 1:
		return "SELECT o.id, a.name, a.active FROM opportunities o LEFT JOIN accounts a ON a.id = o.accountid WHERE " + c.both(2)
	case 2:
		return "SELECT o.id, a.name FROM accounts a JOIN opportunities o ON a.id = o.accountid WHERE " + c.both(2)
	case 3:
		return "SELECT a.id FROM accounts a WHERE " + c.of("", "NOT ") + "EXISTS (SELECT FROM opportunities o WHERE o.accountid = a.id AND " + c.opportunity("o.", 1) + ")"
	case 4:
		return "SELECT count(*), sum(o.amount), min(o.closedate), max(o.created), count(o.code), count(DISTINCT o.accountid) FROM opportunities o WHERE " + c.opportunity("o.", 1)
	case 5:
		return "SELECT o.stagename, o.won, count(*), sum(o.amount), max(o.share) FROM opportunities o WHERE " + c.opportunity("o.", 0) + " GROUP BY 1, 2"
	}
	return "SELECT o.id, o.amount, o.code FROM opportunities o WHERE " + c.opportunity("o.", 2)
}

func (c chooser) tree(depth int, leaf func() string) string {
	if depth == 0 || c.IntN(4) == 0 {
		return leaf()
	}
	switch c.IntN(5) {
	case 0:
		return "NOT (" + c.tree(depth-1, leaf) + ")"
	case 1, 2:
		return "(" + c.tree(depth-1, leaf) + " OR " + c.tree(depth-1, leaf) + ")"
	}
	return "(" + c.tree(depth-1, leaf) + " AND " + c.tree(depth-1, leaf) + ")"
}

func (c chooser) both(depth int) string {
	return c.tree(depth, func() string {
		if c.IntN(2) == 0 {
			return c.opportunityTerm("o.")
		}
		return c.accountTerm("a.")
	})
}

func (c chooser) account(p string, depth int) string {
	return c.tree(depth, func() string { return c.accountTerm(p) })
}

func (c chooser) opportunity(p string, depth int) string {
	return c.tree(depth, func() string { return c.opportunityTerm(p) })
}

func (c chooser) op() string { return c.of("=", "<>", "<", "<=", ">", ">=") }

func (c chooser) text() string {
	return "'" + c.of("acme", "Acme", "Deal", "deal", "DEAL 2", "x%", "Straße", "über", "ÜBER", `\"x''y`, "", "zz", "A", "a", "Closed Won", "closed won", "EMEA") + "'"
}

func (c chooser) accountTerm(p string) string {
	switch c.IntN(8) {
	case 0:
		return p + c.of("name", "region") + " " + c.op() + " " + c.text()
	case 1:
		return p + c.of("name", "region") + c.of(" LIKE ", " ILIKE ", " NOT LIKE ") + "'" + c.of("a%", "%CM%", "_cme", `a\_b`, `50\%%`, "%", "über", `\\%`, "%''y") + "'"
	case 2:
		return p + "active" + c.of("", " = true", " IS TRUE", " IS NOT TRUE", " IS NULL", " = false", " IS NOT NULL")
	case 3:
		return p + "revenue " + c.op() + " " + c.of("5", "250000", "1e20", "-1", "123456.78")
	case 4:
		return p + "staff " + c.op() + " " + c.of("5", "0", "19", "2.5", "3000000000")
	case 5:
		return p + c.of("name", "region", "revenue", "staff", "note", "since", "id") + c.of(" IS NULL", " IS NOT NULL")
	case 6:
		return p + "id " + c.of("=", "<>") + " '" + c.of(id("001", c.IntN(accounts)), "nonsense", id("001", 1)[:15]) + "'"
	}
	return p + "since " + c.op() + " " + c.of("DATE '2025-06-01'", "'infinity'::date", "TIMESTAMP '2025-06-01 00:00:00'", "TIMESTAMP '2025-06-01 12:00:00'", "TIMESTAMPTZ '2025-06-01 00:00:00+00'")
}

func (c chooser) opportunityTerm(p string) string {
	switch c.IntN(9) {
	case 0:
		return p + c.of("name", "stagename", "code") + " " + c.op() + " " + c.text()
	case 1:
		return p + c.of("name", "stagename", "code") + c.of(" IN (", " NOT IN (") + c.text() + ", " + c.text() + c.of("", ", NULL") + ")"
	case 2:
		return p + "amount " + c.op() + " " + c.of("5", "50000", "99999.99", "0")
	case 3:
		return p + "amount" + c.of(" IN (", " NOT IN (") + "5, 7.5" + c.of("", ", NULL") + ")"
	case 4:
		return p + "created " + c.op() + " TIMESTAMPTZ '2026-02-" + fmt.Sprintf("%02d", 1+c.IntN(28)) + c.of(" 00:00:00+00'", " 12:30:15.5+02'")
	case 5:
		return p + "won" + c.of("", " = true", " IS NOT FALSE", " IS FALSE")
	case 6:
		var list []string
		for range 1 + c.IntN(5) {
			list = append(list, "'"+c.of(id("001", c.IntN(accounts)), "x")+"'")
		}
		return p + "accountid" + c.of(" IN (", " NOT IN (") + strings.Join(list, ", ") + ")"
	case 7:
		return p + c.of("share", "closedate", "code", "accountid", "amount") + c.of(" IS NULL", " IS NOT NULL")
	}
	return p + "share " + c.of("BETWEEN 0.1 AND 0.5", "> 0.25", "= 0.5", "NOT BETWEEN 0.2 AND 0.9")
}
