package workspace

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attributes are tried in order: with namespaces of its own, then without.
func attributes() []*syscall.SysProcAttr {
	own := &syscall.SysProcAttr{
		Pdeathsig:   syscall.SIGKILL,
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getgid(), Size: 1}},
	}
	return []*syscall.SysProcAttr{own, {Pdeathsig: syscall.SIGKILL}}
}

// optional reports whether a failure with these attributes may be tried again with fewer.
func optional(a *syscall.SysProcAttr) bool { return a.Cloneflags != 0 }

// lowerPriority lowers that of the calling thread and of what it starts. A kernel that refuses leaves it as it is.
func lowerPriority() { _ = unix.Setpriority(unix.PRIO_PROCESS, 0, 5) }

func widenPipe(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) }

// limitCPU bounds a worker's processor time by its statement's; a second line behind the kill timer.
func limitCPU(pid int, wall time.Duration, threads int) {
	seconds := uint64(wall/time.Second+2) * uint64(threads+2)
	_ = unix.Prlimit(pid, unix.RLIMIT_CPU, &unix.Rlimit{Cur: seconds, Max: seconds}, nil)
}
