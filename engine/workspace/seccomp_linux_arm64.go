package workspace

// auditArch is AUDIT_ARCH_AARCH64.
const auditArch = 0xc00000b7

// archCalls are plain calls that only this architecture has.
var archCalls = [...]uintptr{}
