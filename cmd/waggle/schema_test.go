package main

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
)

// TestSchema keeps docs/schema/waggle.json equal to the shape that waggle.yaml is checked by.
func TestSchema(t *testing.T) {
	golden.File(t, "../../docs/schema/waggle.json", configShape().JSONSchema("waggle.yaml"))
}
