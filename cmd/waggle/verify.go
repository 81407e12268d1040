package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/proxy/rowenc"
	"github.com/waggle-sql/waggle/semantic"
)

// finding is the outcome of one check of a source. Status: ok; differs, the answer is another than PostgreSQL's; here, the source is
// not asked for it; refused, the source does not let this person; failed.
type finding struct {
	Source string `json:"source"`
	Check  string `json:"check"`
	Status string `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// verifier asks one source as one person.
type verifier struct {
	engine *engine.Engine
	who    *identity.Session
	source string
	found  []finding
}

// verifySources checks a source, or with no name all that entities are read from.
func (s *system) verifySources(ctx context.Context, i *invocation, login string, names []string) error {
	who, err := s.signIn(ctx, i, login)
	if err != nil {
		return err
	}
	models, err := s.config.loadModels(who.OrgName)
	if err != nil {
		return err
	}
	e, closing, err := s.liveEngine()
	if err != nil {
		return err
	}
	defer closing()
	if len(names) == 0 {
		for _, c := range s.config.sources {
			names = append(names, c.name)
		}
	}
	found := []finding{}
	for _, name := range names {
		v := &verifier{engine: e, who: who, source: name}
		v.verify(ctx, models)
		found = append(found, v.found...)
	}
	if err := i.print(found, "", findingRows(found)); err != nil {
		return err
	}
	return judgement(found)
}

// signIn makes the person whose password is on standard input a session.
func (s *system) signIn(ctx context.Context, i *invocation, login string) (*identity.Session, error) {
	password, err := i.readLine()
	if err != nil {
		return nil, err
	}
	return s.directory.SignIn(ctx, identity.SignIn{Login: login, Password: secret.New(password)})
}

func findingRows(found []finding) [][]string {
	rows := make([][]string, len(found))
	for i, f := range found {
		rows[i] = []string{f.Status, f.Source, f.Check, f.Detail}
	}
	return rows
}

// judgement is an error unless every check came out well.
func judgement(found []finding) error {
	wrong, ok := 0, 0
	for _, f := range found {
		switch f.Status {
		case "differs", "failed":
			wrong++
		case "ok":
			ok++
		}
	}
	switch {
	case wrong > 0:
		return pgerr.New(pgerr.SystemError, "%d of %d checks differ or failed", wrong, len(found))
	case ok == 0:
		return pgerr.New(pgerr.SystemError, "nothing could be checked")
	}
	return nil
}

// verify checks each entity of the source, and expressions over one that has a row.
func (v *verifier) verify(ctx context.Context, models []*semantic.Model) {
	stands := ""
	entities := 0
	for _, m := range models {
		for _, entity := range m.Entities {
			if entity.Connection == v.source {
				entities++
				if v.entity(ctx, entity) && stands == "" {
					stands = relation(entity)
				}
			}
		}
	}
	switch {
	case entities == 0:
		v.add("entities", "failed", "no entity of the models is read from this source")
	case stands == "":
		v.add("expressions", "here", "no entity has a row that this person sees")
	default:
		v.probes(ctx, stands)
	}
}

func (v *verifier) add(check, status, detail string) {
	v.found = append(v.found, finding{Source: v.source, Check: check, Status: status, Detail: detail})
}

// fail records what a source said against a check.
func (v *verifier) fail(check string, err error) {
	status := "failed"
	if pgerr.Code(err) == pgerr.InsufficientPrivilege {
		status = "refused"
	}
	v.add(check, status, said(err))
}

func said(err error) string {
	var e *pgerr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.TrimSpace(e.Code + " " + e.Message + " " + e.Hint)
}

func relation(e *semantic.Entity) string { return quoted(e.Model) + "." + quoted(e.Name) }

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// pageRows is how many keys are read of an entity, some pages of what pages least.
const pageRows = 250

// entity reads a row of an entity, finds it again by its key, and reads pages of keys; it reports whether there is a row.
func (v *verifier) entity(ctx context.Context, e *semantic.Entity) bool {
	check := e.Model + "." + e.Name
	rows, err := v.ask(ctx, "SELECT * FROM "+relation(e)+" LIMIT 1")
	if err != nil {
		v.fail(check, err)
		return false
	}
	v.add(check, "ok", fmt.Sprintf("%d row read", len(rows)))
	if len(rows) == 0 || !open(e) {
		return len(rows) > 0
	}
	keys := make([]string, len(e.Key))
	for i, k := range e.Key {
		keys[i] = quoted(k)
	}
	v.pages(ctx, e, check+" pages", keys)
	return true
}

// open reports a key that is declared and whose values are nobody's secret.
func open(e *semantic.Entity) bool {
	for _, p := range e.Properties {
		if slices.Contains(e.Key, p.Name) && len(p.Tags) > 0 {
			return false
		}
	}
	return len(e.Key) > 0
}

func (v *verifier) pages(ctx context.Context, e *semantic.Entity, check string, keys []string) {
	rows, err := v.ask(ctx, fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(keys, ", "), relation(e), pageRows))
	if err != nil {
		v.fail(check, err)
		return
	}
	distinct := map[string]bool{}
	for _, r := range rows {
		distinct[strings.Join(r, "\x00")] = true
	}
	switch {
	case len(rows) == 0:
		v.add(check, "differs", "a row was there before")
		return
	case len(distinct) < len(rows):
		v.add(check, "differs", fmt.Sprintf("%d keys, %d of them twice", len(rows), len(rows)-len(distinct)))
		return
	}
	v.add(check, "ok", fmt.Sprintf("%d keys, none twice", len(rows)))
	v.again(ctx, e, rows[0])
}

// again finds a row by its key.
func (v *verifier) again(ctx context.Context, e *semantic.Entity, key []string) {
	check := e.Model + "." + e.Name + " by key"
	terms := make([]string, len(key))
	for i, value := range key {
		if value == null {
			v.add(check, "differs", "a key is NULL")
			return
		}
		terms[i] = quoted(e.Key[i]) + " = '" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	rows, err := v.ask(ctx, "SELECT 1 FROM "+relation(e)+" WHERE "+strings.Join(terms, " AND "))
	switch {
	case err != nil:
		v.fail(check, err)
	case len(rows) != 1:
		v.add(check, "differs", fmt.Sprintf("a row's own key finds %d rows", len(rows)))
	default:
		v.add(check, "ok", "finds its row")
	}
}

// null is how a cell shows NULL.
const null = "∅"

func (v *verifier) prepare(ctx context.Context, text string) (*planner.Prepared, error) {
	set := plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", Pushdown: "auto"}
	return v.engine.Prepare(ctx, v.who, set, plan.Span{Text: text}, nil)
}

func (v *verifier) ask(ctx context.Context, text string) ([][]string, error) {
	p, err := v.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return v.run(ctx, p)
}

// run answers with cells that are PostgreSQL's texts.
func (v *verifier) run(ctx context.Context, p *planner.Prepared) (rows [][]string, err error) {
	env := &datum.Env{ZoneName: "UTC", ExtraFloatDigits: 1}
	columns := make([]rowenc.Column, len(p.Columns))
	for i, c := range p.Columns {
		columns[i] = rowenc.Column{Type: c.Type, Index: c.Index, Quotient: c.Finish != planner.None, Strict: c.Finish == planner.Division, Divisor: c.Divisor}
	}
	encoder, err := rowenc.New(columns, env)
	if err != nil {
		return nil, err
	}
	r, err := v.engine.Execute(ctx, v.who, p, engine.Args{Env: env})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	for r.Next() {
		batch := r.RecordBatch()
		if err := encoder.Bind(batch); err != nil {
			return nil, err
		}
		for row := range int(batch.NumRows()) {
			rows = append(rows, cells(encoder, len(columns), row))
		}
	}
	r.Sent(int64(len(rows)), 0)
	return rows, r.Err()
}

func cells(encoder *rowenc.Encoder, columns, row int) []string {
	out := make([]string, columns)
	for i := range out {
		out[i] = null
		if value, ok := encoder.AppendValue(nil, i, row); ok {
			out[i] = string(value)
		}
	}
	return out
}
