package datum_test

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestLongBits: hexadecimal digits, each of which is four, are refused before they are written out.
func TestLongBits(t *testing.T) {
	if _, err := datum.In(pgcat.Varbit, -1, "x"+strings.Repeat("0", 64<<20), &datum.Env{}); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Error(err)
	}
}
