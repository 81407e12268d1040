package datum

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// jsonEdits is the functions that return a changed jsonb.
func jsonEdits() family {
	edit := func(f func(j *JSON, a []Value) (*JSON, error)) impl {
		return func(_ *Func, a []Value, _ *Env) (Value, error) {
			if a[0] == nil {
				return nil, nil
			}
			j, err := ParseJSON(string(a[0].(Text)))
			if err != nil {
				return nil, err
			}
			return jsonbOf(f(&j, a))
		}
	}
	return family{
		"jsonb_concat(jsonb,jsonb)":         edit(func(j *JSON, a []Value) (*JSON, error) { return concatJSON(j, a[1].(Text)) }),
		"jsonb_delete(jsonb,text)":          edit(func(j *JSON, a []Value) (*JSON, error) { return deleteKeys(j, a[1:2]) }),
		"jsonb_delete(jsonb,_text)":         edit(func(j *JSON, a []Value) (*JSON, error) { return deleteArray(j, a[1].(*Array)) }),
		"jsonb_delete(jsonb,int4)":          edit(func(j *JSON, a []Value) (*JSON, error) { return deleteIndex(j, int(a[1].(Int))) }),
		"jsonb_delete_path(jsonb,_text)":    edit(func(j *JSON, a []Value) (*JSON, error) { return editPath(j, a[1], nil, pathDelete) }),
		"jsonb_set(jsonb,_text,jsonb,bool)": edit(jsonbSet),
		"jsonb_set_lax(jsonb,_text,jsonb,bool,text)": func(f *Func, a []Value, env *Env) (Value, error) {
			if a[0] == nil || a[1] == nil || a[3] == nil {
				return nil, nil
			}
			return edit(jsonbSetLax)(f, a, env)
		},
		"jsonb_insert(jsonb,_text,jsonb,bool)": edit(jsonbInsert),
	}
}

func concatJSON(a *JSON, text Text) (*JSON, error) {
	b, err := ParseJSON(string(text))
	if err != nil {
		return nil, err
	}
	if a.Kind == JSONObject && b.Kind == JSONObject {
		a.Keys, a.Items = append(a.Keys, b.Keys...), append(a.Items, b.Items...)
		a.sortKeys()
		return a, nil
	}
	list := func(j *JSON) []JSON {
		if j.Kind == JSONArray {
			return j.Items
		}
		return []JSON{*j}
	}
	return &JSON{Kind: JSONArray, Items: append(slices.Clone(list(a)), list(&b)...)}, nil
}

func errSubscripts() error {
	return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts")
}

func deleteArray(j *JSON, keys *Array) (*JSON, error) {
	if len(keys.Dims) > 1 {
		return nil, errSubscripts()
	}
	return deleteKeys(j, keys.Items)
}

func deleteKeys(j *JSON, keys []Value) (*JSON, error) {
	if j.scalar() {
		return nil, badJSONUse("cannot delete from scalar")
	}
	drop := map[string]bool{}
	for _, k := range keys {
		if k != nil {
			drop[string(k.(Text))] = true
		}
	}
	for i := len(j.Items) - 1; i >= 0; i-- {
		if j.Kind == JSONObject && drop[j.Keys[i]] || j.Kind == JSONArray && j.Items[i].Kind == JSONString && drop[j.Items[i].Text] {
			j.remove(i)
		}
	}
	return j, nil
}

func (j *JSON) remove(i int) {
	j.Items = slices.Delete(j.Items, i, i+1)
	if j.Kind == JSONObject {
		j.Keys = slices.Delete(j.Keys, i, i+1)
	}
}

func deleteIndex(j *JSON, i int) (*JSON, error) {
	switch {
	case j.scalar():
		return nil, badJSONUse("cannot delete from scalar")
	case j.Kind == JSONObject:
		return nil, badJSONUse("cannot delete from object using integer index")
	}
	if i < 0 {
		i += len(j.Items)
	}
	if i >= 0 && i < len(j.Items) {
		j.remove(i)
	}
	return j, nil
}

// pathMode is what an edit does at a path's end.
type pathMode uint8

const (
	pathDelete pathMode = iota
	pathSet
	pathCreate // set, or add what is missing
	pathBefore
	pathAfter
)

func jsonbSet(j *JSON, a []Value) (*JSON, error) {
	v, err := ParseJSON(string(a[2].(Text)))
	if err != nil {
		return nil, err
	}
	mode := pathSet
	if a[3].(Bool) {
		mode = pathCreate
	}
	return editPath(j, a[1], &v, mode)
}

func jsonbInsert(j *JSON, a []Value) (*JSON, error) {
	v, err := ParseJSON(string(a[2].(Text)))
	if err != nil {
		return nil, err
	}
	mode := pathBefore
	if a[3].(Bool) {
		mode = pathAfter
	}
	return editPath(j, a[1], &v, mode)
}

// jsonbSetLax is jsonb_set with a choice of what a NULL value means; NULL in any other argument is NULL.
func jsonbSetLax(j *JSON, a []Value) (*JSON, error) {
	treatment, _ := a[4].(Text)
	if a[2] != nil && a[4] != nil {
		return jsonbSet(j, a)
	}
	switch treatment {
	case "raise_exception":
		return nil, pgerr.New(pgerr.NullNotAllowed, "JSON value must not be null")
	case "use_json_null":
		return jsonbSet(j, []Value{a[0], a[1], Text("null"), a[3]})
	case "delete_key":
		return editPath(j, a[1], nil, pathDelete)
	case "return_target":
		return j, nil
	}
	return nil, badJSONUse("null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
}

func editPath(j *JSON, path Value, v *JSON, mode pathMode) (*JSON, error) {
	p := path.(*Array)
	switch {
	case len(p.Dims) > 1:
		return nil, errSubscripts()
	case j.scalar() && mode == pathDelete:
		return nil, badJSONUse("cannot delete path in scalar")
	case j.scalar():
		return nil, badJSONUse("cannot set path in scalar")
	case len(p.Items) == 0 || len(j.Items) == 0 && (mode == pathDelete || mode == pathSet):
		return j, nil
	}
	e := pathEdit{p.Items, v, mode}
	return j, e.apply(j, 0)
}

// pathEdit is one change at the end of a path.
type pathEdit struct {
	path []Value
	v    *JSON
	mode pathMode
}

func (e *pathEdit) apply(j *JSON, level int) error {
	if e.path[level] == nil {
		return pgerr.New(pgerr.NullNotAllowed, "path element at position %d is null", level+1)
	}
	step := string(e.path[level].(Text))
	switch j.Kind {
	case JSONObject:
		return e.object(j, level, step)
	case JSONArray:
		return e.array(j, level, step)
	}
	return nil
}

func (e *pathEdit) object(j *JSON, level int, step string) error {
	last := level == len(e.path)-1
	i := j.field(step)
	switch {
	case !last && i >= 0:
		return e.apply(&j.Items[i], level+1)
	case !last:
	case i >= 0 && e.mode >= pathBefore:
		return badJSONUse("cannot replace existing key")
	case i >= 0 && e.mode == pathDelete:
		j.remove(i)
	case i >= 0:
		j.Items[i] = *e.v
	case e.mode >= pathCreate:
		j.Keys, j.Items = append(j.Keys, step), append(j.Items, *e.v)
		j.sortKeys()
	}
	return nil
}

func (e *pathEdit) array(j *JSON, level int, step string) error {
	last := level == len(e.path)-1
	i, ok := pathIndex(step)
	if !ok {
		return pgerr.New(pgerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, step)
	}
	n := len(j.Items)
	if i < 0 {
		i = max(i+n, -1)
	}
	i = min(i, n)
	inside := i >= 0 && i < n
	switch {
	case !last && inside:
		return e.apply(&j.Items[i], level+1)
	case !last:
	case inside && e.mode == pathDelete:
		j.remove(i)
	case inside && e.mode <= pathCreate:
		j.Items[i] = *e.v
	case inside && e.mode == pathBefore:
		j.Items = slices.Insert(j.Items, i, *e.v)
	case inside:
		j.Items = slices.Insert(j.Items, i+1, *e.v)
	case e.mode >= pathCreate:
		j.Items = slices.Insert(j.Items, max(i, 0), *e.v)
	}
	return nil
}
