package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// copyOut runs COPY … TO STDOUT to its end.
func (s *session) copyOut(ctx context.Context, p *portal, c plan.CopyOut) error {
	columns := p.statement.prepared.Columns
	var format int16
	if c.Format == "binary" {
		format = 1
	}
	p.formats = slices.Repeat([]int16{format}, len(columns))
	if err := s.open(ctx, p, p.statement.prepared, 0); err != nil {
		return err
	}
	m := &pgproto3.CopyOutResponse{OverallFormat: byte(format), ColumnFormatCodes: make([]uint16, len(columns))}
	for i := range m.ColumnFormatCodes {
		m.ColumnFormatCodes[i] = uint16(format)
	}
	s.out.send(m)
	defer p.tape.panicking()
	w := newCopyWriter(c, columns)
	n, err := s.copyRows(ctx, p, w)
	if err != nil {
		p.tape.fail(err)
	}
	p.rows.close()
	p.rows, p.columns = nil, nil
	if err != nil {
		return err
	}
	s.out.send(&pgproto3.CopyDone{})
	p.tag = "COPY " + strconv.FormatInt(n, 10)
	return nil
}

func (s *session) copyRows(ctx context.Context, p *portal, w *copyWriter) (n int64, err error) {
	if w.header {
		s.sendCopyData(w.head())
	}
	var row []byte
	for ; ; n++ {
		ok, err := p.rows.at(n + 1)
		if err != nil {
			return n, err
		}
		if !ok {
			break
		}
		if row, err = p.rows.encode(row[:0]); err != nil {
			return n, err
		}
		s.sendCopyData(w.row(row[5:]))
		if s.out.full() {
			if s.out.flush() != nil {
				return n, errGone
			}
			if ctx.Err() != nil {
				return n, context.Cause(ctx)
			}
		}
	}
	if w.binary {
		s.sendCopyData(w.tail())
	}
	return n, nil
}

func (s *session) sendCopyData(data []byte) {
	s.out.acquire()
	s.out.buf = append(s.out.buf, 'd')
	s.out.buf = binary.BigEndian.AppendUint32(s.out.buf, uint32(4+len(data)))
	s.out.buf = append(s.out.buf, data...)
}

// copyWriter turns the fields of a DataRow into a line of COPY's text or CSV format, or a tuple of its binary one. The result
// of each method is valid until the next call.
type copyWriter struct {
	binary, csv, header  bool
	delim, quote, escape byte
	null                 string
	force                []bool
	names                []string
	buf                  []byte
	started              bool
}

func newCopyWriter(c plan.CopyOut, columns []planner.Column) *copyWriter {
	w := &copyWriter{binary: c.Format == "binary", csv: c.Format == "csv", header: c.Header, force: make([]bool, len(columns))}
	w.delim, w.null = '\t', `\N`
	if w.csv {
		w.delim, w.null = ',', ""
	}
	w.delim = firstByte(c.Delim, w.delim)
	w.quote = firstByte(c.Quote, '"')
	w.escape = firstByte(c.Escape, w.quote)
	if c.Null != nil {
		w.null = *c.Null
	}
	for i, col := range columns {
		w.names = append(w.names, col.Name)
		w.force[i] = slices.Contains(c.Force, "*") || slices.Contains(c.Force, col.Name)
	}
	return w
}

func firstByte(text string, otherwise byte) byte {
	if text == "" {
		return otherwise
	}
	return text[0]
}

// head is the line of column names.
func (w *copyWriter) head() []byte {
	w.buf = w.buf[:0]
	for i, name := range w.names {
		w.separate(i)
		if w.csv {
			w.csvField([]byte(name), false, len(w.names) == 1)
		} else {
			w.textField([]byte(name))
		}
	}
	w.buf = append(w.buf, '\n')
	return w.buf
}

func (w *copyWriter) separate(i int) {
	if i > 0 {
		w.buf = append(w.buf, w.delim)
	}
}

// binaryHead is the signature, no flags, no header extension.
const binaryHead = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func (w *copyWriter) start() {
	w.buf = w.buf[:0]
	if w.binary && !w.started {
		w.buf = append(w.buf, binaryHead...)
	}
	w.started = true
}

func (w *copyWriter) tail() []byte {
	w.start()
	w.buf = append(w.buf, 0xff, 0xff)
	return w.buf
}

// row takes the body of a DataRow, whose layout is that of a binary tuple.
func (w *copyWriter) row(body []byte) []byte {
	w.start()
	if w.binary {
		w.buf = append(w.buf, body...)
		return w.buf
	}
	fields := int(binary.BigEndian.Uint16(body))
	body = body[2:]
	for i := range fields {
		n := int(int32(binary.BigEndian.Uint32(body)))
		body = body[4:]
		w.separate(i)
		if n < 0 {
			w.buf = append(w.buf, w.null...)
			continue
		}
		if w.csv {
			w.csvField(body[:n], w.force[i], fields == 1)
		} else {
			w.textField(body[:n])
		}
		body = body[n:]
	}
	w.buf = append(w.buf, '\n')
	return w.buf
}

// textField escapes what would be read as something else.
func (w *copyWriter) textField(field []byte) {
	const control, letters = "\b\f\n\r\t\v", "bfnrtv"
	for _, c := range field {
		i := bytes.IndexByte([]byte(control), c)
		switch {
		case i >= 0:
			w.buf = append(w.buf, '\\', letters[i])
		case c == '\\' || c == w.delim:
			w.buf = append(w.buf, '\\', c)
		default:
			w.buf = append(w.buf, c)
		}
	}
}

// csvField quotes a field that is forced, could be read as NULL, or holds what has a meaning.
func (w *copyWriter) csvField(field []byte, force, alone bool) {
	quote := force || string(field) == w.null || alone && string(field) == `\.`
	for _, c := range field {
		quote = quote || c == w.delim || c == w.quote || c == '\n' || c == '\r'
	}
	if !quote {
		w.buf = append(w.buf, field...)
		return
	}
	w.buf = append(w.buf, w.quote)
	for _, c := range field {
		if c == w.quote || c == w.escape {
			w.buf = append(w.buf, w.escape)
		}
		w.buf = append(w.buf, c)
	}
	w.buf = append(w.buf, w.quote)
}
