package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// chunk is how much of an answer is written at once.
const chunk = 16 << 10

// delivery holds an answer back until it is whole and then writes it as the rules ask. An answer whose length the emulator tells
// and that no rule hits goes through as it is written.
type delivery struct {
	w       http.ResponseWriter
	ctx     context.Context // the request's
	hit     hit
	body    bytes.Buffer
	status  int
	sent    int
	through bool
}

func (d *delivery) Header() http.Header { return d.w.Header() }

func (d *delivery) WriteHeader(status int) {
	if d.status != 0 {
		return
	}
	d.status = status
	if d.through = d.hit.none() && d.Header().Get("Content-Length") != ""; d.through {
		d.w.WriteHeader(status)
	}
}

func (d *delivery) Write(p []byte) (int, error) {
	d.WriteHeader(http.StatusOK)
	if d.through {
		n, err := d.w.Write(p)
		d.sent += n
		return n, err
	}
	return d.body.Write(p)
}

func (d *delivery) deliver() {
	if d.through {
		return
	}
	body := d.body.Bytes()
	for _, f := range d.hit.fields {
		body = spoil(body, f)
	}
	if !d.pause(d.hit.wait) {
		return
	}
	cut := d.hit.cut
	if cut != nil && cut.Kind == Truncate {
		body = body[:min(cut.Bytes, len(body))]
	}
	d.Header().Set("Content-Length", itoa(len(body)))
	d.WriteHeader(http.StatusOK)
	d.w.WriteHeader(d.status)
	if cut != nil && cut.Kind == Reset {
		d.send(body[:min(cut.Bytes, len(body))])
		d.reset()
		return
	}
	d.send(body)
}

// send writes a body piece by piece and stops when the client is gone.
func (d *delivery) send(body []byte) {
	for len(body) > 0 && d.pause(d.hit.drip) {
		n := min(chunk, len(body))
		written, err := d.w.Write(body[:n])
		d.sent += written
		if err != nil {
			return
		}
		if d.hit.drip > 0 || d.hit.cut != nil {
			_ = http.NewResponseController(d.w).Flush()
		}
		body = body[n:]
	}
}

// pause waits and reports whether the client is still there.
func (d *delivery) pause(wait time.Duration) bool {
	if wait <= 0 {
		return d.ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.ctx.Done():
		return false
	}
}

// reset sends a TCP reset, or breaks off where the connection cannot be had.
func (d *delivery) reset() {
	conn, _, err := http.NewResponseController(d.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// spoil gives a field of a JSON document a value of another type; what is not JSON, or lacks the field, stays.
func spoil(body []byte, field string) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var doc any
	if dec.Decode(&doc) != nil {
		return body
	}
	out, err := json.Marshal(spoilAt(doc, strings.Split(field, ".")))
	if err != nil {
		return body
	}
	return out
}

func spoilAt(v any, path []string) any {
	switch v := v.(type) {
	case []any:
		if len(path) > 0 {
			for i := range v {
				v[i] = spoilAt(v[i], path)
			}
			return v
		}
	case map[string]any:
		if len(path) > 0 {
			if inner, ok := v[path[0]]; ok {
				v[path[0]] = spoilAt(inner, path[1:])
			}
			return v
		}
	}
	if len(path) > 0 {
		return v
	}
	if _, ok := v.(string); ok {
		return map[string]any{"unexpected": true}
	}
	return "unexpected"
}

func itoa(n int) string { return strconv.Itoa(n) }
