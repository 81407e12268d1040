package databricks

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// swapped changes the bodies of files.
type swapped struct {
	base   http.RoundTripper
	change func(answer *http.Response, body []byte) io.Reader
}

func (s *swapped) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.base.RoundTrip(r)
	if err != nil || !strings.HasPrefix(r.URL.Path, filePath) {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	answer.ContentLength, answer.Body = -1, io.NopCloser(s.change(answer, body))
	return answer, err
}

// bomb is a file whose batches are compressed, the last of their buffers to what it says is a terabyte.
func bomb(body []byte) []byte {
	in, err := ipc.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	defer in.Release()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(in.Schema()), ipc.WithZstd())
	for in.Next() {
		_ = w.Write(in.RecordBatch())
	}
	data := out.Bytes()
	at := bytes.LastIndex(data, []byte{0x28, 0xb5, 0x2f, 0xfd})
	binary.LittleEndian.PutUint64(data[at-8:], 1<<40)
	return data
}

// TestHostileFiles: compressed files, though none were asked for, and files that say they are larger than any memory are errors.
func TestHostileFiles(t *testing.T) {
	r := newRig(t)
	for name, change := range map[string]func(*http.Response, []byte) io.Reader{
		"lz4": func(_ *http.Response, body []byte) io.Reader {
			return bytes.NewReader(append([]byte{0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7}, body...))
		},
		"compressed batch": func(_ *http.Response, body []byte) io.Reader { return bytes.NewReader(bomb(body)) },
		"gzip without being asked": func(_ *http.Response, body []byte) io.Reader {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, _ = w.Write(body)
			_ = w.Close()
			return &out
		},
		"a length of 2 GiB": func(_ *http.Response, body []byte) io.Reader {
			binary.LittleEndian.PutUint32(body[4:], 1<<31-1)
			return bytes.NewReader(body)
		},
	} {
		s, err := New(Config{Name: "lake", Host: "dbc.example", BaseURL: r.web.URL, HTTPPath: "/sql/1.0/warehouses/" + warehouse, Catalog: "main",
			Transport: &swapped{base: http.DefaultTransport, change: change}})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := sourcetest.Read(t.Context(), sourcetest.Open(t, s, r.bearer("analyst")), allOrders, sourcetest.OrderTypes()...)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; pgerr.Code(a.Err) != pgerr.ProtocolViolation || len(a.Rows) > 0 || grown > 256<<20 {
			t.Errorf("%s: %d rows, %v, %d MiB", name, len(a.Rows), a.Err, grown>>20)
		}
		_ = s.Close()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// TestHostileAnswers: lists that claim more items than the answer has, and lists of more items than anything of the protocol needs, are
// refused before the driver sees them.
func TestHostileAnswers(t *testing.T) {
	batches := func(claimed uint32, data []byte) []byte {
		answer := encoded(fetchResults, fine, field{3, []field{{own, [][]field{{}}}}})
		at := bytes.Index(answer, []byte{thriftList, own >> 8, own & 0xff}) + 4
		binary.BigEndian.PutUint32(answer[at:], claimed)
		return append(answer[:at+4], data...)
	}
	for name, answer := range map[string][]byte{
		"claimed":   batches(1<<31-1, []byte{thriftStop, thriftStop, thriftStop, thriftStop}),
		"negative":  batches(1<<31, []byte{thriftStop, thriftStop, thriftStop}),
		"empty":     batches(1<<20, make([]byte, 1<<20+3)),
		"of others": append(encoded(fetchResults, fine)[:29], append([]byte{thriftList, 0, 77, thriftByte, 0x7f, 0xff, 0xff, 0xff}, make([]byte, 100)...)...),
	} {
		if said, err := readReply(answer); err == nil {
			t.Errorf("%s: %+v", name, said)
		}
	}
	if _, err := readReply(batches(100, make([]byte, 103))); err != nil {
		t.Error(err)
	}
}

// TestAnswersEnd: what is larger than an answer may be is given up there, whatever length was announced.
func TestAnswersEnd(t *testing.T) {
	tr := &trial{exchanges: &exchanges{system: &system{config: Config{Name: "lake"}}}}
	body, err := tr.read(&http.Response{ContentLength: 1 << 40, Body: io.NopCloser(endlessBody{})}, 10_000)
	if pgerr.Code(err) != pgerr.ProgramLimitExceeded || len(body) > 10_001 {
		t.Error(len(body), err)
	}
}

type endlessBody struct{}

func (endlessBody) Read(p []byte) (int, error) { return len(p), nil }
