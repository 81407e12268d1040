package datum_test

import (
	"encoding/hex"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// TestBinaryInet holds what PostgreSQL's inet_send and cidr_send give.
func TestBinaryInet(t *testing.T) {
	for _, c := range []struct {
		oid        uint32
		text, want string
	}{
		{pgcat.Inet, "127.0.0.1", "022000047f000001"}, {pgcat.Inet, "10.1.2.3/8", "020800040a010203"},
		{pgcat.Inet, "::1", "0380001000000000000000000000000000000001"}, {pgcat.Cidr, "10.0.0.0/8", "020801040a000000"},
		{pgcat.Cidr, "2001:db8::/32", "0320011020010db8000000000000000000000000"}, {pgcat.Inet, "x", ""},
	} {
		if got := hex.EncodeToString(datum.AppendBinary(nil, c.oid, datum.Text(c.text))); got != c.want {
			t.Errorf("%s is sent as %s, want %s", c.text, got, c.want)
		}
	}
}
