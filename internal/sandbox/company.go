// Package sandbox runs the strict emulators of the sources and the OAuth server that opens them, on loopback ports, with the
// sample company behind them. It is for tests and for cmd/waggle-sandbox, and is no proof about the real systems.
package sandbox

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/gcal"
	"github.com/waggle-sql/waggle/internal/sandbox/gong"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake"
)

// Options decide what is started. Zero values: the default company, free loopback ports, the vendors' limits, an hour for
// access tokens and no grace for rotated refresh tokens.
type Options struct {
	Data data.Options
	// Company is served instead of one made from Data, when not nil.
	Company *data.Company
	// OAuthAddr, GongAddr and GoogleAddr are host:port; empty is a free port of 127.0.0.1.
	// Of SnowflakeAddr, DatabricksAddr and SalesforceAddr the first source of the kind has the port, the others the next ones.
	OAuthAddr, GongAddr, GoogleAddr, SnowflakeAddr, DatabricksAddr, SalesforceAddr string
	// RedirectURIs are registered for every client.
	RedirectURIs []string
	AccessTTL    time.Duration
	RefreshTTL   time.Duration
	Grace        time.Duration
	// GongPerSecond, GongPerDay and GooglePerMinute replace the vendors' limits; negative is none.
	GongPerSecond, GongPerDay, GooglePerMinute int
	// GongPageSize replaces Gong's 100.
	GongPageSize int
	// Brought is what somebody brings beside the company; each of its sources but PostgreSQL's has an emulator of its own.
	Brought *brought.Data
	// People are logins that may sign in beside the company's; one without @ is of acme.example.
	People []string
	// Snowflake changes an emulator's configuration before it starts; nil changes nothing.
	Snowflake func(*snowflake.Config)
	// Databricks does the same for Databricks's emulators.
	Databricks func(*databricks.Config)
	// Salesforce does the same for Salesforce's.
	Salesforce func(*salesforce.Config)
	Now        func() time.Time
}

// Company is a running sandbox.
type Company struct {
	Data   *data.Company
	OAuth  *oauth.Server
	Gong   *gong.Server
	Google *gcal.Server
	// Snowflake has the emulators of what was brought, by source.
	Snowflake map[string]*snowflake.Server
	// Databricks has those of Databricks's workspaces.
	Databricks map[string]*databricks.Server
	// Salesforce has those of Salesforce's organisations.
	Salesforce map[string]*salesforce.Server

	urls    URLs
	clients []oauth.Client
	roles   []string     // of what was brought
	http    *http.Client // one connection per request, so that none outlives Close
	servers []*http.Server
	wait    sync.WaitGroup
	after   []func() // what Close does when the servers are down, in reverse order
}

// URLs are the base URLs of the parts, without trailing slashes. Gong's API is below Gong + "/v2", Google's below
// Google + "/calendar/v3".
type URLs struct {
	OAuth  string `json:"oauth"`
	Gong   string `json:"gong"`
	Google string `json:"google"`
	// Snowflake has the accounts' URLs by source.
	Snowflake map[string]string `json:"snowflake,omitempty"`
	// Databricks has the workspaces' URLs and Salesforce the organisations', by source.
	Databricks map[string]string `json:"databricks,omitempty"`
	Salesforce map[string]string `json:"salesforce,omitempty"`
}

// Sources returns the emulators' URLs by the name of their source.
func (u URLs) Sources() map[string]string {
	out := map[string]string{"gong": u.Gong, "google": u.Google}
	for _, brought := range []map[string]string{u.Snowflake, u.Databricks, u.Salesforce} {
		maps.Copy(out, brought)
	}
	return out
}

// Start opens the listeners and serves until Close. It fails with 08001 when a port cannot be had.
func Start(o Options) (*Company, error) {
	c := &Company{Data: o.Company, http: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if c.Data == nil {
		c.Data = data.New(o.Data)
	}
	c.OAuth = oauth.New(oauth.Config{
		People: append(people(c.Data), others(o.People)...), AccessTTL: o.AccessTTL, RefreshTTL: o.RefreshTTL, Grace: o.Grace, Now: o.Now,
	})
	c.Gong = gong.New(gong.Config{
		Company: c.Data, Tokens: c.OAuth, PerSecond: o.GongPerSecond, PerDay: o.GongPerDay, PageSize: o.GongPageSize, Now: o.Now,
	})
	c.Google = gcal.New(gcal.Config{Company: c.Data, Tokens: c.OAuth, PerMinute: o.GooglePerMinute, Now: o.Now})
	for _, part := range []struct {
		name, addr string
		handler    http.Handler
		url        *string
	}{{"OAuth server", o.OAuthAddr, c.OAuth, &c.urls.OAuth}, {"Gong emulator", o.GongAddr, c.Gong, &c.urls.Gong},
		{"Google Calendar emulator", o.GoogleAddr, c.Google, &c.urls.Google}} {
		url, err := c.serve(part.name, part.addr, part.handler)
		if err != nil {
			c.Close()
			return nil, err
		}
		*part.url = url
	}
	c.OAuth.SetIssuer(c.urls.OAuth)
	if o.Brought != nil {
		if err := c.warehouses(o); err != nil {
			c.Close()
			return nil, err
		}
	}
	c.clients = clients(c.urls, o.RedirectURIs, c.roles)
	c.OAuth.SetClients(c.clients)
	return c, nil
}

func people(c *data.Company) []oauth.Person {
	var out []oauth.Person
	for _, p := range c.People {
		out = append(out, oauth.Person{
			Login: p.Login, Name: p.Name, Subject: p.Subject, EmailVerified: p.EmailVerified, TechnicalAdmin: p.TechnicalAdmin,
		})
	}
	return out
}

// serve opens a listener and serves a handler on it.
func (c *Company) serve(name, addr string, handler http.Handler) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", pgerr.New(pgerr.CannotConnect, "the sandbox's %s cannot listen on %s", name, addr).WithDetail("%s", err).
			WithHint("Choose another address, or stop what listens there.").Because(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	c.servers = append(c.servers, server)
	c.wait.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close()
		}
	})
	return "http://" + listener.Addr().String(), nil
}

// URLs returns where the parts listen.
func (c *Company) URLs() URLs { return c.urls }

// Client returns the registered client of a source ("gong" or "google"); its zero value when there is none.
func (c *Company) Client(source string) oauth.Client {
	for _, client := range c.clients {
		if client.Source == source {
			return client
		}
	}
	return oauth.Client{}
}

// SetRedirectURIs replaces the redirect URIs of every client, for a proxy whose address is known only later.
// It must not run beside Client or SignIn.
func (c *Company) SetRedirectURIs(uris ...string) {
	c.clients = clients(c.urls, uris, c.roles)
	c.OAuth.SetClients(c.clients)
}

// Close stops the servers: it lets requests end for a second and then breaks them off.
func (c *Company) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range c.servers {
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
	c.wait.Wait()
	for _, do := range slices.Backward(c.after) {
		do()
	}
}
