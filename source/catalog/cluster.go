package catalog

import (
	"time"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// clusterContents fills what PostgreSQL shares between databases, roles first. Of people only the asking one is listed.
func clusterContents() map[string]content {
	return map[string]content{
		"pg_catalog.pg_database":         databases,
		"pg_catalog.pg_authid":           authids,
		"pg_catalog.pg_roles":            roles,
		"pg_catalog.pg_user":             users,
		"pg_catalog.pg_timezone_names":   zones,
		"pg_catalog.pg_timezone_abbrevs": zoneAbbreviations,
		"pg_catalog.pg_extension":        extensions,
		"pg_catalog.pg_stat_database":    databaseStats,
	}
}

// databases has one row: the organisation (DECISIONS 10).
func databases(s *scope, out *rows) {
	out.add(row{"oid": oid(databaseOID), "datname": text(s.who.Organisation), "datdba": oid(ownerOID), "encoding": datum.Int(6),
		"datlocprovider": letter('b'), "datallowconn": datum.Bool(true), "datconnlimit": datum.Int(-1), "datfrozenxid": datum.Int(3),
		"datminmxid": datum.Int(1), "dattablespace": oid(tablespace), "datcollate": text("C.UTF-8"), "datctype": text("C.UTF-8"),
		"datlocale": text("C.UTF-8"), "datcollversion": text("1")})
}

// personOID numbers the asking person; nothing but pg_authid and the views of it has the number.
const personOID = 16383

// role is a row of pg_authid.
type role struct {
	oid   uint32
	name  string
	super bool
	login bool
}

// listedRoles are the roles of PostgreSQL's own, the owner first, and the asking person.
func (s *scope) listedRoles() []role {
	list := []role{{oid: ownerOID, name: owner, super: true}}
	if r, ok := pgcat.RelationByName("pg_catalog", "pg_authid"); ok {
		for _, f := range r.Rows() {
			if f[1].Text != bootstrap {
				list = append(list, role{oid: number(f[0].Text), name: f[1].Text})
			}
		}
	}
	return append(list, role{oid: personOID, name: s.who.Person, login: true})
}

func authids(s *scope, out *rows) {
	for _, r := range s.listedRoles() {
		out.add(r.row("rolpassword", nil))
	}
}

func roles(s *scope, out *rows) {
	for _, r := range s.listedRoles() {
		out.add(r.row("rolpassword", text("********")))
	}
}

func (r role) row(password string, value datum.Value) row {
	return row{"oid": oid(r.oid), "rolname": text(r.name), "rolsuper": datum.Bool(r.super), "rolinherit": datum.Bool(true),
		"rolcreaterole": datum.Bool(r.super), "rolcreatedb": datum.Bool(r.super), "rolcanlogin": datum.Bool(r.login),
		"rolreplication": datum.Bool(r.super), "rolbypassrls": datum.Bool(r.super), "rolconnlimit": datum.Int(-1), password: value}
}

func users(s *scope, out *rows) {
	for _, r := range s.listedRoles() {
		if r.login {
			out.add(row{"usename": text(r.name), "usesysid": oid(r.oid), "usecreatedb": datum.Bool(false), "usesuper": datum.Bool(false),
				"userepl": datum.Bool(false), "usebypassrls": datum.Bool(false), "passwd": text("********")})
		}
	}
}

// zones are the time zones with their offsets at this moment.
func zones(_ *scope, out *rows) {
	now := time.Now()
	for _, name := range pgcat.TimezoneNames() {
		zone, _, ok := datum.LoadZone(name)
		if !ok {
			continue
		}
		at := now.In(zone)
		abbreviation, seconds := at.Zone()
		out.add(row{"name": text(name), "abbrev": text(abbreviation), "is_dst": datum.Bool(at.IsDST()),
			"utc_offset": datum.Interval{Micros: int64(seconds) * 1e6}})
	}
}

// zoneAbbreviations lists what PostgreSQL's default set of abbreviations means at this moment.
func zoneAbbreviations(_ *scope, out *rows) {
	for _, a := range pgcat.TimezoneAbbreviations() {
		seconds, dst := int(a.Offset), a.DST
		if zone, _, ok := datum.LoadZone(a.Zone); ok && a.Zone != "" {
			at := time.Now().In(zone)
			_, seconds = at.Zone()
			dst = at.IsDST()
		}
		out.add(row{"abbrev": text(a.Name), "utc_offset": datum.Interval{Micros: int64(seconds) * 1e6}, "is_dst": datum.Bool(dst)})
	}
}

// extensions shows plpgsql, which every PostgreSQL has.
func extensions(_ *scope, out *rows) {
	out.add(row{"oid": oid(13500), "extname": text("plpgsql"), "extowner": oid(ownerOID), "extnamespace": oid(pgcat.PGCatalog),
		"extversion": text("1.0")})
}

func databaseStats(s *scope, out *rows) {
	zero := datum.Int(0)
	out.add(row{"datid": oid(databaseOID), "datname": text(s.who.Organisation), "numbackends": zero, "xact_commit": zero, "xact_rollback": zero,
		"blks_read": zero, "blks_hit": zero, "tup_returned": zero, "tup_fetched": zero, "tup_inserted": zero, "tup_updated": zero, "tup_deleted": zero,
		"conflicts": zero, "temp_files": zero, "temp_bytes": zero, "deadlocks": zero})
}
