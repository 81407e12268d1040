package workspace

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// closeInherited closes every descriptor above stderr that is not the runtime's own poller.
func closeInherited() error {
	dir, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range dir {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd <= 2 {
			continue
		}
		target, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.HasPrefix(target, "anon_inode:[event") {
			_ = unix.Close(fd)
		}
	}
	return nil
}

// hardenEarly runs before DuckDB opens: no new privileges, no dump, no file growth, no core.
func hardenEarly() error {
	if err := closeInherited(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("dumpable: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("pdeathsig: %w", err)
	}
	return errors.Join(limit(unix.RLIMIT_FSIZE, 0), limit(unix.RLIMIT_CORE, 0), limit(unix.RLIMIT_NOFILE, 64))
}

func limit(resource int, value uint64) error {
	err := unix.Prlimit(0, resource, &unix.Rlimit{Cur: value, Max: value}, nil)
	if err != nil {
		return fmt.Errorf("limit %d: %w", resource, err)
	}
	return nil
}

// hardenLate runs when everything that needs a file is open: memory, then the file system, then system calls.
// It runs on a locked thread; the filter is synchronised to all others.
func hardenLate(c config) ([]Layer, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	data, space, err := mapped()
	if err != nil {
		return nil, err
	}
	layers := []Layer{namespaceLayer(), landlockLayer(), {}}
	err = errors.Join(limit(unix.RLIMIT_DATA, uint64(data+c.Budget)), limit(unix.RLIMIT_AS, uint64(space+2*c.Budget+(1<<30))))
	if err != nil {
		return nil, err
	}
	layers[2] = seccompLayer()
	if c.Strict && !layers[2].Granted {
		return layers, fmt.Errorf("seccomp: %s", layers[2].Reason)
	}
	return layers, nil
}

// mapped reads this process's private writable memory and address space, in bytes.
func mapped() (data, space int64, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmData:":
			data = n << 10
		case "VmSize:":
			space = n << 10
		}
	}
	return data, space, nil
}

func landlockLayer() Layer {
	l := Layer{Name: "landlock"}
	abi, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		l.Reason = "the kernel has no Landlock: " + e.Error()
		return l
	}
	if err := landlock.V5.BestEffort().Restrict(); err != nil {
		l.Reason = err.Error()
		return l
	}
	l.Granted, l.Reason = true, fmt.Sprintf("ABI %d, everything denied", abi)
	return l
}

// namespaceLayer reports whether this process has a network namespace of its own: one with a loopback that is down.
func namespaceLayer() Layer {
	l := Layer{Name: "namespaces"}
	own, err := os.Readlink("/proc/self/ns/user")
	if err != nil {
		l.Reason = err.Error()
		return l
	}
	parent, err := os.Readlink("/proc/" + strconv.Itoa(os.Getppid()) + "/ns/user")
	if os.Getppid() == 0 || (err == nil && own != parent) || errors.Is(err, os.ErrPermission) {
		l.Granted, l.Reason = true, "user and network namespaces of its own"
		return l
	}
	l.Reason = "the kernel or the container does not grant user namespaces"
	return l
}
