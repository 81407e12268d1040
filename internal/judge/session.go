package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// patience bounds one statement on one server.
const patience = 60 * time.Second

// session is a connection that is opened again after it breaks.
type session struct {
	dsn     string
	prepare string // runs first on each connection
	conn    *pgconn.PgConn
}

func (s *session) open(ctx context.Context) error {
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	conn, err := pgconn.Connect(ctx, s.dsn)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	s.conn = conn
	if s.prepare != "" {
		_, err = conn.Exec(ctx, s.prepare).ReadAll()
	}
	return err
}

func (s *session) close() {
	if s.conn != nil {
		_ = s.conn.Close(context.Background())
	}
}

// simple runs a statement in a Query message, all values as text.
func (s *session) simple(ctx context.Context, sql string) (*answer, error) {
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	results := s.conn.Exec(ctx, sql)
	var a *answer
	for results.NextResult() {
		a = read(results.ResultReader())
	}
	if err := results.Close(); err != nil {
		return failed(err)
	}
	if a == nil {
		a = &answer{}
	}
	return a, nil
}

// extended runs a statement by Parse, Bind, Describe and Execute with text arguments and binary results. The parameter types that the
// server inferred come back as well.
func (s *session) extended(ctx context.Context, q *statement) (*answer, []uint32, error) {
	if err := s.open(ctx); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	d, err := s.conn.Prepare(ctx, "", q.sql, q.types)
	if err != nil {
		a, err := failed(err)
		return a, nil, err
	}
	r := s.conn.ExecPrepared(ctx, "", q.args, nil, []int16{q.format()})
	a := read(r)
	if _, err := r.Close(); err != nil {
		a, err := failed(err)
		return a, d.ParamOIDs, err
	}
	return a, d.ParamOIDs, nil
}

func read(r *pgconn.ResultReader) *answer {
	a := &answer{}
	for _, f := range r.FieldDescriptions() {
		a.columns = append(a.columns, column{f.Name, f.DataTypeOID, max(f.TypeModifier, -1)})
	}
	for r.NextRow() {
		row := make([]cell, len(r.Values()))
		for i, v := range r.Values() {
			if v != nil {
				row[i] = append(cell{}, v...)
			}
		}
		a.rows = append(a.rows, row)
	}
	tag, _ := r.Close()
	a.tag = tag.String()
	return a
}

// failed turns a server's error into an answer; any other error is the connection's own.
func failed(err error) (*answer, error) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return &answer{failure: &failure{code: "-----", message: err.Error()}}, nil
	}
	return &answer{failure: &failure{e.Code, e.Message, e.Position}}, nil
}
