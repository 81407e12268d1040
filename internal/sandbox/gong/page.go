package gong

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// cursorHead is the header of a JSON Web Token, as Gong's cursors have; to a client they are opaque.
const cursorHead = "eyJhbGciOiJIUzI1NiJ9"

// place is what a cursor says: where the next page starts, of which request, and until when it may be asked for.
type place struct {
	Offset  int    `json:"o"`
	Request string `json:"r"`
	Until   int64  `json:"exp"`
}

// page cuts one page out of n records; request is the request without its cursor. A cursor of another request, a changed or an
// expired one is refused.
func (s *Server) page(n int, cursor string, request any) (from, to int, records map[string]any, no *refusal) {
	text, err := json.Marshal(request)
	if err != nil {
		return 0, 0, nil, refuse(http.StatusBadRequest, "The request cannot be read")
	}
	sum := sha256.Sum256(text)
	id := base64.RawURLEncoding.EncodeToString(sum[:12])
	if cursor != "" {
		at, no := s.open(cursor, id)
		if no != nil {
			return 0, 0, nil, no
		}
		from = min(at, n)
	}
	to = min(from+s.config.PageSize, n)
	records = map[string]any{"totalRecords": n, "currentPageSize": to - from, "currentPageNumber": from / s.config.PageSize}
	if to < n {
		records["cursor"] = s.seal(place{to, id, s.config.Now().Add(s.config.CursorTTL).UnixMilli()})
	}
	return from, to, records, nil
}

func (s *Server) sign(payload string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(payload))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Server) seal(p place) string {
	text, _ := json.Marshal(p) // numbers and text only
	payload := cursorHead + "." + base64.RawURLEncoding.EncodeToString(text)
	return payload + "." + s.sign(payload)
}

func (s *Server) open(cursor, request string) (int, *refusal) {
	bad := refuse(http.StatusBadRequest, "Invalid cursor")
	cut := strings.LastIndexByte(cursor, '.')
	if cut < 0 || !hmac.Equal([]byte(s.sign(cursor[:cut])), []byte(cursor[cut+1:])) {
		return 0, bad
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(cursor[:cut], cursorHead+"."))
	var p place
	if err != nil || json.Unmarshal(text, &p) != nil || p.Request != request {
		return 0, bad
	}
	if s.config.Now().After(time.UnixMilli(p.Until)) {
		return 0, refuse(http.StatusBadRequest, "The cursor has expired")
	}
	return p.Offset, nil
}
