package data

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// invoice is a bill to a customer.
type invoice struct {
	id, account string // the account's number as the billing system has it
	issued, due time.Time
	loaded      time.Time
	cents       int64
	plan        string
	status      string // paid, open, overdue or void
	late        int    // days after issue on which it was paid, when it was
}

// invoices bills each contract in advance, for two years back; customers who are unhappy pay late or not at all.
func (c *Company) invoices() []invoice {
	d := c.part(partInvoices)
	var out []invoice
	for _, a := range c.Accounts {
		k := a.Contract
		if k.Since.IsZero() {
			continue
		}
		for t := k.Since; t.Before(c.Today); t = t.AddDate(0, k.Months, 0) {
			if t.Before(c.Today.AddDate(-2, 0, 0)) || !k.active(t) {
				continue
			}
			v := invoice{account: reference(d, a.Number), issued: t, due: t.AddDate(0, 0, 30), plan: k.Plan}
			v.cents = int64(float64(k.Monthly)*k.size(t)) * int64(k.Months)
			v.loaded = t.AddDate(0, 0, 1).Add(time.Duration(d.between(2*3600, 5*3600)) * time.Second)
			if d.chance(0.03) {
				v.loaded = v.loaded.AddDate(0, 0, d.between(3, 40)) // came late
			}
			v.late = max(1, int(24+12*d.NormFloat64()-18*a.mood))
			c.settle(d, &v, a.mood)
			if v.loaded.Before(c.Today) {
				out = append(out, v)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b invoice) int { return a.issued.Compare(b.issued) })
	for i := range out {
		out[i].id = fmt.Sprintf("INV-%06d", 100001+i)
	}
	return out
}

func (c *Company) settle(d *draw, v *invoice, mood float64) {
	switch {
	case d.chance(0.015):
		v.status = "void"
	case v.issued.AddDate(0, 0, v.late).Before(c.Today) && !d.chance(0.02-0.2*min(0, mood)):
		v.status = "paid"
	case v.due.Before(c.Today):
		v.status = "overdue"
	default:
		v.status = "open"
	}
}

func (c *Company) invoiceTable() Table {
	return Table{
		Source: "sf", Schema: "finance", Name: "invoices",
		Columns: columns("invoice_id", "VARCHAR", "account_ref", "VARCHAR", "issued_on", "DATE", "due_on", "DATE", "amount", "DECIMAL(14,2)",
			"currency", "VARCHAR", "plan", "VARCHAR", "status", "VARCHAR", "loaded_at", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			for _, v := range c.invoices() {
				if !yield([]string{v.id, v.account, day(v.issued), day(v.due), cents(v.cents), "USD", v.plan, v.status, moment(v.loaded)}) {
					return
				}
			}
		},
	}
}

func (c *Company) paymentTable() Table {
	return Table{
		Source: "sf", Schema: "finance", Name: "payments",
		Columns: columns("payment_id", "VARCHAR", "invoice_id", "VARCHAR", "account_ref", "VARCHAR", "paid_on", "DATE", "amount", "DECIMAL(14,2)",
			"method", "VARCHAR"),
		Rows: c.payments(),
	}
}

// payments are what came in: most invoices are paid at once, some in two parts, some payments name no invoice.
func (c *Company) payments() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		d, n := c.part(partPayments), 0
		pay := func(v invoice, amount int64, after int) bool {
			n++
			id := v.id
			if d.chance(0.02) {
				id = Null
			}
			method := []string{"wire", "card", "ach", Null}[d.weighted(0.45, 0.25, 0.25, 0.05)]
			return yield([]string{fmt.Sprintf("PAY-%06d", 500000+n), id, v.account, day(v.issued.AddDate(0, 0, after)), cents(amount), method})
		}
		for _, v := range c.invoices() {
			if v.status != "paid" {
				continue
			}
			first := v.cents
			if v.cents > 1_000_000 && d.chance(0.08) {
				first = v.cents / 2
			}
			if !pay(v, first, v.late) || first < v.cents && v.issued.AddDate(0, 0, v.late+14).Before(c.Today) && !pay(v, v.cents-first, v.late+14) {
				return
			}
		}
	}
}
