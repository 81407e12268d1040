package rest

import (
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// asked is what the sinks' values make of a request.
type asked struct {
	bounds map[target]time.Time // the tightest of each place
	lists  []valueList
	bound  map[string]map[string]bool // placeholder → values
	checks []check
	empty  bool // no row can match
}

// valueList is the values of one place, chunk by chunk.
type valueList struct {
	into   target
	many   bool // an array or a repeated parameter, though it hold one value
	chunks [][]string
}

// check is a filter that is repeated here.
type check struct {
	column *column
	op     string
	values map[datum.Value]bool // one but for `in`
}

// ask turns a request's sinks into what is sent and what is repeated.
func (o *object) ask(sinks []dialect.SinkValue) (*asked, error) {
	a := &asked{bounds: map[target]time.Time{}, bound: map[string]map[string]bool{}}
	for _, v := range sinks {
		s := o.sink(v.Sink)
		if s == nil || len(v.Values) == 0 {
			return nil, pgerr.New(pgerr.Internal, "the request fills %q, which %s does not have", v.Sink, o.name)
		}
		if err := a.add(o, s, v.Values); err != nil {
			return nil, err
		}
	}
	a.clamp(o.low, o.high)
	return a, nil
}

func (a *asked) add(o *object, s *sink, texts []string) error {
	c := check{column: o.column(s.Column), op: s.Op, values: map[datum.Value]bool{}}
	var last datum.Value
	var said []string
	for _, text := range texts {
		v, err := datum.In(c.column.typ.OID, c.column.typ.Mod, text, nil)
		if err != nil {
			return err
		}
		if s.pattern == nil || s.pattern.MatchString(text) {
			last, said = v, append(said, text)
			c.values[v] = true
		}
	}
	if len(said) == 0 {
		a.empty = true
		return nil
	}
	if s.checked {
		a.checks = append(a.checks, c)
	}
	switch {
	case s.into.in == "path":
		a.bind(s.into.name, said)
	case s.Op == "=" || s.Op == "in":
		a.list(s, said)
	default:
		a.limit(s, last)
	}
	return nil
}

// bind keeps the values of a placeholder that all sinks allow.
func (a *asked) bind(name string, values []string) {
	old, had := a.bound[name]
	set := map[string]bool{}
	for _, v := range values {
		if !had || old[v] {
			set[v] = true
		}
	}
	a.bound[name] = set
	a.empty = a.empty || len(set) == 0
}

func (a *asked) list(s *sink, values []string) {
	l := valueList{into: s.into, many: s.Op == "in"}
	size := max(s.MaxValues, 1)
	for len(values) > size {
		l.chunks = append(l.chunks, values[:size])
		values = values[size:]
	}
	l.chunks = append(l.chunks, values)
	a.lists = append(a.lists, l)
}

// The years that are sent: beyond them there are no rows, and not every API takes them.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// limit bounds a place by a value, rounded outwards to whole seconds.
func (a *asked) limit(s *sink, v datum.Value) {
	low := strings.HasPrefix(s.Op, ">")
	at, infinite := instant(v)
	if infinite != 0 {
		a.empty = a.empty || (infinite > 0) == low
		return
	}
	// An API's bound that excludes itself must lie beyond a value that a filter includes; and the other way round.
	step := time.Duration(0)
	if strings.HasSuffix(s.Op, "=") && !s.inclusive {
		step = time.Microsecond
	}
	if low {
		at = at.Add(-step - s.widen).Truncate(time.Second)
	} else {
		at = ceil(at.Add(step + s.widen))
	}
	switch old, had := a.bounds[s.into]; {
	case low && at.Before(earliest), !low && at.After(latest):
	case low && (!had || at.After(old)):
		a.bounds[s.into] = earlier(at, latest)
	case !low && (!had || at.Before(old)):
		a.bounds[s.into] = later(at, earliest)
	}
}

func ceil(at time.Time) time.Time {
	if down := at.Truncate(time.Second); down.Before(at) {
		return down.Add(time.Second)
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// instant returns a date's or timestamp's moment in UTC, or the sign of an infinity.
func instant(v datum.Value) (at time.Time, infinite int) {
	switch v := v.(type) {
	case datum.Timestamp:
		switch v {
		case datum.MaxTimestamp:
			return at, 1
		case datum.MinTimestamp:
			return at, -1
		}
		return time.UnixMicro(int64(v)).UTC(), 0
	case datum.Date:
		switch v {
		case datum.MaxDate:
			return at, 1
		case datum.MinDate:
			return at, -1
		}
		return time.Unix(int64(v)*86400, 0).UTC(), 0
	}
	return at, 0
}

// clamp moves the lower of a pair of bounds below the upper, where APIs refuse an empty range. It only lets more rows
// through, and they are checked: bounds of two columns can cross and still be met by a row that lasts long.
func (a *asked) clamp(low, high target) {
	from, ok := a.bounds[low]
	to, both := a.bounds[high]
	if ok && both && !from.Before(to) {
		a.bounds[low] = to.Add(-time.Second)
	}
}

// passes reports whether a value passes the filter; NULL never does.
func (c *check) passes(v datum.Value) bool {
	switch {
	case v == nil:
		return false
	case c.op == "=" || c.op == "in":
		return c.values[v]
	}
	for w := range c.values {
		d := datum.Compare(c.column.typ.OID, v, w)
		return c.op == "<" && d < 0 || c.op == "<=" && d <= 0 || c.op == ">" && d > 0 || c.op == ">=" && d >= 0
	}
	return false
}
