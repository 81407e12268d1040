package workspace

import (
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// settings is what of a datum.Env crosses to the worker: what decides a value's meaning, never whose session it is.
type settings struct {
	Zone             string               `json:"zone,omitempty"`
	DateOrder        datum.DateOrder      `json:"order"`
	DateStyle        datum.DateFormat     `json:"style"`
	IntervalStyle    datum.IntervalFormat `json:"interval"`
	ExtraFloatDigits int8                 `json:"digits"`
	ByteaEscape      bool                 `json:"escape"`
	Now              datum.Timestamp      `json:"now"`
	Statement        datum.Timestamp      `json:"statement"`
	Values           map[string]string    `json:"values,omitempty"` // by name in lower case, for current_setting
}

func settingsOf(e *datum.Env) settings {
	if e == nil {
		return settings{ExtraFloatDigits: 1}
	}
	s := settings{
		DateOrder: e.DateOrder, DateStyle: e.DateStyle, IntervalStyle: e.IntervalStyle,
		ExtraFloatDigits: e.ExtraFloatDigits, ByteaEscape: e.ByteaEscape, Now: e.Now, Statement: e.Statement,
	}
	if s.Zone = e.ZoneName; s.Zone == "" && e.Zone != nil {
		s.Zone = e.Zone.String()
	}
	return s
}

// withValues adds what current_setting answers, to a statement that calls it.
func (s settings) withValues(e *datum.Env, funcs []dialect.Func) settings {
	asks := func(f dialect.Func) bool {
		p, ok := pgcat.ProcByOID(f.Proc)
		return ok && f.Kind == dialect.CallFunc && p.Name == "current_setting"
	}
	if e == nil || e.Setting == nil || !slices.ContainsFunc(funcs, asks) {
		return s
	}
	s.Values = make(map[string]string)
	for _, name := range pgcat.SettingNames() {
		if v, ok := e.Setting(name); ok {
			s.Values[strings.ToLower(name)] = v
		}
	}
	return s
}

func (s settings) env() (*datum.Env, error) {
	e := &datum.Env{
		ZoneName: s.Zone, DateOrder: s.DateOrder, DateStyle: s.DateStyle, IntervalStyle: s.IntervalStyle,
		ExtraFloatDigits: s.ExtraFloatDigits, ByteaEscape: s.ByteaEscape, Now: s.Now, Statement: s.Statement,
	}
	if s.Values != nil {
		e.Setting = func(name string) (string, bool) {
			v, ok := s.Values[strings.ToLower(name)]
			return v, ok
		}
	}
	if s.Zone == "" || s.Zone == "UTC" {
		e.Zone = time.UTC
		return e, nil
	}
	zone, _, ok := datum.LoadZone(s.Zone)
	if !ok {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "time zone %q is not known", s.Zone)
	}
	e.Zone = zone
	return e, nil
}
