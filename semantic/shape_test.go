package semantic

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/waggle-sql/waggle/internal/golden"
)

// TestSchemas keeps docs/schema equal to the shapes, and holds it to accept the sample model and to reject an unknown key.
func TestSchemas(t *testing.T) {
	s := newShapes()
	schemas := map[string][]byte{
		"model":  s.model.JSONSchema("model.yaml"),
		"entity": s.entity.JSONSchema("An entity's file"),
		"facts":  s.facts.JSONSchema("facts.yaml"),
	}
	resolved := make(map[string]*jsonschema.Resolved)
	for name, text := range schemas {
		golden.File(t, "../docs/schema/"+name+".json", text)
		var schema jsonschema.Schema
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		r, err := schema.Resolve(nil)
		if err != nil {
			t.Fatal(err)
		}
		resolved[name] = r
	}
	files, _ := filepath.Glob(sample + "/*.yaml")
	if len(files) < 8 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind := "entity"
		if filepath.Base(file) == "model.yaml" {
			kind = "model"
		}
		if err := resolved[kind].Validate(decode(t, string(data))); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		wrong := strings.Replace(string(data), "label:", "lable:", 1)
		if err := resolved[kind].Validate(decode(t, wrong)); err == nil {
			t.Errorf("%s: an unknown key is accepted", file)
		}
	}
	if err := resolved["facts"].Validate(decode(t, "calls: {properties: {id: {num: 1, type: text}}}")); err != nil {
		t.Error(err)
	}
	if err := resolved["facts"].Validate(decode(t, "calls: {properties: {id: {number: 1}}}")); err == nil {
		t.Error("an unknown key of facts is accepted")
	}
}

// decode reads YAML as JSON's values.
func decode(t *testing.T, text string) any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
