package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Problem is one thing that is wrong in a file.
type Problem struct {
	At      Place
	Message string // one sentence, without a full stop
	Hint    string // the next act, "" for none
}

// Error returns file:line:column, the sentence, and the hint.
func (p *Problem) Error() string {
	text := p.Message
	if p.Hint != "" {
		text += ": " + p.Hint
	}
	switch {
	case p.At.File == "":
		return text
	case p.At.Line == 0:
		return p.At.File + ": " + text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.At.File, p.At.Line, p.At.Column, text)
}

// Problems collects what is wrong. The zero value is empty and ready.
type Problems struct{ list []*Problem }

// Add records a problem.
func (p *Problems) Add(at Place, hint, format string, args ...any) {
	p.list = append(p.list, &Problem{At: at, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Join records the problems of another collection.
func (p *Problems) Join(other *Problems) { p.list = append(p.list, other.list...) }

// Empty reports whether nothing was recorded.
func (p *Problems) Empty() bool { return len(p.list) == 0 }

// Err returns nil, or all problems as one error in the order of file, line and column. It is an Errors.
func (p *Problems) Err() error {
	if len(p.list) == 0 {
		return nil
	}
	list := slices.Clone(p.list)
	slices.SortStableFunc(list, func(a, b *Problem) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, a.At.Column-b.At.Column)
	})
	return Errors(list)
}

// Errors is every problem of a set of files.
type Errors []*Problem

// Error returns one problem per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the first problem as F0000, so that pgerr.From does not withhold it.
func (e Errors) Unwrap() error { return pgerr.New(pgerr.ConfigFile, "%s", e.Error()) }
