package tcli

// The types of columns.
const (
	Boolean   int32 = 0
	Tinyint   int32 = 1
	Smallint  int32 = 2
	Int       int32 = 3
	Bigint    int32 = 4
	Float     int32 = 5
	Double    int32 = 6
	String    int32 = 7
	Timestamp int32 = 8
	Binary    int32 = 9
	Array     int32 = 10
	Decimal   int32 = 15
	Null      int32 = 16
	Date      int32 = 17
)

// The forms of results.
const (
	ArrowBased  int32 = 0
	ColumnBased int32 = 1
	URLBased    int32 = 3
)

// QualifierValue is a number of a type, such as its precision.
type QualifierValue struct {
	Int *int32 `t:"1"`
}

// Qualifiers are the numbers of a type, by name.
type Qualifiers struct {
	Values map[string]*QualifierValue `t:"1"`
}

// PrimitiveType is a type.
type PrimitiveType struct {
	Type       int32       `t:"1"`
	Qualifiers *Qualifiers `t:"2"`
}

// TypeEntry is a part of a type's description.
type TypeEntry struct {
	Primitive *PrimitiveType `t:"1"`
}

// TypeDesc describes a type.
type TypeDesc struct {
	Types []*TypeEntry `t:"1,required"`
}

// ColumnDesc describes a column. Positions count from 1.
type ColumnDesc struct {
	Name     string    `t:"1"`
	Type     *TypeDesc `t:"2"`
	Position int32     `t:"3"`
	Comment  *string   `t:"4"`
}

// TableSchema describes a result's columns.
type TableSchema struct {
	Columns []*ColumnDesc `t:"1,required"`
}

// MetadataResp describes a result. ArrowSchema is the beginning of an Arrow IPC stream; each inline batch continues it.
type MetadataResp struct {
	Status            *Status      `t:"1"`
	Schema            *TableSchema `t:"2"`
	ResultFormat      *int32       `t:"1281"`
	LZ4Compressed     *bool        `t:"1282"`
	ArrowSchema       []byte       `t:"1283"`
	CacheLookup       *int32       `t:"1284"`
	UncompressedBytes *int64       `t:"1285"`
	CompressedBytes   *int64       `t:"1286"`
	Staging           *bool        `t:"1287"`
}

// The ways through a result: only onwards.
const (
	FetchNext  int32 = 0
	FetchFirst int32 = 4
)

// FetchResultsReq asks for rows.
type FetchResultsReq struct {
	Operation       *OperationHandle `t:"1"`
	Orientation     int32            `t:"2"`
	MaxRows         int64            `t:"3"`
	FetchType       int16            `t:"4"`
	MaxBytes        *int64           `t:"1281"`
	StartRowOffset  *int64           `t:"1282"`
	IncludeMetadata *bool            `t:"1283"`
}

// FetchResultsResp answers with rows.
type FetchResultsResp struct {
	Status      *Status       `t:"1"`
	HasMoreRows *bool         `t:"2"`
	Results     *RowSet       `t:"3"`
	Metadata    *MetadataResp `t:"1281"`
}

// Row is a row of the oldest form, which the emulator does not send.
type Row struct{}

// RowSet is rows, or addresses at which they are.
type RowSet struct {
	StartRowOffset int64         `t:"1"`
	Rows           []*Row        `t:"2,required"`
	ArrowBatches   []*ArrowBatch `t:"1281"`
	ResultLinks    []*ResultLink `t:"1282"`
}

// ArrowBatch is record batches of an Arrow IPC stream without its schema.
type ArrowBatch struct {
	Batch    []byte `t:"1"`
	RowCount int64  `t:"2"`
}

// ResultLink is the address of a whole Arrow IPC stream. Its expiry is in seconds since 1970.
type ResultLink struct {
	FileLink       string            `t:"1"`
	ExpiryTime     int64             `t:"2"`
	StartRowOffset int64             `t:"3"`
	RowCount       int64             `t:"4"`
	Bytes          int64             `t:"5"`
	HTTPHeaders    map[string]string `t:"6"`
}
