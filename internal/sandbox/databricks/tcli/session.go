package tcli

// The protocol's versions: what a client says and what the service answers decide what may travel.
const (
	ProtocolV1 = 0xA501 // direct results
	ProtocolV3 = 0xA503 // results behind addresses
	ProtocolV5 = 0xA505 // Arrow
	ProtocolV8 = 0xA508 // parameters
)

// The status codes.
const (
	Success        int32 = 0
	StillExecuting int32 = 2
	Failed         int32 = 3
	InvalidHandle  int32 = 4
)

// Status says how a call went.
type Status struct {
	Code           int32   `t:"1"`
	SQLState       *string `t:"3"`
	ErrorCode      *int32  `t:"4"`
	ErrorMessage   *string `t:"5"`
	DisplayMessage *string `t:"6"`
}

// Identifier names a session or an operation. The secret must come back with it.
type Identifier struct {
	GUID   []byte `t:"1"`
	Secret []byte `t:"2"`
}

// SessionHandle names a session.
type SessionHandle struct {
	ID *Identifier `t:"1"`
}

// Namespace is a catalog and a schema.
type Namespace struct {
	Catalog *string `t:"1"`
	Schema  *string `t:"2"`
}

// OpenSessionReq asks for a session.
type OpenSessionReq struct {
	ClientProtocol    int32             `t:"1"`
	Configuration     map[string]string `t:"4"`
	ClientProtocolI64 *int64            `t:"1282"`
	InitialNamespace  *Namespace        `t:"1284"`
	MultipleCatalogs  *bool             `t:"1285"`
}

// OpenSessionResp answers with a session.
type OpenSessionResp struct {
	Status           *Status           `t:"1"`
	Protocol         int32             `t:"2"`
	Session          *SessionHandle    `t:"3"`
	Configuration    map[string]string `t:"4"`
	InitialNamespace *Namespace        `t:"1284"`
	MultipleCatalogs *bool             `t:"1285"`
}

// SessionReq is about a session: CloseSession, and GetInfo with a type.
type SessionReq struct {
	Session  *SessionHandle `t:"1"`
	InfoType int32          `t:"2"`
}

// StatusResp is an answer that has nothing but a status.
type StatusResp struct {
	Status *Status `t:"1"`
}

// The kinds of information that GetInfo knows.
const (
	InfoServerName int32 = 13
	InfoName       int32 = 17
	InfoVersion    int32 = 18
)

// InfoValue is an information.
type InfoValue struct {
	Text *string `t:"1"`
}

// GetInfoResp answers GetInfo.
type GetInfoResp struct {
	Status *Status    `t:"1"`
	Value  *InfoValue `t:"2"`
}
