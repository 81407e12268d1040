package databricks

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
)

// call makes one call as a person and reads its answer; the status is HTTP's.
func (b *bench) call(login, method string, req, into any) int {
	b.t.Helper()
	var message tcli.Call
	message.Method = method
	body, err := message.Reply(req)
	if err != nil {
		b.t.Fatal(err)
	}
	// A call differs from a reply in its kind and in its argument's number.
	body[3] = byte(thrift.CALL)
	body[8+len(method)+4+2] = 1
	status, answer := b.post(login, body)
	if status != http.StatusOK {
		return status
	}
	// An answer is read as a call whose argument has the number 0.
	answer[3] = byte(thrift.CALL)
	answer[8+len(method)+4+2] = 1
	back, err := tcli.Read(answer)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := back.Arguments(into); err != nil {
		b.t.Fatal(err)
	}
	return status
}

func (b *bench) post(login string, body []byte) (int, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.url.String()+"/sql/1.0/warehouses/"+warehouse, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if login != "" {
		r.Header.Set("Authorization", "Bearer "+login)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// opened is a session of a person.
func (b *bench) opened(login string) *tcli.SessionHandle {
	b.t.Helper()
	version := int64(tcli.ProtocolV8 + 1)
	var out tcli.OpenSessionResp
	if status := b.call(login, "OpenSession", &tcli.OpenSessionReq{ClientProtocolI64: &version}, &out); status != 200 || out.Protocol != tcli.ProtocolV8 || *out.InitialNamespace.Catalog != "main" {
		b.t.Fatalf("%d %+v", status, out)
	}
	return out.Session
}

func yes() *bool {
	y := true
	return &y
}

func TestOneCallAfterTheOther(t *testing.T) {
	b := newBench(t, nil)
	session := b.opened("analyst")
	var executed tcli.ExecuteStatementResp
	b.call("analyst", "ExecuteStatement", &tcli.ExecuteStatementReq{Session: session, Statement: "SELECT id, CAST(`at` AS STRING) FROM shop.orders",
		CanReadArrow: yes(), ConfOverlay: map[string]string{"timezone": "Asia/Tokyo"}}, &executed)
	if executed.DirectResults != nil || executed.Operation == nil {
		t.Fatalf("%+v", executed)
	}
	op := executed.Operation
	var status tcli.OperationStatusResp
	if b.call("analyst", "GetOperationStatus", &tcli.OperationReq{Operation: op}, &status); *status.State != tcli.Finished || *status.Completed < *status.Started {
		t.Errorf("%+v", status)
	}
	var described tcli.MetadataResp
	if b.call("analyst", "GetResultSetMetadata", &tcli.OperationReq{Operation: op}, &described); len(described.Schema.Columns) != 2 || len(described.ArrowSchema) == 0 || *described.ResultFormat != tcli.ArrowBased {
		t.Errorf("%+v", described)
	}
	for i, want := range []int{1, 0, 1} {
		orientation := []int32{tcli.FetchNext, tcli.FetchNext, tcli.FetchFirst}[i]
		var page tcli.FetchResultsResp
		b.call("analyst", "FetchResults", &tcli.FetchResultsReq{Operation: op, Orientation: orientation, MaxRows: 10, IncludeMetadata: yes()}, &page)
		if len(page.Results.ArrowBatches) != want || is(page.HasMoreRows) || page.Metadata == nil || page.Results.StartRowOffset != []int64{0, 3, 0}[i] {
			t.Errorf("page %d: %+v", i, page)
		}
		if want == 1 && !bytes.Contains(page.Results.ArrowBatches[0].Batch, []byte("2026-01-02 12:04:05")) {
			t.Error("the statement's own time zone is passed over")
		}
	}
	var back tcli.FetchResultsResp
	if b.call("analyst", "FetchResults", &tcli.FetchResultsReq{Operation: op, Orientation: 1}, &back); back.Status.Code != tcli.Failed {
		t.Errorf("backwards: %+v", back.Status)
	}
	var closed tcli.StatusResp
	if b.call("analyst", "CloseOperation", &tcli.OperationReq{Operation: op}, &closed); closed.Status.Code != tcli.Success {
		t.Errorf("%+v", closed.Status)
	}
	if got := b.call("analyst", "FetchResults", &tcli.FetchResultsReq{Operation: op}, &back); got != http.StatusNotFound {
		t.Errorf("after the end: %d", got)
	}
}

func TestWhatIsRefused(t *testing.T) {
	b := newBench(t, nil)
	session := b.opened("analyst")
	var executed tcli.ExecuteStatementResp
	run := func(req *tcli.ExecuteStatementReq) int {
		executed = tcli.ExecuteStatementResp{}
		req.GetDirectResults = &tcli.DirectResultsReq{}
		return b.call("analyst", "ExecuteStatement", req, &executed)
	}
	if run(&tcli.ExecuteStatementReq{Session: session, Statement: "SELECT 1"}); executed.Status.Code != tcli.Failed {
		t.Errorf("rows that are no Arrow: %+v", executed.Status)
	}
	arrays := &tcli.ArrowTypes{Complex: yes()}
	if run(&tcli.ExecuteStatementReq{Session: session, Statement: "SELECT array(1, 2)", CanReadArrow: yes(), ArrowTypes: arrays}); *executed.DirectResults.OperationStatus.SQLState != "0A000" {
		t.Errorf("an array: %+v", executed.DirectResults.OperationStatus)
	}
	if run(&tcli.ExecuteStatementReq{Session: session, Statement: "SELECT 1", CanReadArrow: yes(), ConfOverlay: map[string]string{"nosuch": "1"}}); *executed.DirectResults.OperationStatus.State != tcli.Errored {
		t.Errorf("an unknown parameter: %+v", executed.DirectResults.OperationStatus)
	}
	forged := &tcli.SessionHandle{ID: &tcli.Identifier{GUID: session.ID.GUID, Secret: make([]byte, 16)}}
	for name, handle := range map[string]*tcli.SessionHandle{"forged": forged, "none": nil, "empty": {ID: &tcli.Identifier{}}} {
		if got := run(&tcli.ExecuteStatementReq{Session: handle, Statement: "SELECT 1", CanReadArrow: yes()}); got != http.StatusNotFound {
			t.Errorf("%s handle: %d", name, got)
		}
	}
	var info tcli.GetInfoResp
	if b.call("analyst", "GetInfo", &tcli.SessionReq{Session: session, InfoType: tcli.InfoName}, &info); *info.Value.Text != "Spark SQL" {
		t.Errorf("%+v", info)
	}
	if b.call("analyst", "GetInfo", &tcli.SessionReq{Session: session, InfoType: 99}, &info); info.Status.Code != tcli.Failed {
		t.Errorf("%+v", info.Status)
	}
	if status, body := b.post("", nil); status != http.StatusUnauthorized || !strings.Contains(string(body), "Credential was not sent") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := b.post("analyst", []byte("no Thrift")); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
	unknown, _ := (&tcli.Call{Method: "GetCrossReference"}).Reply(&tcli.SessionReq{})
	unknown[3] = byte(thrift.CALL)
	if status, body := b.post("analyst", unknown); status != 200 || !strings.Contains(string(body), "Invalid method name: 'GetCrossReference'") {
		t.Errorf("%d %q", status, body)
	}
}

func TestValuesOfParameters(t *testing.T) {
	text, number, truth := "x", 0.5, true
	for want, v := range map[string]*tcli.ParameterValue{"x": {Text: &text}, "0.5": {Double: &number}, "true": {Bool: &truth}} {
		if got := value(v); got == nil || *got != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	if value(nil) != nil || !reflect.DeepEqual(value(&tcli.ParameterValue{}), (*string)(nil)) {
		t.Error("nothing is something")
	}
}
