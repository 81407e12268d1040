package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// call is one request before it is sent: what all its pages share.
type call struct {
	object *object
	method string
	path   string // below the base, escaped
	query  url.Values
	body   map[string]any // nil for none
	bound  map[string]string
	next   string // address of the next page, when the API gives whole addresses
}

// prepare fills a request's template but for bounds and values.
func (o *object) prepare(bound map[string]string) *call {
	c := &call{object: o, method: o.request.method, query: url.Values{}, bound: bound}
	c.path = placeholder.ReplaceAllStringFunc(o.request.path, func(name string) string {
		return url.PathEscape(bound[strings.Trim(name, "{}")])
	})
	for name, v := range o.request.query {
		c.query.Set(name, v)
	}
	if c.method == http.MethodPost {
		c.body = map[string]any{}
		for _, p := range o.request.body {
			member(c.body, strings.Split(p, "."))
		}
	}
	return c
}

// member returns the object at a path of names, which it makes where it is missing.
func member(m map[string]any, names []string) map[string]any {
	for _, n := range names {
		inner, ok := m[n].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[n] = inner
		}
		m = inner
	}
	return m
}

// set puts a value at a place; in the query, a list becomes a repeated parameter.
func (c *call) set(t target, v any) {
	switch t.in {
	case "query":
		if list, ok := v.([]string); ok {
			c.query[t.name] = list
			return
		}
		c.query.Set(t.name, scalar(v))
	case "body":
		names := strings.Split(t.name, ".")
		last := len(names) - 1
		member(c.body, names[:last])[names[last]] = v
	case "url":
		c.next = scalar(v)
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// want asks for what columns need. Several texts for one parameter are joined by commas.
func (c *call) want(needs []need) {
	for _, n := range needs {
		if n.into.in != "query" {
			c.set(n.into, n.value)
			continue
		}
		text := scalar(n.value)
		old := c.query.Get(n.into.name)
		switch {
		case old == "":
			c.query.Set(n.into.name, text)
		case !containsItem(old, text):
			c.query.Set(n.into.name, old+","+text)
		}
	}
}

func containsItem(list, item string) bool {
	for have := range strings.SplitSeq(list, ",") {
		if have == item {
			return true
		}
	}
	return false
}

// fill says the filters.
func (c *call) fill(a *asked, lists [][]string) {
	for t, at := range a.bounds {
		c.set(t, at.UTC().Format(time.RFC3339))
	}
	for i, l := range a.lists {
		if l.many {
			c.set(l.into, lists[i])
		} else {
			c.set(l.into, lists[i][0])
		}
	}
}

// combinations yields one chunk of each list, in every combination; one empty combination when there are no lists. They are
// made one by one: long lists have more of them than fit into memory.
func combinations(lists []valueList) iter.Seq[[][]string] {
	return func(yield func([][]string) bool) { combine(nil, lists, yield) }
}

func combine(head [][]string, lists []valueList, yield func([][]string) bool) bool {
	if len(lists) == 0 {
		return yield(head)
	}
	for _, chunk := range lists[0].chunks {
		if !combine(append(head[:len(head):len(head)], chunk), lists[1:], yield) {
			return false
		}
	}
	return true
}

// request returns the HTTP request of the call's present page.
func (c *call) request(ctx context.Context, base *url.URL) (*http.Request, error) {
	address := *base
	address.RawPath = base.EscapedPath() + c.path
	address.Path, _ = url.PathUnescape(address.RawPath)
	address.RawQuery = c.query.Encode()
	if c.next != "" {
		next, err := base.Parse(c.next)
		if err != nil || next.Scheme != base.Scheme || next.Host != base.Host || next.User != nil {
			return nil, pgerr.New(pgerr.ProtocolViolation, "the source names a next page at another address")
		}
		address = *next
	}
	if c.body == nil {
		return http.NewRequestWithContext(ctx, c.method, address.String(), nil)
	}
	body, err := json.Marshal(c.body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, c.method, address.String(), bytes.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}
