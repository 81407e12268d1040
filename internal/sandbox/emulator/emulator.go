// Package emulator has what the emulators of warehouses have in common: faults and switches, statements that outlive the requests that
// began them, results on a shelf, and a history of who asked what.
package emulator

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/shelf"
)

// Statement is one that a person has asked.
type Statement interface {
	// Person is his login.
	Person() string
}

// Options are what an emulator is made of.
type Options struct {
	Faults fault.Config
	Serve  fault.Serve
	// Dir is where results that are too large for memory are kept; the system's temporary directory when empty. They stay for TTL.
	Dir string
	TTL time.Duration
	Now func() time.Time
	// Switches are asked by method and path, such as "POST /_sandbox/warm". What they return is answered as JSON; nil is no content.
	Switches map[string]func(url.Values) any
}

// Base is an emulator: an http.Handler, safe for use by several goroutines. Start begins it, Close ends what runs.
type Base[S Statement] struct {
	// Results has what is fetched by an address of its own.
	Results *shelf.Shelf

	control  *fault.Control
	handler  http.Handler
	switches map[string]func(url.Values) any

	life context.Context // of the statements: a client that goes away does not end them
	end  context.CancelFunc
	runs sync.WaitGroup

	mu      sync.Mutex
	history []S
	refused map[string]bool // what nobody may use until Refuse says otherwise
	contra  map[string]bool // columns that are sent with another physical type
}

// Start begins to serve. It fails with 58030 where the directory cannot be made.
func (b *Base[S]) Start(o Options) (err error) {
	if b.Results, err = shelf.New(o.Dir, o.TTL, o.Now); err != nil {
		return err
	}
	b.refused, b.contra, b.switches = map[string]bool{}, map[string]bool{}, o.Switches
	b.life, b.end = context.WithCancel(context.Background())
	b.control = fault.New(o.Faults)
	b.handler = b.control.Handler(o.Serve)
	return nil
}

// Control returns the emulator's misbehaviour and its log of requests.
func (b *Base[S]) Control() *fault.Control { return b.control }

// ServeHTTP answers one request.
func (b *Base[S]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	do, ok := b.switches[r.Method+" "+r.URL.Path]
	if !ok {
		b.handler.ServeHTTP(w, r)
		return
	}
	answer := do(r.URL.Query())
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// Run runs a statement beside its request until it ends or the emulator is closed.
func (b *Base[S]) Run(do func()) { b.runs.Go(do) }

// Life is the context of what Run runs.
func (b *Base[S]) Life() context.Context { return b.life }

// Close stops all statements and removes the results.
func (b *Base[S]) Close() {
	b.end()
	b.runs.Wait()
	b.Results.Close()
}

const maxHistory = 100_000

// Remember adds a statement to the history; the oldest half goes when it is full.
func (b *Base[S]) Remember(s S) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.history) == maxHistory {
		b.history = slices.Clone(b.history[maxHistory/2:])
	}
	b.history = append(b.history, s)
}

// Statements returns the statements of a person in order of arrival; everybody's when the login is empty.
func (b *Base[S]) Statements(login string) []S {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []S
	for _, s := range b.history {
		if login == "" || s.Person() == login {
			out = append(out, s)
		}
	}
	return out
}

// Forget empties the history; statements that run are forgotten too.
func (b *Base[S]) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.history = nil
}

// Entries are the lines of the history of a person's statements; everybody's when the login is empty.
func Entries[S Statement, E any](b *Base[S], login string, entry func(S) E) []E {
	out := []E{}
	for _, s := range b.Statements(login) {
		out = append(out, entry(s))
	}
	return out
}

// Refuse takes the right to use something from everybody, such as a table (source.schema.table), or gives it back.
func (b *Base[S]) Refuse(key string, refused bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused[key] = refused
}

// Refused tells whether something is refused to everybody.
func (b *Base[S]) Refused(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused[key]
}

// Contradict makes the emulator send a column of this name with another physical type than the answer's description says, or
// stops it.
func (b *Base[S]) Contradict(column string, on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.contra[column] = on
}

// Contradicted tells by position which of a result's columns are sent with a wrong type.
func (b *Base[S]) Contradicted(names []string) []bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]bool, len(names))
	for i, name := range names {
		out[i] = b.contra[name]
	}
	return out
}

// Switches are those of every emulator with the emulator's own: GET /_sandbox/history?person=, POST /_sandbox/refuse?table=&on= and
// POST /_sandbox/contradict?column=&on=.
func (b *Base[S]) Switches(history func(login string) any, own map[string]func(url.Values) any) map[string]func(url.Values) any {
	out := map[string]func(url.Values) any{
		"GET /_sandbox/history": func(q url.Values) any { return history(q.Get("person")) },
		"POST /_sandbox/refuse": func(q url.Values) any { b.Refuse(q.Get("table"), q.Get("on") != "0"); return nil },
		"POST /_sandbox/contradict": func(q url.Values) any {
			b.Contradict(q.Get("column"), q.Get("on") != "0")
			return nil
		},
	}
	for name, do := range own {
		out[name] = do
	}
	return out
}
