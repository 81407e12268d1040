package proxy

import (
	"slices"
	"strings"
)

// sourceSetting is Config.SourceSetting.
type sourceSetting func(connection, name string) (string, error)

// connectionSetting takes waggle.<connection>.<name> apart, in lower case.
func connectionSetting(lower string) (connection, name string, ok bool) {
	parts := strings.Split(lower, ".")
	if len(parts) != 3 || parts[0] != "waggle" || !slices.Contains([]string{"role", "warehouse", "catalog", "schema"}, parts[2]) {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// sources are the session's choices at its sources, by "<connection>.<name>"; nil when there are none.
func (v *settings) sources() map[string]string {
	var out map[string]string
	for _, m := range [...]map[string]string{v.start, v.session, v.local} {
		for name, value := range m {
			if strings.HasPrefix(name, "waggle.") && strings.Count(name, ".") == 2 {
				if out == nil {
					out = map[string]string{}
				}
				out[name[len("waggle."):]] = value
			}
		}
	}
	return out
}

// sources are settings.sources, kept until the settings change.
func (s *session) sources() map[string]string {
	if s.chosen == nil {
		chosen := s.settings.sources()
		s.chosen = &chosen
	}
	return *s.chosen
}
