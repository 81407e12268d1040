package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// lockDir takes the directory for this process until the returned file is closed; 55000 when another has it.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, ioError("lock", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisite, "audit directory %s is in use by another process", dir).
			WithHint("stop the waggle that serves from it, or give each its own directory")
	}
	return nil, ioError("lock", err)
}
