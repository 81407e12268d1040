package audit

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Filter says which entries are wanted. The zero value of a field does not filter.
type Filter struct {
	Org    identity.OrgID
	Person identity.PersonID
	Query  ID
	From   time.Time // begun at or after
	To     time.Time // begun before
	Acts   bool      // also the journal's acts, not statements alone
}

// Entry is one statement with all its records joined, or one act.
type Entry struct {
	Seq           int64 // of its first record
	Time          time.Time
	Kind          string // query, or the act's kind
	Organisation  string // name; the organisation's id for an act
	Org           identity.OrgID
	Person        identity.PersonID
	Login         string
	Role          identity.Role
	Method        string
	Session       string
	Token         string
	Application   string
	ClientAddress string // "" where it is sealed
	Statement     string
	Path          string
	Model         string
	Entities      []Entity
	SourceCalls   []SourceCall
	Rows          int64
	Bytes         int64
	Duration      float64 // milliseconds
	SQLState      string
	Outcome       Outcome
	Cached        bool
	Workspace     *Workspace
	QueryID       ID
	Source        string            // of an act
	Detail        map[string]string // of an act
	key           string
	sealed        []byte
}

// SourceCall is an Access and what became of it; Done is false while that is unknown.
type SourceCall struct {
	Access
	QueryID    string   `json:"source_query_id,omitempty"`
	RequestIDs []string `json:"request_ids,omitempty"`
	Pages      int64    `json:"pages,omitempty"`
	Retries    int64    `json:"retries,omitempty"`
	Rows       int64    `json:"rows"`
	Bytes      int64    `json:"bytes"`
	Status     string   `json:"status,omitempty"`
	Done       bool     `json:"done"`
}

// Reveal opens an entry's sealed part; an entry without one gives the zero Private.
func Reveal(ctx context.Context, s Sealer, e Entry) (Private, error) {
	if e.key == "" {
		return Private{}, nil
	}
	plain, err := s.Unseal(ctx, e.Org, e.key, e.sealed)
	if err != nil {
		return Private{}, err
	}
	return decodePrivate(plain)
}

// Reader reads an audit directory without taking it; a log may be writing to it. It trusts what it reads: VerifyDir is the
// check. The memory it needs is that of the statements open at one time.
type Reader struct{ dir string }

// OpenReader returns a reader of dir: for the command line, which sees every organisation.
func OpenReader(dir string) (*Reader, error) {
	if _, err := listSegments(dir); err != nil {
		return nil, err
	}
	return &Reader{dir}, nil
}

// Entries yields what matches, in the order in which statements ended; those still open come last, as Running. After an
// error nothing follows.
func (r *Reader) Entries(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	return entries(ctx, r.dir, f, math.MaxInt64)
}

// Entries yields what who may see of f: his own statements as Viewer or Editor, his organisation's as Admin. It reads what is
// durable now, the ends of earlier statements of the same session included.
func (l *Log) Entries(ctx context.Context, who *identity.Session, f Filter) iter.Seq2[Entry, error] {
	if who == nil || who.Org == "" || who.Person == "" || f.Org != "" && f.Org != who.Org {
		return func(yield func(Entry, error) bool) {
			yield(Entry{}, pgerr.New(pgerr.InsufficientPrivilege, "permission denied for the audit log"))
		}
	}
	f.Org = who.Org
	if who.Role != identity.Admin {
		f.Person = who.Person
	}
	l.settle(ctx)
	l.mu.Lock()
	size := l.head.size
	l.mu.Unlock()
	return entries(ctx, l.opt.Directory, f, size)
}

// settle commits what is queued, unless ctx ends before or the log is closed.
func (l *Log) settle(ctx context.Context) {
	done := make(chan struct{})
	select {
	case l.flush <- done:
		<-done
	case <-l.written:
	case <-ctx.Done():
	}
}

// entries yields what matches among the first size records.
func entries(ctx context.Context, dir string, f Filter, size int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		list, err := listSegments(dir)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		j := joiner{filter: f, open: map[ID]*Entry{}, yield: yield}
		if list, err = since(list, f.From); err != nil {
			yield(Entry{}, err)
			return
		}
		for i, s := range list {
			end := size
			if i+1 < len(list) {
				end = min(end, list[i+1].first)
			}
			if err := j.segment(ctx, s, end); errors.Is(err, errStopped) {
				return
			} else if err != nil {
				yield(Entry{}, err)
				return
			}
		}
		j.rest()
	}
}

// since leaves out the segments that end before from.
func since(list []segment, from time.Time) ([]segment, error) {
	for !from.IsZero() && len(list) > 1 {
		in, err := openFrames(list[1].path)
		if err != nil {
			return nil, err
		}
		f, err := in.next()
		in.close()
		if err == io.EOF || err == errTorn {
			break // the writer is at its beginning
		} else if err != nil {
			return nil, inRecord(err, list[1].first)
		}
		if rec, err := decodeRecord(f.clear); err != nil {
			return nil, inRecord(err, list[1].first)
		} else if !rec.Time.Before(from) {
			break
		}
		list = list[1:]
	}
	return list, nil
}

// errStopped says that the consumer wants no more.
var errStopped = errors.New("stopped")

// joiner puts the records of each statement together.
type joiner struct {
	filter Filter
	open   map[ID]*Entry
	yield  func(Entry, error) bool
}

// segment reads the records of one file up to number end; what a writer has not finished ends it too.
func (j *joiner) segment(ctx context.Context, s segment, end int64) error {
	in, err := openFrames(s.path)
	if err != nil {
		return err
	}
	defer in.close()
	for seq := s.first; seq < end; seq++ {
		if seq%256 == 0 && ctx.Err() != nil {
			return pgerr.From(context.Cause(ctx))
		}
		f, err := in.header()
		switch {
		case err == io.EOF || err == errTorn:
			return nil
		case err == nil && !j.wants(&f):
			err = in.skip(&f)
		case err == nil:
			if err = in.payload(&f); err == nil {
				err = j.record(&f)
			}
		}
		if err == errTorn {
			return nil
		} else if err != nil {
			return inRecord(err, seq)
		}
	}
	return nil
}

func inRecord(err error, seq int64) error {
	var e *pgerr.Error
	if errors.As(err, &e) && e.Code == pgerr.DataCorrupted {
		return damaged("the audit log is damaged").WithDetail("record %d: %v", seq, err).WithHint("run: waggle audit verify")
	}
	return err
}

// wants tells from the header alone that a frame is somebody else's.
func (j *joiner) wants(f *frame) bool {
	return f.class != 'l' && (j.filter.Org == "" || f.org == tag(string(j.filter.Org))) &&
		(j.filter.Person == "" || f.person == tag(string(j.filter.Person))) && (j.filter.Acts || f.class != 'j')
}

func (j *joiner) record(f *frame) error {
	rec, err := decodeRecord(f.clear)
	if err != nil {
		return err
	}
	switch rec.Kind {
	case kindBegin:
		if e := newEntry(rec, f.sealed); j.matches(e) {
			j.open[rec.Query] = e
		}
		return nil
	case kindAccess:
		if e := j.open[rec.Query]; e != nil && rec.Access != nil {
			e.SourceCalls = append(e.SourceCalls, SourceCall{Access: *rec.Access})
		}
		return nil
	case kindEnd, kindAbort:
		e := j.open[rec.Query]
		if e == nil {
			return nil
		}
		delete(j.open, rec.Query)
		e.end(rec)
		return j.emit(e)
	}
	if e := newEntry(rec, f.sealed); j.matches(e) {
		return j.emit(e)
	}
	return nil
}

func (j *joiner) emit(e *Entry) error {
	if !j.yield(*e, nil) {
		return errStopped
	}
	return nil
}

// matches compares in full; the tags of the frames only sort out.
func (j *joiner) matches(e *Entry) bool {
	f := &j.filter
	return (f.Org == "" || e.Org == f.Org) && (f.Person == "" || e.Person == f.Person) && (f.Query == "" || e.QueryID == f.Query) &&
		(f.From.IsZero() || !e.Time.Before(f.From)) && (f.To.IsZero() || e.Time.Before(f.To))
}

// rest yields the statements that are still open, oldest first.
func (j *joiner) rest() {
	var left []*Entry
	for _, e := range j.open {
		left = append(left, e)
	}
	slices.SortFunc(left, func(a, b *Entry) int { return int(a.Seq - b.Seq) })
	for _, e := range left {
		if j.emit(e) != nil {
			return
		}
	}
}
