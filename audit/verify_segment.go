package audit

import (
	"io"
	"path/filepath"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// segment checks one file up to the record end, where the next one begins; -1 for the last file. It returns false when what
// follows cannot be read with sense.
func (v *verifier) segment(s segment, end int64) (more bool, err error) {
	name := filepath.Base(s.path)
	if s.first != v.tree.size {
		v.problem(v.tree.size, name, "records before this segment are missing")
		return false, nil
	}
	v.report.Segments++
	in, err := openFrames(s.path)
	if err != nil {
		return false, err
	}
	defer in.close()
	for {
		f, err := in.next()
		switch {
		case err == io.EOF && (end < 0 || end == v.tree.size):
			return true, nil
		case err == io.EOF:
			v.problem(v.tree.size, name, "the segment ends before the next one begins")
			return false, nil
		case err == errTorn:
			return v.torn(in, name, end)
		case err != nil && pgerr.Code(err) != pgerr.DataCorrupted:
			return false, err
		case err != nil:
			v.problem(v.tree.size, name, err.Error())
			return false, nil
		}
		if !v.frame(&f, name, s.first == v.tree.size) {
			return false, nil
		}
	}
}

// torn is allowed at the end of the last segment: a writer is at it, or died. A record of which hashes are stored was whole.
func (v *verifier) torn(in *frames, name string, end int64) (more bool, err error) {
	st, err := in.file.Stat()
	if err != nil {
		return false, ioError("read", err)
	}
	if end >= 0 || v.count > 0 {
		v.problem(v.tree.size, name, "the record is cut off")
		return false, nil
	}
	v.report.TornBytes = st.Size() - in.offset
	return true, nil
}

// frame checks one record and adds it to the tree; false when the record is not what was written.
func (v *verifier) frame(f *frame, name string, first bool) bool {
	seq := v.tree.size
	rec, err := decodeRecord(f.clear)
	if err != nil {
		v.problem(seq, name, err.Error())
		return false
	}
	hashes, err := v.tree.add(leafHash(f.clear, f.sealed))
	if err != nil {
		v.problem(seq, name, err.Error())
		return false
	}
	same := v.compare(hashes)
	if !same {
		v.problem(seq, name, "it is not the record whose hash was stored")
	}
	for _, what := range v.contradictions(f, rec, seq) {
		v.problem(seq, name, what)
	}
	if first != (rec.Kind == kindSegment) {
		v.problem(seq, name, "a segment does not begin as it should")
	}
	v.account(rec)
	return v.agree(name) && same
}

// agree compares the tree with every checkpoint of its size.
func (v *verifier) agree(name string) bool {
	for ; v.next < len(v.signed) && v.signed[v.next].size <= v.tree.size; v.next++ {
		cp := v.signed[v.next]
		if cp.size == 0 {
			continue // the empty tree has one root, and the signature says nothing more
		}
		if root, err := v.tree.root(); err != nil || root != cp.root {
			v.report.Problems = append(v.report.Problems, Problem{
				Index: v.good, Until: cp.size, File: name, What: "these are not the records that a checkpoint signs",
			})
			return false
		}
		v.good = cp.size
	}
	return true
}

// contradictions compares a record with its frame and its forerunners.
func (v *verifier) contradictions(f *frame, rec *record, seq int64) (found []string) {
	check := func(bad bool, what string) {
		if bad {
			found = append(found, what)
		}
	}
	whose := rec.owner(v.open)
	_, open := v.open[rec.Query]
	check(rec.Seq != seq, "it has another number")
	check(f.class != class(rec.Kind) || f.org != tag(string(whose.org)) || f.person != tag(string(whose.person)), "its header belongs to another record")
	check((rec.Key != "") != (len(f.sealed) > 0), "its sealed part is missing or not announced")
	check(rec.Time.Before(v.report.Last), "its time is before the one of the record before it")
	switch class(rec.Kind) {
	case 'b':
		check(open || rec.Query == "", "its statement has begun before")
	case 'd':
		check(open || rec.Query == "" || rec.End == nil, "its statement has begun before, or has no end")
	case 'a', 'e':
		check(!open, "its statement has not begun, or has ended")
	}
	if rec.Kind == kindSegment {
		check(!v.carries(rec), "its list of open statements is not that of the log")
	}
	return found
}

// carries reports whether a segment's first record lists exactly the statements that are open.
func (v *verifier) carries(rec *record) bool {
	var list []openStatement
	if rec.Log != nil {
		list = rec.Log.Open
	}
	for _, o := range list {
		if have, ok := v.open[o.ID]; !ok || have != (owner{o.Org, o.Person}) {
			return false
		}
	}
	return len(list) == len(v.open)
}

// account takes a record into the report.
func (v *verifier) account(rec *record) {
	r := &v.report
	if r.First.IsZero() {
		r.First = rec.Time
	}
	r.Last = rec.Time
	switch rec.Kind {
	case kindBegin:
		v.open[rec.Query] = rec.owner(nil)
		r.Statements++
	case kindDone:
		r.Statements++
	case kindEnd:
		delete(v.open, rec.Query)
	case kindAbort:
		delete(v.open, rec.Query)
		r.Aborted++
	case kindOpen:
		if rec.Log != nil {
			r.CutBytes += rec.Log.CutBytes
		}
	}
}
