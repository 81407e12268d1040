package gcal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// page cuts a page out of n records. A page token belongs to the request that it came with; "fields" and "maxResults" may change
// from page to page.
func (s *Server) page(in *input, n, size int) (from, to int, next string, no *refusal) {
	if token := in.query.Get("pageToken"); token != "" {
		text, mac, _ := strings.Cut(token, ".")
		offset, err := strconv.Atoi(text)
		if err != nil || !hmac.Equal([]byte(mac), []byte(s.seal(in, text))) {
			return 0, 0, "", &refusal{400, "global", "invalid", "Invalid page token value.", "parameter", "pageToken"}
		}
		from = min(offset, n)
	}
	to = min(from+size, n)
	if to < n {
		text := strconv.Itoa(to)
		next = text + "." + s.seal(in, text)
	}
	return from, to, next, nil
}

// seal signs an offset for one person and request.
func (s *Server) seal(in *input, offset string) string {
	rest := url.Values{}
	for name, values := range in.query {
		if name != "pageToken" && name != "fields" && name != "maxResults" && name != "quotaUser" && name != "prettyPrint" {
			rest[name] = values
		}
	}
	mac := hmac.New(sha256.New, s.key[:])
	for _, part := range []string{in.person, in.calendar, offset, rest.Encode()} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
