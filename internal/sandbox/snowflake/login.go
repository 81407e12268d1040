package snowflake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// loginRequest is the body of a login.
type loginRequest struct {
	Data struct {
		AccountName       string         `json:"ACCOUNT_NAME"`
		LoginName         string         `json:"LOGIN_NAME"`
		Authenticator     string         `json:"AUTHENTICATOR"`
		Token             string         `json:"TOKEN"`
		SessionParameters map[string]any `json:"SESSION_PARAMETERS"`
	} `json:"data"`
}

// login opens a session for an OAuth access token.
func (s *Server) login(w http.ResponseWriter, r *http.Request, body []byte) {
	var in loginRequest
	if json.Unmarshal(body, &in) != nil {
		badRequest("The login request cannot be read.").write(w)
		return
	}
	grant, no := s.authenticate(in)
	if no != nil {
		no.write(w)
		return
	}
	n, no := s.newSession(r, grant, in.Data.SessionParameters)
	if no != nil {
		no.write(w)
		return
	}
	s.open(n)
	succeed(w, map[string]any{
		"token": n.token, "masterToken": n.master, "validityInSeconds": seconds(s.config.SessionTTL),
		"masterValidityInSeconds": seconds(s.config.MasterTTL), "displayUserName": n.user, "serverVersion": serverVersion,
		"firstLogin": false, "remMeToken": nil, "remMeValidityInSeconds": 0, "healthCheckInterval": 45, "newClientForUpgrade": nil,
		"sessionId": n.id, "parameters": nameValues(n.parameters),
		"sessionInfo": map[string]any{
			"databaseName": orNull(n.database), "schemaName": orNull(n.schema), "warehouseName": orNull(n.warehouse), "roleName": n.role,
		},
	})
}

const serverVersion = "9.30.0"

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// authenticate finds whose token a login brings. The numbers are those of
// https://docs.snowflake.com/en/user-guide/oauth-snowflake-overview#error-codes.
func (s *Server) authenticate(in loginRequest) (oauth.Grant, *failure) {
	var none oauth.Grant
	d := in.Data
	if account, _, _ := strings.Cut(d.AccountName, "."); s.config.Account != "" && !strings.EqualFold(account, s.config.Account) {
		return none, fail("390422", "08001", "The requested account does not exist.")
	}
	switch strings.ToUpper(d.Authenticator) {
	case "OAUTH":
	case "ID_TOKEN":
		return none, fail("390195", "08001", "The provided ID Token is invalid.")
	default:
		return none, fail("390100", "08001", "Incorrect username or password was specified.")
	}
	grant, state := s.config.Tokens.Lookup(d.Token)
	switch {
	case state == oauth.Expired:
		return none, fail("390318", "08001", "OAuth access token expired. ["+newID()+"]")
	case state != oauth.Live || grant.Source != s.config.Source:
		return none, fail("390303", "08001", "Invalid OAuth access token. ["+newID()+"]")
	case d.LoginName != "" && !strings.EqualFold(d.LoginName, user(grant.Person)) && !strings.EqualFold(d.LoginName, grant.Person):
		return none, fail("390309", "08001", "The user you were trying to authenticate as differs from the user tied to the access token.")
	}
	return grant, nil
}

// user is a person's name at Snowflake.
func user(login string) string {
	local, _, _ := strings.Cut(login, "@")
	return strings.ToUpper(local)
}

// newSession decides a session's role by the token's scope and the request.
func (s *Server) newSession(r *http.Request, grant oauth.Grant, parameters map[string]any) (*session, *failure) {
	q := r.URL.Query()
	n := &session{
		login: grant.Person, user: user(grant.Person), grant: grant, granted: s.config.Policy.Granted(grant.Person),
		parameters: sessionParameters(parameters),
	}
	n.role, n.anyRole = s.config.Policy.Default(grant.Person), grant.Has("session:role-any")
	scoped := scopedRoles(grant)
	if len(scoped) > 0 && !n.anyRole {
		n.role = scoped[0]
	}
	if wanted := identifier(q.Get("roleName")); wanted != "" {
		if !n.anyRole && wanted != n.role && !slices.Contains(scoped, wanted) {
			return nil, fail("390317", "08001", "The role requested in the connection, or the default role if none was requested in the connection ('"+
				wanted+"'), is not listed in the Access Token or was filtered.")
		}
		n.role = wanted
	}
	if !slices.Contains(n.granted, n.role) {
		return nil, fail("390189", "08001", "Role '"+n.role+"' specified in the connect string does not exist or not authorized. "+
			"Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.")
	}
	if wanted := identifier(q.Get("warehouse")); slices.Contains(s.config.Warehouses, wanted) {
		n.warehouse = wanted
	}
	if wanted := identifier(q.Get("databaseName")); wanted != "" && s.sees(n.role, wanted, "") {
		n.database = wanted
		if wanted := identifier(q.Get("schemaName")); wanted != "" && s.sees(n.role, n.database, wanted) {
			n.schema = wanted
		}
	}
	return n, nil
}

// scopedRoles are the roles that a token names.
func scopedRoles(g oauth.Grant) []string {
	var out []string
	for _, scope := range g.Scopes {
		if role, ok := strings.CutPrefix(scope, "session:role:"); ok {
			out = append(out, role)
		}
	}
	return out
}

// identifier reads a name as SQL would: upper case unless it is quoted.
func identifier(text string) string {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		return strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	return strings.ToUpper(text)
}

// loginPerson is whose live token a login brings.
func (s *Server) loginPerson(r *http.Request) string {
	var in loginRequest
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return ""
	}
	grant, state := s.config.Tokens.Lookup(in.Data.Token)
	if state != oauth.Live || grant.Source != s.config.Source {
		return ""
	}
	return grant.Person
}
