package snowflake

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
)

// The headers that a chunk's address demands, as the vendor's storage does.
const (
	algorithmHeader = "x-amz-server-side-encryption-customer-algorithm"
	keyHeader       = "x-amz-server-side-encryption-customer-key"
)

// storageHeaders are what one result's addresses demand.
func storageHeaders() map[string]string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	return map[string]string{algorithmHeader: "AES256", keyHeader: base64.StdEncoding.EncodeToString(key[:])}
}

// chunk serves a part of a result. A request that lacks the headers that came with the address is refused, as the vendor's storage does.
func (s *Server) chunk(w http.ResponseWriter, r *http.Request) {
	c := s.Results.Admit(w, r, r.PathValue("key"))
	switch {
	case c == nil:
	case r.Header.Get(algorithmHeader) != "AES256" || r.Header.Get(keyHeader) != c.Secret:
		http.Error(w, "<Error><Code>InvalidRequest</Code></Error>", http.StatusBadRequest)
	default:
		c.Send(w, nil)
	}
}
