package proxy

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// parameters lists all run-time parameters by name, without regard to case: those of table, and what else PostgreSQL has,
// which can be read and, where PostgreSQL lets everybody, set without effect.
var parameters = sync.OnceValue(func() []*setting {
	all := make([]*setting, 0, 400)
	ours := make(map[string]bool, len(table))
	for i := range table {
		ours[strings.ToLower(table[i].name)] = true
		all = append(all, &table[i])
	}
	for _, g := range postgresSettings() {
		if !ours[strings.ToLower(g.name)] {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *setting) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return all
})

// postgresSettings reads pg_settings of a new PostgreSQL 17.
func postgresSettings() []*setting {
	r, ok := pgcat.RelationByName("pg_catalog", "pg_settings")
	if !ok {
		return nil
	}
	at := make(map[string]int, len(r.Columns))
	for i, c := range r.Columns {
		at[c.Name] = i
	}
	var out []*setting
	for _, fields := range r.Rows() {
		text := func(column string) string { return fields[at[column]].Text }
		g := &setting{name: text("name"), boot: text("setting"), unit: text("unit"), about: "Accepted and without effect.",
			kind: kindOf(text("context"), text("vartype")), lo: bound(text("min_val")), hi: bound(text("max_val"))}
		if list := text("enumvals"); list != "" {
			g.values = strings.Split(strings.Trim(list, "{}"), ",")
		}
		if g.fixed() {
			g.about = "Has no effect here."
		}
		out = append(out, g)
	}
	return out
}

// kindOf is the kind of a parameter of pg_settings: by who may change it, then by its type.
func kindOf(context, kind string) settingKind {
	switch context {
	case "internal":
		return kindInternal
	case "postmaster":
		return kindServer
	case "sighup":
		return kindReload
	case "superuser":
		return kindSuperuser
	case "backend", "superuser-backend":
		return kindBackend
	}
	return map[string]settingKind{"bool": kindBool, "integer": kindInteger, "real": kindReal, "enum": kindEnum}[kind]
}

// bound is the whole part of a limit: a real parameter's lower one may be less than 1 too low.
func bound(text string) int64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(f)
}
