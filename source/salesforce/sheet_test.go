package salesforce

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// sheetOf reads all rows.
func sheetOf(s *sheet) (rows [][]string, err error) {
	for {
		row, err := s.row()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, slices.Clone(row))
	}
}

// TestSheet: values are what stands there, and nothing else is read for a table.
func TestSheet(t *testing.T) {
	for text, want := range map[string]string{
		"":                            `[]`,
		"a,b\nc,d":                    `[["a" "b"] ["c" "d"]]`,
		"a,b\r\nc,d\r\n":              `[["a" "b"] ["c" "d"]]`,
		"\"a\r\nb\",\"\r\",\"\n\"":    `[["a\r\nb" "\r" "\n"]]`,
		`"say ""hi"", you",""""`:      `[["say \"hi\", you" "\""]]`,
		"a\n\nb\n":                    `[["a"] [""] ["b"]]`,
		",\n":                         `[["" ""]]`,
		`"",""`:                       `[["" ""]]`,
		"a,":                          `[["a" ""]]`,
		"a,b\nc":                      errRagged.Error(),
		"a,b\nc,d,e":                  errRagged.Error(),
		"a,b\n\nc,d":                  errRagged.Error(),
		`a"b`:                         errQuote.Error(),
		`"a"b`:                        errQuote.Error(),
		`"a" ,b`:                      errQuote.Error(),
		"a\rb":                        errQuote.Error(),
		"\"a\"\r,":                    errQuote.Error(),
		`"a`:                          io.ErrUnexpectedEOF.Error(),
		`"a""`:                        io.ErrUnexpectedEOF.Error(),
		"a\r":                         io.ErrUnexpectedEOF.Error(),
		strings.Repeat(",", rowCells): errRagged.Error(),
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			s := newSheet("crm", in)
			rows, err := heldTo(s)
			got := fmt.Sprintf("%q", rows)
			if err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%.40q %s: %s, not %s", text, name, got, want)
			}
		}
	}
}

// heldTo reads all rows, each as wide as the first one.
func heldTo(s *sheet) ([][]string, error) {
	first, err := s.row()
	if err != nil {
		if err == io.EOF {
			err = nil
		}
		return nil, err
	}
	s.width = len(first)
	head := slices.Clone(first)
	rows, err := sheetOf(s)
	return append([][]string{head}, rows...), err
}

// TestSheetEnds: a connection's end is an error of its own, and a cell that never ends is one too.
func TestSheetEnds(t *testing.T) {
	broken := errors.New("broken off")
	for _, text := range []string{"", "a", "a,", "a\r", "a\n", `"a`, `"a"`, `"a""`} {
		if _, err := sheetOf(newSheet("crm", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))); err != broken {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := sheetOf(newSheet("crm", idle{})); err != io.ErrNoProgress {
		t.Error(err)
	}
	if _, err := sheetOf(newSheet("crm", io.MultiReader(strings.NewReader(`"`), endless("a")))); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Errorf("an endless cell: %v", err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// endless is a byte that never ceases.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[0]
	}
	return len(p), nil
}

// FuzzSheet: where there is no CR, the rows are those of encoding/csv, which passes empty lines over.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{"a,b\n\"c\"\"d\",e\n", "\"a\nb\",\n\n,", `"`, `a"b`, "é,\x00", `"a"b`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsRune(text, '\r') {
			t.Skip()
		}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		want, refused := theirs.ReadAll()
		got, err := sheetOf(newSheet("crm", strings.NewReader(text)))
		if (err == nil) != (refused == nil) {
			t.Fatalf("%q: %v, encoding/csv: %v", text, err, refused)
		}
		got = slices.DeleteFunc(got, func(row []string) bool { return len(row) == 1 && row[0] == "" })
		want = slices.DeleteFunc(want, func(row []string) bool { return len(row) == 1 && row[0] == "" })
		if err == nil && fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	})
}

// BenchmarkSheet reads a job's results, and encoding/csv the same.
func BenchmarkSheet(b *testing.B) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, `"006%015d","Deal %d, ""big""","Closed Won","%d.50","2026-03-31","2026-01-31T09:00:00.000Z",""`+"\n", i, i, i)
	}
	for name, read := range map[string]func(io.Reader) (int, error){"sheet": func(r io.Reader) (n int, err error) {
		s := newSheet("crm", r)
		for s.width = 7; err == nil; n++ {
			_, err = s.row()
		}
		return n - 1, err
	}, "encoding csv": func(r io.Reader) (n int, err error) {
		c := csv.NewReader(r)
		for c.ReuseRecord = true; err == nil; n++ {
			_, err = c.Read()
		}
		return n - 1, err
	}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				if n, err := read(strings.NewReader(text.String())); n != 20_000 || err != io.EOF {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// TestLetters: what is no UTF-8 is an end, wherever it is cut.
func TestLetters(t *testing.T) {
	for text, whole := range map[string]bool{"": true, "aé漢😀b": true, "a\xff": false, "\xe2\x28\xa1": false, "\xed\xa0\x80": false, "é\xc3é": false} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)), "half": iotest.HalfReader(strings.NewReader(text))} {
			got, err := io.ReadAll(&letters{r: in})
			if whole != (err == nil) || whole && string(got) != text {
				t.Errorf("%q %s: %q, %v", text, name, got, err)
			}
		}
	}
}
