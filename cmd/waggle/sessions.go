package main

import (
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// sessions has the sources end what they keep open under tokens that are over.
type sessions map[string]source.Source

// Forget passes the vault's word on to the connection's source.
func (s sessions) Forget(e vault.Ended) {
	if src, ok := s[e.Source]; ok {
		src.Forget(source.Owner{Organisation: string(e.Org), Person: string(e.Person), Generation: e.Before})
	}
}
