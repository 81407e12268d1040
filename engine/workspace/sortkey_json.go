package workspace

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/datum"
)

// jsonbKey is the order of jsonb: an empty array at the top, null, strings, numbers, booleans, arrays, objects; containers by their
// number of members first.
func jsonbKey(text string) (datum.Value, error) {
	j, err := datum.ParseJSON(text)
	if err != nil {
		return nil, err
	}
	if j.Kind == datum.JSONArray && len(j.Items) == 0 {
		return datum.Text("0"), nil
	}
	return datum.Text(appendJSONKey(nil, &j)), nil
}

func appendJSONKey(dst []byte, j *datum.JSON) []byte {
	switch j.Kind {
	case datum.JSONNull:
		return append(dst, '1')
	case datum.JSONString:
		return appendStringKey(append(dst, '2'), j.Text)
	case datum.JSONNumber:
		return append(append(append(dst, '3'), numericKey(string(datum.AppendNumeric(nil, j.Number())))...), 1)
	case datum.JSONBool:
		if j.Truth {
			return append(dst, '4', '1')
		}
		return append(dst, '4', '0')
	case datum.JSONArray:
		dst = fmt.Appendf(dst, "5%010d", len(j.Items))
	default:
		dst = fmt.Appendf(dst, "6%010d", len(j.Items))
	}
	for i := range j.Items {
		if j.Kind == datum.JSONObject {
			dst = appendStringKey(dst, j.Keys[i])
		}
		dst = appendJSONKey(dst, &j.Items[i])
	}
	return dst
}

// appendStringKey ends a string with a byte below all of its own.
func appendStringKey(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] <= 2 {
			dst = append(dst, 2)
		}
		dst = append(dst, s[i])
	}
	return append(dst, 1)
}
