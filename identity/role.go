package identity

// Action is something that a role allows or not.
type Action string

// The actions of Waggle itself. None of them grants data: a source's own answer stands above.
const (
	Query           Action = "query"
	ConnectOwn      Action = "connect own sources"
	MintOwnToken    Action = "mint own access tokens"
	SeeOwnAudit     Action = "see own audit records"
	SeeAllAudit     Action = "see all audit records"
	EditModel       Action = "edit the model"
	DefineSource    Action = "define sources"
	EnableOrgSource Action = "switch on a source for the organisation"
	Administer      Action = "administer people, roles and access tokens"
)

var allowed = map[Action][]Role{
	Query:           {Viewer, Editor, Admin},
	ConnectOwn:      {Viewer, Editor, Admin},
	MintOwnToken:    {Viewer, Editor, Admin},
	SeeOwnAudit:     {Viewer, Editor, Admin},
	EditModel:       {Editor, Admin},
	SeeAllAudit:     {Admin},
	DefineSource:    {Admin},
	EnableOrgSource: {Admin},
	Administer:      {Admin},
}

// May reports whether a role allows an action; an unknown role or action is never allowed.
func May(role Role, action Action) bool {
	for _, r := range allowed[action] {
		if r == role {
			return true
		}
	}
	return false
}
