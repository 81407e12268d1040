package rest

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

//go:embed definitions/*.yaml
var builtin embed.FS

const accessGong = "gong"

// Names returns the built-in definitions.
func Names() []string {
	entries, _ := fs.ReadDir(builtin, "definitions")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Load returns the built-in definition of a name, or reads a file: what holds a slash or a dot is a file's path. What is
// wrong in it is F0000, one line for each defect, as file:line:column: sentence.
func Load(nameOrPath string) (*Definition, error) {
	if !strings.ContainsAny(nameOrPath, `./\`) {
		data, err := builtin.ReadFile("definitions/" + nameOrPath + ".yaml")
		if err != nil {
			return nil, pgerr.New(pgerr.ConfigFile, "there is no built-in definition %q", nameOrPath).
				WithHint("%s", strictyaml.Suggest(nameOrPath, Names()))
		}
		return Parse(nameOrPath+".yaml", data)
	}
	data, err := os.ReadFile(nameOrPath)
	if err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the definition %s cannot be read", nameOrPath).WithDetail("%s", err).Because(err)
	}
	return Parse(nameOrPath, data)
}

// Parse reads a definition from the text of a file; errors are those of Load.
func Parse(file string, data []byte) (*Definition, error) {
	var problems strictyaml.Problems
	root := strictyaml.Read(file, data, &problems)
	if root == nil {
		problems.Add(strictyaml.Place{File: file, Line: 1, Column: 1}, "", "the definition is empty")
		return nil, problems.Err()
	}
	Shape().Check(root, "the definition", &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	l := &loader{problems: &problems, d: &Definition{
		Name: strings.TrimSuffix(filepath.Base(file), ".yaml"), Digest: hex.EncodeToString(sum[:]),
	}}
	l.definition(root)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return l.d, nil
}

// loader turns a checked document into a Definition.
type loader struct {
	problems *strictyaml.Problems
	d        *Definition
}

func (l *loader) definition(n *strictyaml.Node) {
	d := l.d
	d.base = l.base(n.Get("base_url"))
	d.auth = l.auth(n.Get("auth"))
	d.access = n.String("access")
	if r := n.Get("rate_limit"); r != nil {
		d.limit = rateLimit{requests: number(r, "requests", 0), perDay: number(r, "per_day", 0),
			per: time.Duration(max(number(r, "seconds", 1), 1)) * time.Second}
	}
	r := n.Get("retry")
	d.retry = retry{max: number(r, "max", 0), wait: time.Duration(number(r, "max_wait_seconds", 30)) * time.Second}
	for _, s := range r.Get("statuses").Scalars() {
		status, _ := strconv.Atoi(s.Text)
		d.retry.statuses = append(d.retry.statuses, status)
	}
	for _, e := range n.Get("errors").Scalars() {
		d.faults = append(d.faults, faultRule{status: number(e, "status", 0), path: l.path(e.Get("path")),
			contains: e.String("contains"), action: e.String("action"), sqlstate: e.String("sqlstate")})
	}
	d.message, d.requestID = l.path(n.Get("message")), l.path(n.Get("request_id"))
	b := n.Get("budget")
	d.budget = budget{pages: number(b, "pages", 1000), rows: number(b, "rows", 1_000_000), page: int64(number(b, "page_mebibytes", 32)) << 20}
	for _, p := range n.Get("objects").Pairs {
		l.object(p)
	}
	if d.access == "" && d.Org() {
		l.problems.Add(n.Get("auth").At, "name the permission profile that decides, or use the credential user",
			"the credential is the organisation's, but the definition has no access")
	}
}

// base reads "{token.NAME|URL}PATH" or "URL".
func (l *loader) base(n *strictyaml.Node) base {
	var b base
	address := n.Text
	if rest, ok := strings.CutPrefix(address, "{token."); ok {
		inner, tail, closed := strings.Cut(rest, "}")
		_, standing, found := strings.Cut(inner, "|")
		if !closed || !found {
			l.problems.Add(n.At, "write {token.NAME|https://host}/path", "the placeholder of base_url is malformed")
			return b
		}
		b.fromToken, address = true, standing+tail
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		l.problems.Add(n.At, "", "base_url must be an http or https address without user, query and fragment")
		return b
	}
	b.origin, b.path = u.Scheme+"://"+u.Host, strings.TrimSuffix(u.Path, "/")
	return b
}

func (l *loader) auth(n *strictyaml.Node) OAuth {
	o := OAuth{AuthorizeURL: n.String("authorize_url"), TokenURL: n.String("token_url"), RevokeURL: n.String("revoke_url"),
		UserinfoURL: n.String("userinfo_url"), Issuer: n.String("issuer"), Scopes: n.Strings("scopes"),
		Variant: n.String("variant"), Credential: n.String("credential")}
	if o.Variant == "standard" {
		o.Variant = ""
	}
	if o.Credential == "" {
		o.Credential = "user"
	}
	for _, key := range []string{"authorize_url", "token_url", "revoke_url", "userinfo_url"} {
		v := n.Get(key)
		if v == nil {
			continue
		}
		if u, err := url.Parse(v.Text); err != nil || u.Scheme != "https" || u.Host == "" {
			l.problems.Add(v.At, "", "%s must be an https address", key)
		}
	}
	return o
}

// number returns a whole number that the shape has checked.
func number(n *strictyaml.Node, key string, standing int) int {
	v := n.Get(key)
	if v == nil {
		return standing
	}
	i, err := strconv.Atoi(v.Text)
	if err != nil {
		return standing
	}
	return i
}

// path reads a path; nil for an absent node.
func (l *loader) path(n *strictyaml.Node) path {
	if n == nil {
		return nil
	}
	p, ok := parsePath(n.Text)
	if !ok {
		l.problems.Add(n.At, "write names joined by dots, [*], [2] or [name=value]", "%q is no path", n.Text)
	}
	return p
}

// plain reads a path of names alone.
func (l *loader) plain(n *strictyaml.Node) path {
	p := l.path(n)
	if _, ok := p.names(); !ok {
		l.problems.Add(n.At, "", "%q must be names joined by dots", n.Text)
	}
	return p
}

// target reads a place in a request, one of the kinds allowed.
func (l *loader) target(n *strictyaml.Node, kinds ...string) target {
	if n == nil {
		return target{}
	}
	return l.targetOf(n.Text, n.At, kinds...)
}

func (l *loader) targetOf(text string, at strictyaml.Place, kinds ...string) target {
	in, name, _ := strings.Cut(text, ".")
	bad := !slices.Contains(kinds, in) || (in == "url") != (name == "")
	if in == "body" && !bad {
		p, ok := parsePath(name)
		_, plain := p.names()
		bad = !ok || !plain
	}
	if bad {
		l.problems.Add(at, "write one of "+strings.Join(kinds, ", ")+", then a dot and a name", "%q is no place in the request", text)
	}
	return target{in: in, name: name}
}

// needs reads place → value.
func (l *loader) needs(n *strictyaml.Node) []need {
	if n == nil {
		return nil
	}
	var out []need
	for _, p := range n.Pairs {
		var v any = p.Value.Text
		if p.Value.Kind == strictyaml.Boolean {
			v = p.Value.Text == "true"
		}
		out = append(out, need{l.targetOf(p.Key, p.At, "query", "body"), v})
	}
	return out
}
