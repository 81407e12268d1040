package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// needed is what the federated queries must pull at the least: for each, statements written by hand say which columns, which rows by the
// query's own filters and the keys of its joins, and which groups each source has to send. They run where one source has all tables, so
// that their bytes are counted in that source's own encoding.
type needed struct {
	folder string
	bytes  map[string]map[string]int64 // query → kind of source → bytes
}

// statements reads a query's file: each statement follows a line that says on what kind of source it runs. There is no file of a query
// that one source answers.
func (n *needed) statements(query, kind string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(n.folder, query))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, part := range strings.Split(string(text), "-- ")[1:] {
		if first, sql, ok := strings.Cut(part, "\n"); ok && first == kind {
			out = append(out, strings.TrimRight(sql, "; \n"))
		}
	}
	return out, err
}

// measure counts what a query needs of one kind of source, which has all tables.
func (n *needed) measure(ctx context.Context, way *session, query, kind string) error {
	sqls, err := n.statements(query, kind)
	if err != nil {
		return err
	}
	var sum int64
	for _, sql := range sqls {
		ran, err := explained(ctx, way, sql)
		if err != nil {
			return err
		}
		if ran.Path != "direct" {
			return fmt.Errorf("%s: what it needs of %s is not answered by it alone: %s", query, kind, sql)
		}
		_, bytes := ran.pulled()
		sum += bytes
	}
	if n.bytes[query] == nil {
		n.bytes[query] = map[string]int64{}
	}
	n.bytes[query][kind] = sum
	return nil
}

// of returns the bytes that a query needs; 0 when they are not known.
func (n *needed) of(query string) int64 {
	if len(n.bytes[query]) < 2 {
		return 0
	}
	var sum int64
	for _, b := range n.bytes[query] {
		sum += b
	}
	return sum
}

// ratios adds up what was pulled of what was needed.
type ratios struct{ pulled, needed int64 }

// add returns a query's own ratio as text; queries of which nothing is known count not.
func (r *ratios) add(pulled, needed int64) string {
	if needed == 0 {
		return ""
	}
	r.pulled, r.needed = r.pulled+pulled, r.needed+needed
	return fmt.Sprintf("of %d needed: %.2f×", needed>>10, float64(pulled)/float64(needed))
}

// String is the ratio in all.
func (r *ratios) String() string {
	if r.needed == 0 {
		return ""
	}
	return fmt.Sprintf(", %d KiB pulled of %d needed: %.2f×", r.pulled>>10, r.needed>>10, float64(r.pulled)/float64(r.needed))
}
