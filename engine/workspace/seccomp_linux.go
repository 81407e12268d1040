package workspace

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The filter's constants (linux/seccomp.h, linux/audit.h).
const (
	seccompSetModeFilter = 1
	seccompTSync         = 1
	retAllow             = 0x7fff0000
	retErrno             = 0x00050000
	retKill              = 0x80000000
	offsetNumber         = 0
	offsetArch           = 4
	offsetArgs           = 16
)

// plainCalls are allowed with any arguments: memory, threads, time, and reading and writing what is open.
var plainCalls = [...]uintptr{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_FSTAT, unix.SYS_LSEEK,
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_BRK, unix.SYS_MINCORE,
	unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_GET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_MEMBARRIER,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP,
	unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY, unix.SYS_GETPID, unix.SYS_GETTID,
	unix.SYS_GETRUSAGE, unix.SYS_SYSINFO, unix.SYS_UNAME, unix.SYS_GETRANDOM, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PPOLL,
	unix.SYS_SET_TID_ADDRESS, unix.SYS_GETCPU,
}

// filter builds the program: kill on a foreign architecture, allow the plain calls, allow three more for harmless
// arguments alone, answer clone3 with ENOSYS (libc then uses clone), and EPERM for all else: no socket, no open, no exec.
func filter(pid int) []unix.SockFilter {
	var p []unix.SockFilter
	stmt := func(code uint16, k uint32) { p = append(p, unix.SockFilter{Code: code, K: k}) }
	jump := func(code uint16, k uint32, jt, jf uint8) {
		p = append(p, unix.SockFilter{Code: code, Jt: jt, Jf: jf, K: k})
	}
	load := func(offset uint32) { stmt(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, offset) }
	equal := func(k uint32, jt, jf uint8) { jump(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, k, jt, jf) }
	ret := func(v uint32) { stmt(unix.BPF_RET|unix.BPF_K, v) }
	load(offsetArch)
	equal(auditArch, 1, 0)
	ret(retKill)
	load(offsetNumber)
	for _, n := range append(plainCalls[:], archCalls[:]...) {
		equal(uint32(n), 0, 1)
		ret(retAllow)
	}
	equal(unix.SYS_CLONE3, 0, 1)
	ret(retErrno | uint32(unix.ENOSYS))
	// clone: threads alone (CLONE_THREAD).
	equal(unix.SYS_CLONE, 0, 4)
	load(offsetArgs)
	jump(unix.BPF_JMP|unix.BPF_JSET|unix.BPF_K, unix.CLONE_THREAD, 0, 1)
	ret(retAllow)
	ret(retErrno | uint32(unix.EPERM))
	// tgkill: to this process alone (the runtime's preemption signal).
	equal(unix.SYS_TGKILL, 0, 4)
	load(offsetArgs)
	equal(uint32(pid), 0, 1)
	ret(retAllow)
	ret(retErrno | uint32(unix.EPERM))
	// prctl: thread names and names of memory alone.
	equal(unix.SYS_PRCTL, 0, 5)
	load(offsetArgs)
	equal(unix.PR_SET_NAME, 1, 0)
	equal(unix.PR_SET_VMA, 0, 1)
	ret(retAllow)
	ret(retErrno | uint32(unix.EPERM))
	// prlimit64: reading alone (the new limit is NULL, both halves).
	equal(unix.SYS_PRLIMIT64, 0, 6)
	load(offsetArgs + 16)
	equal(0, 0, 3)
	load(offsetArgs + 20)
	equal(0, 0, 1)
	ret(retAllow)
	ret(retErrno | uint32(unix.EPERM))
	ret(retErrno | uint32(unix.EPERM))
	return p
}

// seccompLayer installs the filter on every thread of this process.
func seccompLayer() Layer {
	l := Layer{Name: "seccomp"}
	program := filter(unix.Getpid())
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		l.Reason = err.Error()
		return l
	}
	r, _, e := unix.RawSyscall(unix.SYS_SECCOMP, seccompSetModeFilter, seccompTSync, uintptr(unsafe.Pointer(&fprog)))
	switch {
	case e != 0:
		l.Reason = e.Error()
	case r != 0:
		l.Reason = fmt.Sprintf("thread %d could not be synchronised", r)
	default:
		l.Granted, l.Reason = true, fmt.Sprintf("%d instructions on all threads", len(program))
	}
	return l
}
