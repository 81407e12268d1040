package gcal

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"
)

// param is a query parameter that a method knows.
type param struct {
	repeats bool
	check   func(value string) bool // nil accepts every text
}

// standard holds the parameters of every method that this emulator serves
// (https://cloud.google.com/apis/docs/system-parameters): fields, alt=json, prettyPrint and quotaUser.
func standard(own map[string]param) map[string]param {
	own["fields"] = param{}
	own["alt"] = param{check: oneOf("json")}
	own["prettyPrint"] = param{check: boolean}
	own["quotaUser"] = param{}
	return own
}

func boolean(v string) bool { return v == "true" || v == "false" }

func positive(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n >= 1
}

func oneOf(values ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(values, v) }
}

// instant is RFC 3339 with a mandatory offset.
func instant(v string) bool {
	_, err := time.Parse(time.RFC3339, v)
	return err == nil
}

func zoneName(v string) bool {
	_, err := time.LoadLocation(v)
	return err == nil && v != "" && v != "Local"
}

// check refuses parameters that the method does not have, has twice, or that have an impossible value.
func (in *input) check() *refusal {
	names := make([]string, 0, len(in.query))
	for name := range in.query {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p, ok := in.op.params[name]
		values := in.query[name]
		if !ok {
			return badRequest(fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot bind query parameter. "+
				"Field '%s' could not be found in request message.", name, name))
		}
		if len(values) > 1 && !p.repeats {
			return badParameter(name, "Parameter '"+name+"' is given more than once.")
		}
		for _, v := range values {
			if p.check != nil && !p.check(v) {
				return badParameter(name, fmt.Sprintf("Invalid value for parameter '%s': %q", name, v))
			}
		}
	}
	return nil
}

func (in *input) flag(name string) bool { return in.query.Get(name) == "true" }

// number returns a parameter that has been checked, or its default, at most a maximum.
func (in *input) number(name string, standard, maximum int) int {
	n, err := strconv.Atoi(in.query.Get(name))
	if err != nil {
		n = standard
	}
	return min(n, maximum)
}

// time returns a parameter that has been checked; zero when absent. Milliseconds may be provided but are ignored, as
// https://developers.google.com/calendar/api/v3/reference/events/list says of timeMin and timeMax.
func (in *input) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, in.query.Get(name))
	if err != nil {
		return time.Time{}
	}
	return t.Truncate(time.Second)
}
