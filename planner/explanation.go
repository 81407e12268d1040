package planner

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Explanation is what EXPLAIN tells of a statement, as text lines or as JSON. It holds the client's own literals, and no value
// that came from a source. Ran and what the fragments hold of it are there after EXPLAIN ANALYZE.
type Explanation struct {
	Path      string          `json:"path"`
	About     string          `json:"about"`
	Here      []string        `json:"here,omitempty"`          // the remainder's tree
	Workspace string          `json:"workspace_sql,omitempty"` // what the workspace is asked, with VERBOSE
	Fragments []FragmentFacts `json:"fragments,omitempty"`
	Reads     []EntityFacts   `json:"reads,omitempty"`
	Ran       *RunFacts       `json:"ran,omitempty"`
}

// FragmentFacts is what one source is asked.
type FragmentFacts struct {
	ID         int          `json:"id"`
	Entity     string       `json:"entity"` // the first that it reads
	Source     string       `json:"source"`
	Request    string       `json:"request,omitempty"`
	SQL        string       `json:"sql,omitempty"`
	Columns    []string     `json:"columns,omitempty"`
	Pushed     []string     `json:"pushed,omitempty"`
	Keys       []KeyFacts   `json:"keys,omitempty"`
	Stays      []StayFacts  `json:"stays,omitempty"`
	Credential string       `json:"credential,omitempty"`
	As         []string     `json:"as,omitempty"` // role and warehouse at the source, where they are set
	Ran        *FragmentRan `json:"ran,omitempty"`
}

// KeyFacts is a transfer of join keys to a fragment. Sent is how many went, nil before the statement ran.
type KeyFacts struct {
	Column   string `json:"column"`
	From     string `json:"from"`
	Fragment int    `json:"fragment"`
	Most     int    `json:"most"`
	Why      string `json:"why"`
	Sent     *int   `json:"sent,omitempty"`
	TooMany  bool   `json:"too_many,omitempty"` // none were sent
}

// StayFacts is an expression that is computed here, and why.
type StayFacts struct {
	Expression string `json:"expression"`
	Reason     string `json:"reason"`
}

// EntityFacts is what a statement reads of an entity.
type EntityFacts struct {
	Entity    string   `json:"entity"`
	Columns   []string `json:"columns"`
	DecidedBy []string `json:"decided_by,omitempty"`
}

// FragmentRan is what a fragment took. Times are milliseconds since its request was made.
type FragmentRan struct {
	Asked    bool    `json:"asked"` // false: no row could match
	Rows     int64   `json:"rows"`
	Bytes    int64   `json:"bytes"`
	First    float64 `json:"first_ms"`
	Whole    float64 `json:"whole_ms"`
	Requests int     `json:"requests"`
	Pages    int64   `json:"pages"`
	Retries  int64   `json:"retries"`
	QueryID  string  `json:"query_id,omitempty"`
	Status   string  `json:"status,omitempty"`
}

// RunFacts is what a statement took as a whole.
type RunFacts struct {
	Rows          int64   `json:"rows"`
	Whole         float64 `json:"whole_ms"`
	Workspace     float64 `json:"workspace_ms,omitempty"` // from the last row loaded to the last row returned
	WorkspacePeak int64   `json:"workspace_peak_bytes,omitempty"`
}

// JSON returns the explanation as one document in an array, as PostgreSQL's FORMAT JSON does.
func (e *Explanation) JSON() ([]string, error) {
	b := &strings.Builder{}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode([]*Explanation{e})
	return []string{strings.TrimRight(b.String(), "\n")}, err
}

// Text returns the explanation as lines.
func (e *Explanation) Text() []string {
	t := &lines{}
	t.add("Path: %s (%s)", e.Path, e.About)
	if e.Here != nil {
		t.add("Here:")
	}
	for _, l := range e.Here {
		t.add("  %s", l)
	}
	if e.Workspace != "" {
		t.sql(e.Workspace)
	}
	for i := range e.Fragments {
		t.fragment(&e.Fragments[i])
	}
	for _, u := range e.Reads {
		decided := ""
		if len(u.DecidedBy) > 0 {
			decided = ", decided by " + strings.Join(u.DecidedBy, ", ")
		}
		t.add("Reads: %s (%s)%s", u.Entity, strings.Join(u.Columns, ", "), decided)
	}
	if e.Ran != nil {
		t.ran(e.Ran)
	}
	return t.out
}

type lines struct{ out []string }

func (t *lines) add(format string, args ...any) { t.out = append(t.out, fmt.Sprintf(format, args...)) }

// sql adds a statement, cut into lines.
func (t *lines) sql(text string) {
	label := "SQL: "
	for _, l := range wrap(text) {
		t.add("  %-5s%s", label, l)
		label = ""
	}
}

func (t *lines) fragment(f *FragmentFacts) {
	as := ""
	if len(f.As) > 0 {
		as = " as " + strings.Join(f.As, ", ")
	}
	t.add("Fragment %d: %s from %s%s", f.ID, f.Entity, f.Source, as)
	if f.Request != "" {
		t.add("  Request: %s", f.Request)
	}
	if f.SQL != "" {
		t.sql(f.SQL)
	}
	if f.SQL == "" {
		t.add("  Columns: %s", strings.Join(f.Columns, ", "))
	}
	for _, p := range f.Pushed {
		t.add("  Pushed: %s", p)
	}
	for _, k := range f.Keys {
		t.add("  Keys: %s = any(%s of fragment %d), %d at most (%s)%s", k.Column, k.From, k.Fragment, k.Most, k.Why, k.outcome())
	}
	for _, s := range f.Stays {
		t.add("  Stays: %s (%s)", s.Expression, s.Reason)
	}
	if f.Credential != "" {
		t.add("  Credential: %s", f.Credential)
	}
	if f.Ran != nil {
		t.add("  Ran: %s", f.Ran)
	}
}

func (k *KeyFacts) outcome() string {
	switch {
	case k.TooMany:
		return ": too many, none sent"
	case k.Sent != nil:
		return fmt.Sprintf(": %d sent", *k.Sent)
	}
	return ""
}

// String is a fragment's figures in a line.
func (r *FragmentRan) String() string {
	if !r.Asked {
		return "not asked, since no row could match"
	}
	s := fmt.Sprintf("%s, %s; first after %s, all after %s; %s, %s", counted(r.Rows, "row"), Bytes(r.Bytes), millis(r.First), millis(r.Whole),
		counted(max(r.Pages, int64(r.Requests), 1), "request"), counted(r.Retries, "retry"))
	if r.Status != "" {
		s += "; " + r.Status
	}
	if r.QueryID != "" {
		s += "; query " + r.QueryID
	}
	return s
}

func (t *lines) ran(r *RunFacts) {
	if r.Workspace > 0 {
		peak := ""
		if r.WorkspacePeak > 0 {
			peak = ", at most " + Bytes(r.WorkspacePeak)
		}
		t.add("Workspace: %s%s", millis(r.Workspace), peak)
	}
	t.add("Ran: %s in %s", counted(r.Rows, "row"), millis(r.Whole))
}

func counted(n int64, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "y"):
		what = strings.TrimSuffix(what, "y") + "ies"
	default:
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func millis(ms float64) string { return fmt.Sprintf("%.2f ms", ms) }

// Milliseconds is a duration as the figures hold it.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Bytes prints a number of bytes for people.
func Bytes(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 10<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
