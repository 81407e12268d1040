package semantic

import "testing"

func TestSample(t *testing.T) {
	m, err := Load("../cmd/waggle-sandbox/model/company", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Entities {
		for _, p := range e.Properties {
			if p.Expr != nil { t.Logf("%s.%s %d:%d %q %d", e.Name, p.Name, p.Expr.At.Line, p.Expr.At.Column, p.Expr.Text, p.Num) }
		}
	}
}
