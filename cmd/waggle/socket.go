package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// socketPath is the serving process's socket, beside a SQLite store; other stores have none and need none, since their
// commands work beside the server.
func (c *config) socketPath() string {
	p, ok := strings.CutPrefix(c.store, "sqlite:")
	if !ok {
		return filepath.Join(filepath.Dir(c.audit.directory), "waggle.sock")
	}
	return filepath.Join(filepath.Dir(p), "waggle.sock")
}

// order is a command line sent to the serving process; answer is what came of it.
type order struct {
	Args  []string `json:"args"`
	Input []byte   `json:"input,omitempty"`
}

type answer struct {
	Output []byte `json:"output"`
	Error  string `json:"error,omitempty"`
	Usage  bool   `json:"usage,omitempty"`
}

// forward sends the command to the serving process when one listens; done is false when none does.
func (i *invocation) forward(ctx context.Context, c *config, args []string) (done bool, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.socketPath())
	if err != nil {
		return false, nil
	}
	defer conn.Close()
	o := order{Args: args}
	if slices.Contains(args, "--password-stdin") {
		if o.Input, err = io.ReadAll(io.LimitReader(i.in, 1024)); err != nil {
			return true, err
		}
	}
	if i.json {
		o.Args = append(o.Args, "--json")
	}
	if err := json.NewEncoder(conn).Encode(o); err != nil {
		return true, broken(err)
	}
	var a answer
	if err := json.NewDecoder(conn).Decode(&a); err != nil {
		return true, broken(err)
	}
	if _, err := i.out.Write(a.Output); err != nil {
		return true, err
	}
	if a.Error != "" {
		err = pgerr.New(pgerr.SystemError, "%s", strings.TrimPrefix(a.Error, "waggle: "))
		if a.Usage {
			err = usageError{errors.New(a.Error)}
		}
		return true, err
	}
	return true, nil
}

func broken(err error) error {
	return pgerr.New(pgerr.SystemError, "the running server did not answer").Because(err)
}

// listenSocket answers commands until ctx ends. Who can open the socket's folder could as well open the store.
func (s *system) listenSocket(ctx context.Context) (net.Listener, error) {
	path := s.config.socketPath()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, pgerr.New(pgerr.ConfigFile, "the socket %s cannot be made", path).WithDetail("%v", err)
	}
	mask := syscall.Umask(0o177) // so that the socket is never anybody else's, not even before a chmod
	l, err := net.Listen("unix", path)
	syscall.Umask(mask)
	if err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the socket %s cannot be made", path).WithDetail("%v", err)
	}
	return l, nil
}

// serveSocket runs until the listener is closed.
func (s *system) serveSocket(ctx context.Context, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.answer(ctx, conn)
	}
}

// answer runs one command in this process. Commands come one at a time, as an administrator types them.
func (s *system) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	var o order
	if err := json.NewDecoder(io.LimitReader(conn, 1<<20)).Decode(&o); err != nil {
		return
	}
	var out bytes.Buffer
	i := &invocation{in: bytes.NewReader(o.Input), out: &out, live: s}
	root := newRoot(i)
	root.SetArgs(o.Args)
	a := answer{}
	if err := pgerr.Contained(func() error { return usage(root.ExecuteContext(ctx)) }); err != nil {
		a.Error = describe(err)
		var wrong usageError
		a.Usage = errors.As(err, &wrong)
	}
	a.Output = out.Bytes()
	_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Second)) // one that does not read must not keep the others waiting
	_ = json.NewEncoder(conn).Encode(a)
}
