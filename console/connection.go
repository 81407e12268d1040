package console

import (
	"net/http"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/vault"
)

// row is a connection as a page shows it.
type row struct {
	vault.ConnectionState
	Words    string // the state in a person's words
	Mood     string // good, bad or idle: the colour
	Org      bool
	Mine     bool   // this person may connect and disconnect it
	Sentence string // what an Admin acknowledges; "" for others
}

func (s *site) row(st vault.ConnectionState, who *identity.Session) row {
	r := row{ConnectionState: st, Org: st.Credential == vault.OrgCredential, Mine: true, Words: words[st.State], Mood: "bad"}
	switch {
	case st.State == vault.Connected:
		r.Mood = "good"
	case st.State == vault.None || st.State == vault.Disabled:
		r.Mood = "idle"
	}
	if r.Org {
		r.Mine = identity.May(who.Role, identity.EnableOrgSource)
		r.Sentence = vault.Sentence(st.Source)
	}
	return r
}

var words = map[vault.State]string{
	vault.None: "not connected", vault.Connected: "connected", vault.Expired: "sign in again",
	vault.Revoked: "ended by an administrator", vault.Misconfigured: "refused: an administrator must look", vault.Disabled: "not switched on",
}

type connectionsPage struct {
	Own, Org []row
	Admin    bool
}

// connections lists the person's connections and the organisation's.
func (s *site) connections(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	states, err := s.config.Connections.List(r.Context(), who)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	data := connectionsPage{Admin: identity.May(who.Role, identity.EnableOrgSource)}
	for _, st := range states {
		if one := s.row(st, who); one.Org {
			data.Org = append(data.Org, one)
		} else {
			data.Own = append(data.Own, one)
		}
	}
	s.show(w, r, http.StatusOK, view{Title: "Connections", Page: "connections", Who: who, Data: data})
}

// connection is where an error message of a query sends people: one connection and what to do about it.
func (s *site) connection(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	st, err := s.config.Connections.State(r.Context(), who, r.PathValue("source"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set(stateHeader, string(st.State))
	s.show(w, r, http.StatusOK, view{Title: st.Source, Page: "connection", Who: who, Data: s.row(st, who)})
}

// stateHeader tells Client what the page tells people.
const stateHeader = "Waggle-Connection"

type leavePage struct{ Source, Address string }

// begin sends the browser to the source. It does so by a page with a Refresh header, not by a redirect: browsers hold a redirect that
// answers a form against the policy form-action, over all hosts that the source may lead through.
func (s *site) begin(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	source := r.PathValue("source")
	st, err := s.config.Connections.State(r.Context(), who, source)
	if err == nil && (st.Login || st.Certificate) {
		s.bring(w, r, who, st)
		return
	}
	address, err := s.config.Connections.Begin(r.Context(), who, who.ID, source)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Refresh", refreshTo+address)
	s.show(w, r, http.StatusOK, view{Title: "To " + source, Page: "leave", Who: who, Data: leavePage{source, address}})
}

// bring keeps the password or the certificate that a form has brought for a source without OAuth.
func (s *site) bring(w http.ResponseWriter, r *http.Request, who *identity.Session, st vault.ConnectionState) {
	source, user, err := st.Source, r.PostFormValue("user"), error(nil)
	if st.Certificate {
		_, err = s.config.Connections.SetCertificate(r.Context(), who, source,
			vault.Certificate{User: user, PEM: r.PostFormValue("certificate"), Key: secret.New(r.PostFormValue("key"))})
	} else {
		_, err = s.config.Connections.SetPassword(r.Context(), who, source, user, secret.New(r.PostFormValue("password")))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), keyNotice, source+" is connected. You can run your query again.")
	see(w, r, "/connect/"+source)
}

const refreshTo = "0; url="

// callback takes the answer that the browser brings from the source; the address with the code leaves the browser's history by a redirect.
func (s *site) callback(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	source := r.PathValue("source")
	cb := vault.Callback{Browser: who.ID, Source: source, Query: r.URL.Query()}
	if _, err := s.config.Connections.Complete(r.Context(), who, cb); err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), keyNotice, source+" is connected. You can run your query again.")
	see(w, r, "/connect/"+source)
}

func (s *site) disconnect(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	source := r.PathValue("source")
	s.done(w, r, s.config.Connections.Disconnect(r.Context(), who, source), source+" is disconnected.")
}

// enable switches a source of the organisation on; the form repeats the sentence that the Admin has read.
func (s *site) enable(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	source := r.PathValue("source")
	err := s.config.Connections.Enable(r.Context(), who, source, r.PostFormValue("acknowledgement"))
	s.done(w, r, err, source+" is switched on for the organisation.")
}

func (s *site) disable(w http.ResponseWriter, r *http.Request, who *identity.Session) {
	source := r.PathValue("source")
	s.done(w, r, s.config.Connections.Disable(r.Context(), who, source), source+" is switched off for the organisation.")
}

// done answers a form about a connection.
func (s *site) done(w http.ResponseWriter, r *http.Request, err error, notice string) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), keyNotice, notice)
	see(w, r, "/connections")
}
