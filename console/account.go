package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

type accountPage struct {
	Tokens []tokenRow
	Minted string // an access token, shown this once
	Link   string // an otpauth: address, shown this once
}

type tokenRow struct {
	identity.AccessToken
	Good bool
}

// account shows a person's access tokens.
func (s *site) account(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	s.showAccount(w, r, who, accountPage{})
}

func (s *site) showAccount(w http.ResponseWriter, r *http.Request, who *identity.Session, data accountPage) {
	list, err := s.config.Directory.As(who).Tokens(r.Context(), who.Person)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, t := range list {
		data.Tokens = append(data.Tokens, tokenRow{t, t.Revoked.IsZero() && t.Expires.After(time.Now())})
	}
	s.show(w, r, http.StatusOK, view{Title: "Account", Page: "account", Who: who, Data: data})
}

// stepUp is how old a sign-in may be for what makes or changes credentials.
const stepUp = 5 * time.Minute

// recent asks people to sign in again before they change credentials.
func recent(who *identity.Session) error {
	if time.Since(who.Since) <= stepUp {
		return nil
	}
	return pgerr.New(pgerr.InsufficientPrivilege, "your sign-in is too old for this").WithHint("sign out and in again, then repeat this within five minutes")
}

func (s *site) mint(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	err := recent(who)
	var data accountPage
	if err == nil {
		name := strings.TrimSpace(r.PostFormValue("name"))
		_, token, merr := s.config.Directory.As(who).MintToken(r.Context(), who.Person, name[:min(len(name), 60)], 0)
		data.Minted, err = token.Reveal(), merr
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showAccount(w, r, who, data)
}

func (s *site) revoke(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	if err := s.config.Directory.As(who).RevokeToken(r.Context(), who.Person, r.PathValue("token")); err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), keyNotice, "The access token is revoked.")
	see(w, r, "/account")
}

// enrol shows the key of one-time passwords; they are asked for from the first right code on.
func (s *site) enrol(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	err := recent(who)
	var data accountPage
	if err == nil {
		link, eerr := s.config.Directory.EnrolTOTP(r.Context(), who)
		data.Link, err = link.Reveal(), eerr
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showAccount(w, r, who, data)
}

func (s *site) confirm(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	if err := s.config.Directory.ConfirmTOTP(r.Context(), who, strings.TrimSpace(r.PostFormValue("code"))); err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), keyNotice, "One-time passwords are on.")
	see(w, r, "/account")
}
