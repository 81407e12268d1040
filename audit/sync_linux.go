package audit

import (
	"os"
	"syscall"
)

// dataFile is a file whose Sync is fdatasync.
type dataFile struct{ *os.File }

// Sync makes the data and the length durable.
func (f dataFile) Sync() error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
