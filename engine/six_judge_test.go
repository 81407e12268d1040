package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

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

var ownLiteral = regexp.MustCompile(`p\d\d~\d+`)

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
		if mark := ownLiteral.FindString(text); mark != "" {
			j.m.t.Errorf("the audit log has the literal %s in %s", mark, text)
		}
	}
	j.from = now
}

// calls counts what the sources noted.
func (j *sixJudge) calls() int {
	sum := 0
	for source, n := range j.asked {
		if source != "audit" {
			sum += n
		}
	}
	return sum
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
