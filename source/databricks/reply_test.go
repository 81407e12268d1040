package databricks

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// field is one field of a struct to be encoded: its value is an int64, int32, bool, string, []field or [][]field.
type field struct {
	id    int16
	value any
}

// encoded writes an answer of a method as the service does.
func encoded(method string, fields ...field) []byte {
	out := binary.BigEndian.AppendUint32(nil, thriftVersion|thriftReply)
	out = appendText(out, method)
	out = binary.BigEndian.AppendUint32(out, 7)
	return appendStruct(out, []field{{0, fields}})
}

func appendText(out []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(out, uint32(len(s))), s...)
}

func appendStruct(out []byte, fields []field) []byte {
	for _, f := range fields {
		kinds := map[reflect.Kind]byte{reflect.Int64: thriftI64, reflect.Int32: thriftI32, reflect.Bool: thriftBool, reflect.String: thriftString, reflect.Slice: thriftStruct}
		kind := kinds[reflect.TypeOf(f.value).Kind()]
		if _, ok := f.value.([][]field); ok {
			kind = thriftList
		}
		out = append(out, kind)
		out = binary.BigEndian.AppendUint16(out, uint16(f.id))
		switch v := f.value.(type) {
		case int64:
			out = binary.BigEndian.AppendUint64(out, uint64(v))
		case int32:
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		case bool:
			out = append(out, map[bool]byte{true: 1}[v])
		case string:
			out = appendText(out, v)
		case []field:
			out = appendStruct(out, v)
		case [][]field:
			out = binary.BigEndian.AppendUint32(append(out, thriftStruct), uint32(len(v)))
			for _, e := range v {
				out = appendStruct(out, e)
			}
		}
	}
	return append(out, thriftStop)
}

var (
	fine   = field{1, []field{{1, int32(0)}}}
	handle = field{2, []field{{1, []field{{1, "0123456789abcdef"}, {2, "secret"}}}, {2, int32(0)}, {3, true}}}
)

const operationID = "30313233-3435-3637-3839-616263646566"

func samples() map[string][]byte {
	batches := field{3, []field{{1, int64(10)}, {own, [][]field{{{1, "arrow"}, {2, int64(5)}}, {{1, "arrow"}, {2, int64(2)}}}}}}
	links := field{3, []field{{1, int64(0)}, {own + 1, [][]field{{{1, "https://store/1?signature"}, {2, int64(99)}, {3, int64(0)}, {4, int64(1000)}, {5, int64(9)}}}}}}
	return map[string][]byte{
		"direct":    encoded(executeStatement, fine, handle, field{own, []field{{1, []field{fine, {2, int32(2)}}}, {2, []field{fine, {own, int32(1)}}}, {3, []field{fine, {2, false}, links}}, {4, []field{fine}}}}),
		"running":   encoded(executeStatement, fine, handle, field{own, []field{{1, []field{fine, {2, int32(1)}}}}}),
		"failed":    encoded(executeStatement, fine, handle, field{own, []field{{1, []field{fine, {2, int32(5)}, {3, "22012"}, {5, "inner"}, {own, "[DIVIDE_BY_ZERO] Division by zero."}}}}}),
		"refused":   encoded(executeStatement, field{1, []field{{1, int32(3)}, {3, "42501"}, {5, "[INSUFFICIENT_PERMISSIONS] no"}}}),
		"unknown":   encoded(fetchResults, field{1, []field{{1, int32(4)}}}),
		"page":      encoded(fetchResults, fine, field{2, true}, batches),
		"status":    encoded("GetOperationStatus", fine, field{2, int32(3)}),
		"opened":    encoded(openSession, fine, field{2, int32(42248)}, field{3, []field{{1, []field{{1, "0123456789abcdef"}}}}}),
		"exception": append(binary.BigEndian.AppendUint32(nil, thriftVersion|3), "x"...),
	}
}

func TestReadReply(t *testing.T) {
	for name, want := range map[string]reply{
		"direct":  {operation: operationID, page: &page{rows: []int64{1000}, links: true}},
		"running": {operation: operationID},
		"failed":  {operation: operationID, refusal: &refusal{state: "22012", message: "inner", display: "[DIVIDE_BY_ZERO] Division by zero."}},
		"refused": {refusal: &refusal{state: "42501", message: "[INSUFFICIENT_PERMISSIONS] no"}},
		"unknown": {refusal: &refusal{handle: true}},
		"page":    {page: &page{start: 10, rows: []int64{5, 2}, more: true}},
		"status":  {refusal: &refusal{stopped: true}},
		"opened":  {},
	} {
		got, err := readReply(samples()[name])
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %+v %+v %v", name, got, got.refusal, got.page, err)
		}
	}
	if _, err := readReply(samples()["exception"]); err == nil {
		t.Error("an exception is read as an answer")
	}
	deep := strings.Repeat(string([]byte{thriftStruct, 0, 9}), 100_000)
	if _, err := readReply(append(encoded(executeStatement)[:29], deep...)); err == nil {
		t.Error("endless nesting is read")
	}
}

func FuzzReadReply(f *testing.F) {
	for _, sample := range samples() {
		f.Add(sample)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		said, err := readReply(data)
		if err == nil && said.page != nil && len(said.page.rows) > len(data) {
			t.Error("more streams than bytes")
		}
		if said.refusal != nil {
			s := &system{config: Config{Name: "lake"}}
			_ = s.refusal(said.refusal, said.operation)
		}
	})
}
