package sandbox

import (
	"maps"
	"slices"

	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// The credentials of the registered clients. They open nothing but the sandbox.
const (
	GongClientID          = "waggle-gong"
	GongClientSecret      = "sandbox-gong-secret"
	GoogleClientID        = "waggle-google"
	GoogleClientSecret    = "sandbox-google-secret"
	SnowflakeClientPrefix = "waggle-" // the source's name follows
	SnowflakeClientSecret = "sandbox-snowflake-secret"
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
			ID: SnowflakeClientPrefix + source, Secret: SnowflakeClientSecret, RedirectURIs: redirects, Source: source, Style: oauth.Snowflake,
			Scopes: scopes,
		})
	}
	return out
}
