package identity

import (
	"fmt"
	"testing"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestOnPostgreSQL runs the directory's statements on the other kind of store.
func TestOnPostgreSQL(t *testing.T) {
	server := oracle.ForTest(t)
	t.Run("", func(t *testing.T) {
		w := newWorldOn(t, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port))
		ctx := t.Context()
		info, token := w.token(t, w.bob, 0)
		s := login(t, w, "bob", "acme", token.Reveal())
		if err := w.dir.Alive(ctx, s); err != nil {
			t.Fatal(err)
		}
		if list, err := w.reg.Tokens(ctx, w.bob); err != nil || len(list) != 1 || list[0].LastUsed.IsZero() {
			t.Fatal(list, err)
		}
		for _, user := range []string{"nobody", "not utf-8 \xff", "nul\x00"} {
			a := attempt
			a.User = user
			_, err := converse(t, w.dir.SCRAM(nil), a, "wrong", nil)
			wantCode(t, err, pgerr.InvalidPassword)
		}
		if b, err := w.signIn("bob", bobsPassword, ""); err != nil {
			t.Fatal(err)
		} else if _, err := w.dir.EnrolTOTP(ctx, b); err != nil {
			t.Fatal(err)
		} else {
			wantCode(t, w.dir.ConfirmTOTP(ctx, b, "000000"), pgerr.InvalidPassword)
		}
		if err := w.reg.RevokeToken(ctx, w.bob, info.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, w.dir.Alive(ctx, s), pgerr.InvalidAuthorization)
		if people, err := w.reg.People(ctx, w.acme); err != nil || len(people) != 3 {
			t.Fatal(people, err)
		}
		if err := w.reg.Disable(ctx, w.bob); err != nil {
			t.Fatal(err)
		}
	})
}
