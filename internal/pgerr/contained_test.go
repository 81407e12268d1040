package pgerr

import (
	"errors"
	"strings"
	"testing"
)

func TestContained(t *testing.T) {
	plain := errors.New("plain")
	if err := Contained(func() error { return plain }); err != plain {
		t.Errorf("got %v", err)
	}
	none := []int{}
	err := Contained(func() error { none[0]++; return nil })
	if Code(err) != Internal || !strings.Contains(errors.Unwrap(err).Error(), "index out of range") {
		t.Errorf("got %v", err)
	}
	err = Contained(func() error { panic("a row's value") })
	if text := errors.Unwrap(err).Error(); Code(err) != Internal || strings.Contains(text, "a row's value") || !strings.Contains(text, "contained_test.go") {
		t.Errorf("got %v", text)
	}
}
