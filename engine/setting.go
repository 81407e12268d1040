package engine

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// SourceSetting returns the configured value of what SET waggle.<connection>.<name> chooses: 42704 for an unknown connection,
// 22023 for a source that leaves no such choice.
func (e *Engine) SourceSetting(connection, name string) (string, error) {
	caps, ok := e.capabilities[connection]
	if !ok || connection == Catalog {
		return "", pgerr.New(pgerr.UndefinedObject, "there is no source %q", connection)
	}
	value, ok := caps.Settings[name]
	if !ok {
		return "", pgerr.New(pgerr.InvalidParameterValue, "the source %s has no %s to choose", connection, name)
	}
	return value, nil
}

// chosen is what a request to a connection runs under: the session's choice, else the configured value.
func (e *Engine) chosen(connection, name string, args Args) string {
	if value := args.Sources[connection+"."+name]; value != "" {
		return value
	}
	return e.capabilities[connection].Settings[name]
}

func (r *run) setting(connection, name string) string {
	return r.engine.chosen(connection, name, r.args)
}

// under says what requests to a connection run under, for people.
func (e *Engine) under(connection string, args Args) []string {
	var out []string
	for name := range e.capabilities[connection].Settings {
		if value := e.chosen(connection, name, args); value != "" {
			out = append(out, name+" "+value)
		}
	}
	slices.Sort(out)
	return out
}
