package snowflake

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// queryRequest is the body of a statement.
type queryRequest struct {
	SQLText      string             `json:"sqlText"`
	AsyncExec    bool               `json:"asyncExec"`
	SequenceID   uint64             `json:"sequenceId"`
	DescribeOnly bool               `json:"describeOnly"`
	Parameters   map[string]any     `json:"parameters"`
	Bindings     map[string]binding `json:"bindings"`
	BindStage    string             `json:"bindStage"`
}

// binding is a bound value: its type as the wire names it, and its text.
type binding struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

// query runs a statement, or picks up the one that an earlier request of the same id began.
func (s *Server) query(w http.ResponseWriter, r *http.Request, n *session, body []byte) {
	var in queryRequest
	id := r.URL.Query().Get("requestId")
	if json.Unmarshal(body, &in) != nil || id == "" {
		badRequest("The query request cannot be read.").write(w)
		return
	}
	if in.BindStage != "" {
		fail("391911", "0A000", "Binding values through a stage is not supported here.").write(w)
		return
	}
	s.await(w, r, s.begin(n, id, in), in.AsyncExec)
}

// result answers a client that was told to ask again.
func (s *Server) result(w http.ResponseWriter, r *http.Request, n *session, _ []byte) {
	j := s.find(n, r.PathValue("id"))
	if j == nil {
		fail("000709", "02000", "Statement "+r.PathValue("id")+" not found").write(w)
		return
	}
	s.await(w, r, j, false)
}

// await answers when a statement is done, or after a while with the address at which to ask again.
func (s *Server) await(w http.ResponseWriter, r *http.Request, j *job, async bool) {
	wait := s.config.Poll
	if async {
		wait = 0
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-j.done:
	default:
		select {
		case <-j.done:
		case <-r.Context().Done():
			return
		case <-timer.C:
			j.later(w, async)
			return
		}
	}
	if j.failure != nil {
		j.failure.write(w)
		return
	}
	data := j.answer("http://" + r.Host)
	if data == nil {
		fail("000710", "02000", "The result of statement "+j.id+" is not kept any more.").write(w)
		return
	}
	succeed(w, data)
}

// later is the answer to who must ask again.
func (j *job) later(w http.ResponseWriter, async bool) {
	code, message := "333333", "Query execution in progress. Use provided query ID to perform query monitoring and management operations."
	if async {
		code = "333334"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"data": map[string]any{
			"queryId": j.id, "getResultUrl": "/queries/" + j.id + "/result", "progressDesc": nil, "queryAbortsAfterSecs": 300,
		},
		"code": code, "message": message, "success": true,
	})
}

// abort stops a statement by the id of its request, and answers when it has stopped.
func (s *Server) abort(w http.ResponseWriter, r *http.Request, n *session, body []byte) {
	var in struct {
		RequestID string `json:"requestId"`
	}
	if json.Unmarshal(body, &in) != nil {
		badRequest("The abort request cannot be read.").write(w)
		return
	}
	n.mu.Lock()
	j := n.jobs[in.RequestID]
	n.mu.Unlock()
	if j == nil || j.over() {
		fail("000605", "02000", "Identified SQL statement is not currently executing.").write(w)
		return
	}
	j.cancel(canceled())
	select {
	case <-j.done:
		succeed(w, nil)
	case <-r.Context().Done():
	}
}

func canceled() *failure { return fail("000604", "57014", "SQL execution canceled") }

// monitor tells how a statement fares.
func (s *Server) monitor(w http.ResponseWriter, r *http.Request, n *session, _ []byte) {
	j := s.find(n, r.PathValue("id"))
	if j == nil {
		succeed(w, map[string]any{"queries": []any{}})
		return
	}
	e := j.entry()
	succeed(w, map[string]any{"queries": []any{map[string]any{
		"id": j.id, "status": e.Status, "sqlText": e.Text, "startTime": e.Started.UnixMilli(), "endTime": milli(e.Ended),
		"errorCode": e.ErrorCode, "errorMessage": e.ErrorMessage, "sessionId": n.id, "stats": map[string]any{"producedRows": e.Rows},
	}}})
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// find returns a statement of the same person by its id.
func (s *Server) find(n *session, id string) *job {
	for _, j := range slices.Backward(s.Statements(n.login)) {
		if j.id == id {
			return j
		}
	}
	return nil
}
