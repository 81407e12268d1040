package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
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

func usageOf(d *e2e.Demo) usage {
	own := ownCPU(d.Waggle)
	return usage{own, treeCPU(d.Waggle) - own, ownCPU(d.Sandbox)}
}

// since is what was used since then, for one of n runs.
func (u usage) since(before usage, n int) string {
	each := func(now, then time.Duration) string { return seconds((now - then) / time.Duration(n)) }
	return fmt.Sprintf("CPU of a run: waggle %s, workers %s, sandbox %s", each(u.waggle, before.waggle), each(u.workers, before.workers),
		each(u.sandbox, before.sandbox))
}

// watched is a job's result with the resident memory of a server before it, and sampled while it ran.
type watched struct {
	discardResult
	before  int64
	samples []int64
}

// watch samples a server's resident memory while do runs.
func watch(pid int, do func() (discardResult, error)) (w watched, err error) {
	w.before = e2e.Resident(pid)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.discardResult, err = do()
	}()
	for {
		w.samples = append(w.samples, e2e.Resident(pid))
		select {
		case <-done:
			return w, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// grown is the peak above what there was before.
func (w watched) grown() int64 { return max(slices.Max(w.samples)-w.before, 0) }

// later is the peak above that of the first quarter: a server whose memory is flat grows no more then.
func (w watched) later() int64 {
	return max(slices.Max(w.samples)-slices.Max(w.samples[:(len(w.samples)+3)/4]), 0)
}

func mebibytes(n int64) string { return fmt.Sprintf("%+.1f MiB", float64(n)/(1<<20)) }
