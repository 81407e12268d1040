package databricks

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestRefusal(t *testing.T) {
	s := &system{config: Config{Name: "lake"}}
	for _, c := range []struct {
		said       refusal
		code, text string
	}{
		{refusal{state: "42501", display: "[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\nUser does not have SELECT on table. SQLSTATE: 42501"}, "42501", "[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have SELECT on table."},
		{refusal{message: "org.apache.hive.service.cli.HiveSQLException: Error running query: [TABLE_OR_VIEW_NOT_FOUND] org.apache.spark.sql.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found. SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]\n\tat org.apache"},
			"42501", "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found."},
		{refusal{message: "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `y` cannot be resolved. SQLSTATE: 42703"}, "42703", "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `y` cannot be resolved."},
		{refusal{message: "[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEKT'. SQLSTATE: 42601"}, "XX000", "SELEKT"},
		{refusal{state: "22012", display: "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide`."}, "22012", "Division by zero"},
		{refusal{message: "[CAST_INVALID_INPUT] The value 'a' of the type \"STRING\" cannot be cast. SQLSTATE: 22018"}, "22P02", "cannot be cast"},
		{refusal{message: "[ARITHMETIC_OVERFLOW] long overflow. SQLSTATE: 22003"}, "22003", "long overflow"},
		{refusal{message: "[SOMETHING_NEW] of class 22. SQLSTATE: 22023"}, "22023", "class 22"},
		{refusal{message: "[SOMETHING_NEW] ours. SQLSTATE: 42846"}, "XX000", "ours"},
		{refusal{message: "[INTERNAL_ERROR] oops. SQLSTATE: XX000"}, "58000", "oops"},
		{refusal{message: "java.lang.NullPointerException"}, "58000", "NullPointer"},
		{refusal{stopped: true}, "57014", "ended"},
		{refusal{handle: true}, "08006", "ended the session"},
		{refusal{message: "Invalid SessionHandle: SessionHandle [0123]"}, "08006", "ended the session"},
	} {
		err := s.refusal(&c.said, "q-1")
		if pgerr.Code(err) != c.code || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "org.apache") || strings.Contains(err.Error(), "SQLSTATE") {
			t.Errorf("%+v: %s %v", c.said, pgerr.Code(err), err)
		}
	}
}

func TestRefusedExchange(t *testing.T) {
	s := &system{config: Config{Name: "lake"}}
	for _, c := range []struct {
		status int
		body   string
		code   string
		renews bool
	}{
		{401, `{"error_code":401,"message":"Credential was not sent or was of an unsupported type"}`, "28000", true},
		{403, `{"error_code":"403","message":"Invalid access token."}`, "28000", true},
		{403, `{"error_code":"403","message":"Token is expired"}`, "28000", true},
		{403, `{"error_code":"PERMISSION_DENIED","message":"You do not have permission to use the SQL Warehouse."}`, "42501", false},
		{404, `{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"SQL warehouse a1 does not exist"}`, "08001", false},
		{400, `no JSON`, "08001", false}, {429, ``, "53400", false}, {503, `{"error_code":"TEMPORARILY_UNAVAILABLE"}`, "08006", false}, {302, ``, "08001", false},
	} {
		said := newStatusError(&http.Response{StatusCode: c.status, Header: http.Header{}}, []byte(c.body))
		if err := s.refusedExchange(said); pgerr.Code(err) != c.code || said.rejectsToken() != c.renews {
			t.Errorf("%d %s: %s %v", c.status, c.body, pgerr.Code(err), err)
		}
	}
	long := newStatusError(&http.Response{StatusCode: 400, Header: http.Header{"X-Databricks-Reason-Phrase": {strings.Repeat("é", 9000)}}}, nil)
	if err := s.refusedExchange(long); len(err.Error()) > 600 {
		t.Error("an endless reason is repeated")
	}
}
