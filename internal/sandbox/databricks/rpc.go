package databricks

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// exchange is one call on its way.
type exchange struct {
	request   *http.Request
	warehouse string
	grant     oauth.Grant
	call      *tcli.Call
}

// base is the address under which the client knows the emulator.
func (x *exchange) base() string { return "http://" + x.request.Host }

// method carries out one of the service's methods. A *failure is answered by its status; no other error is returned.
type method func(*Server, *exchange) (any, error)

func methods() map[string]method {
	return map[string]method{
		"OpenSession": (*Server).openSession, "CloseSession": (*Server).closeSession, "GetInfo": (*Server).getInfo,
		"ExecuteStatement": (*Server).execute, "GetOperationStatus": (*Server).operationStatus, "GetResultSetMetadata": (*Server).metadata,
		"FetchResults": (*Server).fetchResults, "CancelOperation": (*Server).cancelOperation, "CloseOperation": (*Server).closeOperation,
	}
}

// rpc answers a call to a warehouse.
func (s *Server) rpc(w http.ResponseWriter, r *http.Request, in *fault.Exchange) {
	x := &exchange{request: r, warehouse: r.PathValue("id")}
	if no := s.admit(x, in.RequestID); no != nil {
		no.write(w)
		return
	}
	var err error
	if x.call, err = tcli.Read(in.Body); err != nil {
		unreadable().write(w)
		return
	}
	s.mu.Lock()
	s.calls[x.call.Method]++
	s.mu.Unlock()
	do, known := methods()[x.call.Method]
	if !known {
		send(w, x.call.Refuse("Invalid method name: '"+x.call.Method+"'"))
		return
	}
	answer, err := do(s, x)
	if err == nil {
		var body []byte
		if body, err = x.call.Reply(answer); err == nil {
			send(w, body)
			return
		}
	}
	no := unreadable()
	_ = errors.As(err, &no)
	no.write(w)
}

func send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/x-thrift")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// admit checks the token and the warehouse.
func (s *Server) admit(x *exchange, requestID string) *failure {
	if x.request.Header.Get("Authorization") == "" {
		return noToken()
	}
	grant, state := s.config.Tokens.Bearer(x.request)
	switch {
	case state != oauth.Live || grant.Source != s.config.Source:
		return tokenFailure(state, requestID)
	case !grant.Has("sql"):
		return &failure{http.StatusForbidden, "403", "Provided OAuth token does not have required scopes: sql"}
	case !slices.Contains(s.config.Warehouses, x.warehouse):
		return noWarehouse(x.warehouse)
	case s.Refused(x.warehouse):
		return noRight()
	}
	x.grant = grant
	return nil
}

// read reads a call's request.
func (x *exchange) read(into any) error {
	if x.call.Arguments(into) != nil {
		return unreadable()
	}
	return nil
}

// Calls is how often each method has been called.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for name, n := range s.calls {
		out[name] = n
	}
	return out
}
