package tcli

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// requests are the structs into which each method's arguments are read.
func requests() map[string]any {
	return map[string]any{
		"OpenSession": &OpenSessionReq{}, "CloseSession": &SessionReq{}, "GetInfo": &SessionReq{}, "ExecuteStatement": &ExecuteStatementReq{},
		"GetOperationStatus": &OperationReq{}, "GetResultSetMetadata": &OperationReq{}, "CancelOperation": &OperationReq{},
		"CloseOperation": &OperationReq{}, "FetchResults": &FetchResultsReq{},
	}
}

// The requests are those of the vendor's driver, as it sent them.
func TestRequestsOfTheDriver(t *testing.T) {
	golden.Run(t, "testdata/requests.test", func(t *testing.T, c *golden.Case) string {
		body, err := hex.DecodeString(strings.Join(strings.Fields(c.Input), ""))
		if err != nil {
			t.Fatal(err)
		}
		call, err := Read(body)
		if err != nil {
			return err.Error()
		}
		into := requests()[call.Method]
		if err := call.Arguments(into); err != nil {
			return err.Error()
		}
		text, err := json.MarshalIndent(into, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return call.Method + " " + string(text)
	})
}

func TestReplies(t *testing.T) {
	state, text, yes, n := Errored, "no", true, int32(7)
	replies := map[string]any{
		"status": &StatusResp{Status: &Status{Code: Failed, SQLState: &text}},
		"session": &OpenSessionResp{Status: &Status{}, Protocol: ProtocolV8, Session: &SessionHandle{ID: &Identifier{GUID: []byte{1, 2}, Secret: []byte{3}}},
			Configuration: map[string]string{"b": "2", "a": "1"}},
		"operation": &OperationStatusResp{Status: &Status{}, State: &state, DisplayMessage: &text, HasResultSet: &yes},
		"schema": &MetadataResp{Status: &Status{}, Schema: &TableSchema{Columns: []*ColumnDesc{{Name: "c", Position: 1, Type: &TypeDesc{Types: []*TypeEntry{
			{Primitive: &PrimitiveType{Type: Decimal, Qualifiers: &Qualifiers{Values: map[string]*QualifierValue{"scale": {Int: &n}}}}}}}}}}},
		"rows":  &FetchResultsResp{Status: &Status{}, HasMoreRows: &yes, Results: &RowSet{ArrowBatches: []*ArrowBatch{{Batch: []byte("x"), RowCount: 1}}}},
		"empty": &FetchResultsResp{Status: &Status{}, Results: &RowSet{StartRowOffset: 5, Rows: []*Row{}}},
	}
	golden.Run(t, "testdata/replies.test", func(t *testing.T, c *golden.Case) string {
		call := &Call{Method: "M", seq: 2}
		body, err := call.Reply(replies[c.Input])
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(hex.Dump(body))
	})
}

// TestRoundTrip reads what has been written back into the same struct.
func TestRoundTrip(t *testing.T) {
	lines, name, offset := int64(9), "p", int64(3)
	for _, want := range []any{
		&ExecuteStatementReq{Statement: "SELECT 1", ConfOverlay: map[string]string{"query_tags": "a:b"}, RunAsync: true, QueryTimeout: 5,
			GetDirectResults: &DirectResultsReq{MaxRows: 1, MaxBytes: &lines}, Parameters: []*Parameter{{Name: &name, Value: &ParameterValue{Text: &name}}}},
		&FetchResultsReq{Orientation: FetchFirst, MaxRows: 7, FetchType: 1, StartRowOffset: &offset},
	} {
		body, err := (&Call{Method: "M"}).Reply(want)
		if err != nil {
			t.Fatal(err)
		}
		body[3] = 1 // a call: its argument has the number 1, a reply's result 0
		body = []byte(strings.Replace(string(body), "\x0c\x00\x00", "\x0c\x00\x01", 1))
		call, err := Read(body)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
		if err := call.Arguments(got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v (%v)", got, want, err)
		}
	}
}

func TestWhatIsNoCall(t *testing.T) {
	for _, text := range []string{"", "80010001", "8001000200000001410000000000", "deadbeef", "800100017fffffff41"} {
		body, _ := hex.DecodeString(text)
		if _, err := Read(body); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	for name, req := range requests() {
		body, _ := (&Call{Method: name}).Reply(req)
		body[3] = 1
		f.Add(body)
	}
	f.Fuzz(func(_ *testing.T, body []byte) {
		call, err := Read(body)
		if err != nil {
			return
		}
		if into := requests()[call.Method]; into != nil {
			_ = call.Arguments(into)
		}
	})
}
