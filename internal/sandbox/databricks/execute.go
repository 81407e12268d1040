package databricks

import (
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
)

// execute runs a statement and holds the call for a while: what has ended by then is answered with its result.
func (s *Server) execute(x *exchange) (any, error) {
	var in tcli.ExecuteStatementReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	n, no := s.session(x, in.Session)
	if no != nil {
		return nil, no
	}
	if !is(in.CanReadArrow) {
		return &tcli.ExecuteStatementResp{Status: failed("0A000", "Results are sent as Arrow only.")}, nil
	}
	op, no := s.begin(n, in)
	if no != nil {
		return nil, no
	}
	out := &tcli.ExecuteStatementResp{Status: succeeded(), Operation: op.wire()}
	if !in.RunAsync || in.GetDirectResults != nil {
		s.hold(x, op)
	}
	if in.GetDirectResults != nil {
		out.DirectResults = s.direct(x, op)
	}
	return out, nil
}

// hold waits for a statement's end: as long as it takes when it is not to run beside, else for the service's time.
func (s *Server) hold(x *exchange, op *operation) {
	if !op.in.RunAsync {
		select {
		case <-op.done:
		case <-x.request.Context().Done():
		}
		return
	}
	timer := time.NewTimer(s.config.Hold)
	defer timer.Stop()
	select {
	case <-op.done:
	case <-x.request.Context().Done():
	case <-timer.C:
	}
}

// direct is what a client is told without asking. A statement whose whole result travels along is closed at once.
func (s *Server) direct(x *exchange, op *operation) *tcli.DirectResults {
	out := &tcli.DirectResults{OperationStatus: op.status()}
	if !op.over() {
		return out
	}
	whole := true
	if op.fault == nil {
		out.ResultSetMetadata = op.metadata()
		out.ResultSet = s.fetch(x, op, op.in.GetDirectResults.MaxRows)
		whole = !is(out.ResultSet.HasMoreRows)
	}
	if whole {
		out.CloseOperation = &tcli.StatusResp{Status: succeeded()}
		s.release(op)
	}
	return out
}

// release takes an operation from its session and lets go of its result.
func (s *Server) release(op *operation) {
	n := op.session
	n.mu.Lock()
	delete(n.operations, op.handle.String())
	n.mu.Unlock()
	op.forget()
}

func (op *operation) wire() *tcli.OperationHandle {
	return &tcli.OperationHandle{ID: op.handle.wire(), Type: tcli.ExecuteStatement, HasResultSet: true}
}

// status says how a statement fares.
func (op *operation) status() *tcli.OperationStatusResp {
	started, state, has := op.started.UnixMilli(), tcli.Running, true
	out := &tcli.OperationStatusResp{Status: succeeded(), Started: &started, State: &state, HasResultSet: &has}
	if !op.over() {
		return out
	}
	state = op.state
	completed := op.ended.UnixMilli()
	out.Completed = &completed
	if op.fault != nil {
		long := "org.apache.hive.service.cli.HiveSQLException: Error running query: " + op.fault.Message
		has, out.SQLState, out.DisplayMessage, out.ErrorMessage = false, &op.fault.SQLState, &op.fault.Message, &long
	}
	return out
}

// operation finds the operation of a call; whose session has to be the person's.
func (s *Server) operation(x *exchange, h *tcli.OperationHandle) (*operation, *failure) {
	if h == nil || h.ID == nil {
		return nil, noOperation("")
	}
	id := guid(h.ID.GUID)
	for _, n := range s.of(x.grant.Person) {
		n.mu.Lock()
		op := n.operations[id]
		n.mu.Unlock()
		if op != nil && op.handle.is(h.ID) && n.warehouse == x.warehouse {
			return op, nil
		}
	}
	return nil, noOperation(id)
}

// about reads a call that is about an operation.
func (s *Server) about(x *exchange) (*operation, error) {
	var in tcli.OperationReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	op, no := s.operation(x, in.Operation)
	if no != nil {
		return nil, no
	}
	return op, nil
}

func (s *Server) operationStatus(x *exchange) (any, error) {
	op, err := s.about(x)
	if err != nil {
		return nil, err
	}
	return op.status(), nil
}

// cancelOperation stops a statement, and answers when it has stopped.
func (s *Server) cancelOperation(x *exchange) (any, error) {
	op, err := s.about(x)
	if err != nil {
		return nil, err
	}
	op.cancel(canceled())
	select {
	case <-op.done:
	case <-x.request.Context().Done():
	}
	return &tcli.StatusResp{Status: succeeded()}, nil
}

// closeOperation ends a statement and its result.
func (s *Server) closeOperation(x *exchange) (any, error) {
	op, err := s.about(x)
	if err != nil {
		return nil, err
	}
	s.release(op)
	return &tcli.StatusResp{Status: succeeded()}, nil
}
