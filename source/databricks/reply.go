package databricks

import (
	"encoding/hex"
	"strings"
)

// The numbers of TCLIService.thrift that answers are read by; those from 0x501 on are Databricks's own.
const (
	own = 0x501

	codeError         = 3 // TStatusCode
	codeInvalidHandle = 4

	stateCancelled = 3 // TOperationState
	stateClosed    = 4
	stateError     = 5
	stateTimedOut  = 8
)

// The methods of the service.
const (
	openSession      = "OpenSession"
	closeSession     = "CloseSession"
	executeStatement = "ExecuteStatement"
	cancelOperation  = "CancelOperation"
	closeOperation   = "CloseOperation"
	fetchResults     = "FetchResults"
	operationStatus  = "GetOperationStatus"
)

// refusal is what Databricks says of a request that it does not fulfil.
type refusal struct {
	state   string // SQLSTATE, "" where none is given
	display string // for people
	message string // the server's own, with its inner words
	handle  bool   // a session or an operation is not known there any more
	stopped bool   // the statement was cancelled there, or took too long
}

// page is a part of a result: in how many streams it comes, how many rows each holds, and where the first row stands.
type page struct {
	start int64
	rows  []int64
	links bool // the streams lie elsewhere, and may hold more rows than they should
	more  bool // the result goes on
}

// reply is what one answer of the service tells.
type reply struct {
	operation string // id of the statement
	refusal   *refusal
	page      *page
}

// methodOf is the service's method that a request calls, "" for another request.
func methodOf(request []byte) string {
	r := thriftReader{data: request}
	if kind, method := r.message(); kind == thriftCall && r.err == nil {
		return method
	}
	return ""
}

// readReply reads an answer of the service.
func readReply(answer []byte) (reply, error) {
	var out reply
	r := &thriftReader{data: answer}
	kind, method := r.message()
	if kind != thriftReply {
		return out, errThrift
	}
	r.fields(func(id int16, kind byte) bool { // the result's one field is the answer, under 0
		if id != 0 || kind != thriftStruct {
			return false
		}
		out.read(r, method)
		return true
	})
	return out, r.err
}

func (p *reply) read(r *thriftReader, method string) {
	var state refusal
	operation := int32(-1)
	r.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftStruct:
			p.status(r)
		case id == 2 && kind == thriftStruct && method == executeStatement:
			p.handle(r)
		case id == own && kind == thriftStruct && method == executeStatement:
			p.direct(r)
		case method == fetchResults:
			return p.fetched(r, id, kind)
		case method == operationStatus:
			return state.operation(r, id, kind, &operation)
		default:
			return false
		}
		return true
	})
	p.ended(operation, state)
}

// status reads a TStatus.
func (p *reply) status(r *thriftReader) {
	var code int32
	var said refusal
	r.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftI32:
			code = r.i32()
		case id == 3 && kind == thriftString:
			said.state = r.text()
		case id == 5 && kind == thriftString:
			said.message = r.text()
		case id == 6 && kind == thriftString:
			said.display = r.text()
		default:
			return false
		}
		return true
	})
	said.handle = code == codeInvalidHandle
	if (code == codeError || said.handle) && p.refusal == nil {
		p.refusal = &said
	}
}

// handle reads a TOperationHandle.
func (p *reply) handle(r *thriftReader) {
	r.fields(func(id int16, kind byte) bool {
		if id != 1 || kind != thriftStruct {
			return false
		}
		r.fields(func(id int16, kind byte) bool {
			if id != 1 || kind != thriftString {
				return false
			}
			p.operation = guid(r.bytes())
			return true
		})
		return true
	})
}

// guid writes an id as Databricks shows it.
func guid(id []byte) string {
	text := hex.EncodeToString(id)
	if len(id) != 16 {
		return text
	}
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// direct reads TSparkDirectResults: what the statement has become, and its first rows.
func (p *reply) direct(r *thriftReader) {
	var state refusal
	operation := int32(-1)
	r.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftStruct:
			r.fields(func(id int16, kind byte) bool { return state.operation(r, id, kind, &operation) })
		case id == 3 && kind == thriftStruct:
			r.fields(func(id int16, kind byte) bool { return p.fetched(r, id, kind) })
		default:
			return false
		}
		return true
	})
	p.ended(operation, state)
}

// operation reads a field of a TGetOperationStatusResp.
func (s *refusal) operation(r *thriftReader, id int16, kind byte, state *int32) bool {
	switch {
	case id == 2 && kind == thriftI32:
		*state = r.i32()
	case id == 3 && kind == thriftString:
		s.state = r.text()
	case id == 5 && kind == thriftString:
		s.message = r.text()
	case id == own && kind == thriftString:
		s.display = r.text()
	default:
		return false
	}
	return true
}

// ended notes a statement that will give no rows.
func (p *reply) ended(operation int32, said refusal) {
	said.stopped = operation == stateCancelled || operation == stateClosed || operation == stateTimedOut
	if p.refusal == nil && (said.stopped || operation == stateError) {
		p.refusal = &said
	}
}

// fetched reads a field of a TFetchResultsResp.
func (p *reply) fetched(r *thriftReader, id int16, kind byte) bool {
	if p.page == nil {
		p.page = &page{}
	}
	switch {
	case id == 1 && kind == thriftStruct:
		p.status(r)
	case id == 2 && kind == thriftBool:
		p.page.more = r.byte() != 0
	case id == 3 && kind == thriftStruct:
		r.fields(func(id int16, kind byte) bool { return p.page.read(r, id, kind) })
	default:
		return false
	}
	return true
}

// read reads a field of a TRowSet.
func (p *page) read(r *thriftReader, id int16, kind byte) bool {
	count := int16(2) // the field with the number of rows
	switch {
	case id == 1 && kind == thriftI64:
		p.start = r.i64()
		return true
	case id == own && kind == thriftList:
	case id == own+1 && kind == thriftList:
		p.links, count = true, 4
	default:
		return false
	}
	r.list(thriftStruct, func() {
		rows := int64(0)
		r.fields(func(id int16, kind byte) bool {
			if id != count || kind != thriftI64 {
				return false
			}
			rows = r.i64()
			return true
		})
		p.rows = append(p.rows, rows)
	})
	return true
}
