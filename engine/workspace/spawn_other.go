//go:build !linux

package workspace

import (
	"syscall"
	"time"
)

func attributes() []*syscall.SysProcAttr { return []*syscall.SysProcAttr{nil} }

func optional(*syscall.SysProcAttr) bool { return false }

func widenPipe(uintptr) {}

func limitCPU(int, time.Duration, int) {}

// lowerPriority lowers nothing: here a process's priority is not its thread's.
func lowerPriority() {}
