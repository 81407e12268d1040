package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// invocation is one run of the command line: on a terminal, or inside a serving process on behalf of one.
type invocation struct {
	in     io.Reader
	out    io.Writer
	config string
	json   bool
	live   *system // inside of serve: its own
}

// onSystem runs f where the store and the audit directory have their one writer: inside this process when it is the
// server, through the server's socket while one runs, else here under the lock.
func (i *invocation) onSystem(ctx context.Context, args []string, f func(*system) error) error {
	if i.live != nil {
		return f(i.live)
	}
	c, err := loadConfig(i.config)
	if err != nil {
		return err
	}
	if done, err := i.forward(ctx, c, args); done {
		return err
	}
	s, err := openSystem(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// print writes v as JSON, or lines as a table.
func (i *invocation) print(v any, head string, rows [][]string) error {
	if i.json {
		e := json.NewEncoder(i.out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	w := tabwriter.NewWriter(i.out, 0, 4, 2, ' ', 0)
	if head != "" {
		fmt.Fprintln(w, head)
	}
	for _, r := range rows {
		for k, cell := range r {
			if k > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// readLine reads a secret from standard input, up to the first line's end.
func (i *invocation) readLine() (string, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < 1024 {
		n, err := i.in.Read(one)
		if n == 0 || one[0] == '\n' || err != nil {
			break
		}
		line = append(line, one[0])
	}
	if len(line) == 0 {
		return "", pgerr.New(pgerr.InvalidParameterValue, "standard input holds no password")
	}
	return string(line), nil
}
