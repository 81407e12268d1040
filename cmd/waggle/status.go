package main

import (
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// status is what a serving process holds.
type status struct {
	Up         string `json:"up"` // how long it has served
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"`  // bytes in use and not collected yet
	Held       uint64 `json:"held"`  // bytes that the runtime has from the system
	Files      int    `json:"files"` // open files and sockets; 0 where the system does not tell
}

func statusCommand(i *invocation) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Say what the running server holds: goroutines, memory, open files", Args: exactArgs(0), Example: "  waggle status --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if i.live == nil {
				c, err := loadConfig(i.config)
				if err != nil {
					return err
				}
				if done, err := i.forward(cmd.Context(), c, []string{"status"}); done {
					return err
				}
				return pgerr.New(pgerr.SystemError, "no server runs with this configuration").WithHint("start it with waggle serve")
			}
			s := i.live.status()
			return i.print(s, "", [][]string{
				{"up", s.Up}, {"goroutines", strconv.Itoa(s.Goroutines)}, {"heap", mebibytes(s.Heap)}, {"held", mebibytes(s.Held)}, {"files", strconv.Itoa(s.Files)},
			})
		},
	}
}

func (s *system) status() status {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, _ := os.ReadDir("/proc/self/fd")
	return status{
		Up: time.Since(s.began).Round(time.Second).String(), Goroutines: runtime.NumGoroutine(), Heap: m.HeapAlloc, Held: m.Sys - m.HeapReleased, Files: len(files),
	}
}

func mebibytes(n uint64) string { return strconv.FormatUint(n>>20, 10) + " MiB" }
