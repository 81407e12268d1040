package audit

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// The kinds of records that are not acts of the journal.
const (
	kindBegin   = "query.begin"
	kindAccess  = "source.access"
	kindEnd     = "query.end"
	kindAbort   = "query.aborted"
	kindDone    = "query.done"  // begin and end in one, of a statement that called no source
	kindSegment = "log.segment" // first record of each segment: the statements that are open
	kindOpen    = "log.open"    // a process took the log; says what was cut
	kindClose   = "log.close"
)

const timeLayout = "2006-01-02T15:04:05.000000000Z"

// body is the clear part but for version, number and time, which the writer puts in front when it knows them.
type body struct {
	Kind      string         `json:"kind"`
	Query     ID             `json:"query,omitempty"`
	Org       identity.OrgID `json:"org,omitempty"`
	OrgName   string         `json:"organisation,omitempty"`
	Actor     *actor         `json:"actor,omitempty"`
	Client    *client        `json:"client,omitempty"`
	Key       string         `json:"key,omitempty"` // of the sealed part
	Path      string         `json:"path,omitempty"`
	Model     string         `json:"model,omitempty"`
	Statement string         `json:"statement,omitempty"`
	Entities  []Entity       `json:"entities,omitempty"`
	Access    *Access        `json:"access,omitempty"`
	End       *End           `json:"end,omitempty"`
	Act       *act           `json:"act,omitempty"`
	Log       *logFacts      `json:"log,omitempty"`
}

type actor struct {
	Person  identity.PersonID `json:"person,omitempty"`
	Login   string            `json:"login,omitempty"`
	Role    identity.Role     `json:"role,omitempty"`
	Method  string            `json:"method,omitempty"`
	Session string            `json:"session,omitempty"`
	Token   string            `json:"token,omitempty"`
}

type client struct {
	Address     string `json:"address,omitempty"`
	Application string `json:"application,omitempty"`
}

type act struct {
	Source string            `json:"source,omitempty"`
	Code   string            `json:"code,omitempty"`
	Detail map[string]string `json:"detail,omitempty"`
}

// logFacts are the log's words about itself.
type logFacts struct {
	Open     []openStatement `json:"open,omitempty"`
	CutBytes int64           `json:"cut_bytes,omitempty"` // torn tail removed at open
	CutFrom  string          `json:"cut_from,omitempty"`  // segment
}

type openStatement struct {
	ID     ID                `json:"id"`
	Org    identity.OrgID    `json:"org"`
	Person identity.PersonID `json:"person"`
}

// record is a clear part as it is read back.
type record struct {
	Version int       `json:"v"`
	Seq     int64     `json:"seq"`
	Time    time.Time `json:"time"`
	body
}

// appendClear appends the clear part: the head, then what encode returned.
func appendClear(dst []byte, seq int64, at string, encoded []byte) []byte {
	dst = append(dst, `{"v":1,"seq":`...)
	dst = strconv.AppendInt(dst, seq, 10)
	dst = append(dst, `,"time":"`...)
	dst = append(dst, at...)
	dst = append(dst, `",`...)
	return append(dst, encoded[1:]...)
}

// decodeRecord reads a clear part; unknown fields are those of a newer version and are left alone.
func decodeRecord(clear []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(clear, &r); err != nil {
		return nil, damaged("its clear part is no JSON: %v", err)
	}
	if r.Version != 1 {
		return nil, damaged("its version is %d", r.Version)
	}
	return &r, nil
}

// owner says whose record it is.
type owner struct {
	org    identity.OrgID
	person identity.PersonID
}

// owner returns whose record r is, as its own words say.
func (r *record) owner(open map[ID]owner) owner {
	switch r.Kind {
	case kindAccess, kindEnd, kindAbort:
		return open[r.Query]
	}
	o := owner{org: r.Org}
	if r.Actor != nil {
		o.person = r.Actor.Person
	}
	return o
}

// class is a record's kind as one byte of its frame.
func class(kind string) byte {
	switch {
	case kind == kindBegin:
		return 'b'
	case kind == kindDone:
		return 'd'
	case kind == kindAccess:
		return 'a'
	case kind == kindEnd, kind == kindAbort:
		return 'e'
	case strings.HasPrefix(kind, "log."):
		return 'l'
	}
	return 'j'
}

// tag is a short hash by which a reader skips the records of others without decoding them; equal tags prove nothing.
func tag(id string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32()
}

func damaged(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, format, args...)
}
