package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNothingPrintsASecret(t *testing.T) {
	const canary = "hunter2-canary"
	type holder struct {
		Token Text
		inner Text
	}
	h := holder{New(canary), New(canary)}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, h)
		fmt.Fprintf(&out, verb, &h)
		fmt.Fprintf(&out, verb, h.Token)
	}
	j, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "h", h, "t", h.inner)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "h", h, "t", h.inner)
	for _, form := range []string{canary, fmt.Sprintf("%x", canary)} {
		if strings.Contains(out.String(), form) {
			t.Fatalf("printed: %s", out.String())
		}
	}
	if h.Token.Reveal() != canary || !h.Token.Equal(h.inner) || (Text{}).Reveal() != "" {
		t.Fatal("a secret must be revealed unchanged")
	}
}
