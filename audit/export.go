package audit

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Format is a way to write entries.
type Format string

// The formats: one JSON object per line, and CSV with a header line (RFC 4180).
const (
	JSON Format = "json"
	CSV  Format = "csv"
)

// Export writes entries, of a Reader or a Log, to w and returns the first error of either. In CSV a text that a spreadsheet
// would take for a formula has an apostrophe in front.
func Export(w io.Writer, entries iter.Seq2[Entry, error], format Format) error {
	write, flush, err := exporter(w, format)
	if err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := write(&e); err != nil {
			return exportError(err)
		}
	}
	if err := flush(); err != nil {
		return exportError(err)
	}
	return nil
}

func exportError(err error) error {
	return pgerr.New(pgerr.IOError, "the export cannot be written").WithDetail("%v", err).Because(err)
}

func exporter(w io.Writer, format Format) (write func(*Entry) error, flush func() error, err error) {
	switch format {
	case JSON:
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return func(e *Entry) error { return enc.Encode(line(e)) }, func() error { return nil }, nil
	case CSV:
		out := csv.NewWriter(w)
		if err := out.Write(csvHeader); err != nil {
			return nil, nil, exportError(err)
		}
		return func(e *Entry) error { return out.Write(csvLine(e)) }, func() error { out.Flush(); return out.Error() }, nil
	}
	return nil, nil, pgerr.New(pgerr.InvalidParameterValue, "no export format %q", string(format)).WithHint("use json or csv")
}

// exported is an entry as JSON.
type exported struct {
	Seq          int64             `json:"seq"`
	Time         time.Time         `json:"time"`
	Kind         string            `json:"kind"`
	Organisation string            `json:"organisation"`
	Login        string            `json:"login"`
	Application  string            `json:"application,omitempty"`
	Address      string            `json:"client_address,omitempty"`
	Statement    string            `json:"statement,omitempty"`
	Path         string            `json:"path,omitempty"`
	Model        string            `json:"model,omitempty"`
	Entities     []Entity          `json:"entities,omitempty"`
	SourceCalls  []SourceCall      `json:"source_calls,omitempty"`
	Rows         int64             `json:"rows"`
	Bytes        int64             `json:"bytes"`
	Duration     float64           `json:"duration_ms"`
	SQLState     string            `json:"sqlstate,omitempty"`
	Outcome      Outcome           `json:"outcome,omitempty"`
	Cached       bool              `json:"cached,omitempty"`
	QueryID      ID                `json:"query_id,omitempty"`
	Source       string            `json:"source,omitempty"`
	Detail       map[string]string `json:"detail,omitempty"`
}

func line(e *Entry) exported {
	return exported{
		e.Seq, e.Time, e.Kind, e.Organisation, e.Login, e.Application, e.ClientAddress, e.Statement, e.Path, e.Model, e.Entities,
		e.SourceCalls, e.Rows, e.Bytes, e.Duration, e.SQLState, e.Outcome, e.Cached, e.QueryID, e.Source, e.Detail,
	}
}

var csvHeader = []string{
	"seq", "time", "kind", "organisation", "login", "application", "client_address", "statement", "path", "model", "entities",
	"source_calls", "rows", "bytes", "duration_ms", "sqlstate", "outcome", "cached", "query_id", "source", "detail",
}

func csvLine(e *Entry) []string {
	detail, _ := json.Marshal(e.Detail) // a map of strings always encodes
	fields := []string{
		strconv.FormatInt(e.Seq, 10), e.Time.UTC().Format(timeLayout), e.Kind, e.Organisation, e.Login, e.Application, e.ClientAddress,
		e.Statement, e.Path, e.Model, e.EntitiesJSON(), e.CallsJSON(), strconv.FormatInt(e.Rows, 10), strconv.FormatInt(e.Bytes, 10),
		strconv.FormatFloat(e.Duration, 'f', -1, 64), e.SQLState, string(e.Outcome), strconv.FormatBool(e.Cached), string(e.QueryID),
		e.Source, string(detail),
	}
	for i := range fields {
		fields[i] = neutral(fields[i])
	}
	return fields
}

// neutral keeps a spreadsheet from computing a field: it would take a first = + - @, tab or line break for a formula's, also
// behind blanks.
func neutral(field string) string {
	if t := strings.TrimLeft(field, " "); t != "" && strings.ContainsRune("=+-@\t\r\n", rune(t[0])) {
		return "'" + field
	}
	return field
}
