package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/waggle-sql/waggle/internal/oracle"
)

// writeTimezones packs the server's time zone files: a line of the names that share one file, a line with its length,
// the file.
func writeTimezones() (int, error) {
	root := filepath.Join(oracle.Home(), "share", "postgresql", "timezone")
	var order []string // contents, in order of their first name
	names := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if names[string(content)] == nil {
			order = append(order, string(content))
		}
		names[string(content)] = append(names[string(content)], filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	for _, content := range order {
		fmt.Fprintf(&out, "%s\n%d\n%s", strings.Join(names[content], " "), len(content), content)
	}
	return pack("timezones", out.Bytes())
}
