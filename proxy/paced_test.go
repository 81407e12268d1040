package proxy

import (
	"net"
	"testing"
	"time"
)

func TestPaced(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	p := &paced{Conn: there, timeout: 500 * time.Millisecond}
	done := make(chan struct{})
	_ = here.SetReadDeadline(time.Now().Add(10 * time.Second))
	go func() {
		defer close(done)
		for range 10 {
			time.Sleep(20 * time.Millisecond)
			_, _ = here.Read(make([]byte, 1))
		}
	}()
	if n, err := p.Write(make([]byte, 10)); n != 10 || err != nil {
		t.Errorf("a slow client: %d bytes, %v", n, err)
	}
	<-done
	start := time.Now()
	if _, err := p.Write([]byte("x")); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("a client that does not read: %v after %v", err, time.Since(start))
	}
	p.timeout = time.Hour
	time.AfterFunc(20*time.Millisecond, func() { p.endWrites(time.Unix(1, 0)) })
	if _, err := p.Write([]byte("x")); err == nil {
		t.Error("the end of writing does not reach a write under way")
	}
}
