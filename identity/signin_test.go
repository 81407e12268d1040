package identity

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

func (w *world) signIn(user, password, code string) (*Session, error) {
	return w.dir.SignIn(context.Background(), SignIn{Login: user, Password: secret.New(password), Code: code, Address: "198.51.100.7:1"})
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	for _, user := range []string{"bob", "bob@acme", "bob@" + string(w.acme) + ".example"} {
		s, err := w.signIn(user, bobsPassword, "")
		if err != nil || s.Person != w.bob || s.Method != "password" || s.Token != "" {
			t.Fatal(user, s, err)
		}
	}
	for _, c := range [][2]string{{"bob", "wrong"}, {"bob", ""}, {"carol", ""}, {"carol", "anything"}, {"nobody", bobsPassword}} {
		if s, err := w.signIn(c[0], c[1], ""); s != nil || pgerr.Code(err) != pgerr.InvalidPassword || err.Error() != wrongPassword(c[0]).Message {
			t.Error(c, s, err)
		}
	}
	wantCode(t, w.reg.SetPassword(t.Context(), w.bob, secret.New("short"), false), pgerr.InvalidParameterValue)
	if err := w.reg.SetPassword(t.Context(), w.bob, secret.New("only for the console"), false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.signIn("bob", "only for the console", ""); err != nil {
		t.Fatal(err)
	}
	_, err := converse(t, w.dir.SCRAM(nil), attempt, "only for the console", nil)
	wantCode(t, err, pgerr.InvalidPassword)
	if err := w.reg.Disable(t.Context(), w.bob); err != nil {
		t.Fatal(err)
	}
	_, err = w.signIn("bob", "only for the console", "")
	wantCode(t, err, pgerr.InvalidPassword)
}

func TestOneTimePasswords(t *testing.T) {
	w := newWorld(t)
	s, err := w.signIn("bob", bobsPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	link, err := w.dir.EnrolTOTP(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(link.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	code := func() string {
		c, err := totp.GenerateCode(address.Query().Get("secret"), w.clock.now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := w.signIn("bob", bobsPassword, ""); err != nil {
		t.Fatalf("not confirmed yet: %v", err)
	}
	wantCode(t, w.dir.ConfirmTOTP(t.Context(), s, "000000"), pgerr.InvalidPassword)
	if err := w.dir.ConfirmTOTP(t.Context(), s, code()); err != nil {
		t.Fatal(err)
	}
	_, err = w.signIn("bob", bobsPassword, code())
	wantCode(t, err, pgerr.InvalidPassword) // the code that confirmed is used up
	w.clock.add(30 * time.Second)
	for _, wrong := range []string{"", "12345", "1234567"} {
		_, err = w.signIn("bob", bobsPassword, wrong)
		wantCode(t, err, pgerr.InvalidPassword)
	}
	if s, err := w.signIn("bob", bobsPassword, code()); err != nil || s.Method != "password+totp" {
		t.Fatal(s, err)
	}
	_, err = w.signIn("bob", bobsPassword, code())
	wantCode(t, err, pgerr.InvalidPassword)
	if _, err := w.dir.EnrolTOTP(t.Context(), s); pgerr.Code(err) != pgerr.ObjectNotInPrerequisite {
		t.Fatalf("enrolling twice: %v", err)
	}
	if err := w.reg.SwitchOffTOTP(t.Context(), w.bob); err != nil {
		t.Fatal(err)
	}
	if _, err := w.signIn("bob", bobsPassword, ""); err != nil {
		t.Fatal(err)
	}
}

func TestThrottle(t *testing.T) {
	c := &clock{at: time.Unix(1_000_000, 0)}
	th := newThrottle(c.now)
	for range int(freePair) {
		th.failed("bob", "192.0.2.1:1")
	}
	if th.reserve("bob", "192.0.2.1") != 0 {
		t.Fatal("the first failures are free")
	}
	th.failed("bob", "192.0.2.1:2")
	if got := th.reserve("bob", "192.0.2.1"); got != 2*time.Second {
		t.Fatal(got)
	}
	if got := th.reserve("bob", "192.0.2.1"); got != 4*time.Second {
		t.Fatal("who waits together queues up", got)
	}
	if th.reserve("bob", "192.0.2.2") != 0 || th.reserve("ada", "192.0.2.1") != 0 {
		t.Fatal("others are not slowed")
	}
	for range 5 {
		th.reserve("bob", "192.0.2.1")
	}
	if err := th.wait(t.Context(), "bob", "192.0.2.1:3"); pgerr.Code(err) != pgerr.TooManyConnections {
		t.Fatal(err)
	}
	c.add(time.Minute)
	if th.reserve("bob", "192.0.2.1") != 0 {
		t.Fatal("debts melt")
	}
	for i := range int(freeNetwork) + 2 {
		th.failed(fmt.Sprint(i), "[2001:db8::1]:1")
	}
	if th.reserve("ada", network("[2001:db8::2]:9")) == 0 {
		t.Fatal("one /64 is one network")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := th.wait(ctx, "ada", "[2001:db8::3]:9"); pgerr.Code(err) != pgerr.QueryCanceled {
		t.Fatal(err)
	}
	for i := range maxDebts + 10 {
		th.failed(fmt.Sprint(i), fmt.Sprintf("host%d", i))
	}
	if len(th.debt) > maxDebts+1 {
		t.Fatal(len(th.debt))
	}
}
