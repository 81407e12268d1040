package datum_test

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestUnsupportedTypes demands a refusal, never a value, for types that are not read here.
func TestUnsupportedTypes(t *testing.T) {
	for _, oid := range []uint32{pgcat.Inet, pgcat.Point, pgcat.Int4range, pgcat.XML, pgcat.TSVector, pgcat.Money, pgcat.PgLsn, 999999} {
		if v, err := datum.In(oid, -1, "x", nil); pgerr.Code(err) != pgerr.FeatureNotSupported {
			t.Errorf("type %d reads as %v, %v", oid, v, err)
		}
		if v, err := datum.Recv(oid, -1, []byte("x")); err == nil && oid != pgcat.XML {
			t.Errorf("type %d receives %v", oid, v)
		}
	}
	for _, oid := range []uint32{pgcat.Macaddr, pgcat.Record, pgcat.Int4range, pgcat.Int4rangeArray} {
		if err := datum.HasBinary(oid); pgerr.Code(err) != pgerr.FeatureNotSupported {
			t.Errorf("type %d: %v", oid, err)
		}
	}
	if err := datum.HasBinary(pgcat.AclitemArray); pgerr.Code(err) != pgerr.UndefinedFunction {
		t.Errorf("aclitem[]: %v", err)
	}
}

// TestDomain reads a domain of information_schema as the type below it, and its modifier.
func TestDomain(t *testing.T) {
	r, _ := pgcat.RelationByName("information_schema", "tables")
	for _, c := range r.Columns {
		v, err := datum.In(c.Type, c.Mod, "YES", nil)
		if err != nil || string(datum.AppendText(nil, c.Type, v, nil)) != "YES" || datum.HasBinary(c.Type) != nil {
			t.Errorf("%s: %v, %v", c.Name, v, err)
		}
	}
}
