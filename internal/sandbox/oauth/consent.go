package oauth

import (
	"html/template"
	"net/http"
	"strings"
)

const consentPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to {{.Source}} (sandbox)</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}
button{font:inherit;display:block;width:100%;text-align:left;padding:.6rem 1rem;margin:.4rem 0;cursor:pointer}
.note{color:#666}</style></head><body>
<h1>Sign in to {{.Source}}</h1>
<p class="note">This is the sandbox: no password is asked, and no real account is reached.</p>
<p><b>{{.Client}}</b> asks for:</p>
<ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<form method="post" action="{{$.Action}}">
{{range $name, $value := .Params}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}<input type="hidden" name="approve" value="1">
{{range .People}}<button name="as" value="{{.Login}}">Allow as {{.Name}} ({{.Login}})</button>
{{end}}</form>
<form method="post" action="{{$.Action}}">
{{range $name, $value := .Params}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}<button name="deny" value="1">Deny</button></form>
</body></html>
`

const refusalPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Refused (sandbox)</title></head>
<body><h1>The authorization server refuses this request</h1><p>{{.}}</p></body></html>
`

// consent writes the page that lists whom one can sign in as; with login_hint, that person alone. Its forms go to where the request came
// to, which may be a source's own address.
func (s *Server) consent(w http.ResponseWriter, r *http.Request, q *request) {
	params := map[string]string{}
	for name := range q.params {
		if name != "as" && name != "approve" && name != "deny" {
			params[name] = q.params.Get(name)
		}
	}
	people := s.config.People
	if hinted, ok := s.person(q.params.Get("login_hint")); ok {
		people = []Person{hinted}
	}
	action, _, _ := strings.Cut(r.RequestURI, "?")
	page := template.Must(template.New("consent").Parse(consentPage))
	pageHeader(w, http.StatusOK)
	_ = page.Execute(w, map[string]any{
		"Action": action, "Source": q.client.Source, "Client": q.client.ID, "Scopes": q.scopes, "Params": params, "People": people,
	})
}

// refusePage answers a request that names no client or redirect URI to go back to.
func refusePage(w http.ResponseWriter, why string) {
	page := template.Must(template.New("refusal").Parse(refusalPage))
	pageHeader(w, http.StatusBadRequest)
	_ = page.Execute(w, why)
}

func pageHeader(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Frame-Options", "DENY")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.WriteHeader(status)
}
