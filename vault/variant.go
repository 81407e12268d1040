package vault

import (
	"net/url"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Variant is a provider's way of OAuth.
type Variant string

// The variants.
const (
	Standard   Variant = ""
	Google     Variant = "google"
	Gong       Variant = "gong"
	Salesforce Variant = "salesforce"
	Snowflake  Variant = "snowflake"
)

// dialectOf is what a variant does differently.
type dialectOf struct {
	authorize url.Values // added to the authorization request
	inBody    bool       // the client's secret goes into the body instead of HTTP Basic
	inQuery   bool       // parameters of the token call go into the query
	base      string     // the answer's field with the address of the API
	hosts     []string   // where that address may lie
	subject   string     // the answer's field that says who has signed in
}

var variants = map[Variant]dialectOf{
	Standard: {},
	// Google gives a refresh token only offline, and again only when the person is asked again
	// (https://developers.google.com/identity/protocols/oauth2/web-server).
	Google: {authorize: url.Values{"access_type": {"offline"}, "prompt": {"consent"}}, inBody: true},
	// Gong exchanges with HTTP Basic and query parameters, and names the customer's own API host
	// (https://help.gong.io/docs/create-an-app-for-gong).
	Gong: {inQuery: true, base: "api_base_url_for_customer", hosts: []string{".api.gong.io"}},
	// Snowflake names the user in its answer (https://docs.snowflake.com/en/user-guide/oauth-custom#successful-response).
	Snowflake: {subject: "username"},
	// Salesforce names the org's own instance, and the person by the address of his identity (https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm).
	Salesforce: {inBody: true, base: "instance_url", subject: "id", hosts: []string{".salesforce.com", ".force.com", ".salesforce.mil"}},
}

// BaseURL is the key of Token.Account under which the address of the customer's own API stands.
const BaseURL = "base_url"

// account returns the facts of a token answer that are no secrets. An address outside of the allowed hosts is refused: it would be
// handed the token.
func (s *SourceConfig) account(fields map[string]any) (map[string]string, error) {
	variant := variants[s.Variant]
	facts := map[string]string{}
	base, _ := fields[variant.base].(string)
	if variant.base == "" || base == "" {
		return facts, nil
	}
	hosts := s.BaseHosts
	scheme := ""
	if hosts == nil {
		hosts, scheme = variant.hosts, "https"
	}
	u, err := url.Parse(base)
	if err != nil || u.User != nil || scheme != "" && u.Scheme != scheme || u.Scheme != "https" && u.Scheme != "http" || !hostAllowed(u, hosts) {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the sign-in server names an API address that is not allowed").
			WithHint("an administrator can allow its host in the configuration")
	}
	facts[BaseURL] = strings.TrimSuffix(base, "/")
	return facts, nil
}

func hostAllowed(u *url.URL, hosts []string) bool {
	name := strings.ToLower(u.Hostname())
	for _, h := range hosts {
		if name == h || u.Host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(name, h) {
			return true
		}
	}
	return false
}
