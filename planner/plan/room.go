package plan

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Room bounds the values that are held at once while expressions are computed: those of a row, and the arguments of the calls
// that stand around each other. A nil Room has no bound.
type Room struct{ limit, held int64 }

// NewRoom is room for so many bytes.
func NewRoom(bytes int64) *Room { return &Room{limit: bytes} }

// Hold takes room for a value; it fails with 54000 when there is none left.
func (r *Room) Hold(v datum.Value) error {
	if r == nil {
		return nil
	}
	if r.held += datum.Size(v); r.held <= r.limit {
		return nil
	}
	return pgerr.New(pgerr.ProgramLimitExceeded, "the values of a row without a table are too large").
		WithDetail("Those that are computed together have more than %d MiB.", r.limit>>20).
		WithHint("Compute fewer or shorter values in one statement.")
}

// since is what is held, for back; both do nothing for a nil Room.
func (r *Room) since() int64 {
	if r == nil {
		return 0
	}
	return r.held
}

func (r *Room) back(held int64) {
	if r != nil {
		r.held = held
	}
}
