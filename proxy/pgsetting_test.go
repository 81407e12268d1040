package proxy

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestPostgresSettings: what pg_settings lists can be read, and set by whom PostgreSQL lets.
func TestPostgresSettings(t *testing.T) {
	var v settings
	for _, name := range pgcat.SettingNames() {
		if _, _, err := v.show(name); err != nil {
			t.Errorf("SHOW %s: %v", name, err)
		}
	}
	for name, want := range map[string]string{"effective_cache_size": "4GB", "wal_segment_size": "16MB", "allow_alter_system": "on",
		"autovacuum_vacuum_cost_delay": "2ms", "geqo_threshold": "12"} {
		if _, got, _ := v.show(name); got != want {
			t.Errorf("SHOW %s is %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct{ name, value, want string }{
		{"enable_partition_pruning", "of", "off"}, {"jit_above_cost", "-1", "-1"}, {"effective_cache_size", "8MB", "1024"},
		{"enable_gathermerge", "perhaps", pgerr.InvalidParameterValue}, {"geqo_effort", "11", pgerr.InvalidParameterValue},
		{"shared_buffers", "1GB", pgerr.CannotChangeRuntimeParam}, {"archive_command", "x", pgerr.CannotChangeRuntimeParam},
		{"block_size", "1", pgerr.CannotChangeRuntimeParam}, {"ignore_system_indexes", "on", pgerr.CannotChangeRuntimeParam},
		{"log_disconnections", "on", pgerr.CannotChangeRuntimeParam}, {"track_counts", "off", pgerr.InsufficientPrivilege}, {"nothing", "1", pgerr.UndefinedObject},
	} {
		got, err := v.check(c.name, c.value)
		if err != nil {
			got = pgerr.Code(err)
		}
		if got != c.want {
			t.Errorf("SET %s = %s gives %q (%v), want %q", c.name, c.value, got, err, c.want)
		}
	}
	for i := 1; i < len(parameters()); i++ {
		if a, b := parameters()[i-1].name, parameters()[i].name; strings.ToLower(a) >= strings.ToLower(b) {
			t.Errorf("%s stands before %s", a, b)
		}
	}
}
