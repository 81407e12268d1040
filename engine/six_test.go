package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// sixShapes are what each of them asks, with how often: {} stands for a literal of his own.
var sixShapes = []shape{
	{"SELECT num, note FROM notes.sf_notes WHERE note <> '{}' ORDER BY num", 4},
	{"SELECT num, note FROM notes.lake_notes WHERE note <> '{}' ORDER BY num", 4},
	{"SELECT num, note FROM notes.note__c WHERE note <> '{}' ORDER BY num", 4},
	{"SELECT num, note FROM notes.ops_notes WHERE note <> '{}' ORDER BY num", 4},
	{"SELECT count(*), max(note) FROM notes.sf_notes WHERE note <> '{}'", 4},
	{"SELECT count(*), max(note) FROM notes.lake_notes WHERE note <> '{}'", 4},
	{"SELECT count(*), max(note) FROM notes.note__c WHERE note <> '{}'", 4},
	{"SELECT count(*) FROM notes.note__c WHERE note = '{}'", 4},
	{"SELECT (note || '{}')::int FROM notes.ops_notes WHERE note <> '{}'", 4},
	{"SELECT nothing FROM notes.lake_notes WHERE note = '{}'", 4},
	{"SELECT s.note, l.note FROM notes.sf_notes s JOIN notes.lake_notes l ON l.num = s.num WHERE s.note <> '{}' ORDER BY 1", 1},
	{"SELECT o.note, c.note FROM notes.ops_notes o JOIN notes.note__c c ON c.num = o.num WHERE o.note <> '{}' ORDER BY 1", 1},
	{"SELECT s.note, l.note, o.note, c.note FROM notes.sf_notes s JOIN notes.lake_notes l ON l.num = s.num JOIN notes.ops_notes o ON o.num = l.num " +
		"JOIN notes.note__c c ON c.num = o.num WHERE l.note <> '{}' ORDER BY 1", 1},
	{"SELECT title FROM calls WHERE title <> '{}' ORDER BY title", 2},
	{"SELECT summary FROM meetings WHERE summary <> '{}' ORDER BY summary", 2},
	{"SELECT '{}', current_user, session_user", 4},
	{"SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('notes', 'company') ORDER BY 1, 2", 1},
	{"SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'notes' ORDER BY 1, 2, 3", 1},
	{"SELECT usename, query FROM pg_stat_activity WHERE usename <> '{}' ORDER BY 1, 2", 1},
	{"SELECT source, url FROM waggle.connections ORDER BY 1", 1},
}

// othersEntries reads the whole log, which grows: asked once a round.
const othersEntries = "SELECT count(*) FILTER (WHERE login <> current_user) FROM waggle.audit_log WHERE statement <> '{}'"

// way is how a statement is made: whole, with a parameter, explained, released before its end, or cancelled.
type way string

const (
	whole, parameter, asExplained, asVerbose, released, cancelled way = "whole", "parameter", "explained", "explained verbosely", "released", "cancelled"
)

// ways are chosen from with equal chance.
var ways = []way{whole, whole, whole, whole, whole, whole, parameter, parameter, asExplained, asVerbose, released, cancelled}

// manySteps runs statements of random people and keeps what each shape gives, in which a person's own name stands for whoever asks.
type manySteps struct {
	*world
	weight int
	mu     sync.Mutex
	given  map[string]string // way and shape → what the first who asked was shown
	made   map[way]int
	wrong  atomic.Int64
}

var (
	ownMark     = regexp.MustCompile(`p\d\d(~\d+)?`)
	ownNumber   = regexp.MustCompile(`(?m)^1\d\d\d\|`)
	statementID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

// random chooses a shape.
func (m *manySteps) random() string {
	at := rand.IntN(m.weight)
	for _, s := range sixShapes {
		if at -= s.weight; at < 0 {
			return s.sql
		}
	}
	return ""
}

// once asks as a random person. Everybody's rows are alike but for his name and numbers, which must be his.
func (m *manySteps) once() {
	i, shape, how := rand.IntN(len(m.six.people)), m.random(), ways[rand.IntN(len(ways))]
	if how == parameter && !strings.Contains(shape, "<> '{}'") {
		how = whole
	}
	login := m.six.people[i]
	got := m.his(i, m.ask(how, login, shape))
	if strings.Contains(got, "ANOTHER") {
		m.complain("%s (%s) was shown of %s\n%s", login, how, shape, got)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[how]++
	key := shape
	switch {
	case how == asExplained || how == asVerbose:
		key = string(how) + " " + shape
	case how == cancelled && strings.HasPrefix(got, "error "+pgerr.QueryCanceled+"|"):
		return
	}
	if m.given[key] == "" && how != released {
		m.given[key] = got
	}
	if want := m.given[key]; got != want && !(how == released && (want == "" || strings.HasPrefix(want, got) || strings.HasPrefix(want, "error "))) {
		m.complain("%s (%s) was shown of %s\n%s\nothers\n%s", login, how, shape, got, want)
	}
}

func (m *manySteps) complain(format string, args ...any) {
	if m.wrong.Add(1) < 10 {
		m.t.Errorf(format, args...)
	}
}

// his puts one word in place of the person's own name, numbers and literals, and says where another's stand.
func (m *manySteps) his(i int, got string) string {
	got = statementID.ReplaceAllString(ownMark.ReplaceAllStringFunc(got, func(mark string) string {
		if !strings.HasPrefix(mark, m.six.people[i]) {
			return "ANOTHER'S " + mark
		}
		return "his"
	}), "id")
	return ownNumber.ReplaceAllStringFunc(got, func(num string) string {
		n, _ := strconv.Atoi(num[:4])
		if k := n - 1000 - 3*i; k >= 0 && k < 3 {
			return fmt.Sprintf("#%d|", k)
		}
		return "ANOTHER'S " + num
	})
}

// ask makes a statement and returns all that the person is shown.
func (m *manySteps) ask(how way, login, shape string) string {
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	if how == cancelled {
		defer time.AfterFunc(time.Duration(rand.IntN(10000))*time.Microsecond, cancel).Stop()
	}
	mark := fmt.Sprintf("%s~%02d", login, rand.IntN(50))
	args := engine.Args{Env: &datum.Env{Now: datum.Timestamp(time.Now().UnixMicro()), User: login, Database: "acme", Session: login}}
	var params []uint32
	if how == parameter {
		shape = strings.ReplaceAll(shape, "'{}'", "$1")
		params, args.Values = []uint32{pgcat.Text}, []datum.Value{datum.Text(mark)}
	}
	span := plan.Span{Text: strings.ReplaceAll(shape, "{}", mark)}
	if how == asExplained || how == asVerbose {
		lines, err := m.engine.Explain(ctx, m.people[login], settings, plan.Explain{Query: span, Verbose: how == asVerbose}, args)
		if err != nil {
			return shown(err)
		}
		return strings.Join(lines, "\n")
	}
	p, err := m.engine.Prepare(ctx, m.people[login], settings, span, params)
	if err != nil {
		return shown(err)
	}
	r, err := m.engine.Execute(ctx, m.people[login], p, args)
	if err == nil && how == released && rand.IntN(2) == 0 {
		r.Release()
		return ""
	}
	rows, err := rowsOf(r, err)
	if err != nil {
		return shown(err)
	}
	return strings.Join(rows, "\n")
}

// TestManyPeopleSixSources: people ask six sources at once, and each is shown his own alone, by his own token everywhere.
// WAGGLE_INTERLEAVINGS=1000000 makes so many statements, of 50 people.
func TestManyPeopleSixSources(t *testing.T) {
	people, steps := 12, 300
	if text := os.Getenv("WAGGLE_INTERLEAVINGS"); text != "" {
		var err error
		if steps, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		people = 50
	}
	if testing.Short() {
		t.Skip("many people sign in at six sources")
	}
	began := time.Now()
	m := &manySteps{world: newSix(t, people), given: map[string]string{}, made: map[way]int{}}
	for _, s := range sixShapes {
		m.weight += s.weight
	}
	t.Log("all connected after", time.Since(began))
	j := &sixJudge{m: m, subjects: map[string]string{}, from: began.Add(-time.Minute), asked: map[string]int{}, own: map[string]int{}}
	done := 0
	for done < steps && m.wrong.Load() < 100 {
		n := min(1000, steps-done)
		m.round(n)
		m.made[whole]++
		if got := m.ask(whole, m.six.people[rand.IntN(people)], othersEntries); got != "0" {
			m.complain("of others' entries in the log: %s", got)
		}
		j.look()
		done += n
		t.Log(done, "after", time.Since(began), "with", j.calls(), "calls,", m.wrong.Load(), "wrong")
	}
	m.hiddenOrAbsent()
	for _, s := range sixShapes {
		t.Log(s.sql, "→", strings.ReplaceAll(m.given[s.sql], "\n", " / "))
	}
	t.Log(done, "statements", m.made, "; asked", j.asked, "with a literal", j.own, "; calls of sources", j.calls(), "; wrong", m.wrong.Load())
	for _, source := range []string{"sf", "lake", "crm", "ops"} {
		if j.own[source] == 0 {
			t.Errorf("no literal at all in what %s noted", source)
		}
	}
	for _, source := range []string{"cal", "gong", "audit"} {
		if j.asked[source] == 0 {
			t.Errorf("%s noted nothing", source)
		}
	}
}

func (m *manySteps) round(steps int) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range 16 {
		all.Go(func() {
			for next.Add(1) <= int64(steps) && m.wrong.Load() < 100 {
				m.once()
			}
		})
	}
	all.Wait()
}

// hiddenOrAbsent: asking for another's row takes as long as asking for one that nobody has, by the medians of many tries in turn. It is a
// coarse check, which would find that a hidden row is fetched and thrown away here, or known from another's statement.
func (m *manySteps) hiddenOrAbsent() {
	const tries = 25
	for _, table := range []string{"sf_notes", "ops_notes", "note__c"} {
		var took [2][]time.Duration
		for i := range tries {
			for k, num := range []int{1003 + i%3, 9003 + i%3} { // of the second person; of nobody
				began := time.Now()
				rows, err := m.query(m.six.people[0], fmt.Sprintf("SELECT num, note FROM notes.%s WHERE num = %d", table, num))
				if took[k] = append(took[k], time.Since(began)); err != nil || len(rows) != 0 {
					m.complain("%s: %v, %v", table, rows, err)
				}
			}
		}
		slices.Sort(took[0])
		slices.Sort(took[1])
		hidden, absent := took[0][tries/2], took[1][tries/2]
		m.t.Log(table, "hidden", hidden, "absent", absent)
		if d := hidden - absent; d.Abs() > 10*time.Millisecond+max(hidden, absent)/2 {
			m.complain("%s: a hidden row takes %s, an absent one %s", table, hidden, absent)
		}
	}
}
