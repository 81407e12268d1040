package salesforce

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// sheet reads comma-separated values by RFC 4180 as they arrive. A value is what stands there, byte for byte: encoding/csv would make LF
// of a CR LF within quotes.
type sheet struct {
	source string // for error messages
	in     io.Reader
	width  int // cells of a row; 0 when it is not known yet
	buf    []byte
	at     int
	err    error    // of in, behind what is in buf
	text   []byte   // the row's cells, one behind the other
	ends   []int    // of each, in text
	cells  []string // of the row that row has returned
}

const (
	sheetBuffer = 64 << 10
	rowBytes    = 32 << 20 // of a row: many times the 1,638,400 characters of long text that a record may hold
	rowCells    = 5000     // of a row whose width is not known yet
)

var (
	errQuote  = errors.New("a cell has something behind its quotes, or a quote or a CR without quotes around it")
	errRagged = errors.New("a row has more or fewer cells than the first one")
)

func newSheet(source string, in io.Reader) *sheet {
	return &sheet{source: source, in: in, buf: make([]byte, 0, sheetBuffer)}
}

// row returns the next row, which is valid until the next call though its texts are for longer; io.EOF behind the last one.
func (s *sheet) row() ([]string, error) {
	s.text, s.ends = s.text[:0], s.ends[:0]
	if !s.more() {
		return nil, s.err
	}
	for last := false; !last; {
		if len(s.ends) == cmp.Or(s.width, rowCells) {
			return nil, errRagged
		}
		var err error
		if last, err = s.cell(); err != nil {
			return nil, err
		}
		s.ends = append(s.ends, len(s.text))
	}
	if s.width > 0 && len(s.ends) != s.width {
		return nil, errRagged
	}
	s.cells = s.cells[:0]
	all, from := string(s.text), 0
	for _, end := range s.ends {
		s.cells = append(s.cells, all[from:end])
		from = end
	}
	return s.cells, nil
}

// cell reads a cell and what ends it; last says that this is the row's end.
func (s *sheet) cell() (last bool, err error) {
	if s.more() && s.buf[s.at] == '"' {
		s.at++
		err = s.quoted()
	} else {
		err = s.plain()
	}
	if err != nil {
		return false, err
	}
	return s.behind()
}

// behind reads a comma, or a line's end: LF, CR LF, or that of the text.
func (s *sheet) behind() (last bool, err error) {
	c, there := s.next()
	switch {
	case !there && s.err == io.EOF, c == '\n':
		return true, nil
	case !there:
		return false, s.err
	case c == ',':
		return false, nil
	case c != '\r':
		return false, errQuote
	}
	if c, there = s.next(); !there {
		return false, noEnd(s.err)
	}
	if c != '\n' {
		return false, errQuote
	}
	return true, nil
}

// quoted reads on to the quote that ends a cell; two stand for one.
func (s *sheet) quoted() error {
	for s.more() {
		part := s.buf[s.at:]
		end := bytes.IndexByte(part, '"')
		if end < 0 {
			end = len(part)
		}
		if err := s.keep(part[:end]); err != nil {
			return err
		}
		if s.at += end; end == len(part) {
			continue
		}
		s.at++
		if !s.more() || s.buf[s.at] != '"' {
			return nil
		}
		s.text = append(s.text, '"')
		s.at++
	}
	return noEnd(s.err)
}

// plain reads a cell without quotes, up to what ends it.
func (s *sheet) plain() error {
	for s.more() {
		part := s.buf[s.at:]
		end := bytes.IndexAny(part, ",\"\r\n")
		if end >= 0 && part[end] == '"' {
			return errQuote
		}
		if end < 0 {
			end = len(part)
		}
		if err := s.keep(part[:end]); err != nil {
			return err
		}
		if s.at += end; end < len(part) {
			break
		}
	}
	return nil
}

func (s *sheet) keep(part []byte) error {
	if len(s.text)+len(part) > rowBytes {
		return pgerr.New(pgerr.ProgramLimitExceeded, "a record of the source %s is larger than %d MiB", s.source, rowBytes>>20)
	}
	s.text = append(s.text, part...)
	return nil
}

// next reads a byte; false at the end.
func (s *sheet) next() (byte, bool) {
	if !s.more() {
		return 0, false
	}
	s.at++
	return s.buf[s.at-1], true
}

// more reports whether there is something to read, for which it may wait.
func (s *sheet) more() bool {
	for tries := 0; s.at == len(s.buf) && s.err == nil; tries++ {
		if tries > 100 {
			s.err = io.ErrNoProgress
			break
		}
		n, err := s.in.Read(s.buf[:cap(s.buf)])
		s.buf, s.at, s.err = s.buf[:n], 0, err
	}
	return s.at < len(s.buf)
}
