package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// ownCPU is the processor time of a process without its children.
func ownCPU(pid int) time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	var sum int64
	for i := 11; i < min(13, len(fields)); i++ { // utime and stime, counted from the state
		n, _ := strconv.ParseInt(string(fields[i]), 10, 64)
		sum += n
	}
	return time.Duration(sum) * time.Second / 100
}

// usage is the processor time of each process of a way: Waggle, its workers, and the emulators.
type usage struct{ waggle, workers, sandbox time.Duration }

func (d *demonstration) usage() usage {
	own := ownCPU(d.waggle)
	return usage{own, treeCPU(d.waggle) - own, ownCPU(d.sandbox)}
}

// since is what was used since then, for one of n runs.
func (u usage) since(before usage, n int) string {
	each := func(now, then time.Duration) string { return seconds((now - then) / time.Duration(n)) }
	return fmt.Sprintf("CPU of a run: waggle %s, workers %s, sandbox %s", each(u.waggle, before.waggle), each(u.workers, before.workers),
		each(u.sandbox, before.sandbox))
}

// watched is a job's result with the resident memory of a server before it and at most.
type watched struct {
	discardResult
	before, peak int64
}

func (w watched) String() string { return fmt.Sprintf("+%.1f MiB", float64(w.peak-w.before)/(1<<20)) }

// watch samples a server's resident memory while do runs.
func watch(pid int, do func() (discardResult, error)) (w watched, err error) {
	w.before = e2e.Resident(pid)
	w.peak = w.before
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.discardResult, err = do()
	}()
	for {
		select {
		case <-done:
			return w, err
		case <-time.After(10 * time.Millisecond):
			w.peak = max(w.peak, e2e.Resident(pid))
		}
	}
}
