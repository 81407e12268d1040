package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// Organisation is the identifier of the sandbox's Salesforce organisation.
const Organisation = "00D5f000006Xq1ZEAS"

// SalesforceUser is the identifier of a user with a subject: 18 characters, the last three the check of the case of the others.
func SalesforceUser(subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return sobject.Checked("0055f00000" + strings.ToUpper(hex.EncodeToString(sum[:])[:5]))
}

// sign is the signature of an answer: HMAC-SHA256 with the client's secret, in base64.
func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// refuse writes RFC 6749 section 5.2's error as the client's vendor words it
// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm).
func (c Client) refuse(w http.ResponseWriter, name string) {
	if c.Style != Salesforce {
		refuse(w, name)
		return
	}
	words := map[string]string{
		"invalid_grant": "expired access/refresh token", "invalid_client": "invalid client credentials", "invalid_scope": "the requested scope is not allowed",
		"unsupported_grant_type": "grant type not supported", "invalid_request": "the request cannot be read",
	}
	writeJSON(w, http.StatusBadRequest, map[string]any{"error": name, "error_description": words[name]})
}
