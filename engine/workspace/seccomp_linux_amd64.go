package workspace

import "golang.org/x/sys/unix"

// auditArch is AUDIT_ARCH_X86_64. The x32 calls have other numbers (bit 30) and so are never allowed.
const auditArch = 0xc000003e

// archCalls are plain calls that only this architecture has.
var archCalls = [...]uintptr{unix.SYS_ARCH_PRCTL, unix.SYS_EPOLL_WAIT, unix.SYS_POLL}
