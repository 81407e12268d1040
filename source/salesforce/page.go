package salesforce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// page is one answer to a query.
type page struct {
	batch arrow.RecordBatch // nil for none
	rows  int64
	total int64  // records of all pages
	next  string // the address of the next one, "" for none
}

func (p *page) release() {
	if p.batch != nil {
		p.batch.Release()
	}
}

// page asks for a page; *enough when the answer has more records than many, unless that is 0.
func (t *task) page(ctx context.Context, path string, many int64) (*page, error) {
	var p *page
	err := t.exchange(ctx, call{method: http.MethodGet, path: path, accept: "application/json"}, func(a *http.Response) (err error) {
		p, err = t.form.page(a.Body, many)
		return err
	})
	return p, err
}

// document reads one answer as it arrives: numbers stay the digits that they are.
type document struct {
	*json.Decoder
	batch *batch
	many  int64
	total int64 // -1 while it is not known
	rows  int64 // records; -1 while there is no list of them
	done  bool
	next  string
}

var errShape = errors.New("the answer is no query result")

// maxDepth bounds the nesting of what is skipped.
const maxDepth = 64

func (f *form) page(r io.Reader, many int64) (*page, error) {
	whole := transform.NewReader(r, encoding.UTF8Validator) // the decoder would make other values of what is no UTF-8
	d := &document{Decoder: json.NewDecoder(whole), batch: f.batch(), many: many, total: -1, rows: -1}
	d.UseNumber()
	err := d.whole()
	if err == nil && f.counted {
		err = d.count()
	}
	b := d.batch.finish()
	if err != nil {
		if b != nil {
			b.Release()
		}
		return nil, noEnd(err)
	}
	return &page{batch: b, rows: d.rows, total: d.total, next: d.next}, nil
}

// noEnd turns the end of an unfinished document into the error that it is.
func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (d *document) whole() error {
	if err := d.expect('{'); err != nil {
		return err
	}
	err := d.members(func(name string) error {
		switch name {
		case "totalSize":
			return d.totalSize()
		case "done":
			return d.Decode(&d.done)
		case "nextRecordsUrl":
			return d.Decode(&d.next)
		case "records":
			return d.records()
		}
		return d.skip()
	})
	switch {
	case err != nil:
		return err
	case d.total < 0 || d.rows < 0 || d.done == (d.next != ""):
		return errShape
	}
	if _, err = d.Token(); err != io.EOF {
		return errShape
	}
	return nil
}

// expect reads a delimiter.
func (d *document) expect(want json.Delim) error {
	t, err := d.Token()
	if err == nil && t != want {
		err = errShape
	}
	return err
}

// members reads an object's members to its end.
func (d *document) members(f func(name string) error) error {
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if err := f(name); err != nil {
			return err
		}
	}
	return d.expect('}')
}

func (d *document) totalSize() error {
	var n json.Number
	if err := d.Decode(&n); err != nil {
		return err
	}
	total, err := n.Int64()
	if d.total = total; err != nil || total < 0 {
		return errShape
	}
	if d.many > 0 && total > d.many {
		return &enough{total}
	}
	return nil
}

func (d *document) records() error {
	if err := d.expect('['); err != nil || d.rows >= 0 {
		return cmp.Or(err, errShape)
	}
	for d.rows = 0; d.More(); d.rows++ {
		if err := d.expect('{'); err != nil {
			return err
		}
		if err := d.record(d.batch.form.root); err != nil {
			return err
		}
		if err := d.batch.row(); err != nil {
			return err
		}
	}
	return d.expect(']')
}

// record reads the members of a record, or of a parent in it.
func (d *document) record(p *place) error {
	return d.members(func(name string) error {
		at := p.below[name]
		if at == nil {
			return d.skip()
		}
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case json.Delim:
			if t != '{' || at.below == nil {
				return errShape
			}
			return d.record(at)
		case string:
			return d.set(at, cell{text, t})
		case json.Number:
			return d.set(at, cell{number, string(t)})
		case bool:
			return d.set(at, cell{truth, strconv.FormatBool(t)})
		}
		d.absent(at)
		return nil
	})
}

// set keeps a value; a parent is no value.
func (d *document) set(at *place, c cell) error {
	if at.below != nil {
		return errShape
	}
	for _, i := range at.columns {
		d.batch.cells[i] = c
	}
	return nil
}

// absent makes a value, or all of a parent that is not there, NULL.
func (d *document) absent(at *place) {
	for _, i := range at.columns {
		d.batch.cells[i] = cell{kind: null}
	}
	for _, p := range at.below {
		d.absent(p)
	}
}

// skip reads over a value.
func (d *document) skip() error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return errShape
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// count is the one row of an answer that only counts.
func (d *document) count() error {
	for i := range d.batch.cells {
		d.batch.cells[i] = cell{number, strconv.FormatInt(d.total, 10)}
	}
	return d.batch.row()
}
