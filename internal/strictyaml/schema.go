package strictyaml

import (
	"bytes"
	"encoding/json"
)

// JSONSchema returns s as a JSON Schema (draft 2020-12) for editors. It accepts what Check accepts, but for what only a
// reader of the whole folder can know.
func (s *Shape) JSONSchema(title string) []byte {
	schema := s.schema()
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema); err != nil {
		return nil // a map of strings, booleans, lists and maps can always be encoded
	}
	return out.Bytes()
}

type object = map[string]any

func (s *Shape) schema() object {
	out := object{}
	switch s.Kind {
	case AnyText:
		out["type"] = []string{"string", "number", "boolean"}
		if s.Enum != nil {
			out = object{"enum": s.Enum}
		}
		if s.Pattern != nil {
			out = object{"type": "string", "pattern": s.Pattern.String()}
		}
	case Whole:
		out["type"] = "integer"
	case Flag:
		out["type"] = "boolean"
	case Object:
		s.objectSchema(out)
	case ListOf, OneOrList:
		s.listSchema(out)
	case MapOf:
		s.mapSchema(out)
	}
	if s.Doc != "" {
		out["description"] = s.Doc
	}
	return out
}

func (s *Shape) objectSchema(out object) {
	properties, required := object{}, []string{}
	for _, f := range s.Fields {
		properties[f.Name] = f.Shape.schema()
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out["type"], out["properties"], out["additionalProperties"] = "object", properties, false
	if len(required) > 0 {
		out["required"] = required
	}
}

func (s *Shape) listSchema(out object) {
	list := object{"type": "array", "items": s.Elem.schema()}
	if s.NonEmpty {
		list["minItems"] = 1
	}
	if s.Kind == OneOrList {
		out["anyOf"] = []object{s.Elem.schema(), list}
		return
	}
	for k, v := range list {
		out[k] = v
	}
}

func (s *Shape) mapSchema(out object) {
	out["type"], out["additionalProperties"] = []string{"object", "null"}, s.Elem.schema()
	if s.Keys != nil {
		out["propertyNames"] = s.Keys.schema()
	}
	if s.NonEmpty {
		out["type"], out["minProperties"] = "object", 1
	}
}
