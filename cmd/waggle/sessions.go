package main

import (
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// sessions has the sources end what they keep open under tokens that are over, and the views what they were told under them.
type sessions struct {
	sources   map[string]source.Source
	described *described
}

// Forget passes the vault's word on to the connection's source.
func (s sessions) Forget(e vault.Ended) {
	s.described.forget(e)
	if src, ok := s.sources[e.Source]; ok {
		src.Forget(source.Owner{Organisation: string(e.Org), Person: string(e.Person), Generation: e.Before})
	}
}
