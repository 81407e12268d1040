package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Server serves PostgreSQL's protocol. It is safe for concurrent use.
type Server struct {
	cfg      Config
	registry registry
	zones    sync.Map // name → *time.Location
	started  datum.Timestamp

	mu         sync.Mutex
	total      int
	strangers  map[net.Conn]netip.Addr // not logged in yet
	perAddress map[netip.Addr]int
}

// New returns a server; nothing runs before Serve.
func New(cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	return &Server{
		cfg: cfg, started: datum.Timestamp(time.Now().UnixMicro()),
		registry:  registry{sessions: map[uint32]*session{}, limits: map[netip.Addr]*rate.Limiter{}},
		strangers: map[net.Conn]netip.Addr{}, perAddress: map[netip.Addr]int{},
	}, nil
}

// Sessions returns the number of people's sessions now.
func (s *Server) Sessions() int { return len(s.registry.all()) }

// Serve accepts connections until ctx is done, then drains: idle sessions end with 57P01, running statements have
// Config.DrainTimeout. It closes the listener and returns when the last connection has ended; the error is the listener's own.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(errShutdown)
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	defer l.Close()
	var connections sync.WaitGroup
	failure := s.accept(ctx, l, func(conn net.Conn) {
		connections.Go(func() { s.connection(base, conn) })
	})
	s.drain(&connections, cancel)
	return failure
}

func (s *Server) accept(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	pause := time.Millisecond
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = time.Millisecond
			serve(conn)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of file descriptors and the like: it passes
			s.cfg.Log.Warn("cannot accept a connection", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, time.Second)
		}
	}
}

func (s *Server) drain(connections *sync.WaitGroup, cancel context.CancelCauseFunc) {
	s.mu.Lock()
	for conn := range s.strangers {
		_ = conn.Close()
	}
	s.mu.Unlock()
	for _, one := range s.registry.all() {
		one.drain()
	}
	hard := time.AfterFunc(s.cfg.DrainTimeout, func() {
		cancel(errShutdown)
		for _, one := range s.registry.all() {
			one.terminate()
			one.wire.endWrites(time.Now().Add(time.Second))
		}
	})
	defer hard.Stop()
	connections.Wait()
}

// connection serves one connection from its first byte to its last.
func (s *Server) connection(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Log.Error("panic on a connection", "error", pgerr.Panicked(p).Unwrap())
		}
	}()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3})
	}
	if err := s.enter(conn); err != nil {
		refuse(conn, err)
		return
	}
	defer s.leave()
	defer s.acquainted(conn) // also after a panic
	session := s.handshake(ctx, conn)
	s.acquainted(conn)
	if session != nil {
		defer s.registry.remove(session)
		session.serve()
		_ = session.conn.Close()
	}
}

// enter counts a connection in, as a stranger.
func (s *Server) enter(conn net.Conn) error {
	from := address(conn)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total >= s.cfg.MaxConnections || len(s.strangers) >= s.cfg.MaxUnauthenticated ||
		s.perAddress[from] >= s.cfg.MaxUnauthenticatedPerAddress {
		return pgerr.New(pgerr.TooManyConnections, "sorry, too many clients already")
	}
	s.total++
	s.strangers[conn] = from
	s.perAddress[from]++
	return nil
}

// acquainted ends the time as a stranger; it may be called again.
func (s *Server) acquainted(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, stranger := s.strangers[conn]
	if !stranger {
		return
	}
	delete(s.strangers, conn)
	if s.perAddress[from]--; s.perAddress[from] <= 0 {
		delete(s.perAddress, from)
	}
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
}

// address is the client's address, without its port.
func address(conn net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// refuse sends a FATAL error to whom may not come in.
func refuse(conn net.Conn, err error) {
	b, _ := errorResponse("FATAL", pgerr.From(err), "").Encode(nil)
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write(b)
}
