package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// discardJob is a query whose rows a client process reads and throws away: only the messages' headers are looked at.
type discardJob struct {
	DSN, SQL string
	Binary   bool
	Pause    time.Duration // after each 64 KiB: a slow reader
	Stop     int64         // bytes after which the client leaves; 0: never
}

type discardResult struct {
	Rows, Bytes int64
	Took        time.Duration // from the query to its end
	CPU         time.Duration // of the client's process
}

// inProcess runs the job in a process of its own.
func (j discardJob) inProcess(ctx context.Context) (r discardResult, err error) {
	text, err := json.Marshal(j)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "discard", string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(out, &r)
	r.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return r, err
}

func (j discardJob) run(ctx context.Context) (r discardResult, err error) {
	c, err := pgconn.Connect(ctx, j.DSN)
	if err != nil {
		return r, err
	}
	h, err := c.Hijack()
	if err != nil {
		return r, err
	}
	defer h.Conn.Close()
	start := time.Now()
	if _, err := h.Conn.Write(j.messages()); err != nil {
		return r, err
	}
	err = j.read(h.Conn, &r)
	r.Took = time.Since(start)
	return r, err
}

// messages is a Query, or for binary rows Parse, Bind, Execute, Sync.
func (j discardJob) messages() []byte {
	if !j.Binary {
		return message(nil, 'Q', j.SQL+"\x00")
	}
	b := message(nil, 'P', "\x00"+j.SQL+"\x00\x00\x00")
	b = message(b, 'B', "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01")
	b = message(b, 'E', "\x00\x00\x00\x00\x00")
	return message(b, 'S', "")
}

func message(dst []byte, kind byte, body string) []byte {
	dst = append(dst, kind)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)+4))
	return append(dst, body...)
}

// read counts DataRow messages until ReadyForQuery.
func (j discardJob) read(conn net.Conn, r *discardResult) error {
	buf := make([]byte, 64<<10)
	have, skip := 0, 0 // bytes in buf; bytes of the message that are still to come
	for {
		n, err := conn.Read(buf[have:])
		if err != nil {
			return err
		}
		r.Bytes += int64(n)
		have += n
		at := min(skip, have)
		skip -= at
		for skip == 0 && have-at >= 5 {
			size := 1 + int(binary.BigEndian.Uint32(buf[at+1:]))
			switch buf[at] {
			case 'D':
				r.Rows++
			case 'E':
				return fmt.Errorf("the server answers an error: %q", buf[at:min(at+size, have)])
			case 'Z':
				return nil
			}
			whole := min(size, have-at)
			at, skip = at+whole, size-whole
		}
		have = copy(buf, buf[at:have])
		if j.Stop > 0 && r.Bytes >= j.Stop {
			return io.ErrClosedPipe
		}
		time.Sleep(j.Pause)
	}
}
