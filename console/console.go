// Package console is the web side of Waggle: people sign in, connect their sources by OAuth and see the state of their connections;
// administrators switch on sources of the organisation.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/vault"
)

// Config is what a console works with.
type Config struct {
	PublicURL   string // how browsers reach the console: scheme and host, no path
	Directory   *identity.Directory
	Connections *vault.Connections
	Ready       func(context.Context) error // nil error when queries can be served
	Log         *slog.Logger                // nil: slog.Default()
}

// site answers requests.
type site struct {
	config   Config
	public   *url.URL
	sessions *scs.SessionManager
	pages    pages
}

const (
	idleTime     = 30 * time.Minute
	absoluteTime = 12 * time.Hour
	maxForm      = 64 << 10
)

// New returns the console's handler, safe for concurrent use. A public address that is none is F0000.
func New(c Config) (http.Handler, error) {
	public, err := url.Parse(c.PublicURL)
	if err != nil || public.Host == "" || public.Path != "" || public.Scheme != "https" && public.Scheme != "http" {
		return nil, pgerr.New(pgerr.ConfigFile, "public_url is no address of a site").WithHint("write it like https://waggle.example.com")
	}
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &site{config: c, public: public, pages: p}
	s.sessions = s.newSessions()
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "public_url is no address of a site").Because(err)
	}
	web := s.headers(s.canonical(guard.Handler(s.sessions.LoadAndSave(s.routes()))))
	root := http.NewServeMux()
	root.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	root.HandleFunc("GET /readyz", s.readyz)
	root.Handle("/", web)
	return root, nil
}

// newSessions keeps the sessions in memory under the hash of the cookie's value. Over https the cookie has the prefix __Host-, which binds it to
// this host and to TLS. It does not use scs.New, which starts a goroutine that nothing ends.
func (s *site) newSessions() *scs.SessionManager {
	m := &scs.SessionManager{
		Store: newMemory(time.Now), Codec: scs.GobCodec{}, IdleTimeout: idleTime, Lifetime: absoluteTime, HashTokenInStore: true,
		Cookie:    scs.SessionCookie{Name: "waggle", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode},
		ErrorFunc: s.sessionLost,
	}
	if s.public.Scheme == "https" {
		m.Cookie.Name, m.Cookie.Secure = "__Host-waggle", true
	}
	return m
}

// sessionLost answers when the request's session cannot be read or written; no page can be shown without one.
func (s *site) sessionLost(w http.ResponseWriter, r *http.Request, err error) {
	s.config.Log.ErrorContext(r.Context(), "browser session lost", "error", err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { see(w, r, "/connections") })
	mux.HandleFunc("GET /static/waggle.css", s.pages.style)
	mux.HandleFunc("GET /sign-in", s.signInForm)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	mux.HandleFunc("GET /connections", s.signedIn(s.connections))
	mux.HandleFunc("GET /connect/{source}", s.signedIn(s.connection))
	mux.HandleFunc("POST /connect/{source}", s.signedIn(s.begin))
	mux.HandleFunc("POST /disconnect/{source}", s.signedIn(s.disconnect))
	mux.HandleFunc("GET /oauth/callback/{source}", s.signedIn(s.callback))
	mux.HandleFunc("POST /organisation/{source}/enable", s.signedIn(s.enable))
	mux.HandleFunc("POST /organisation/{source}/disable", s.signedIn(s.disable))
	mux.HandleFunc("GET /account", s.signedIn(s.account))
	mux.HandleFunc("POST /account/tokens", s.signedIn(s.mint))
	mux.HandleFunc("POST /account/tokens/{token}/revoke", s.signedIn(s.revoke))
	mux.HandleFunc("POST /account/totp", s.signedIn(s.enrol))
	mux.HandleFunc("POST /account/totp/confirm", s.signedIn(s.confirm))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, pgerr.New(pgerr.UndefinedObject, "there is no such page").WithHint("start at %s", s.config.PublicURL))
	})
	return mux
}

// headers sets what every page has; there is no script anywhere.
func (s *site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.public.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// canonical sends a browser that came by another name to the public address, where its cookie and the sources' callbacks are.
func (s *site) canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host == s.public.Host:
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && r.URL.Path == "/":
			http.Redirect(w, r, s.config.PublicURL, http.StatusFound)
		default:
			http.Error(w, "this site is at "+s.config.PublicURL, http.StatusMisdirectedRequest)
		}
	})
}

func (s *site) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.config.Ready(r.Context()); err != nil {
		plain(w, http.StatusServiceUnavailable, pgerr.From(err).Message)
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client may be gone
}

// see answers a form with the page to look at next.
func see(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther)
}
