package audit

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// item is a record on its way to the disk.
type item struct {
	kind   string
	id     ID
	owner  owner
	body   []byte // encoded, from its opening brace
	sealed []byte
	done   chan error // nil when nobody waits
}

// Begin records that a statement is about to run and returns once that is durable. Every Begin that succeeds needs one End.
// An error refuses the statement: 58030, or 53100 when the disk is full.
func (l *Log) Begin(ctx context.Context, b Begin) (ID, error) {
	id, it, err := l.begin(ctx, kindBegin, b)
	if err != nil {
		return "", err
	}
	if err := l.submit(it, true); err != nil {
		return "", err
	}
	if err := l.wait(ctx, it); err != nil {
		l.abort(id)
		return "", err
	}
	return id, nil
}

// BeginLater records a statement that calls no source: it is written with the next group commit, for which nobody waits. It
// refuses like Begin while the log cannot be written.
func (l *Log) BeginLater(ctx context.Context, b Begin) (ID, error) {
	id, it, err := l.begin(ctx, kindBegin, b)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	full := l.queued > queueBytes
	l.mu.Unlock()
	if err := l.submit(it, full); err != nil {
		return "", err
	}
	if full {
		if err := l.wait(ctx, it); err != nil {
			l.abort(id)
			return "", err
		}
	}
	return id, nil
}

// Access records a call to a source and returns once that is durable; the call may leave only then.
func (l *Log) Access(ctx context.Context, id ID, a Access) error {
	it, err := l.of(id, &body{Kind: kindAccess, Query: id, Access: &a})
	if err != nil {
		return err
	}
	if err := l.submit(it, true); err != nil {
		return err
	}
	return l.wait(ctx, it)
}

// End records how a statement ended. It does not wait, and while the disk fails the record is kept and written later. A
// second End of the same statement is XX000.
func (l *Log) End(id ID, e End) error {
	it, err := l.of(id, &body{Kind: kindEnd, Query: id, End: &e})
	if err != nil {
		return err
	}
	return l.finish(it)
}

// Record implements identity.Journal: it returns once the act is durable. Where addresses are sealed, that of an act by
// nobody known is left out: there is no key to seal it under.
func (l *Log) Record(ctx context.Context, a identity.Act) error {
	if a.Kind == "" || class(a.Kind) != 'j' {
		return pgerr.New(pgerr.Internal, "an act cannot be of kind %q", a.Kind)
	}
	b := &body{
		Kind: a.Kind, Org: a.Org,
		Actor: &actor{Person: a.Person, Login: a.Login},
		Act:   &act{Source: a.Source, Code: a.Code, Detail: maps.Clone(a.Detail)},
	}
	if !l.opt.SealAddress {
		b.Client = &client{Address: a.Client}
	}
	it, err := newItem(b, owner{a.Org, a.Person})
	if err != nil {
		return err
	}
	if l.opt.SealAddress && a.Person != "" && a.Client != "" {
		if err := l.seal(ctx, it, b, Private{Address: a.Client}); err != nil {
			return err
		}
		if it.body, err = b.encode(); err != nil {
			return err
		}
	}
	if err := l.submit(it, true); err != nil {
		return err
	}
	return l.wait(ctx, it)
}

func (l *Log) begin(ctx context.Context, kind string, b Begin) (ID, *item, error) {
	s := b.Session
	if s == nil {
		return "", nil, pgerr.New(pgerr.Internal, "a statement without a session cannot be recorded")
	}
	if err := l.Ready(); err != nil {
		return "", nil, err
	}
	id := newID(time.Now())
	clear := &body{
		Kind: kind, Query: id, Org: s.Org, OrgName: s.OrgName,
		Actor: &actor{s.Person, s.Login, s.Role, s.Method, s.ID, s.Token}, Client: &client{Application: s.Application},
		Path: b.Path, Model: b.Model, Statement: b.Statement, Entities: b.Entities,
	}
	private := Private{Literals: b.Literals, Parameters: b.Parameters}
	if l.opt.SealAddress {
		private.Address = s.ClientAddress
	} else {
		clear.Client.Address = s.ClientAddress
	}
	it := &item{kind: kind, id: id, owner: owner{s.Org, s.Person}}
	err := l.seal(ctx, it, clear, private)
	if err == nil {
		it.body, err = clear.encode()
	}
	return id, it, err
}

// seal encrypts what is private into the item and names the key in the clear part, which is encoded after that.
func (l *Log) seal(ctx context.Context, it *item, b *body, p Private) error {
	if l.opt.Literals == Drop || len(p.Literals)+len(p.Parameters)+len(p.Address) == 0 {
		return nil
	}
	plain, err := p.encode()
	if err != nil {
		return err
	}
	b.Key, it.sealed, err = l.opt.Sealer.Seal(ctx, it.owner.org, it.owner.person, plain)
	return err
}

func newItem(b *body, o owner) (*item, error) {
	enc, err := b.encode()
	return &item{kind: b.Kind, id: b.Query, owner: o, body: enc}, err
}

// of makes a record of a statement that is open.
func (l *Log) of(id ID, b *body) (*item, error) {
	l.mu.Lock()
	o, ok := l.open[id]
	l.mu.Unlock()
	if !ok {
		return nil, noStatement(id)
	}
	return newItem(b, o)
}

func noStatement(id ID) error {
	return pgerr.New(pgerr.Internal, "the audit log has no open statement %s", string(id))
}

func (it *item) check() error {
	if len(it.body) > maxPart/2 || len(it.sealed) > maxPart/2 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "the statement is too long to be recorded").WithHint("shorten it")
	}
	return nil
}

// submit queues it, or says why not.
func (l *Log) submit(it *item, wait bool) error {
	if err := it.check(); err != nil {
		return err
	}
	if wait {
		it.done = make(chan error, 1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refusal(); err != nil {
		return err
	}
	switch _, open := l.open[it.id]; {
	case it.kind == kindBegin:
		l.open[it.id] = it.owner
	case it.kind == kindAccess && !open:
		return noStatement(it.id)
	}
	l.enqueue(it)
	return nil
}

// finish queues the last record of a statement, also while the log refuses new ones.
func (l *Log) finish(it *item) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.open[it.id]; !open {
		return noStatement(it.id)
	}
	delete(l.open, it.id)
	l.enqueue(it)
	return nil
}

func (l *Log) enqueue(it *item) {
	l.queue = append(l.queue, it)
	l.queued += len(it.body) + len(it.sealed)
	wake := l.lazy
	if it.done != nil || l.queued > queueBytes/2 {
		wake = l.wake
	}
	select {
	case wake <- struct{}{}:
	default:
	}
}

// abort ends a statement whose caller was refused although its Begin may still reach the disk.
func (l *Log) abort(id ID) {
	l.mu.Lock()
	o, open := l.open[id]
	l.mu.Unlock()
	if open {
		_ = l.finish(abortItem(id, o)) // an error means that somebody else ended it
	}
}

// wait returns once it is durable, or with why it is not known to be.
func (l *Log) wait(ctx context.Context, it *item) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-it.done:
		return err
	case <-ctx.Done():
		return pgerr.From(context.Cause(ctx))
	case <-timer.C:
		return stalled()
	}
}

// logItem is a record of the log about itself.
func logItem(kind string, facts *logFacts) *item {
	return &item{kind: kind, body: mustEncode(&body{Kind: kind, Log: facts})}
}

func abortItem(id ID, o owner) *item {
	return &item{kind: kindAbort, id: id, owner: o, body: mustEncode(&body{Kind: kindAbort, Query: id})}
}

// mustEncode encodes a body of the log's own making, which has no value that JSON cannot write.
func mustEncode(b *body) []byte {
	enc, err := b.encode()
	if err != nil {
		panic(err)
	}
	return enc
}

// newID returns a UUID of version 7 (RFC 9562 §5.7).
func newID(now time.Time) ID {
	var u [16]byte
	rand.Read(u[:]) // never fails
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(u[:6], ms[2:])
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], u[:4])
	hex.Encode(text[9:13], u[4:6])
	hex.Encode(text[14:18], u[6:8])
	hex.Encode(text[19:23], u[8:10])
	hex.Encode(text[24:], u[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return ID(text[:])
}
