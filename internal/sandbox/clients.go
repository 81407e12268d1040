package sandbox

import (
	"maps"
	"slices"

	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// The credentials of the registered clients. They open nothing but the sandbox.
const (
	GongClientID           = "waggle-gong"
	GongClientSecret       = "sandbox-gong-secret"
	GoogleClientID         = "waggle-google"
	GoogleClientSecret     = "sandbox-google-secret"
	BroughtClientPrefix    = "waggle-" // of what was brought: the source's name follows
	SnowflakeClientSecret  = "sandbox-snowflake-secret"
	DatabricksClientSecret = "sandbox-databricks-secret"
	SalesforceClientSecret = "sandbox-salesforce-secret"
)

func clients(urls URLs, redirects, roles []string) []oauth.Client {
	out := []oauth.Client{
		{
			ID: GongClientID, Secret: GongClientSecret, RedirectURIs: redirects, Source: "gong", Style: oauth.Gong, APIBase: urls.Gong,
			// https://help.gong.io/docs/create-an-app-for-gong and each endpoint's page
			Scopes: []string{
				"api:calls:read:basic", "api:calls:read:extensive", "api:calls:read:media-url", "api:calls:read:transcript",
				"api:users:read", "api:settings:scorecards:read", "api:stats:scorecards", "api:workspaces:read",
			},
		},
		{
			ID: GoogleClientID, Secret: GoogleClientSecret, RedirectURIs: redirects, Source: "google", Style: oauth.Google,
			// https://developers.google.com/calendar/api/auth
			Scopes: []string{
				"openid", "email", "profile", "https://www.googleapis.com/auth/calendar.readonly",
				"https://www.googleapis.com/auth/calendar.events.readonly", "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
			},
		},
	}
	// https://docs.snowflake.com/en/user-guide/oauth-custom#scope
	scopes := []string{"refresh_token", "session:role-any"}
	for _, role := range roles {
		scopes = append(scopes, "session:role:"+role)
	}
	for _, source := range slices.Sorted(maps.Keys(urls.Snowflake)) {
		out = append(out, oauth.Client{
			ID: BroughtClientPrefix + source, Secret: SnowflakeClientSecret, RedirectURIs: redirects, Source: source, Style: oauth.Snowflake,
			Scopes: scopes,
		})
	}
	for _, source := range slices.Sorted(maps.Keys(urls.Databricks)) {
		out = append(out, oauth.Client{
			ID: BroughtClientPrefix + source, Secret: DatabricksClientSecret, RedirectURIs: redirects, Source: source, Style: oauth.Databricks,
			Scopes: []string{"sql", "offline_access"}, // https://docs.databricks.com/aws/en/integrations/enable-disable-oauth
		})
	}
	for _, source := range slices.Sorted(maps.Keys(urls.Salesforce)) {
		out = append(out, oauth.Client{
			ID: BroughtClientPrefix + source, Secret: SalesforceClientSecret, RedirectURIs: redirects, Source: source, Style: oauth.Salesforce,
			APIBase: urls.Salesforce[source], Rotate: true,
			// https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm
			Scopes: []string{"api", "refresh_token"},
		})
	}
	return out
}
