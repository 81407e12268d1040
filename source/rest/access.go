package rest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// profileAge is how long what a person may see is remembered.
const profileAge = 60 * time.Second

// visibility is which of Gong's calls one person may see (DECISIONS 25), by Gong's own permission profiles: in each
// workspace the person has one, and it gives the calls of certain hosts. A private call is seen by its host and its
// participants alone. In a workspace where the person has no profile, or one that gives no calls, nothing is seen.
type visibility struct {
	user       string
	workspaces map[string]reach
}

// reach is whose calls a profile gives.
type reach struct {
	all   bool
	hosts map[string]bool // the person himself among them
}

// sees decides on one call, by what its record says. What the record does not say hides it.
func (v *visibility) sees(g *guard, record any) bool {
	r, ok := v.workspaces[g.workspace.text(record)]
	host := g.host.text(record)
	if !ok || host == "" {
		return false
	}
	if private, said := g.private.first(record).(bool); private || !said {
		present := host == v.user
		g.participants.each(record, func(id any) bool { present = present || id == v.user; return !present })
		return present
	}
	return r.all || r.hosts[host]
}

// profile is one person's visibility, remembered; turn is held by whoever reads or fetches it. Others may look at until alone.
type profile struct {
	turn    chan struct{}
	until   atomic.Int64 // microseconds since 1970
	visible *visibility
}

func (p *profile) past(now time.Time) bool { return now.UnixMicro() > p.until.Load() }

// visibility returns what the asking person may see; nil when the token is his own. 42501 when Gong knows nobody of his
// verified e-mail address, and the exchange's error when Gong cannot be asked: there is no way around it.
func (t *task) visibility(ctx context.Context) (*visibility, error) {
	if t.definition().access == "" {
		return nil, nil
	}
	person := strings.ToLower(t.conn.bearer.Bearer().Person)
	if person == "" {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "the source %s shows rows to people with a verified e-mail address alone", t.conn.system.config.Name)
	}
	p := t.conn.system.profile(person + " " + t.conn.base.Host)
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-p.turn }()
	now := t.conn.system.config.Now()
	if p.visible != nil && !p.past(now) {
		return p.visible, nil
	}
	p.visible = nil
	v, err := t.fetchVisibility(ctx, person)
	if err != nil {
		return nil, t.closed(err)
	}
	p.visible = v
	p.until.Store(now.Add(profileAge).UnixMicro())
	return v, nil
}

// closed keeps an error that says why itself, and names the permission profile in any other.
func (t *task) closed(err error) error {
	e := pgerr.From(err)
	switch e.Code {
	case pgerr.UndefinedTable, pgerr.InvalidParameterValue, pgerr.DatatypeMismatch, pgerr.Internal:
		return pgerr.New(pgerr.InsufficientPrivilege, "your permission profile at the source %s cannot be read", t.conn.system.config.Name).
			WithDetail("%s", e.Message).Because(err)
	}
	return e
}

func (s *system) profile(key string) *profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	for k, p := range s.profiles {
		if k != key && len(p.turn) == 0 && p.past(now) {
			delete(s.profiles, k)
		}
	}
	p := s.profiles[key]
	if p == nil {
		p = &profile{turn: make(chan struct{}, 1)}
		s.profiles[key] = p
	}
	return p
}

// fetchVisibility reads Gong's users, workspaces and permission profiles
// (https://help.gong.io/apidocs/permissions, retrieve-a-permission-profile).
func (t *task) fetchVisibility(ctx context.Context, person string) (*visibility, error) {
	users, err := t.list(ctx, "/users", nil, "users")
	if err != nil {
		return nil, err
	}
	me := ""
	reports := map[string][]string{}
	for _, u := range users {
		id, manager := textAt(u, "id"), textAt(u, "managerId")
		reports[manager] = append(reports[manager], id)
		if active, _ := u["active"].(bool); active && strings.ToLower(textAt(u, "emailAddress")) == person {
			me = id
		}
	}
	if me == "" {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "the source %s has no active user with your e-mail address", t.conn.system.config.Name)
	}
	workspaces, err := t.list(ctx, "/workspaces", nil, "workspaces")
	if err != nil {
		return nil, err
	}
	v := &visibility{user: me, workspaces: map[string]reach{}}
	for _, w := range workspaces {
		if err := t.fetchReach(ctx, v, textAt(w, "id"), reports); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// fetchReach finds the person's profile in a workspace and what it gives.
func (t *task) fetchReach(ctx context.Context, v *visibility, workspace string, reports map[string][]string) error {
	profiles, err := t.list(ctx, "/all-permission-profiles", url.Values{"workspaceId": {workspace}}, "profiles")
	if err != nil {
		return err
	}
	for _, p := range profiles {
		users, err := t.list(ctx, "/permission-profile/users", url.Values{"profileId": {textAt(p, "id")}}, "users")
		if err != nil {
			return err
		}
		for _, u := range users {
			if textAt(u, "id") != v.user {
				continue
			}
			access, _ := p["callsAccess"].(map[string]any)
			if r, ok := reachOf(access, v.user, reports); ok {
				v.workspaces[workspace] = r
			}
			return nil
		}
	}
	return nil
}

// reachOf reads callsAccess; false for none and for a level that is not known.
func reachOf(access map[string]any, me string, reports map[string][]string) (reach, bool) {
	r := reach{hosts: map[string]bool{me: true}}
	switch textAt(access, "permissionLevel") {
	case "all":
		r.all = true
	case "managers-team":
		leads, _ := access["teamLeadIds"].([]any)
		for _, lead := range leads {
			if id, ok := lead.(string); ok && id != "" {
				r.add(id, reports)
			}
		}
	case "report-to-them":
		r.add(me, reports)
		for _, id := range reports[me] {
			r.add(id, reports)
		}
	case "own":
	default:
		return r, false
	}
	return r, true
}

// add gives the calls of a user and of all who report to him, directly or through others.
func (r reach) add(id string, reports map[string][]string) {
	queue := []string{id}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		r.hosts[at] = true
		for _, below := range reports[at] {
			if !r.hosts[below] {
				queue = append(queue, below)
			}
		}
	}
}

// list reads all pages of an array of objects.
func (t *task) list(ctx context.Context, at string, query url.Values, records string) ([]map[string]any, error) {
	o := &object{name: records, records: path{{name: records}}}
	c := &call{object: o, method: http.MethodGet, path: at, query: url.Values{}}
	for name, values := range query {
		c.query[name] = values
	}
	var all []map[string]any
	for {
		var page []map[string]any
		doc, err := t.page(ctx, c, func() { page = nil }, func(v any) error {
			if m, ok := v.(map[string]any); ok {
				page = append(page, m)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		next := cursor.text(any(doc))
		if next == "" || next == c.query.Get("cursor") {
			return all, nil
		}
		c.query.Set("cursor", next)
	}
}

// cursor is where Gong's answers name the next page.
var cursor = path{{name: "records"}, {name: "cursor"}}

func textAt(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}
