// Package databricks reads Databricks SQL warehouses through databricks-sql-go: each person's own OAuth token opens sessions that
// nobody else uses, statements run under the person's grants in Unity Catalog, and results come as Arrow streams that are converted
// column by column.
package databricks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// Config is one configured workspace. The last part of HTTPPath is the warehouse of a session whose person has set no other one.
type Config struct {
	Name     string // of the connection, for error messages
	Host     string // of the workspace
	BaseURL  string // "": https://<Host>; for private links
	HTTPPath string // of the warehouse, as Databricks shows it: /sql/1.0/warehouses/ID
	Catalog  string // in which two-part names lie
	// Transport replaces the connector's own; for tests.
	Transport http.RoundTripper
}

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.Host == "" || strings.ContainsAny(c.Host, "/:@ ") {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s needs a host", c.Name).WithHint("write the workspace's host name without a scheme, as dbc-a1b2c3d4-e5f6.cloud.databricks.com")
	}
	base, err := Address(c.Host, c.BaseURL)
	if err != nil {
		return nil, err
	}
	folder, warehouse, query, ok := splitPath(c.HTTPPath)
	if !ok {
		return nil, pgerr.New(pgerr.ConfigFile, "the http_path %q of the source %s is none of a warehouse", c.HTTPPath, c.Name).WithHint("write it as the warehouse's connection details show it: /sql/1.0/warehouses/ID")
	}
	s := &system{config: c, base: base, folder: folder, warehouse: warehouse, query: query, transport: c.Transport, pool: source.NewPool[*session](source.DefaultPoolLimits)}
	if s.transport == nil {
		s.own = source.NewReach(c.Name, base)
		s.transport = s.own
	}
	silence()
	return s, nil
}

// Address returns where a workspace is reached: base where it is given, else its host. An address that would carry tokens in
// clear to another machine is F0000.
func Address(host, base string) (*url.URL, error) {
	if base == "" {
		base = "https://" + host
	}
	return source.BaseAddress(base, "a Databricks workspace")
}

// warehouseID is what a warehouse or a cluster is called in a path.
var warehouseID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// splitPath takes a warehouse's path apart, which may end in ?o=WORKSPACE.
func splitPath(path string) (folder, warehouse, query string, ok bool) {
	path, query, _ = strings.Cut("/"+strings.TrimPrefix(path, "/"), "?")
	cut := strings.LastIndexByte(path, '/') + 1
	folder, warehouse = path[:cut], path[cut:]
	return folder, warehouse, query, len(folder) > 1 && !strings.ContainsAny(folder, " #%\\") && warehouseID.MatchString(warehouse)
}

// system is a source; it is safe for concurrent use.
type system struct {
	config    Config
	base      *url.URL
	folder    string // of the warehouses' paths
	warehouse string // the default
	query     string // behind the path
	transport http.RoundTripper
	own       *source.Reach // nil with a transport of a test
	pool      *source.Pool[*session]
}

// Capabilities says that the source speaks Databricks SQL, whose text is compared by its bytes, and that a session may choose its
// warehouse.
func (s *system) Capabilities() source.Capabilities {
	sum := sha256.Sum256([]byte("databricks 1"))
	return source.Capabilities{Language: "databricks", Collation: "C.UTF-8", Version: hex.EncodeToString(sum[:8]),
		Keys:     dialect.Keys{Max: 65_536, Bytes: 700_000},
		Settings: map[string]string{"warehouse": s.warehouse}}
}

// Open returns a connection for a person's own token; it makes no call.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	bearer, ok := c.(source.Bearer)
	if !ok || bearer.Token.Empty() {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with an OAuth token", s.config.Name)
	}
	if bearer.Warehouse == "" {
		bearer.Warehouse = s.warehouse
	}
	if !warehouseID.MatchString(bearer.Warehouse) {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "%q is no id of a warehouse", bearer.Warehouse).WithHint("take the last part of the warehouse's http_path")
	}
	return &conn{system: s, warehouse: bearer.Warehouse, tokens: source.NewRenewable(s.config.Name, bearer)}, nil
}

// Forget ends a person's sessions, as source.Pool does.
func (s *system) Forget(o source.Owner) { s.pool.Forget(o) }

// Close ends all sessions that are idle; those in use end with their requests.
func (s *system) Close() error {
	err := s.pool.Close()
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
	return err
}
