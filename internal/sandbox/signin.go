package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Token is what the OAuth server gave for a sign-in.
type Token struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"`
	Scope        string `json:"scope"`
	APIBase      string `json:"api_base_url_for_customer"`
	Instance     string `json:"instance_url"`
}

// SignIn runs the whole authorization code flow as a person for a source, with all scopes that the source's client may have,
// over HTTP as a real client would. At least one redirect URI must be registered. It is for tests that need a token and no proxy.
func (c *Company) SignIn(ctx context.Context, person, source string) (Token, error) {
	client := c.Client(source)
	if len(client.RedirectURIs) == 0 {
		return Token{}, pgerr.New(pgerr.InvalidParameterValue, "no redirect URI is registered for %q", source)
	}
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {client.ID}, "redirect_uri": {client.RedirectURIs[0]}, "state": {rand.Text()},
		"scope": {strings.Join(client.Scopes, " ")}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"}, "access_type": {"offline"}, "prompt": {"consent"}, "as": {person}, "approve": {"1"},
	}
	code, err := c.code(ctx, query)
	if err != nil {
		return Token{}, err
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {client.RedirectURIs[0]}, "code_verifier": {verifier},
	}
	return c.exchange(ctx, source, form)
}

// Refresh uses a refresh token as a source's client would.
func (c *Company) Refresh(ctx context.Context, source, refresh string) (Token, error) {
	return c.exchange(ctx, source, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

func (c *Company) code(ctx context.Context, query url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.urls.OAuth+"/authorize?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	to, err := resp.Location()
	if err != nil || to.Query().Get("code") == "" {
		return "", pgerr.New(pgerr.InvalidAuthorization, "the authorization server refused: %s %s", resp.Status, resp.Header.Get("Location"))
	}
	return to.Query().Get("code"), nil
}

// exchange makes a token call in the style of a source.
func (c *Company) exchange(ctx context.Context, source string, form url.Values) (Token, error) {
	client := c.Client(source)
	target, body := c.urls.OAuth+"/token", io.Reader(strings.NewReader(form.Encode()))
	if source == "gong" {
		target, body = c.urls.OAuth+"/oauth2/generate-customer-token?"+form.Encode(), nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, body)
	if err != nil {
		return Token{}, err
	}
	r.SetBasicAuth(client.ID, client.Secret)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return Token{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return Token{}, pgerr.New(pgerr.InvalidAuthorization, "the token endpoint refused: %s %s", resp.Status, strings.TrimSpace(string(text)))
	}
	var t Token
	return t, json.NewDecoder(resp.Body).Decode(&t)
}
