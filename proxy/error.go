package proxy

import (
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// fatal is an error that ends the connection.
type fatal struct{ reason *pgerr.Error }

// Error returns the message alone.
func (f fatal) Error() string { return f.reason.Message }

// errorResponse makes the message of an error; text is the client's text that positions count in, "" drops the position.
func errorResponse(severity string, e *pgerr.Error, text string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: e.Code,
		Message: clean(e.Message), Detail: clean(e.Detail), Hint: clean(e.Hint), Position: position(e.Position, text),
	}
}

// record writes what only the operator can mend into the server's log, with the cause that clients are not shown.
func (s *Server) record(e *pgerr.Error, login string) {
	switch e.Code {
	case pgerr.Internal, pgerr.SystemError, pgerr.DataCorrupted, pgerr.IOError, pgerr.DiskFull:
		s.cfg.Log.Error("a request failed", "code", e.Code, "message", e.Message, "error", e.Unwrap(), "login", login)
	}
}

// position converts a byte offset plus one to a character offset plus one.
func position(p int, text string) int32 {
	if p <= 0 || text == "" {
		return 0
	}
	return int32(utf8.RuneCountInString(text[:min(p-1, len(text))])) + 1
}

// clean removes what would end a field early.
func clean(s string) string {
	for i := range len(s) {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}

// warn queues a NoticeResponse of severity WARNING.
func (s *session) warn(code, format string, args ...any) {
	if s.settings.value("client_min_messages") != "error" {
		s.out.send((*pgproto3.NoticeResponse)(errorResponse("WARNING", pgerr.New(code, format, args...), "")))
	}
}

// checkUTF8 is 22021 for a text that is not UTF-8, with PostgreSQL's wording.
func checkUTF8(text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return invalidUTF8(text[i:])
		}
		i += n
	}
	return nil
}

func invalidUTF8(at string) error {
	const digits = "0123456789abcdef"
	// As many bytes as the first one announces.
	n := 1
	switch c := at[0]; {
	case c >= 0xf0 && c < 0xf8:
		n = 4
	case c >= 0xe0 && c < 0xf0:
		n = 3
	case c >= 0xc0 && c < 0xe0:
		n = 2
	}
	var shown []byte
	for i := range min(n, len(at)) {
		if i > 0 {
			shown = append(shown, ' ')
		}
		shown = append(shown, '0', 'x', digits[at[i]>>4], digits[at[i]&15])
	}
	return pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, shown)
}
