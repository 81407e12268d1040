package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// segmentFile is the open end of the log; an interface so that tests can make a disk fail.
type segmentFile interface {
	Write(p []byte) (int, error)
	Sync() error // durable with its length; times may be left out
	Close() error
}

// createSegment makes a new segment file whose name is durable; an existing one is an error.
func createSegment(path string) (segmentFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return dataFile{f}, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// cutFile makes the file durably end at size, through a descriptor of its own: one whose fsync has failed says nothing true
// any more. A file of which nothing is left is removed.
func cutFile(path string, size int64) error {
	if size == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return syncDir(filepath.Dir(path))
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

// segment is one file of the log, named by its first record.
type segment struct {
	first int64
	path  string
}

func segmentName(first int64) string { return fmt.Sprintf("%016d%s", first, segSuffix) }

// listSegments returns the directory's segments in order.
func listSegments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, ioError("read", err)
	}
	var list []segment
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), segSuffix)
		first, err := strconv.ParseInt(digits, 10, 64)
		if ok && err == nil && segmentName(first) == e.Name() {
			list = append(list, segment{first, filepath.Join(dir, e.Name())})
		}
	}
	slices.SortFunc(list, func(a, b segment) int { return int(a.first - b.first) })
	return list, nil
}
