package vault

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

const hour = time.Hour

func TestConnect(t *testing.T) {
	w := newWorld(t)
	st := w.connect(w.bob, "crm")
	if st.State != Connected || st.Dead() || !st.Expires.Equal(w.clock.now().Add(hour)) || strings.Join(st.Scopes, " ") != "api offline_access" {
		t.Fatalf("%+v", st)
	}
	token := w.token(w.bob, "crm")
	grant, _ := w.as.Lookup(token.Access.Reveal())
	if grant.Person != "bob@acme.example" || token.Generation != 1 || token.Credential != UserCredential || !token.Expires.Equal(st.Expires) {
		t.Fatalf("%+v %+v", grant, token)
	}
	if acts := w.diary.kinds("connect_source"); len(acts) != 1 || acts[0].Person != w.bob.Person || acts[0].Source != "crm" {
		t.Fatalf("%+v", acts)
	}
	w.connect(w.bob, "cal")
	list, err := w.vault.Connections().List(t.Context(), w.bob)
	if err != nil || len(list) != 3 || list[0].Source != "cal" || list[0].State != Connected || list[2].State != Disabled {
		t.Fatalf("%+v %v", list, err)
	}
	other, err := w.vault.Connections().List(t.Context(), w.ada)
	if err != nil || other[0].State != None || other[1].State != None {
		t.Fatalf("bob's connections are not ada's: %+v %v", other, err)
	}
}

func TestBeginAsksProperly(t *testing.T) {
	w := newWorld(t)
	for source, wants := range map[string]map[string]string{
		"crm": {"response_type": "code", "client_id": "crm-app", "redirect_uri": publicURL + "/oauth/callback/crm", "code_challenge_method": "S256", "scope": "api offline_access"},
		"cal": {"access_type": "offline", "prompt": "consent"},
	} {
		u, err := url.Parse(w.begin(w.bob, source))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range wants {
			if got := u.Query().Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", source, name, got, want)
			}
		}
		if q := u.Query(); len(q.Get("state")) != 64 || len(q.Get("code_challenge")) != 43 {
			t.Error(q)
		}
	}
}

// TestCallbacksRefused: nothing of these connects, and none of the first group reaches the token endpoint.
func TestCallbacksRefused(t *testing.T) {
	type try struct {
		s  *identity.Session
		cb Callback
	}
	for _, c := range []struct {
		name   string
		change func(w *world, a *try)
		calls  int
		say    string
	}{
		{"no state", func(_ *world, a *try) { a.cb.Query.Del("state") }, 0, "not started here"},
		{"another state", func(_ *world, a *try) { a.cb.Query.Set("state", strings.Repeat("0", 64)) }, 0, "not started here"},
		{"state twice", func(_ *world, a *try) { a.cb.Query.Add("state", "x") }, 0, "twice"},
		{"another browser", func(_ *world, a *try) { a.cb.Browser = "stranger" }, 0, "not started here"},
		{"another person", func(w *world, a *try) { a.s = w.ada }, 0, "not started here"},
		{"another source", func(_ *world, a *try) { a.cb.Source = "cal" }, 0, "not started here"},
		{"too late", func(w *world, _ *try) { w.clock.add(flowTime) }, 0, "not started here"},
		{"another issuer", func(_ *world, a *try) { a.cb.Query.Set("iss", "https://evil.example") }, 0, "another sign-in server"},
		{"denied", func(_ *world, a *try) {
			a.cb.Query = url.Values{"state": a.cb.Query["state"], "error": {"access_denied"}}
		}, 0, "not allowed"},
		{"hostile error", func(_ *world, a *try) {
			a.cb.Query = url.Values{"state": a.cb.Query["state"], "error": {"<script>"}}
		}, 0, "refuses"},
		{"no code", func(_ *world, a *try) { a.cb.Query.Del("code") }, 0, "no code"},
		{"code twice", func(_ *world, a *try) { a.cb.Query.Add("code", "x") }, 0, "twice"},
		{"another code", func(_ *world, a *try) { a.cb.Query.Set("code", "x") }, 1, "did not accept the code"},
		{"code of another flow", func(w *world, a *try) { // injected into a flow with another PKCE verifier
			a.cb.Query.Set("code", w.approve(w.begin(w.bob, "crm"), "bob@acme.example").Get("code"))
		}, 1, "did not accept the code"},
		{"expired code", func(w *world, _ *try) { w.clock.add(2 * time.Minute) }, 1, "did not accept the code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := try{w.bob, Callback{browser(w.bob), "crm", w.approve(w.begin(w.bob, "crm"), "bob@acme.example")}}
			state := a.cb.Query.Get("state")
			c.change(w, &a)
			st, err := w.vault.Connections().Complete(t.Context(), a.s, a.cb)
			e := pgerr.From(err)
			if err == nil || e.Code != pgerr.InvalidAuthorization || !contains(e.Message, c.say) || e.Hint == "" || st.State != "" {
				t.Fatalf("%+v %v", st, err)
			}
			if contains(e.Message+e.Detail+e.Hint, state) || contains(e.Message+e.Detail, "<script>") {
				t.Fatal("the error repeats what it was given")
			}
			if n := w.as.Calls().Code; n != c.calls {
				t.Fatalf("%d token calls", n)
			}
			if acts := w.diary.kinds("connect_failed"); len(acts) != 1 {
				t.Fatalf("%+v", acts)
			}
			if st, err := w.vault.Connections().State(t.Context(), w.bob, "crm"); err != nil || st.State != None {
				t.Fatal(st, err)
			}
		})
	}
}

func TestCallbackOnlyOnce(t *testing.T) {
	w := newWorld(t)
	cb := Callback{browser(w.bob), "crm", w.approve(w.begin(w.bob, "crm"), "bob@acme.example")}
	if _, err := w.vault.Connections().Complete(t.Context(), w.bob, cb); err != nil {
		t.Fatal(err)
	}
	_, err := w.vault.Connections().Complete(t.Context(), w.bob, cb)
	wantCode(t, err, pgerr.InvalidAuthorization)
	if n := w.as.Calls().Code; n != 1 {
		t.Fatal(n)
	}
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("a replayed callback must not harm the connection")
	}
}

func TestAnotherAccountIsNoticed(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	cb := Callback{browser(w.bob), "crm", w.approve(w.begin(w.bob, "crm"), "ada@acme.example")}
	_, err := w.vault.Connections().Complete(t.Context(), w.bob, cb)
	if pgerr.Code(err) != pgerr.InvalidAuthorization || !contains(err.Error(), "another account") {
		t.Fatal(err)
	}
	if grant, _ := w.as.Lookup(w.token(w.bob, "crm").Access.Reveal()); grant.Person != "bob@acme.example" {
		t.Fatal(grant.Person)
	}
	if err := w.vault.Connections().Disconnect(t.Context(), w.bob, "crm"); err != nil {
		t.Fatal(err)
	}
	cb.Query = w.approve(w.begin(w.bob, "crm"), "ada@acme.example")
	if _, err := w.vault.Connections().Complete(t.Context(), w.bob, cb); err != nil {
		t.Fatal(err)
	}
}

func TestAnswersRefused(t *testing.T) {
	for name, body := range map[string]string{
		"less than asked for": `{"access_token":"a-canary","token_type":"Bearer","scope":"offline_access"}`,
		"no token":            `{"token_type":"Bearer"}`,
		"other type":          `{"access_token":"a-canary","token_type":"mac"}`,
		"no JSON":             `<html>a-canary</html>`,
		"array":               `[]`,
	} {
		w := newWorld(t)
		cb := Callback{browser(w.bob), "crm", w.approve(w.begin(w.bob, "crm"), "bob@acme.example")}
		w.front = func(rw http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				rw.Write([]byte(body))
			}
			return r.URL.Path == "/token"
		}
		_, err := w.vault.Connections().Complete(t.Context(), w.bob, cb)
		if e := pgerr.From(err); e.Code != pgerr.InvalidAuthorization || contains(e.Message+e.Detail+e.Hint, "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDisconnect(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	token := w.token(w.bob, "crm")
	if err := w.vault.Connections().Disconnect(t.Context(), w.bob, "crm"); err != nil {
		t.Fatal(err)
	}
	if w.live(token) || w.as.Calls().Revoke != 1 {
		t.Fatal("the source was not told")
	}
	_, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
	wantCode(t, err, pgerr.InvalidAuthorization)
	w.connect(w.bob, "crm")
	if got := w.token(w.bob, "crm").Generation; got != 3 {
		t.Fatalf("generation %d: generations never come back", got)
	}
}

func TestSourceOfTheOrganisation(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.vault.Connections()
	_, err := w.vault.Tokens().Token(ctx, w.bob, "gong")
	e := pgerr.From(err)
	if e.Code != pgerr.InvalidAuthorization || !contains(e.Message, "not switched on") || !contains(e.Hint, "Ask an administrator") {
		t.Fatalf("%+v", e)
	}
	wantCode(t, c.Enable(ctx, w.bob, "gong", Sentence("gong")), pgerr.InsufficientPrivilege)
	wantCode(t, c.Enable(ctx, w.ada, "gong", "yes"), pgerr.InvalidParameterValue)
	wantCode(t, c.Enable(ctx, w.ada, "crm", Sentence("crm")), pgerr.WrongObjectType)
	_, err = c.Begin(ctx, w.ada, "b", "gong")
	wantCode(t, err, pgerr.ObjectNotInPrerequisite)
	if err := c.Enable(ctx, w.ada, "gong", Sentence("gong")); err != nil {
		t.Fatal(err)
	}
	if acts := w.diary.kinds("admin.enable_source"); len(acts) != 1 || acts[0].Login != "ada" || acts[0].Detail["acknowledged"] != Sentence("gong") {
		t.Fatalf("%+v", acts)
	}
	_, err = c.Begin(ctx, w.bob, "b", "gong")
	wantCode(t, err, pgerr.InsufficientPrivilege)
	w.connect(w.ada, "gong")
	token := w.token(w.bob, "gong")
	if token.Credential != OrgCredential || token.BaseURL() != "https://company-17.api.gong.io" || !w.live(token) {
		t.Fatalf("%+v", token)
	}
	w.clock.add(hour)
	if next := w.token(w.bob, "gong"); next.Generation != 2 || next.BaseURL() != token.BaseURL() || !w.live(next) {
		t.Fatalf("%+v", next)
	}
	wantCode(t, c.Disconnect(ctx, w.bob, "gong"), pgerr.InsufficientPrivilege)
	if err := c.Disable(ctx, w.ada, "gong"); err != nil {
		t.Fatal(err)
	}
	_, err = w.vault.Tokens().Token(ctx, w.bob, "gong")
	wantCode(t, err, pgerr.InvalidAuthorization)
}

func TestAPIAddressMustBeAllowed(t *testing.T) {
	conf := SourceConfig{Variant: Gong}
	for base, ok := range map[string]bool{
		"https://company-17.api.gong.io":      true,
		"https://company-17.api.gong.io/":     true,
		"http://company-17.api.gong.io":       false,
		"https://api.gong.io.evil.example":    false,
		"https://evil.example/.api.gong.io":   false,
		"https://x@company-17.api.gong.io":    false,
		"https://evil.example#x.api.gong.io":  false,
		"https://169.254.169.254/":            false,
		"file:///etc/passwd":                  false,
		"https://evilapi.gong.io":             false,
		"https://company-17.api.gong.io:8443": true,
	} {
		if _, err := conf.account(map[string]any{"api_base_url_for_customer": base}); (err == nil) != ok {
			t.Errorf("%s: %v", base, err)
		}
	}
	conf.BaseHosts = []string{"127.0.0.1"}
	if got, err := conf.account(map[string]any{"api_base_url_for_customer": "http://127.0.0.1:80/"}); err != nil || got[BaseURL] != "http://127.0.0.1:80" {
		t.Fatal(got, err)
	}
}

func TestConfiguration(t *testing.T) {
	w := newWorld(t)
	for _, s := range []SourceConfig{
		{},
		{AuthorizeURL: "a", TokenURL: "t", Credential: UserCredential},
		{AuthorizeURL: "a", TokenURL: "t", ClientID: "c"},
		{AuthorizeURL: "a", TokenURL: "t", ClientID: "c", Credential: OrgCredential, Variant: "other"},
	} {
		c := w.config
		c.Sources = map[string]SourceConfig{"x": s}
		if _, err := Open(t.Context(), c); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%v", err)
		}
	}
	_, err := w.vault.Tokens().Token(t.Context(), w.bob, "nowhere")
	wantCode(t, err, pgerr.UndefinedObject)
	_, err = w.vault.Tokens().Token(t.Context(), nil, "crm")
	wantCode(t, err, pgerr.Internal)
}

func TestNextClientSecret(t *testing.T) {
	w := newWorld(t)
	s := w.config.Sources["crm"]
	s.ClientSecret, s.NextSecret = secret.New("withdrawn"), s.ClientSecret
	w.config.Sources["crm"] = s
	w.openVault()
	w.connect(w.bob, "crm")
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("the next secret was not tried")
	}
}
