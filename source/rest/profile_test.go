package rest

import (
	"strconv"
	"sync"
	"testing"
	"time"
)

// TestProfilesAreForgottenBesideTheirUse, for the race detector: one person's look-up drops what others' have left.
func TestProfilesAreForgottenBesideTheirUse(t *testing.T) {
	s := &system{config: Config{Now: time.Now}, profiles: map[string]*profile{}}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 500 {
				p := s.profile(strconv.Itoa((i + n) % 16))
				p.turn <- struct{}{}
				p.visible = &visibility{}
				p.until.Store(time.Now().Add(-time.Second).UnixMicro())
				<-p.turn
			}
		})
	}
	wait.Wait()
	s.profile("last")
	if len(s.profiles) != 1 {
		t.Errorf("%d profiles are kept", len(s.profiles))
	}
}
