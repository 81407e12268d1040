package proxy

import (
	"maps"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestSourceSettings: a session chooses role and warehouse at the sources that have them, until it resets its choice.
func TestSourceSettings(t *testing.T) {
	v := &settings{source: func(connection, name string) (string, error) {
		switch {
		case connection != "sf":
			return "", pgerr.New(pgerr.UndefinedObject, "there is no source %q", connection)
		case name != "role":
			return "", pgerr.New(pgerr.InvalidParameterValue, "the source has no %s to choose", name)
		}
		return "ANALYST", nil
	}}
	for _, c := range []struct{ name, code string }{{"waggle.sf.role", "00000"}, {"WAGGLE.SF.ROLE", "00000"}, {"waggle.none.role", "42704"}, {"waggle.sf.schema", "22023"}, {"waggle.sf.password", "42602"}} {
		if _, err := v.check(c.name, "EMEA"); pgerr.Code(err) != c.code {
			t.Errorf("%s: %v, wanted %s", c.name, err, c.code)
		}
	}
	shown := func(want string) {
		t.Helper()
		if _, got, err := v.show("waggle.sf.role"); err != nil || got != want {
			t.Errorf("shown %q, %v, wanted %q", got, err, want)
		}
	}
	shown("ANALYST")
	v.set("waggle.sf.Role", "EMEA", false)
	v.set("waggle.sf.role", "OTHER", true)
	shown("OTHER")
	if got := v.sources(); !maps.Equal(got, map[string]string{"sf.role": "OTHER"}) {
		t.Error(got)
	}
	v.local = nil
	shown("EMEA")
	if err := v.reset("waggle.sf.role"); err != nil {
		t.Error(err)
	}
	shown("ANALYST")
	v.set("waggle.sf.role", "EMEA", false)
	if err := v.reset(""); err != nil || v.sources() != nil {
		t.Error(err, v.sources())
	}
	if _, _, err := v.show("waggle.none.role"); pgerr.Code(err) != pgerr.UndefinedObject {
		t.Error(err)
	}
}
