package main

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/source/postgres"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/snowflake"
)

// config is waggle.yaml, checked. Paths are resolved against the file's own folder.
type config struct {
	file      string
	listen    struct{ postgres, http string }
	publicURL string
	tls       struct{ certificate, key string }
	store     string
	master    string
	retired   []string
	audit     struct {
		directory, key string
		drop           bool
	}
	models    []string
	sources   []sourceConfig
	workspace struct {
		weak    bool
		workers int
	}
	limits limits
}

type sourceConfig struct {
	name, kind, definition, baseURL, region string
	org                                     bool
	oauth                                   oauthConfig
	postgres                                *postgres.Config   // nil for any other kind
	snowflake                               *snowflake.Config  // nil for any other kind
	databricks                              *databricks.Config // nil for any other kind
	salesforce                              *salesforce.Config // nil for any other kind
	at                                      strictyaml.Place
}

type oauthConfig struct {
	clientID                                  string
	secret                                    secret.Text
	scopes                                    []string
	authorizeURL, tokenURL, revokeURL, issuer string
}

type limits struct {
	workspaceMemory, memory int64
	timeout, queue          time.Duration
	rows, extractRows       int64
	connections             int
}

// loadConfig reads and checks a configuration. Its error has one line for each defect, as file:line:column: sentence.
func loadConfig(file string) (*config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the configuration %s cannot be read", file).
			WithDetail("%v", err).WithHint("name the file with --config FILE")
	}
	var problems strictyaml.Problems
	n := strictyaml.Read(file, data, &problems)
	if n == nil {
		if problems.Empty() {
			problems.Add(strictyaml.Place{File: file, Line: 1, Column: 1}, "", "the configuration is empty")
		}
		return nil, problems.Err()
	}
	configShape().Check(n, "the configuration", &problems)
	if !problems.Empty() {
		return nil, problems.Err()
	}
	r := configReader{dir: filepath.Dir(file), problems: &problems}
	c := r.config(n)
	c.file = file
	return c, problems.Err()
}

type configReader struct {
	dir      string
	problems *strictyaml.Problems
}

func (r *configReader) config(n *strictyaml.Node) *config {
	c := &config{publicURL: strings.TrimRight(n.String("public_url"), "/"), store: r.store(n.String("store"))}
	c.listen.postgres, c.listen.http = n.Get("listen").String("postgres"), n.Get("listen").String("http")
	c.tls.certificate, c.tls.key = r.path(n.Get("tls").String("certificate")), r.path(n.Get("tls").String("key"))
	c.master = r.address(n.Get("keys").String("master"))
	for _, k := range n.Get("keys").Strings("retired") {
		c.retired = append(c.retired, r.address(k))
	}
	a := n.Get("audit")
	c.audit.directory, c.audit.key = r.path(a.String("directory")), r.path(a.String("key"))
	if c.audit.key == "" {
		c.audit.key = filepath.Join(filepath.Dir(c.audit.directory), "signing.key")
	}
	c.audit.drop = a.String("literals") == "drop"
	for _, m := range n.Strings("models") {
		c.models = append(c.models, r.path(m))
	}
	for _, p := range n.Get("sources").Pairs {
		c.sources = append(c.sources, r.source(p))
	}
	w := n.Get("workspace")
	c.workspace.weak = w.String("sandbox") == "weak"
	c.workspace.workers = int(r.whole(w, "workers", 0))
	c.limits = r.limits(n.Get("limits"))
	return c
}

func (r *configReader) source(p strictyaml.Pair) sourceConfig {
	n, o := p.Value, p.Value.Get("oauth")
	s := sourceConfig{name: p.Key, kind: n.String("kind"), definition: n.String("definition"), baseURL: strings.TrimRight(n.String("base_url"), "/"),
		region: n.String("region"), org: n.String("credential") == "org", at: p.At}
	if strings.ContainsAny(s.definition, "./") {
		s.definition = r.path(s.definition)
	}
	s.oauth = oauthConfig{clientID: o.String("client_id"), scopes: o.Strings("scopes"), authorizeURL: o.String("authorize_url"),
		tokenURL: o.String("token_url"), revokeURL: o.String("revoke_url"), issuer: o.String("issuer"), secret: r.secret(o.Get("client_secret"))}
	switch s.kind {
	case "postgres":
		s.postgres = r.postgres(p)
		return s
	case "snowflake":
		s.snowflake = r.snowflake(p)
		return s
	case "databricks":
		s.databricks = r.databricks(p)
		return s
	case "salesforce":
		s.salesforce = r.salesforce(p)
		return s
	}
	r.only(p, "definition", "oauth")
	if n.String("credential") == "password" {
		r.problems.Add(n.Get("credential").At, "", "a REST source is opened with tokens, not with passwords")
	}
	return s
}

// secret reads file:PATH or env:NAME; a secret in the file itself is refused.
func (r *configReader) secret(n *strictyaml.Node) secret.Text {
	if n == nil {
		return secret.Text{}
	}
	if name, ok := strings.CutPrefix(n.Text, "env:"); ok {
		if os.Getenv(name) == "" {
			r.problems.Add(n.At, "", "the environment variable %s, which should hold a secret, is not set", name)
		}
		return secret.New(os.Getenv(name))
	}
	path, ok := strings.CutPrefix(n.Text, "file:")
	if !ok {
		r.problems.Add(n.At, "write file:PATH or env:NAME", "a secret does not belong into the configuration")
		return secret.Text{}
	}
	data, err := os.ReadFile(r.path(path))
	if err != nil {
		r.problems.Add(n.At, "", "the secret's file %s cannot be read", path)
	}
	return secret.New(strings.TrimSpace(string(data)))
}

// path resolves a path against the configuration's folder.
func (r *configReader) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.dir, p)
}

func (r *configReader) store(url string) string {
	if p, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return "sqlite:" + r.path(p)
	}
	return url
}

func (r *configReader) address(key string) string {
	if p, ok := strings.CutPrefix(key, "file:"); ok {
		return "file:" + r.path(p)
	}
	return key
}

func (r *configReader) limits(n *strictyaml.Node) limits {
	return limits{
		workspaceMemory: r.bytes(n, "workspace_memory", 512<<20), memory: r.bytes(n, "memory", 4<<30),
		timeout: r.duration(n, "statement_timeout", 5*time.Minute), queue: r.duration(n, "queue", 30*time.Second),
		rows: r.whole(n, "rows", 0), extractRows: r.whole(n, "extract_rows", 5_000_000), connections: int(r.whole(n, "connections", 10_000)),
	}
}

func (r *configReader) whole(n *strictyaml.Node, key string, otherwise int64) int64 {
	v := n.Get(key)
	if v == nil {
		return otherwise
	}
	i, err := strconv.ParseInt(strings.ReplaceAll(v.Text, "_", ""), 10, 64)
	if err != nil || i < 0 {
		r.problems.Add(v.At, "", "%s must be a whole number that is not negative", key)
	}
	return i
}

var byteUnits = []struct {
	suffix string
	factor int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

func (r *configReader) bytes(n *strictyaml.Node, key string, otherwise int64) int64 {
	v := n.Get(key)
	if v == nil {
		return otherwise
	}
	for _, u := range byteUnits {
		if digits, ok := strings.CutSuffix(v.Text, u.suffix); ok {
			i, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err == nil && i > 0 && i <= math.MaxInt64/u.factor {
				return i * u.factor
			}
		}
	}
	r.problems.Add(v.At, "write a number and a unit, as 512MiB", "%q is no amount of memory", v.Text)
	return otherwise
}

func (r *configReader) duration(n *strictyaml.Node, key string, otherwise time.Duration) time.Duration {
	v := n.Get(key)
	if v == nil {
		return otherwise
	}
	d, err := time.ParseDuration(strings.Replace(v.Text, "min", "m", 1))
	if err != nil || d < 0 {
		r.problems.Add(v.At, "write a number and a unit, as 30s or 5min", "%q is no duration", v.Text)
	}
	return d
}
