package proxy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// environment is the session's settings and clock for the values of one statement.
func (s *session) environment() *datum.Env {
	if s.env == nil {
		s.env = s.newEnvironment()
	}
	env := *s.env
	now := time.Now()
	env.Now, env.Statement = datum.Timestamp(now.UnixMicro()), datum.Timestamp(now.UnixMicro())
	if !s.tx.start.IsZero() {
		env.Now = datum.Timestamp(s.tx.start.UnixMicro())
	}
	return &env
}

func (s *session) newEnvironment() *datum.Env {
	format, order := dateStyle(s.settings.value("datestyle"))
	zone := s.settings.value("timezone")
	digits, _ := strconv.Atoi(s.settings.value("extra_float_digits"))
	return &datum.Env{
		Zone: s.server.zone(zone), ZoneName: zone, DateOrder: order, DateStyle: format,
		IntervalStyle:    intervalStyle(s.settings.value("intervalstyle")),
		ExtraFloatDigits: int8(digits), ByteaEscape: s.settings.value("bytea_output") == "escape",
		User: s.who.Login, Database: s.who.OrgName, Session: s.who.Login,
		Schemas: s.schemas(), ServerVersion: serverVersion, Started: s.server.started,
		Setting: s.currentSetting, Set: s.setConfig, Cancel: s.cancelBackend, Backend: int32(s.pid),
	}
}

// zone returns the location of a checked zone, one value for all sessions.
func (s *Server) zone(name string) *time.Location {
	if name == "UTC" {
		return time.UTC
	}
	if loc, ok := s.zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, _ := s.zones.LoadOrStore(name, location(name))
	return loc.(*time.Location)
}

// schemas is the effective search_path: nobody has a schema of his own.
func (s *session) schemas() []string {
	names, _ := splitIdentifiers(s.settings.value("search_path"))
	return slices.DeleteFunc(names, func(n string) bool { return n == "$user" })
}

func (s *session) planSettings() plan.Settings {
	if s.planned != (plan.Settings{}) {
		return s.planned
	}
	s.planned = plan.Settings{
		SearchPath: strings.Join(s.schemas(), ","), TimeZone: s.settings.value("timezone"),
		DateStyle: s.settings.value("datestyle"), IntervalStyle: s.settings.value("intervalstyle"),
		ExtraFloatDigits: s.settings.value("extra_float_digits"), ByteaOutput: s.settings.value("bytea_output"),
		Pushdown: s.settings.value("waggle.pushdown"),
	}
	return s.planned
}

func (s *session) milliseconds(name string) time.Duration {
	value := s.settings.value(name)
	if value == "0" {
		return 0
	}
	n, _ := strconv.ParseInt(value, 10, 64)
	return time.Duration(n) * time.Millisecond
}

func (s *session) statementTimeout() time.Duration { return s.milliseconds("statement_timeout") }

// assign checks and sets a parameter of the session.
func (s *session) assign(name, value string, local bool) error {
	if g := byName()[strings.ToLower(name)]; g != nil && g.kind == kindRole {
		return s.assignRole(g, value)
	}
	canonical, err := s.settings.check(name, value)
	if err != nil {
		return err
	}
	s.settings.set(name, canonical, local)
	s.settingsChanged()
	return nil
}

// assignRole admits what changes nothing: a person acts as himself alone.
func (s *session) assignRole(g *setting, value string) error {
	if value == s.who.Login || g.name == "role" && strings.EqualFold(value, "none") {
		return nil
	}
	if g.name == "role" {
		return pgerr.New(pgerr.InsufficientPrivilege, `permission denied to set role "%s"`, value)
	}
	return pgerr.New(pgerr.InsufficientPrivilege, `permission denied to set session authorization "%s"`, value)
}

// settingsChanged is called after every change of the settings.
func (s *session) settingsChanged() {
	s.untold, s.env, s.planned, s.chosen = true, nil, plan.Settings{}, nil
	if name := s.settings.value("application_name"); name != s.who.Application {
		who := *s.who
		who.Application = name
		s.who = &who
	}
}

// report sends ParameterStatus for each reported parameter that differs from what the client knows.
func (s *session) report() {
	if !s.untold {
		return
	}
	first := s.told[0] == nil
	s.untold = false
	for i, name := range reported {
		_, value, _ := s.settings.show(name)
		if first || value != *s.told[i] {
			s.told[i] = &value
			s.out.send(&pgproto3.ParameterStatus{Name: name, Value: clean(value)})
		}
	}
}

// setConfig is set_config(name, value, local): the effect that a function may have on the session.
func (s *session) setConfig(name, value string, local bool) (string, error) {
	if err := s.assign(name, value, local); err != nil {
		return "", err
	}
	_, shown, err := s.settings.show(name)
	return shown, err
}

// currentSetting is current_setting(name).
func (s *session) currentSetting(name string) (string, bool) {
	_, value, err := s.settings.show(name)
	return value, err == nil
}

// cancelBackend is pg_cancel_backend and pg_terminate_backend: one's own sessions only.
func (s *session) cancelBackend(backend int64, end bool) (bool, error) {
	other := s.server.registry.find(uint32(backend))
	if backend <= 0 || other == nil {
		s.warn("01000", "PID %d is not a PostgreSQL backend process", backend)
		return false, nil
	}
	if other.owner != s.owner {
		return false, pgerr.New(pgerr.InsufficientPrivilege, "permission denied to cancel query").
			WithDetail("Only the person who runs it may cancel it.")
	}
	if end {
		other.terminate()
	} else {
		other.runner.cancelRunning(errCanceled)
	}
	return true, nil
}
