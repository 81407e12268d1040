package vault

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waggle-sql/waggle/internal/secret"
)

// answer is a token endpoint's success.
type answer struct {
	tokens
	expires  time.Time // zero when it does not say
	lifetime time.Duration
	scopes   []string // nil when it does not say
	fields   map[string]any
}

// callFailure is a token call that gave no tokens.
type callFailure struct {
	code      string        // RFC 6749 section 5.2, "" when the server gave none
	what      string        // what happened, in a few words without any value of the answer
	ambiguous bool          // the request went out and no answer came: the tokens may have been rotated
	after     time.Duration // what the server asks us to wait
}

func (f *callFailure) Error() string {
	if f.code != "" {
		return f.code
	}
	return f.what
}

// callToken calls a source's token endpoint. A client secret that is refused is followed by the next one.
func (v *Vault) callToken(ctx context.Context, s *SourceConfig, form url.Values) (*answer, *callFailure) {
	a, failure := v.callWith(ctx, s, form, s.ClientSecret)
	if failure != nil && failure.code == "invalid_client" && !s.NextSecret.Empty() {
		return v.callWith(ctx, s, form, s.NextSecret)
	}
	return a, failure
}

func (v *Vault) callWith(ctx context.Context, s *SourceConfig, form url.Values, clientSecret secret.Text) (*answer, *callFailure) {
	ctx, cancel := context.WithTimeout(ctx, tokenCallTimeout)
	defer cancel()
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { wrote.Store(true) }})
	request, err := s.request(ctx, s.TokenURL, form, clientSecret)
	if err != nil {
		return nil, &callFailure{what: "the token address is malformed"}
	}
	sent := v.now()
	response, err := v.http.Do(request)
	if err != nil {
		return nil, &callFailure{what: "the sign-in server does not answer", ambiguous: wrote.Load()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, &callFailure{what: "the sign-in server's answer broke off", ambiguous: true}
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusal(response, body)
	}
	return parseAnswer(body, sent)
}

// request builds a call by the variant's rules; the client is public when it has no secret.
func (s *SourceConfig) request(ctx context.Context, address string, form url.Values, clientSecret secret.Text) (*http.Request, error) {
	variant := variants[s.Variant]
	public := clientSecret.Empty()
	if public || variant.inBody {
		form.Set("client_id", s.ClientID)
	}
	if !public && variant.inBody {
		form.Set("client_secret", clientSecret.Reveal())
	}
	body := form.Encode()
	if variant.inQuery && address == s.TokenURL {
		address, body = address+"?"+body, ""
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !public && !variant.inBody {
		r.SetBasicAuth(url.QueryEscape(s.ClientID), url.QueryEscape(clientSecret.Reveal())) // RFC 6749 section 2.3.1
	}
	return r, nil
}

// refusal reads RFC 6749 section 5.2. Of the answer's text only an error code in its proper form is taken.
func refusal(r *http.Response, body []byte) *callFailure {
	f := &callFailure{what: "the sign-in server answered with status " + strconv.Itoa(r.StatusCode)}
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && seconds > 0 {
		f.after = min(time.Duration(seconds)*time.Second, 5*time.Minute)
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var e struct {
		Error string `json:"error"`
	}
	readable := r.StatusCode < 500 && r.StatusCode != http.StatusTooManyRequests && kind == "application/json"
	if readable && json.Unmarshal(body, &e) == nil && isErrorCode(e.Error) {
		f.code = e.Error
	}
	return f
}

func isErrorCode(code string) bool {
	return code != "" && len(code) <= 40 && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// parseAnswer reads RFC 6749 section 5.1. The life of a token is counted from when the request was sent.
func parseAnswer(body []byte, sent time.Time) (*answer, *callFailure) {
	var t struct {
		AccessToken  string      `json:"access_token"`
		RefreshToken string      `json:"refresh_token"`
		TokenType    string      `json:"token_type"`
		Scope        *string     `json:"scope"`
		ExpiresIn    json.Number `json:"expires_in"`
	}
	a := &answer{fields: map[string]any{}}
	if json.Unmarshal(body, &t) != nil || json.Unmarshal(body, &a.fields) != nil {
		return nil, &callFailure{what: "the sign-in server's answer is no token answer"}
	}
	if t.AccessToken == "" || !strings.EqualFold(t.TokenType, "bearer") && t.TokenType != "" {
		return nil, &callFailure{what: "the sign-in server's answer has no bearer token"}
	}
	a.access, a.refresh = secret.New(t.AccessToken), secret.New(t.RefreshToken)
	if t.Scope != nil {
		a.scopes = strings.Fields(*t.Scope)
	}
	if seconds, err := t.ExpiresIn.Float64(); err == nil && seconds > 0 && seconds < 10*365*24*3600 {
		a.lifetime = time.Duration(seconds) * time.Second
		a.expires = sent.Add(a.lifetime)
	}
	return a, nil
}

// missing returns what was wanted and not granted; what only asks for a refresh token is never granted by name.
func (a *answer) missing(wanted []string) []string {
	var missing []string
	for _, scope := range wanted {
		if a.scopes != nil && !slices.Contains(a.scopes, scope) && scope != "offline_access" && scope != "refresh_token" {
			missing = append(missing, scope)
		}
	}
	return missing
}

// revokeAt asks the source to end a token (RFC 7009) and reports whether it said yes.
func (v *Vault) revokeAt(ctx context.Context, s *SourceConfig, t tokens) bool {
	if s.RevokeURL == "" {
		return false
	}
	token, hint := t.refresh, "refresh_token"
	if token.Empty() {
		token, hint = t.access, "access_token"
	}
	r, err := s.request(ctx, s.RevokeURL, url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}, s.ClientSecret)
	if err != nil {
		return false
	}
	response, err := v.http.Do(r)
	if err != nil {
		return false
	}
	return errors.Join(response.Body.Close()) == nil && response.StatusCode == http.StatusOK
}

// subject is who has signed in, by the answer itself or by asking; "" when the source does not tell.
func (v *Vault) subject(ctx context.Context, s *SourceConfig, got *answer) (string, error) {
	if name, ok := got.fields[variants[s.Variant].subject].(string); ok && name != "" {
		return name, nil
	}
	if s.UserinfoURL == "" {
		return "", nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.UserinfoURL, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+got.access.Reveal())
	response, err := v.http.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var who struct {
		Subject string `json:"sub"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&who); err != nil || who.Subject == "" {
		return "", errors.New("the answer names no subject")
	}
	return who.Subject, nil
}
