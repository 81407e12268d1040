package workspace

import (
	"time"

	"github.com/waggle-sql/waggle/internal/datum"
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

func (s settings) env() (*datum.Env, error) {
	e := &datum.Env{
		ZoneName: s.Zone, DateOrder: s.DateOrder, DateStyle: s.DateStyle, IntervalStyle: s.IntervalStyle,
		ExtraFloatDigits: s.ExtraFloatDigits, ByteaEscape: s.ByteaEscape, Now: s.Now, Statement: s.Statement,
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
