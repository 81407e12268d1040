package audit

import (
	"errors"
	"os"
	"syscall"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// ioError puts a file system's error in the user's words: 53100 when the disk is full, else 58030.
func ioError(verb string, err error) *pgerr.Error {
	var known *pgerr.Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return pgerr.New(pgerr.DiskFull, "the audit log cannot be written: no space left").
			WithHint("free space in the audit directory; queries are accepted again by themselves").Because(err)
	}
	detail := err.Error()
	var path *os.PathError
	if errors.As(err, &path) {
		detail = path.Err.Error()
	}
	return pgerr.New(pgerr.IOError, "the audit log cannot %s its files", verb).
		WithDetail("%s", detail).WithHint("check the audit directory and its disk").Because(err)
}

func stalled() *pgerr.Error {
	return pgerr.New(pgerr.IOError, "the audit log cannot be written: the disk does not answer").
		WithDetail("a record was not durable within %s", patience).WithHint("queries are accepted again by themselves")
}
