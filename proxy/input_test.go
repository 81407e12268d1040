package proxy

import (
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestLongQueryIsPassedOver sends a Query that no text may be as long as, in two parts with a timeout between them.
func TestLongQueryIsPassedOver(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	long := make([]byte, 16<<20+100)
	long[0] = 'Q'
	binary.BigEndian.PutUint32(long[1:], uint32(len(long)-1))
	half := len(long) / 2
	goOn, sent := make(chan bool), make(chan error, 1)
	go func() {
		_, err := here.Write(long[:half])
		<-goOn
		_, err2 := here.Write(append(long[half:], 'S', 0, 0, 0, 4))
		sent <- errors.Join(err, err2)
	}()
	in := newInput(there, 16<<20+64<<10)
	_ = there.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	var timeout net.Error
	if _, _, err := in.next(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Fatalf("the first half: %v, want a timeout", err)
	}
	_ = there.SetReadDeadline(time.Time{})
	close(goOn)
	_, _, err := in.next(nil)
	var over passed
	if !errors.As(err, &over) || pgerr.Code(over.error) != pgerr.StatementTooComplex {
		t.Fatalf("the whole: %v, want 54001", err)
	}
	if len(in.buf) > readBytes {
		t.Errorf("the buffer has grown to %d bytes", len(in.buf))
	}
	if kind, body, err := in.next(nil); kind != 'S' || len(body) != 0 || err != nil {
		t.Errorf("the next message: %q %q %v, want S", kind, body, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}
