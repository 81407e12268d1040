package snowflake

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
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

// chunk serves a part of a result. Its address is the permission: a request that brings the session's token too, or lacks the
// headers that came with the address, is refused, as the vendor's storage does.
func (s *Server) chunk(w http.ResponseWriter, r *http.Request) {
	c := s.results.Find(r.PathValue("key"))
	switch {
	case c == nil:
		http.Error(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", http.StatusForbidden)
		return
	case r.Header.Get("Authorization") != "":
		http.Error(w, "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>", http.StatusBadRequest)
		return
	case r.Header.Get(algorithmHeader) != "AES256" || r.Header.Get(keyHeader) != c.Secret:
		http.Error(w, "<Error><Code>InvalidRequest</Code></Error>", http.StatusBadRequest)
		return
	}
	data, err := c.Data()
	if err != nil {
		http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}
