package salesforce

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// rowBytes is many times what a record may hold: 1,638,400 characters of long text beside its other fields.
const rowBytes = 32 << 20

// sheet reads a job's results row by row. Their lines end with LF, as the job asks, so that a CR is part of a value; encoding/csv would
// make LF of CR LF even there. So CR passes it as a zero byte, which no value may have.
type sheet struct {
	csv *csv.Reader
	in  *returns
}

func newSheet(source string, in io.Reader) *sheet {
	r := &returns{source: source, in: in}
	s := &sheet{csv: csv.NewReader(bufio.NewReaderSize(r, 64<<10)), in: r}
	s.csv.ReuseRecord = true
	return s
}

// row returns the next row, which is valid until the next call though its texts are for longer; io.EOF behind the last one. All rows have
// as many cells as the first.
func (s *sheet) row() ([]string, error) {
	s.in.left = rowBytes
	row, err := s.csv.Read()
	for i := 0; i < len(row) && s.in.seen; i++ {
		row[i] = strings.ReplaceAll(row[i], "\x00", "\r")
	}
	return row, err
}

// returns passes a text on with zero bytes for its CRs.
type returns struct {
	source string // for error messages
	in     io.Reader
	left   int // bytes that may come before the next row
	seen   bool
}

// Read reads on.
func (r *returns) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if r.left -= n; r.left < 0 {
		return 0, pgerr.New(pgerr.ProgramLimitExceeded, "a record of the source %s is larger than %d MiB", r.source, rowBytes>>20)
	}
	if bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, zeroByte(r.source)
	}
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, '\r')
		if i < 0 {
			return n, err
		}
		rest[i], r.seen = 0, true
		rest = rest[i+1:]
	}
}

// zeroByte is the error of a text that PostgreSQL's has no place for.
func zeroByte(source string) error {
	return pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`).WithDetail("A value of the source %s.", source)
}
