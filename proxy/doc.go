// Package proxy is the PostgreSQL v3 server: it accepts connections, authenticates them, keeps each session's settings,
// transaction, statements and portals, and streams what the engine answers. It knows statements and rows, never sources
// or tokens.
package proxy
