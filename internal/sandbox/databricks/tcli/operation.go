package tcli

// The states of an operation.
const (
	Initialized int32 = 0
	Running     int32 = 1
	Finished    int32 = 2
	Canceled    int32 = 3
	Closed      int32 = 4
	Errored     int32 = 5
	Pending     int32 = 7
	TimedOut    int32 = 8
)

// ExecuteStatement is the type of every operation here.
const ExecuteStatement int32 = 0

// OperationHandle names an operation.
type OperationHandle struct {
	ID           *Identifier `t:"1"`
	Type         int32       `t:"2"`
	HasResultSet bool        `t:"3"`
}

// DirectResultsReq asks for the result with the answer.
type DirectResultsReq struct {
	MaxRows  int64  `t:"1"`
	MaxBytes *int64 `t:"2"`
}

// ArrowTypes says which types a client reads as Arrow's own.
type ArrowTypes struct {
	Timestamp *bool `t:"1"`
	Decimal   *bool `t:"2"`
	Complex   *bool `t:"3"`
	Interval  *bool `t:"4"`
}

// ParameterValue is a parameter's value.
type ParameterValue struct {
	Text   *string  `t:"1"`
	Double *float64 `t:"2"`
	Bool   *bool    `t:"3"`
}

// Parameter is a value for a place in a statement: by name, or in order where it has none.
type Parameter struct {
	Ordinal *int32          `t:"1"`
	Name    *string         `t:"2"`
	Type    *string         `t:"3"`
	Value   *ParameterValue `t:"4"`
}

// ExecuteStatementReq asks to run a statement.
type ExecuteStatementReq struct {
	Session          *SessionHandle    `t:"1"`
	Statement        string            `t:"2"`
	ConfOverlay      map[string]string `t:"3"`
	RunAsync         bool              `t:"4"`
	QueryTimeout     int64             `t:"5"`
	GetDirectResults *DirectResultsReq `t:"1281"`
	CanReadArrow     *bool             `t:"1282"`
	CanDownload      *bool             `t:"1283"`
	CanDecompressLZ4 *bool             `t:"1284"`
	MaxBytesPerFile  *int64            `t:"1285"`
	ArrowTypes       *ArrowTypes       `t:"1286"`
	ResultRowLimit   *int64            `t:"1287"`
	Parameters       []*Parameter      `t:"1288"`
}

// ExecuteStatementResp answers with an operation, and with its result where that is there already.
type ExecuteStatementResp struct {
	Status        *Status          `t:"1"`
	Operation     *OperationHandle `t:"2"`
	DirectResults *DirectResults   `t:"1281"`
}

// DirectResults are the answers that the client need not ask for.
type DirectResults struct {
	OperationStatus   *OperationStatusResp `t:"1"`
	ResultSetMetadata *MetadataResp        `t:"2"`
	ResultSet         *FetchResultsResp    `t:"3"`
	CloseOperation    *StatusResp          `t:"4"`
}

// OperationReq is about an operation: GetOperationStatus, GetResultSetMetadata, CancelOperation and CloseOperation.
type OperationReq struct {
	Operation *OperationHandle `t:"1"`
}

// OperationStatusResp says how an operation fares. Times are milliseconds since 1970.
type OperationStatusResp struct {
	Status         *Status `t:"1"`
	State          *int32  `t:"2"`
	SQLState       *string `t:"3"`
	ErrorCode      *int32  `t:"4"`
	ErrorMessage   *string `t:"5"`
	Started        *int64  `t:"7"`
	Completed      *int64  `t:"8"`
	HasResultSet   *bool   `t:"9"`
	ModifiedRows   *int64  `t:"11"`
	DisplayMessage *string `t:"1281"`
	DiagnosticInfo *string `t:"1282"`
}
