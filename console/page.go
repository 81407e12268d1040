package console

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

//go:embed pages
var files embed.FS

// pages are the parsed templates by name, and the style sheet.
type pages struct {
	templates map[string]*template.Template
	css       []byte
}

func loadPages() (pages, error) {
	p := pages{templates: map[string]*template.Template{}}
	for _, name := range []string{"signin", "connections", "connection", "leave", "account", "error"} {
		t, err := template.New(name).Funcs(template.FuncMap{"moment": moment}).ParseFS(files, "pages/layout.html", "pages/"+name+".html")
		if err != nil {
			return p, pgerr.From(err)
		}
		p.templates[name] = t
	}
	var err error
	p.css, err = files.ReadFile("pages/waggle.css")
	return p, err
}

// moment writes a time for people, "–" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

func (p pages) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(p.css) // the client may be gone
}

// view is one page.
type view struct {
	Title  string
	Page   string
	Who    *identity.Session // nil when nobody is signed in
	Notice string
	Data   any
}

// show renders a page whole before it sends anything.
func (s *site) show(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.Notice = s.sessions.PopString(r.Context(), keyNotice)
	var b bytes.Buffer
	if err := s.pages.templates[v.Page].ExecuteTemplate(&b, "layout", v); err != nil {
		s.config.Log.ErrorContext(r.Context(), "page cannot be rendered", "page", v.Page, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may be gone
}

// problem is an error as Client reads it.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// fail shows an error in the person's words. What is not classified is logged, and only there.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := pgerr.From(err)
	if e.Code == pgerr.Internal || e.Code == pgerr.SystemError || e.Code == pgerr.DataCorrupted {
		s.config.Log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "code", e.Code, "error", e.Message, "cause", e.Unwrap())
	}
	p := problem{e.Code, e.Message, e.Detail, e.Hint}
	if wantsJSON(r) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status(e.Code))
		_ = json.NewEncoder(w).Encode(p) // the client may be gone
		return
	}
	who, _ := s.who(r) // the page says what went wrong, with or without a name in its corner
	s.show(w, r, status(e.Code), view{Title: "That did not work", Page: "error", Who: who, Data: p})
}

// wantsJSON reports whether a program asks.
func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// status maps SQLSTATEs to HTTP.
func status(code string) int {
	switch code {
	case pgerr.InvalidPassword:
		return http.StatusUnauthorized
	case pgerr.InsufficientPrivilege:
		return http.StatusForbidden
	case pgerr.UndefinedObject:
		return http.StatusNotFound
	case pgerr.InvalidAuthorization, pgerr.InvalidParameterValue, pgerr.WrongObjectType:
		return http.StatusBadRequest
	case pgerr.ObjectNotInPrerequisite, pgerr.ConfigurationLimitExceeded:
		return http.StatusConflict
	case pgerr.TooManyConnections:
		return http.StatusTooManyRequests
	case pgerr.ConnectionFailure, pgerr.CannotConnect:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
