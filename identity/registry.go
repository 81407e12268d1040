package identity

import (
	"context"
	"regexp"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// Registry changes organisations, people and access tokens on somebody's behalf. Each change is in the journal before it
// is made, and live sessions see it at once.
type Registry struct {
	dir   *Directory
	by    *Session // nil: the operator of this machine
	login string
}

// As returns the registry for a person: an Admin changes his own organisation, everybody his own access tokens and password.
func (d *Directory) As(s *Session) *Registry { return &Registry{dir: d, by: s, login: s.Login} }

// AsOperator returns the registry for whoever runs Waggle's commands on this machine and so holds the store's file. name is for the journal.
func (d *Directory) AsOperator(name string) *Registry { return &Registry{dir: d, login: name} }

// Person is one person of an organisation.
type Person struct {
	ID       PersonID
	Org      OrgID
	OrgName  string
	Login    string
	Email    string
	Role     Role
	Disabled bool
}

var (
	slugForm  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	loginForm = regexp.MustCompile(`^[^\s"'\\[:cntrl:]]{1,63}$`)
	emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
)

// CreateOrg makes an organisation; its name is the name of its database.
func (r *Registry) CreateOrg(ctx context.Context, name string) (OrgID, error) {
	if r.by != nil {
		return "", denied("create an organisation")
	}
	if !slugForm.MatchString(name) || name == anyDatabase {
		return "", pgerr.New(pgerr.InvalidName, `"%s" cannot name an organisation`, name).
			WithHint("use lower-case letters, digits, _ and -, at most 63, a letter first; not waggle")
	}
	id := OrgID(newID())
	if err := r.record(ctx, Act{Kind: "admin.create_org", Org: id, Detail: map[string]string{"name": name}}); err != nil {
		return "", err
	}
	_, err := r.dir.db.Exec(ctx, "INSERT INTO org (id, slug, created_at) VALUES (?, ?, ?)", string(id), name, micros(r.dir.now()))
	return id, exists(err, `organisation "%s"`, name)
}

// Org returns the id of the organisation of that name; an unknown one is 3D000.
func (r *Registry) Org(ctx context.Context, name string) (OrgID, error) {
	id, ok, err := store.One(ctx, r.dir.db, store.Text, "SELECT id FROM org WHERE slug = ?", name)
	if err != nil {
		return "", err
	}
	if !ok || r.by != nil && r.by.Org != OrgID(id) {
		return "", pgerr.New(pgerr.InvalidCatalogName, `database "%s" does not exist`, name)
	}
	return OrgID(id), nil
}

// CreatePerson makes a person with a login, an e-mail that the caller vouches for, and a role; he cannot log in until he has a
// password or an access token. ID and OrgName of the argument are ignored.
func (r *Registry) CreatePerson(ctx context.Context, p Person) (PersonID, error) {
	if err := r.mayAdminister(p.Org); err != nil {
		return "", err
	}
	switch {
	case !loginForm.MatchString(p.Login):
		return "", pgerr.New(pgerr.InvalidName, `"%s" cannot be a login`, p.Login).WithHint("use up to 63 letters, digits and signs without blanks and quotes")
	case p.Email != "" && !emailForm.MatchString(p.Email):
		return "", pgerr.New(pgerr.InvalidParameterValue, `"%s" is no e-mail address`, p.Email)
	case !May(p.Role, Query):
		return "", unknownRole(p.Role)
	}
	id := PersonID(newID())
	act := Act{Kind: "admin.create_person", Org: p.Org, Person: id, Detail: map[string]string{"login": p.Login, "role": string(p.Role)}}
	if err := r.record(ctx, act); err != nil {
		return "", err
	}
	_, err := r.dir.db.Exec(ctx, `INSERT INTO person (id, org_id, login, email, role, password_hash, scram_salt, scram_iterations,
		totp_key, totp_step, totp_confirmed, created_at, ended_at) VALUES (?, ?, ?, ?, ?, '', ?, ?, '', 0, 0, ?, 0)`,
		string(id), string(p.Org), p.Login, p.Email, string(p.Role), randomBytes(saltSize), scramIterations, micros(r.dir.now()))
	return id, exists(err, `user "%s"`, p.Login)
}

// People lists an organisation's people by login.
func (r *Registry) People(ctx context.Context, org OrgID) ([]Person, error) {
	if err := r.mayAdminister(org); err != nil {
		return nil, err
	}
	return store.All(ctx, r.dir.db, func(row store.Row) (Person, error) {
		p, err := scanPerson(row)
		return p.public(), err
	}, selectPerson+"WHERE p.org_id = ? ORDER BY p.login", string(org))
}

// Person returns an organisation's person by login; an unknown one is 42704.
func (r *Registry) Person(ctx context.Context, org OrgID, login string) (Person, error) {
	p, ok, err := store.One(ctx, r.dir.db, scanPerson, selectPerson+"WHERE p.org_id = ? AND p.login = ?", string(org), login)
	if err != nil {
		return Person{}, err
	}
	if !ok || r.mayManage(p) != nil {
		return Person{}, pgerr.New(pgerr.UndefinedObject, `user "%s" does not exist`, login)
	}
	return p.public(), nil
}

func (p *person) public() Person {
	return Person{ID: p.id, Org: p.org, OrgName: p.slug, Login: p.login, Email: p.email, Role: p.role, Disabled: p.disabled}
}

// SetRole gives a person another role and ends his sessions.
func (r *Registry) SetRole(ctx context.Context, id PersonID, role Role) error {
	if !May(role, Query) {
		return unknownRole(role)
	}
	return r.administer(ctx, id, Act{Kind: "admin.set_role", Detail: map[string]string{"role": string(role)}},
		"UPDATE person SET role = ?, ended_at = ? WHERE id = ?", string(role), micros(r.dir.now()), string(id))
}

// Disable ends a person's sessions and refuses new ones; Enable takes it back.
func (r *Registry) Disable(ctx context.Context, id PersonID) error {
	now := micros(r.dir.now())
	return r.administer(ctx, id, Act{Kind: "admin.disable_person"},
		"UPDATE person SET disabled_at = ?, ended_at = ? WHERE id = ?", now, now, string(id))
}

// Enable lets a disabled person log in again.
func (r *Registry) Enable(ctx context.Context, id PersonID) error {
	return r.administer(ctx, id, Act{Kind: "admin.enable_person"}, "UPDATE person SET disabled_at = NULL WHERE id = ?", string(id))
}

// SwitchOffTOTP lets a person who has lost his device sign in by password alone, and ends his sessions.
func (r *Registry) SwitchOffTOTP(ctx context.Context, id PersonID) error {
	return r.administer(ctx, id, Act{Kind: "admin.mfa_disabled"},
		"UPDATE person SET totp_confirmed = 0, totp_sealed = NULL, ended_at = ? WHERE id = ?", micros(r.dir.now()), string(id))
}

// administer makes one change to a person by an administrator.
func (r *Registry) administer(ctx context.Context, id PersonID, act Act, text string, args ...any) error {
	p, err := r.person(ctx, id)
	if err != nil {
		return err
	}
	if err := r.mayAdminister(p.org); err != nil {
		return err
	}
	return r.change(ctx, p, act, func(c store.Conn) error {
		_, err := c.Exec(ctx, text, args...)
		return err
	})
}

// minPassword is the least length of a password, in bytes.
const minPassword = 8

// SetPassword sets the password of the console and ends the person's sessions. With wire the same password also opens the PostgreSQL
// port, as a SCRAM verifier: for demonstrations; elsewhere people mint access tokens.
func (r *Registry) SetPassword(ctx context.Context, id PersonID, password secret.Text, wire bool) error {
	p, err := r.person(ctx, id)
	if err != nil {
		return err
	}
	if err := r.mayManage(p); err != nil {
		return err
	}
	if len(password.Reveal()) < minPassword {
		return pgerr.New(pgerr.InvalidParameterValue, "the password is too short").WithDetail("It needs %d characters.", minPassword)
	}
	hash, err := r.dir.passwordHash(ctx, password)
	if err != nil {
		return err
	}
	v, err := p.newVerifier(password)
	if err != nil {
		return err
	}
	v.id, v.kind, v.name = newID(), kindPassword, "password"
	return r.change(ctx, p, Act{Kind: "admin.set_password"}, func(c store.Conn) error {
		now := micros(r.dir.now())
		_, err := c.Exec(ctx, "UPDATE person SET password_hash = ?, ended_at = ? WHERE id = ?", hash, now, string(id))
		if err != nil {
			return err
		}
		if _, err := c.Exec(ctx, "DELETE FROM verifier WHERE person_id = ? AND kind = ?", string(id), kindPassword); err != nil || !wire {
			return err
		}
		return r.dir.insertVerifier(ctx, c, p, v)
	})
}

// change writes the act to the journal, makes the change, and lets live sessions see it.
func (r *Registry) change(ctx context.Context, p *person, act Act, f func(store.Conn) error) error {
	act.Org, act.Person = p.org, p.id
	if act.Detail == nil {
		act.Detail = map[string]string{}
	}
	act.Detail["of"] = p.login
	if err := r.record(ctx, act); err != nil {
		return err
	}
	defer r.dir.standing.changed()
	return r.dir.db.Tx(ctx, f)
}

func (r *Registry) record(ctx context.Context, act Act) error {
	act.Login = r.login
	if r.by != nil {
		act.Client = r.by.ClientAddress
	}
	return r.dir.journal.Record(ctx, act)
}

func (r *Registry) person(ctx context.Context, id PersonID) (*person, error) {
	p, ok, err := store.One(ctx, r.dir.db, scanPerson, selectPerson+"WHERE p.id = ?", string(id))
	if err != nil {
		return nil, err
	}
	if !ok || r.by != nil && r.by.Org != p.org {
		return nil, pgerr.New(pgerr.UndefinedObject, "this user does not exist")
	}
	return p, nil
}

func (r *Registry) mayAdminister(org OrgID) error {
	if r.by == nil || r.by.Org == org && May(r.by.Role, Administer) {
		return nil
	}
	return denied(string(Administer))
}

// mayManage allows a person his own password and access tokens, and administrators everybody's.
func (r *Registry) mayManage(p *person) error {
	if r.by != nil && r.by.Person == p.id && May(r.by.Role, MintOwnToken) {
		return nil
	}
	return r.mayAdminister(p.org)
}

func denied(what string) *pgerr.Error {
	return pgerr.New(pgerr.InsufficientPrivilege, "permission denied to %s", strings.TrimSpace(what)).
		WithHint("ask an administrator of your organisation")
}

func unknownRole(role Role) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, `"%s" is no role`, role).WithHint("use viewer, editor or admin")
}

func exists(err error, format, name string) error {
	if pgerr.Code(err) != store.CodeDuplicate {
		return err
	}
	return pgerr.New(store.CodeDuplicate, format+" already exists", name)
}
