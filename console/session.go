package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// The names of what a browser session holds.
const (
	keySession = "session"
	keyNotice  = "notice"
)

// page answers a request of somebody who is signed in.
type page func(w http.ResponseWriter, r *http.Request, who *identity.Session)

// signedIn lets only live sessions through; others are sent to sign in, and back afterwards where that is safe.
func (s *site) signedIn(next page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.who(r)
		switch {
		case err != nil:
			s.fail(w, r, err)
		case who != nil:
			next(w, r, who)
		case wantsJSON(r):
			s.fail(w, r, pgerr.New(pgerr.InvalidPassword, "you are not signed in").WithHint("sign in first"))
		case r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/oauth/"):
			see(w, r, "/sign-in?"+url.Values{"next": {r.URL.Path}}.Encode())
		default:
			see(w, r, "/sign-in")
		}
	}
}

// who returns the live session of a request, nil when there is none.
func (s *site) who(r *http.Request) (*identity.Session, error) {
	text := s.sessions.GetBytes(r.Context(), keySession)
	if text == nil {
		return nil, nil
	}
	var who identity.Session
	if err := json.Unmarshal(text, &who); err != nil {
		return nil, pgerr.From(err)
	}
	who.ClientAddress = r.RemoteAddr
	err := s.config.Directory.Alive(r.Context(), &who)
	switch {
	case err == nil:
		return &who, nil
	case pgerr.Code(err) == pgerr.InvalidAuthorization:
		return nil, s.sessions.Destroy(r.Context())
	}
	return nil, err
}

type signInPage struct {
	Next, Login string
	Problem     string
}

func (s *site) signInForm(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, view{Title: "Sign in", Page: "signin", Data: signInPage{Next: localPath(r.URL.Query().Get("next"))}})
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	in := identity.SignIn{
		Login: strings.TrimSpace(r.PostFormValue("login")), Password: secret.New(r.PostFormValue("password")),
		Code: strings.TrimSpace(r.PostFormValue("code")), Address: r.RemoteAddr,
	}
	next := localPath(r.PostFormValue("next"))
	who, err := s.config.Directory.SignIn(r.Context(), in)
	if err == nil {
		err = s.keep(r, who)
	}
	switch e := pgerr.From(err); {
	case e == nil:
		see(w, r, next)
	case e.Code == pgerr.InvalidPassword && !wantsJSON(r):
		s.show(w, r, http.StatusUnauthorized, view{Title: "Sign in", Page: "signin", Data: signInPage{Next: next, Login: in.Login,
			Problem: "Login, password or one-time password is wrong."}})
	default:
		s.fail(w, r, err)
	}
}

// keep starts the browser session anew, so that a cookie planted before is worth nothing.
func (s *site) keep(r *http.Request, who *identity.Session) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keySession, text)
	return nil
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.fail(w, r, err)
		return
	}
	see(w, r, "/sign-in")
}

// localPath returns a path of this site, /connections when text is none.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.Contains(text, `\`) {
		return "/connections"
	}
	return u.EscapedPath()
}
