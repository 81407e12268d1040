package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Report is what VerifyDir found.
type Report struct {
	Records     int64     `json:"records"`
	Segments    int       `json:"segments"`
	Checkpoints int       `json:"checkpoints"`
	Signed      int64     `json:"signed_records"` // covered by the last checkpoint; later ones have their checksums alone
	Root        string    `json:"root"`           // of Signed records, base64
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
	Statements  int64     `json:"statements"`
	Open        int64     `json:"open"`    // without an end: running, or their process died
	Aborted     int64     `json:"aborted"` // their process died
	TornBytes   int64     `json:"torn_bytes,omitempty"`
	CutBytes    int64     `json:"cut_bytes,omitempty"` // torn tails that were taken off when the log was opened
	Problems    []Problem `json:"problems,omitempty"`
}

// Problem is one contradiction. It lies in record Index, or between Index and Until-1 when it cannot be told closer; Index
// is -1 when it is in no record.
type Problem struct {
	Index int64  `json:"index"`
	Until int64  `json:"until,omitempty"`
	File  string `json:"file"`
	What  string `json:"what"`
}

// VerifyDir checks a directory offline with nothing but public keys (one per line where the key has changed): the chain of
// hashes, every checkpoint's signature and its agreement with the records, numbering, pairing of begins and ends, and time.
// Earlier are checkpoints that somebody kept elsewhere: a log that was rolled back as a whole contradicts them and nothing
// else. It may run while a log writes. The error is XX001 naming the first bad record when there is any Problem.
func VerifyDir(dir, publicKeys string, earlier ...[]byte) (Report, error) {
	known, err := parsePublic(publicKeys)
	if err != nil {
		return Report{}, err
	}
	v := &verifier{dir: dir, tree: newTree(), open: map[ID]owner{}}
	if err := v.readCheckpoints(known, earlier); err != nil {
		return Report{}, err
	}
	if err := v.openHashes(); err != nil {
		return Report{}, err
	}
	defer v.stored.Close()
	list, err := listSegments(dir)
	if err != nil {
		return Report{}, err
	}
	for i, s := range list {
		end := int64(-1)
		if i+1 < len(list) {
			end = list[i+1].first
		}
		more, err := v.segment(s, end)
		if err != nil {
			return Report{}, err
		}
		if !more {
			v.halted = true
			break
		}
	}
	v.finish()
	return v.report, v.report.err()
}

func parsePublic(keys string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, k := range strings.Fields(keys) {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "the public key is malformed").WithDetail("%v", err).
				WithHint("give the contents of the .pub file beside the signing key")
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "no public key was given").
			WithHint("give the contents of the .pub file beside the signing key")
	}
	return note.VerifierList(list...), nil
}

// err names the first bad record.
func (r *Report) err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	first := r.Problems[0]
	for _, p := range r.Problems {
		if p.Index >= 0 && (first.Index < 0 || p.Index < first.Index) {
			first = p
		}
	}
	e := damaged("the audit log is not intact").WithHint("keep the directory as it is, and compare it with a copy")
	switch {
	case first.Index < 0:
		return e.WithDetail("file %s: %s", first.File, first.What)
	case first.Until > first.Index+1:
		return e.WithDetail("records %d to %d: %s", first.Index, first.Until-1, first.What)
	}
	return e.WithDetail("record %d in %s: %s", first.Index, first.File, first.What)
}

// verifier reads the log once from its first record.
type verifier struct {
	dir    string
	tree   *tree
	open   map[ID]owner
	signed []checkpoint // all that are authentic, by size
	next   int          // of signed
	good   int64        // records up to the last checkpoint that agreed
	stored *os.File
	hashes *bufio.Reader
	count  int64 // stored hashes in the file
	halted bool  // at a damaged record: what follows was not looked at
	report Report
}

func (v *verifier) problem(index int64, file, what string) {
	v.report.Problems = append(v.report.Problems, Problem{Index: index, File: file, What: what})
}

// readCheckpoints reads the list, then the last one, which is never older, and takes the earlier ones in.
func (v *verifier) readCheckpoints(known note.Verifiers, earlier [][]byte) error {
	list, err := v.readList()
	if err != nil {
		return err
	}
	last, err := readIfThere(filepath.Join(v.dir, lastName))
	if err != nil {
		return err
	}
	notes, rest := splitCheckpoints(list)
	if len(rest) > 0 {
		v.problem(-1, listName, "it ends in an incomplete checkpoint")
	}
	size := int64(-1)
	for _, text := range notes {
		size = max(size, v.take(text, known, listName, size))
	}
	if len(last) == 0 {
		v.problem(-1, lastName, "the last checkpoint is missing")
	} else {
		v.take(last, known, lastName, size)
	}
	v.report.Checkpoints = len(notes)
	for _, text := range earlier {
		v.take(text, known, "the earlier checkpoint", -1)
	}
	slices.SortStableFunc(v.signed, func(a, b checkpoint) int { return int(a.size - b.size) })
	if n := len(v.signed); n > 0 {
		v.report.Signed, v.report.Root = v.signed[n-1].size, v.signed[n-1].root.String()
	}
	return nil
}

// readList reads the list of checkpoints, and once more where it seems to be in the middle of an append.
func (v *verifier) readList() ([]byte, error) {
	path := filepath.Join(v.dir, listName)
	list, err := readIfThere(path)
	if _, rest := splitCheckpoints(list); err == nil && len(rest) > 0 {
		time.Sleep(20 * time.Millisecond)
		return readIfThere(path)
	}
	return list, err
}

// take checks one checkpoint, which must not be older than after, and returns its size.
func (v *verifier) take(text []byte, known note.Verifiers, file string, after int64) int64 {
	cp, err := parseCheckpoint(text, known)
	if err != nil {
		v.problem(-1, file, "a checkpoint is not authentic: "+err.Error())
		return -1
	}
	if cp.size < after {
		v.problem(-1, file, "a checkpoint is older than the one before it")
	}
	v.signed = append(v.signed, cp)
	return cp.size
}

func readIfThere(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, ioError("read", err)
	}
	return text, nil
}

// openHashes notes how many hashes are stored before any record is read: a log that writes adds them after the record.
func (v *verifier) openHashes() error {
	f, err := os.Open(filepath.Join(v.dir, hashName))
	if errors.Is(err, os.ErrNotExist) {
		v.problem(-1, hashName, "the file is missing")
		f, err = os.Open(os.DevNull)
	}
	if err != nil {
		return ioError("read", err)
	}
	st, err := f.Stat()
	if err != nil {
		return ioError("read", err)
	}
	v.stored, v.hashes, v.count = f, bufio.NewReaderSize(f, 64<<10), st.Size()/tlog.HashSize
	if v.count*tlog.HashSize != st.Size() {
		v.problem(-1, hashName, "it ends inside a hash")
	}
	if n := len(v.signed); n > 0 && v.count < tlog.StoredHashCount(v.signed[n-1].size) {
		v.problem(-1, hashName, "it has fewer hashes than the last checkpoint signs")
	}
	return nil
}

// compare reads as many stored hashes as a record has and compares them.
func (v *verifier) compare(hashes []tlog.Hash) bool {
	var h tlog.Hash
	for i := range hashes {
		if v.count == 0 {
			return true
		}
		v.count--
		if _, err := io.ReadFull(v.hashes, h[:]); err != nil || !bytes.Equal(h[:], hashes[i][:]) {
			return false
		}
	}
	return true
}

// finish compares what was read with what is signed and stored.
func (v *verifier) finish() {
	r := &v.report
	r.Records, r.Open = v.tree.size, int64(len(v.open))
	if v.halted {
		return
	}
	if v.next < len(v.signed) {
		r.Problems = append(r.Problems, Problem{Index: v.tree.size, Until: r.Signed, File: lastName, What: "signed records are missing"})
	}
	if v.count > 0 {
		v.problem(v.tree.size, hashName, "hashes of records are stored that are missing")
	}
}
