package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/vault"
)

// Client drives the console's own pages, as a browser does; `waggle connect --headless` is made of it. It is used by one
// goroutine at a time.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client for the console at a public address; transport nil means http.DefaultTransport.
func NewClient(publicURL string, transport http.RoundTripper) (*Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, pgerr.From(err)
	}
	return &Client{base: strings.TrimSuffix(publicURL, "/"), http: &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}}, nil
}

// SignIn opens a browser session; code is "" without one-time passwords. A refusal is 28P01.
func (c *Client) SignIn(ctx context.Context, login string, password secret.Text, code string) error {
	_, err := c.post(ctx, "/sign-in", url.Values{"login": {login}, "password": {password.Reveal()}, "code": {code}})
	return err
}

// Enable switches on a source of the organisation; acknowledgement is the sentence that the console shows for it.
func (c *Client) Enable(ctx context.Context, source, acknowledgement string) error {
	_, err := c.post(ctx, "/organisation/"+url.PathEscape(source)+"/enable", url.Values{"acknowledgement": {acknowledgement}})
	return err
}

// Connect connects a source as the person who has signed in. approve is given the address at the source's sign-in server and returns the one that it
// sends the browser back to. Connect returns nil when the console's page says that the source is connected.
func (c *Client) Connect(ctx context.Context, source string, approve func(ctx context.Context, authorizeURL string) (callbackURL string, err error)) error {
	left, err := c.post(ctx, "/connect/"+url.PathEscape(source), nil)
	if err != nil {
		return err
	}
	address, ok := strings.CutPrefix(left.Get("Refresh"), refreshTo)
	if !ok {
		return pgerr.New(pgerr.ProtocolViolation, "the console at %s does not answer as a waggle console does", c.base)
	}
	back, err := approve(ctx, address)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(back, c.base+"/") {
		return pgerr.New(pgerr.InvalidAuthorization, "the sign-in server leads to another site than this console").
			WithHint("register %s/oauth/callback/%s at the source", c.base, source)
	}
	end, err := c.do(ctx, http.MethodGet, back, nil)
	if err != nil {
		return err
	}
	if state := end.Get(stateHeader); state != "connected" {
		return pgerr.New(pgerr.InvalidAuthorization, "%s is not connected", source).WithDetail("Its state is %q.", state)
	}
	return nil
}

// SetPassword connects a source that knows no OAuth with the person's own user name and password there.
func (c *Client) SetPassword(ctx context.Context, source, user string, password secret.Text) error {
	return c.bring(ctx, source, url.Values{"user": {user}, "password": {password.Reveal()}})
}

// SetCertificate connects a source that takes certificates with the person's own one.
func (c *Client) SetCertificate(ctx context.Context, source string, own vault.Certificate) error {
	return c.bring(ctx, source, url.Values{"user": {own.User}, "certificate": {own.PEM}, "key": {own.Key.Reveal()}})
}

func (c *Client) bring(ctx context.Context, source string, form url.Values) error {
	end, err := c.post(ctx, "/connect/"+url.PathEscape(source), form)
	if err != nil {
		return err
	}
	if state := end.Get(stateHeader); state != "connected" {
		return pgerr.New(pgerr.InvalidAuthorization, "%s is not connected", source).WithDetail("Its state is %q.", state)
	}
	return nil
}

func (c *Client) post(ctx context.Context, path string, form url.Values) (http.Header, error) {
	return c.do(ctx, http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
}

// do sends one request and follows the console's redirects; it returns the last answer's header, or the console's error.
func (c *Client) do(ctx context.Context, method, address string, body io.Reader) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "%s is no address", c.base).Because(err)
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, pgerr.New(pgerr.CannotConnect, "the console at %s does not answer", c.base).
			WithHint("check that `waggle serve` runs and that public_url is its address").Because(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil || response.StatusCode == http.StatusOK {
		return response.Header, err
	}
	var p problem
	if json.Unmarshal(text, &p) != nil || p.Message == "" {
		return nil, pgerr.New(pgerr.ConnectionFailure, "the console at %s answers with status %d", c.base, response.StatusCode)
	}
	return nil, pgerr.New(p.Code, "%s", p.Message).WithDetail("%s", p.Detail).WithHint("%s", p.Hint)
}
