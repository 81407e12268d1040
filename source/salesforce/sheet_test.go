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
		"\"a\r\nb\",\"\r\",\"\n\"":    `[["a\r\nb" "\r" "\n"]]`,
		"\"\r\r\n\n\r\",\"a\n\nb\"\n": `[["\r\r\n\n\r" "a\n\nb"]]`,
		`"say ""hi"", you",""""`:      `[["say \"hi\", you" "\""]]`,
		",\n":                         `[["" ""]]`,
		"a,b\nc":                      csv.ErrFieldCount.Error(),
		"a,b\nc,d,e":                  csv.ErrFieldCount.Error(),
		`a"b`:                         csv.ErrBareQuote.Error(),
		`"a"b`:                        csv.ErrQuote.Error(),
		`"a" ,b`:                      csv.ErrQuote.Error(),
		"\"a\"\r,":                    csv.ErrQuote.Error(),
		`"a`:                          csv.ErrQuote.Error(),
		`"a""`:                        csv.ErrQuote.Error(),
		"a\x00":                       `22021`,
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			rows, err := sheetOf(newSheet("crm", in))
			got := fmt.Sprintf("%q", rows)
			var bad *csv.ParseError
			switch {
			case errors.As(err, &bad):
				got = bad.Err.Error()
			case err != nil:
				got = pgerr.Code(err)
			}
			if got != want {
				t.Errorf("%.40q %s: %s, not %s", text, name, got, want)
			}
		}
	}
}

// TestSheetEnds: a connection's end is an error of its own, and a cell that never ends is one too.
func TestSheetEnds(t *testing.T) {
	broken := errors.New("broken off")
	for _, text := range []string{"", "a", "a,", "a\n", `"a`, `"a"`} {
		if _, err := sheetOf(newSheet("crm", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))); !errors.Is(err, broken) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := sheetOf(newSheet("crm", io.MultiReader(strings.NewReader(`"`), endless("a")))); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Errorf("an endless cell: %v", err)
	}
}

// endless is a byte that never ceases.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[0]
	}
	return len(p), nil
}

// FuzzSheet: values in quotes come as they are.
func FuzzSheet(f *testing.F) {
	f.Add("a\r\nb", `say "x", y`, "\r")
	f.Add("", "\n\n", "\xff\"")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if strings.Contains(a+b+c, "\x00") {
			t.Skip("encoding/csv reads a CR in another way")
		}
		quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		text := quoted(a) + "," + quoted(b) + "\n" + quoted(c) + "," + quoted(a) + "\n"
		got, err := sheetOf(newSheet("crm", strings.NewReader(text)))
		if want := [][]string{{a, b}, {c, a}}; err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: %q, %v", text, got, err)
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
		for s := newSheet("crm", r); err == nil; n++ {
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
