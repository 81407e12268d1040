package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticks is the kernel's USER_HZ, which is 100 on every Linux that Go runs on.
const ticks = 100

// Resident is a process's resident memory in bytes, 0 when it is gone.
func Resident(pid int) int64 {
	fields := bytes.Fields(readProc(pid, "statm"))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// CPU is the processor time that a process and its reaped children have used.
func CPU(pid int) time.Duration {
	var sum int64
	for _, f := range stat(pid, 11, 15) {
		n, _ := strconv.ParseInt(string(f), 10, 64)
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks
}

// Descriptors is how many files and sockets a process has open, and how many of them are sockets.
func Descriptors(pid int) (all, sockets int) {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil {
			all++
			if strings.HasPrefix(to, "socket:") {
				sockets++
			}
		}
	}
	return all, sockets
}

// Children are the process ids whose parent is pid.
func Children(pid int) []int {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	var out []int
	for _, p := range paths {
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(p)))
		if f := stat(child, 1, 2); len(f) == 1 && string(f[0]) == strconv.Itoa(pid) {
			out = append(out, child)
		}
	}
	return out
}

// Alive reports whether a process exists and is no zombie.
func Alive(pid int) bool {
	f := stat(pid, 0, 1)
	return len(f) == 1 && string(f[0]) != "Z"
}

// stat returns fields of /proc/PID/stat, counted from the state, which is 0.
func stat(pid, from, to int) [][]byte {
	data := readProc(pid, "stat")
	at := bytes.LastIndexByte(data, ')')
	if at < 0 {
		return nil
	}
	fields := bytes.Fields(data[at+1:])
	if len(fields) < to {
		return nil
	}
	return fields[from:to]
}

func readProc(pid int, name string) []byte {
	data, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name))
	return data
}
