package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	_ "crypto/sha512" // certificates signed with SHA-384 or SHA-512 are hashed with it

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

// The SASL mechanisms.
const (
	MechanismSCRAM     = "SCRAM-SHA-256"
	MechanismSCRAMPlus = "SCRAM-SHA-256-PLUS"
)

// SCRAM is the server's side of RFC 5802 and RFC 7677 for one connection. It is our own because a person may hold
// several access tokens: all have one salt, and the client's proof tells which of them it was.
type SCRAM struct {
	dir     *Directory
	binding []byte
}

// SCRAM returns the mechanism for one connection; binding is EndpointBinding of the certificate in use, nil without TLS.
func (d *Directory) SCRAM(binding []byte) *SCRAM { return &SCRAM{dir: d, binding: binding} }

// EndpointBinding is the channel binding tls-server-end-point (RFC 5929 section 4.1) of a server's certificate: its hash by
// the signature's own hash function, SHA-256 for MD5 and SHA-1. It is nil for a signature without one (Ed25519).
func EndpointBinding(certificate *x509.Certificate) []byte {
	hash, ok := endpointHash[certificate.SignatureAlgorithm]
	if !ok {
		return nil
	}
	h := hash.New()
	h.Write(certificate.Raw)
	return h.Sum(nil)
}

// Mechanisms lists what to offer, best first.
func (s *SCRAM) Mechanisms() []string {
	if s.binding != nil {
		return []string{MechanismSCRAMPlus, MechanismSCRAM}
	}
	return []string{MechanismSCRAM}
}

// Attempt is what is known of a client before it has proved anything.
type Attempt struct {
	Mechanism   string
	Database    string
	User        string
	Application string
	Address     string // host:port
}

// Conversation is an exchange that waits for the client's proof; one goroutine may call Finish once.
type Conversation struct {
	scram      *SCRAM
	attempt    Attempt
	person     *person // nil when there is nobody of that name
	candidates []verifier
	gs2        string // the client's header, repeated in its final message
	nonce      string // the client's and ours
	auth       string // client-first-message-bare, server-first-message
}

// Start takes the client's first message and returns the server's first message. It answers alike for people who do not exist. It waits
// when guesses from this address have failed before.
func (s *SCRAM) Start(ctx context.Context, a Attempt, clientFirst []byte) (*Conversation, []byte, error) {
	first, err := s.parseFirst(a.Mechanism, string(clientFirst))
	if err != nil {
		return nil, nil, err
	}
	if err := s.dir.throttle.wait(ctx, a.User, a.Address); err != nil {
		return nil, nil, err
	}
	arrived := time.Now()
	c := &Conversation{scram: s, attempt: a, gs2: first.gs2}
	if c.person, err = s.dir.find(ctx, a.Database, a.User); err != nil {
		return nil, nil, err
	}
	salt, iterations := s.dir.mockSalt(a), scramIterations
	var id PersonID
	if c.person != nil {
		id, salt, iterations = c.person.id, c.person.salt, c.person.iterations
	}
	if c.candidates, err = s.dir.verifiers(ctx, id); err != nil {
		return nil, nil, err
	}
	c.nonce = first.nonce + base64.StdEncoding.EncodeToString(randomBytes(18))
	serverFirst := serverFirstMessage(c.nonce, salt, iterations)
	c.auth = first.bare + "," + serverFirst
	return c, []byte(serverFirst), sleep(ctx, answerGrain-time.Since(arrived)%answerGrain)
}

// answerGrain is what the time until the server's first message is a multiple of: the few microseconds that a person's rows take longer
// to read than nobody's do not show.
const answerGrain = 2 * time.Millisecond

// mockSalt is the salt of somebody who does not exist: always the same for the same name, as a real one is.
func (d *Directory) mockSalt(a Attempt) []byte {
	mac := hmac.New(sha256.New, d.mockKey)
	mac.Write([]byte(a.User + "\x00" + a.Database))
	return mac.Sum(nil)[:saltSize]
}

const saltSize = 16

// verifiers returns what a person can log in with now; nobody has none, and costs the same look-up.
func (d *Directory) verifiers(ctx context.Context, id PersonID) ([]verifier, error) {
	return store.All(ctx, d.db, func(r store.Row) (v verifier, err error) {
		return v, r.Scan(&v.id, &v.kind, &v.name, &v.storedKey, &v.serverKey, &v.lastUsed)
	}, `SELECT id, kind, name, stored_key, server_key, coalesce(last_used_at, 0) FROM verifier
		WHERE person_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY id`,
		string(id), micros(d.now()))
}

// Finish takes the client's final message. On success it returns the server's final message and the session, whose login
// is in the journal. A person who proves himself but asked for another organisation's database gets 3D000 together with the server's final
// message, which is to be sent first; every other failure is 28P01, or 08P01 for a message that is not SCRAM.
func (c *Conversation) Finish(ctx context.Context, clientFinal []byte) ([]byte, *Session, error) {
	final, err := c.parseFinal(string(clientFinal))
	if err != nil {
		return nil, nil, err
	}
	d := c.scram.dir
	proved := c.prove(final)
	if proved == nil || c.person == nil {
		d.throttle.failed(c.attempt.User, c.attempt.Address)
		return nil, nil, c.refuse(ctx, wrongPassword(c.attempt.User))
	}
	d.throttle.succeeded(c.attempt.User, c.attempt.Address)
	signature := mac(proved.serverKey, c.auth+","+final.withoutProof)
	serverFinal := []byte("v=" + base64.StdEncoding.EncodeToString(signature))
	if err := c.person.checkDatabase(c.attempt.Database); err != nil {
		return serverFinal, nil, c.refuse(ctx, err)
	}
	session := c.session(proved)
	if err := d.admit(ctx, session); err != nil {
		return nil, nil, err
	}
	return serverFinal, session, d.used(ctx, proved)
}

// prove returns the verifier whose secret the client has, or nil. The work is the same for any number of verifiers.
func (c *Conversation) prove(final finalMessage) *verifier {
	var proved *verifier
	nobody := verifier{storedKey: make([]byte, sha256.Size)}
	for i := range MaxTokens {
		v := &nobody
		if i < len(c.candidates) {
			v = &c.candidates[i]
		}
		signature := mac(v.storedKey, c.auth+","+final.withoutProof)
		clientKey := make([]byte, sha256.Size)
		subtle.XORBytes(clientKey, final.proof, signature)
		if stored := sha256.Sum256(clientKey); subtle.ConstantTimeCompare(stored[:], v.storedKey) == 1 && v != &nobody {
			proved = v
		}
	}
	return proved
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

func (c *Conversation) session(v *verifier) *Session {
	s := c.person.session(c.scram.dir.now())
	s.Method = strings.ToLower(c.attempt.Mechanism)
	s.Application, s.ClientAddress = c.attempt.Application, c.attempt.Address
	if v.kind == kindToken {
		s.Token = v.id
	}
	return s
}

// refuse writes the failure to the journal and returns it; a journal that cannot write refuses in its own words.
func (c *Conversation) refuse(ctx context.Context, failure error) error {
	act := Act{Kind: "login_failed", Login: c.attempt.User, Client: c.attempt.Address, Code: pgerr.Code(failure),
		Detail: map[string]string{"method": strings.ToLower(c.attempt.Mechanism)}}
	if c.person != nil {
		act.Org, act.Person = c.person.org, c.person.id
	}
	if err := c.scram.dir.journal.Record(ctx, act); err != nil {
		return err
	}
	return failure
}

// admit writes a successful login to the journal; without it there is no session.
func (d *Directory) admit(ctx context.Context, s *Session) error {
	detail := map[string]string{"method": s.Method, "session": s.ID}
	if s.Token != "" {
		detail["token"] = s.Token
	}
	return d.journal.Record(ctx, Act{Kind: "login", Org: s.Org, Person: s.Person, Login: s.Login, Client: s.ClientAddress, Detail: detail})
}

// used notes the time of use, at most once a minute: it is for the owner's eyes.
func (d *Directory) used(ctx context.Context, v *verifier) error {
	now := micros(d.now())
	if now-v.lastUsed < 60_000_000 {
		return nil
	}
	_, err := d.db.Exec(ctx, "UPDATE verifier SET last_used_at = ? WHERE id = ?", now, v.id)
	return err
}
