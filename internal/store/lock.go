package store

import (
	"errors"
	"os"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"golang.org/x/sys/unix"
)

// lockFile takes the one writer's lock; the kernel gives it back when the process ends, however it ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	if cerr := f.Close(); !errors.Is(err, unix.EWOULDBLOCK) {
		return nil, cannotOpen(path, errors.Join(err, cerr))
	}
	return nil, pgerr.New(pgerr.ObjectNotInPrerequisite, "the store is in use by another waggle process").
		WithDetail("%s is locked.", path).WithHint("stop the other process, or let the running server do this")
}
