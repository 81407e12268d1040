package databricks

import (
	"net/http"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/result"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
)

// How much one answer carries: bytes of rows, or addresses.
const (
	answerBytes = 10 << 20
	answerLinks = 16
)

// metadata describes a statement's result once it is there.
func (s *Server) metadata(x *exchange) (any, error) {
	op, err := s.about(x)
	if err != nil {
		return nil, err
	}
	if no := op.notReady(); no != nil {
		return &tcli.MetadataResp{Status: no}, nil
	}
	return op.metadata(), nil
}

// notReady is the status of who asks for a result too early, or for that of a statement that failed.
func (op *operation) notReady() *tcli.Status {
	switch {
	case !op.over():
		return failed("HY010", "Expected state FINISHED, but found RUNNING")
	case op.fault != nil:
		return failed(op.fault.SQLState, op.fault.Message)
	}
	return nil
}

// metadata is the description of a result that is there.
func (op *operation) metadata() *tcli.MetadataResp {
	op.session.mu.Lock()
	defer op.session.mu.Unlock()
	form, lz4, staging := tcli.ArrowBased, false, false
	if op.answer.linked {
		form = tcli.URLBased
	}
	return &tcli.MetadataResp{
		Status: succeeded(), Schema: result.Schema(op.answer.columns), ResultFormat: &form, LZ4Compressed: &lz4, ArrowSchema: op.answer.head,
		Staging: &staging,
	}
}

// fetchResults answers with the next rows of a result, or its next addresses.
func (s *Server) fetchResults(x *exchange) (any, error) {
	var in tcli.FetchResultsReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	op, no := s.operation(x, in.Operation)
	if no != nil {
		return nil, no
	}
	if status := op.notReady(); status != nil {
		return &tcli.FetchResultsResp{Status: status}, nil
	}
	switch in.Orientation {
	case tcli.FetchNext:
	case tcli.FetchFirst:
		op.session.mu.Lock()
		op.next, op.offset = 0, 0
		op.session.mu.Unlock()
	default:
		return &tcli.FetchResultsResp{Status: failed("HY106", "The fetch type is not supported for this resultset")}, nil
	}
	out := s.fetch(x, op, in.MaxRows)
	if is(in.IncludeMetadata) {
		out.Metadata = op.metadata()
	}
	return out, nil
}

// fetch takes the next chunks of a result: at least one, and no more than an answer carries.
func (s *Server) fetch(x *exchange, op *operation, maxRows int64) *tcli.FetchResultsResp {
	n := op.session
	n.mu.Lock()
	defer n.mu.Unlock()
	rows := &tcli.RowSet{StartRowOffset: op.offset, Rows: []*tcli.Row{}, ArrowBatches: []*tcli.ArrowBatch{}}
	if op.answer.linked {
		rows.ArrowBatches, rows.ResultLinks = nil, []*tcli.ResultLink{}
	}
	more := false
	out := &tcli.FetchResultsResp{Status: succeeded(), Results: rows, HasMoreRows: &more}
	var bytes, count int64
	for ; op.next < len(op.answer.chunks); op.next++ {
		c := op.answer.chunks[op.next]
		taken := len(rows.ArrowBatches) + len(rows.ResultLinks)
		if taken > 0 && (!op.answer.linked && (bytes+c.Bytes > answerBytes || count+c.Rows > maxRows) || taken == answerLinks) {
			break
		}
		if op.answer.linked {
			rows.ResultLinks = append(rows.ResultLinks, &tcli.ResultLink{
				FileLink: x.base() + "/cloudfetch/" + c.Key, ExpiryTime: s.Results.Expiry(c).Unix(), StartRowOffset: op.offset, RowCount: c.Rows,
				Bytes: c.Bytes + int64(len(op.answer.head)+len(result.End())),
			})
		} else {
			data, err := c.Data()
			if err != nil {
				out.Status = failed("HY000", "The result cannot be read.")
				return out
			}
			rows.ArrowBatches = append(rows.ArrowBatches, &tcli.ArrowBatch{Batch: data, RowCount: c.Rows})
		}
		op.offset += c.Rows
		bytes, count = bytes+c.Bytes, count+c.Rows
	}
	more = op.next < len(op.answer.chunks)
	return out
}

// downloadKey is the key of a result's address.
func downloadKey(path string) (string, bool) { return strings.CutPrefix(path, "/cloudfetch/") }

// download serves a part of a result.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	if c := s.Results.Admit(w, r, r.PathValue("key")); c != nil {
		c.Send(w, result.End())
	}
}
