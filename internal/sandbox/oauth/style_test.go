package oauth

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// styled is a bench with a client of Databricks and one of Salesforce.
func styled(t *testing.T) *bench {
	b := newBench(t, 0)
	b.SetClients([]Client{
		{ID: "dbx", Secret: "s3cret", RedirectURIs: []string{redirect}, Scopes: []string{"sql", "offline_access"}, Source: "lake", Style: Databricks, Rotate: true},
		{ID: "sfc", Secret: "s3cret", RedirectURIs: []string{redirect}, Scopes: []string{"api", "refresh_token"}, Source: "crm", Style: Salesforce,
			APIBase: "http://crm.test", Rotate: true},
	})
	return b
}

// raw makes a token call and returns all of its answer.
func (b *bench) raw(user, password string, form url.Values) (int, map[string]any) {
	r := httptest.NewRequest("POST", "/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(user, password)
	resp, body := b.do(r)
	out := map[string]any{}
	_ = json.Unmarshal([]byte(body), &out)
	return resp.StatusCode, out
}

func TestARefreshTokenNeedsItsScope(t *testing.T) {
	for _, c := range []struct {
		client, scope string
		offline       bool
	}{{"dbx", "sql", false}, {"dbx", "sql offline_access", true}, {"sfc", "api", false}, {"sfc", "api refresh_token", true}} {
		b := styled(t)
		_, a := b.raw(c.client, "s3cret", exchangeForm(b.code(query(c.client, "scope", c.scope))))
		if (a["refresh_token"] != nil) != c.offline || a["access_token"] == nil || a["scope"] != c.scope {
			t.Errorf("%s for %s: %v", c.client, c.scope, a)
		}
	}
}

func TestSalesforceAnswers(t *testing.T) {
	b := styled(t)
	code := b.code(query("sfc", "scope", "api refresh_token"))
	status, a := b.raw("sfc", "s3cret", exchangeForm(code))
	id := "http://crm.test/id/" + Organisation + "/" + SalesforceUser("1")
	if status != 200 || a["instance_url"] != "http://crm.test" || a["id"] != id || a["issued_at"] != "1795176000000" ||
		a["signature"] != sign("s3cret", id+"1795176000000") || a["expires_in"] != nil || a["token_type"] != "Bearer" {
		t.Errorf("%d %v", status, a)
	}
	refresh, _ := a["refresh_token"].(string)
	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}
	if status, a = b.raw("sfc", "s3cret", again); status != 200 || a["refresh_token"] == refresh {
		t.Errorf("refreshed %d %v", status, a)
	}
	b.now = b.now.Add(time.Second)
	if status, a = b.raw("sfc", "s3cret", again); status != 400 || a["error"] != "invalid_grant" || a["error_description"] != "expired access/refresh token" {
		t.Errorf("refreshed twice by the same token: %d %v", status, a)
	}
	if status, a = b.raw("sfc", "wrong", again); status != 400 || a["error"] != "invalid_client" || a["error_description"] != "invalid client credentials" {
		t.Errorf("by a wrong secret: %d %v", status, a)
	}
}

func TestIssuersThatAreNotNamed(t *testing.T) {
	for client, scope := range map[string]string{"dbx": "sql", "sfc": "api"} {
		resp, _ := styled(t).authorize(query(client, "scope", scope))
		if to, err := resp.Location(); err != nil || to.Query().Has("iss") || to.Query().Get("state") != "xyz" {
			t.Errorf("%s: %v %v", client, to, err)
		}
	}
}

func TestIdentifiersAreChecked(t *testing.T) {
	if id := SalesforceUser("somebody"); len(id) != 18 || id != SalesforceUser("somebody") || id == SalesforceUser("else") {
		t.Error(id)
	}
}

func TestConsentAtASourcesOwnAddress(t *testing.T) {
	b := styled(t)
	q := query("dbx", "scope", "sql", "approve", "", "as", "")
	r := httptest.NewRequest(http.MethodGet, "/oidc/v1/authorize?"+q.Encode(), nil)
	w := httptest.NewRecorder()
	Reroute(b.Server, "/authorize").ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), `<form method="post" action="/oidc/v1/authorize">`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
