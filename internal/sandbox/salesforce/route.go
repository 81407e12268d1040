package salesforce

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// The versions of the API that the emulator has.
const (
	oldest = 54
	newest = 67
)

// input is a request that has passed the checks that all resources share.
type input struct {
	w       http.ResponseWriter
	r       *http.Request
	grant   oauth.Grant
	version string // 64.0
	rest    []string
	query   url.Values
	body    []byte
}

// url is the path of a resource of the version that was asked for.
func (in *input) url(path string) string { return "/services/data/v" + in.version + path }

// resource is an entry of the allow-list. Its path has * for one segment. serve returns what is written as JSON; nothing is when it
// has written itself.
type resource struct {
	method, path string
	params       []string
	serve        func(s *Server, in *input) (any, *refusal)
}

// written is the answer of a resource that has written it.
type written struct{}

func resources() []resource {
	return []resource{
		// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
		{"GET", "", nil, (*Server).root},
		{"GET", "limits", nil, (*Server).limits},
		{"GET", "sobjects", nil, (*Server).describeGlobal},
		{"GET", "sobjects/*", nil, (*Server).basic},
		{"GET", "sobjects/*/describe", nil, (*Server).describe},
		{"GET", "query", []string{"q", "explain"}, (*Server).query},
		{"GET", "query/*", nil, (*Server).more},
		{"GET", "queryAll", []string{"q"}, (*Server).query}, // nothing is ever deleted here
		{"GET", "queryAll/*", nil, (*Server).more},
		// https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
		{"POST", "jobs/query", nil, (*Server).createJob},
		{"GET", "jobs/query/*", nil, (*Server).jobInfo},
		{"PATCH", "jobs/query/*", nil, (*Server).abortJob},
		{"DELETE", "jobs/query/*", nil, (*Server).deleteJob},
		{"GET", "jobs/query/*/results", []string{"maxRecords", "locator"}, (*Server).results},
	}
}

var versionForm = regexp.MustCompile(`^v(\d+)\.0$`)

func (s *Server) serve(w http.ResponseWriter, r *http.Request, x *fault.Exchange) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	if path == "/services/data" && r.Method == http.MethodGet {
		writeJSON(w, http.StatusOK, versions())
		return
	}
	in := &input{w: w, r: r, body: x.Body}
	body, no := s.answer(in, path)
	switch {
	case no != nil:
		no.write(w)
	case body != written{}:
		writeJSON(w, http.StatusOK, body)
	}
}

func versions() []map[string]string {
	var out []map[string]string
	for n := oldest; n <= newest; n++ {
		v := strconv.Itoa(n) + ".0"
		season := []string{"Winter", "Spring", "Summer"}[(n+1)%3]
		out = append(out, map[string]string{"label": season + " '" + strconv.Itoa((n+1)/3+4), "url": "/services/data/v" + v, "version": v})
	}
	return out
}

// answer checks a request and lets its resource answer.
func (s *Server) answer(in *input, path string) (any, *refusal) {
	grant, ok := s.grant(in.r)
	if !ok {
		return nil, expired()
	}
	if !grant.Has("api") && !grant.Has("full") {
		return nil, &refusal{http.StatusForbidden, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"}
	}
	if no := s.count(in.w); no != nil {
		return nil, no
	}
	rest, ok := strings.CutPrefix(path, "/services/data/")
	version, rest, _ := strings.Cut(rest, "/")
	m := versionForm.FindStringSubmatch(version)
	if !ok || m == nil {
		return nil, notFound()
	}
	if n, err := strconv.Atoi(m[1]); err != nil || n < oldest || n > newest {
		return nil, notFound()
	}
	query, err := url.ParseQuery(in.r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("INVALID_QUERY", "the query string cannot be read")
	}
	in.grant, in.version, in.query = grant, m[1]+".0", query
	return s.dispatch(in, rest)
}

func (s *Server) dispatch(in *input, rest string) (any, *refusal) {
	known := false
	for _, res := range resources() {
		matched, ok := match(res.path, rest)
		if !ok {
			continue
		}
		if res.method != in.r.Method {
			known = true
			continue
		}
		for name := range in.query {
			if !slices.Contains(res.params, name) {
				return nil, badRequest("INVALID_QUERY_PARAMETER", "unknown parameter: "+name)
			}
		}
		in.rest = matched
		return res.serve(s, in)
	}
	if known {
		return nil, notAllowed(in.r.Method)
	}
	return nil, notFound()
}

// match tells whether a path fits a pattern, and returns what its stars stand for.
func match(pattern, path string) ([]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	var stars []string
	for i := range want {
		if want[i] == "*" && have[i] != "" {
			stars = append(stars, have[i])
		} else if want[i] != have[i] {
			return nil, false
		}
	}
	return stars, true
}

// root lists the resources of a version.
func (s *Server) root(in *input) (any, *refusal) {
	out := map[string]string{}
	for _, name := range []string{"limits", "sobjects", "query", "queryAll", "jobs"} {
		out[name] = in.url("/" + name)
	}
	return out, nil
}
