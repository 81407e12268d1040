package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// sixShapes are what each of them asks: {} stands for a literal of his own.
var sixShapes = []string{
	"SELECT num, note FROM notes.sf_notes WHERE note <> '{}' ORDER BY num",
	"SELECT num, note FROM notes.lake_notes WHERE note <> '{}' ORDER BY num",
	"SELECT num, note FROM notes.note__c WHERE note <> '{}' ORDER BY num",
	"SELECT num, note FROM notes.ops_notes WHERE note <> '{}' ORDER BY num",
	"SELECT count(*), max(note) FROM notes.sf_notes WHERE note <> '{}'",
	"SELECT count(*), max(note) FROM notes.lake_notes WHERE note <> '{}'",
	"SELECT count(*), max(note) FROM notes.note__c WHERE note <> '{}'",
	"SELECT count(*) FROM notes.note__c WHERE note = '{}'",
	"SELECT (note || '{}')::int FROM notes.ops_notes WHERE note <> '{}'",
	"SELECT nothing FROM notes.lake_notes WHERE note = '{}'",
	"SELECT s.note, l.note FROM notes.sf_notes s JOIN notes.lake_notes l ON l.num = s.num WHERE s.note <> '{}' ORDER BY 1",
	"SELECT o.note, c.note FROM notes.ops_notes o JOIN notes.note__c c ON c.num = o.num WHERE o.note <> '{}' ORDER BY 1",
	"SELECT s.note, l.note, o.note, c.note FROM notes.sf_notes s JOIN notes.lake_notes l ON l.num = s.num JOIN notes.ops_notes o ON o.num = l.num " +
		"JOIN notes.note__c c ON c.num = o.num WHERE l.note <> '{}' ORDER BY 1",
	"SELECT count(*) FROM calls WHERE title <> '{}'",
	"SELECT count(*) FROM meetings WHERE summary <> '{}'",
}

// manySteps runs statements of random people and keeps what each shape gives, in which a person's own name stands for whoever asks.
type manySteps struct {
	*world
	mu    sync.Mutex
	given map[string]string // shape → what the first who asked was shown
	wrong atomic.Int64
}

var ownMark = regexp.MustCompile(`p\d\d(~\d+)?`)

// once asks as a random person. Everybody's rows are alike but for his name and numbers, which must be his.
func (m *manySteps) once() {
	i, shape := rand.IntN(len(m.six.people)), sixShapes[rand.IntN(len(sixShapes))]
	login := m.six.people[i]
	rows, err := m.query(login, strings.ReplaceAll(shape, "{}", fmt.Sprintf("%s~%02d", login, rand.IntN(50))))
	got := strings.Join(rows, "\n")
	if err != nil {
		got = shown(err)
	}
	got = statementID.ReplaceAllString(ownMark.ReplaceAllStringFunc(got, func(mark string) string {
		if !strings.HasPrefix(mark, login) {
			return "ANOTHER'S " + mark
		}
		return "his"
	}), "id")
	for k := range 3 {
		got = regexp.MustCompile(fmt.Sprintf(`(?m)^%d\|`, 1000+3*i+k)).ReplaceAllString(got, fmt.Sprintf("#%d|", k))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.given[shape] == "" {
		m.given[shape] = got
	}
	if got != m.given[shape] || strings.Contains(got, "ANOTHER") {
		if m.wrong.Add(1) < 10 {
			m.t.Errorf("%s was shown of %s\n%s\nothers\n%s", login, shape, got, m.given[shape])
		}
	}
}

var statementID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// TestManyPeopleSixSources: people ask six sources at once, and each is shown his own alone, by his own token everywhere.
// WAGGLE_INTERLEAVINGS=1000000 makes so many statements, of 50 people.
func TestManyPeopleSixSources(t *testing.T) {
	people, steps := 12, 150
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
	m := &manySteps{world: newSix(t, people), given: map[string]string{}}
	t.Log("all connected after", time.Since(began))
	j := &sixJudge{m: m, subjects: map[string]string{}, from: began.Add(-time.Minute), asked: map[string]int{}, own: map[string]int{}}
	for done := 0; done < steps && m.wrong.Load() < 100; done += 5000 {
		m.round(min(5000, steps-done))
		j.look()
		t.Log(done, "and more after", time.Since(began))
	}
	for _, shape := range sixShapes {
		t.Log(shape, "→", strings.ReplaceAll(m.given[shape], "\n", " / "))
	}
	t.Log("asked", j.asked, "with a literal", j.own)
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

// sixJudge holds what the systems have noted against what may be.
type sixJudge struct {
	m        *manySteps
	subjects map[string]string // of tokens, by source: whose
	from     time.Time         // of the audit log
	offset   int64             // read of the database's log
	asked    map[string]int    // statements, by who noted them
	own      map[string]int    // those with a literal
}

// look reads what has been noted since the last look.
func (j *sixJudge) look() {
	company := j.m.company
	for _, e := range company.Snowflake["sf"].History("") {
		j.noted("sf", e.Login, e.Subject, e.Text+e.ErrorMessage)
	}
	company.Snowflake["sf"].Forget()
	for _, e := range company.Databricks["lake"].History("") {
		j.noted("lake", e.Login, e.Subject, e.Text+e.Message)
	}
	company.Databricks["lake"].Forget()
	for _, e := range company.Salesforce["crm"].History("") {
		j.noted("crm", e.Login, e.Subject, e.Text+e.Message)
	}
	company.Salesforce["crm"].Forget()
	for _, r := range company.Google.Control().Requests() {
		j.noted("cal", r.Person, r.Person, r.Query)
	}
	company.Google.Control().Forget()
	for _, r := range company.Gong.Control().Requests() { // the organisation's token, each person's own profile
		if j.asked["gong"]++; r.Person != "admin@acme.example" {
			j.m.t.Errorf("Gong was asked by the token of %q", r.Person)
		}
	}
	company.Gong.Control().Forget()
	j.database()
	j.audited()
}

// noted holds one statement's person, token and literals together.
func (j *sixJudge) noted(source, email, subject, text string) {
	login := strings.TrimSuffix(email, "@acme.example")
	j.asked[source]++
	if whose := j.subjects[source+subject]; whose != "" && whose != login || login == "" {
		j.m.t.Errorf("%s: %q ran under the token of %q", source, login, whose)
	}
	j.subjects[source+subject] = login
	for _, mark := range ownMark.FindAllString(text, -1) {
		if !strings.HasPrefix(mark, login) {
			j.m.t.Errorf("%s: %s asked with %s: %s", source, login, mark, text)
		}
		j.own[source]++
	}
}

// database holds each statement's session_user and literals together, by the server's log.
func (j *sixJudge) database() {
	data := string(j.m.exec("SHOW data_directory"))
	f, err := os.Open(filepath.Join(filepath.Dir(data), "log"))
	j.m.must(err)
	defer f.Close()
	text, err := readFrom(f, j.offset)
	j.m.must(err)
	j.offset += int64(len(text))
	login := ""
	for line := range strings.Lines(text) {
		if user, rest, ok := strings.Cut(line, "@ops "); ok && !strings.ContainsAny(user, "\t ") {
			login, line = user, rest
			if ownMark.MatchString(login) {
				j.noted("ops", login, login, line)
			}
		}
	}
}

// audited counts the log's entries, which have no literal.
func (j *sixJudge) audited() {
	now := time.Now()
	for e, err := range j.m.log.Entries(j.m.t.Context(), j.m.people["admin"], audit.Filter{From: j.from}) {
		j.m.must(err)
		j.asked["audit"]++
		text := e.Statement
		for _, c := range e.SourceCalls {
			text += " " + c.Template
		}
		if mark := regexp.MustCompile(`p\d\d~\d+`).FindString(text); mark != "" {
			j.m.t.Errorf("the audit log has the literal %s in %s", mark, text)
		}
	}
	j.from = now
}

// exec asks the database's owner for one value.
func (m *manySteps) exec(sql string) []byte {
	c := dialDatabase(m.t, m.six.oracle.DSN())
	r, err := c.Exec(m.t.Context(), sql).ReadAll()
	if err != nil || pgerr.Code(err) != "00000" {
		m.t.Fatal(err)
	}
	return bytes.Clone(r[0].Rows[0][0])
}
