package rest_test

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/source/rest"
)

// TestSchema keeps docs/schema/rest.json equal to the shape that definitions are checked by.
func TestSchema(t *testing.T) {
	golden.File(t, "../../docs/schema/rest.json", rest.Shape().JSONSchema("REST definition"))
}

// TestExample reads the definition that docs/rest.md shows.
func TestExample(t *testing.T) {
	_, after, _ := strings.Cut(text(t, "../../docs/rest.md"), "```yaml\n")
	example, _, ok := strings.Cut(after, "```")
	if !ok {
		t.Fatal("docs/rest.md shows no definition")
	}
	if _, err := rest.Parse("docs/rest.md", []byte(strings.ReplaceAll(example, "…", "https://things.example/"))); err != nil {
		t.Error(err)
	}
}
