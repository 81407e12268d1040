package vault

import "github.com/waggle-sql/waggle/identity"

// Sessions is told when sessions that were opened under a connection must end. Its methods return at once; they are called after
// the store has changed.
type Sessions interface{ Forget(Ended) }

// Ended names the tokens of a connection that are over.
type Ended struct {
	Source string
	Org    identity.OrgID
	Person identity.PersonID // "" for the organisation's own connection: everybody who used it
	Before int64             // tokens of generations before this one; 0 for all
}

// ended tells Sessions; before is as in Ended.
func (v *Vault) ended(key connKey, before int64) {
	if v.config.Sessions != nil {
		v.config.Sessions.Forget(Ended{key.source, key.org, key.person, before})
	}
}
