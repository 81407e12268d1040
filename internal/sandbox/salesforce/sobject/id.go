package sobject

import "strings"

const (
	suffixes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	base62   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Checked makes of an id of 15 characters, which has case, the one of 18, which has none: each of the three that follow stands for
// five characters, a bit for each capital letter
// (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm). It does so with the
// first 15 of a longer text; a shorter one stays as it is.
func Checked(id string) string {
	if len(id) < 15 {
		return id
	}
	var out [3]byte
	for block := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[5*block+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out[block] = suffixes[bits]
	}
	return id[:15] + string(out[:])
}

// Canonical returns the 18 characters of an id that has 15 or 18, and false for anything else, a wrong suffix included.
func Canonical(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	for _, c := range []byte(id) {
		if strings.IndexByte(base62, c) < 0 {
			return "", false
		}
	}
	whole := Checked(id)
	return whole, len(id) == 15 || strings.EqualFold(whole[15:], id[15:])
}

// NewID makes the id of an object's n-th record.
func NewID(prefix string, n int) string {
	body := []byte("000000000000")
	for i := len(body) - 1; n > 0 && i >= 0; i-- {
		body[i] = base62[n%62]
		n /= 62
	}
	return Checked(prefix + string(body))
}

// Prefix returns the key prefix of an object: the documented one of a standard object, else the n-th of an organisation's own
// (https://help.salesforce.com/s/articleView?id=000385203).
func Prefix(name string, n int) string {
	switch strings.ToLower(name) {
	case "account":
		return "001"
	case "contact":
		return "003"
	case "opportunity":
		return "006"
	case "user":
		return "005"
	case "lead":
		return "00Q"
	case "case":
		return "500"
	case "task":
		return "00T"
	case "event":
		return "00U"
	case "campaign":
		return "701"
	case "product2":
		return "01t"
	case "contract":
		return "800"
	case "order":
		return "801"
	}
	return "a" + string(base62[n/62%62]) + string(base62[n%62])
}
