package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
)

func sourceCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "source", Short: "The configured sources"}
	cmd.AddCommand(sourceVerify(i))
	return cmd
}

func sourceVerify(i *invocation) *cobra.Command {
	var login string
	var stdin bool
	cmd := &cobra.Command{
		Use: "verify NAME", Short: "Read one row of each entity of a source as one person", Args: exactArgs(1),
		Example: "  echo PASSWORD | waggle source verify cal --as bob --password-stdin",
		RunE: func(cmd *cobra.Command, args []string) error {
			if login == "" || !stdin {
				return usageError{fmt.Errorf("source verify needs --as and --password-stdin")}
			}
			return i.onSystem(cmd.Context(), []string{"source", "verify", args[0], "--as", login, "--password-stdin"}, func(s *system) error {
				return s.verifySource(cmd.Context(), i, args[0], login)
			})
		},
	}
	cmd.Flags().StringVar(&login, "as", "", "the person's login")
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the console's password from standard input")
	return cmd
}

// verifySource reads a row of every entity of the source through the engine; the first refusal is the answer.
func (s *system) verifySource(ctx context.Context, i *invocation, name, login string) error {
	password, err := i.readLine()
	if err != nil {
		return err
	}
	who, err := s.directory.SignIn(ctx, identity.SignIn{Login: login, Password: secret.New(password)})
	if err != nil {
		return err
	}
	models, err := s.config.loadModels(who.OrgName)
	if err != nil {
		return err
	}
	e, closing, err := s.liveEngine()
	if err != nil {
		return err
	}
	defer closing()
	var lines []string
	for _, m := range models {
		for _, entity := range m.Entities {
			if entity.Connection != name {
				continue
			}
			rows, err := probe(ctx, e, who, m.Name, entity.Name)
			if err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s.%s answers (%d row read)", m.Name, entity.Name, rows))
		}
	}
	if len(lines) == 0 {
		return pgerr.New(pgerr.UndefinedObject, "no entity of the model is read from a source %q", name)
	}
	return i.print(lines, "", rowsOf(lines))
}

func probe(ctx context.Context, e *engine.Engine, who *identity.Session, schema, entity string) (int64, error) {
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	q := plan.Span{Text: "SELECT * FROM " + quote(schema) + "." + quote(entity) + " LIMIT 1"}
	set := plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", Pushdown: "auto"}
	p, err := e.Prepare(ctx, who, set, q, nil)
	if err != nil {
		return 0, err
	}
	r, err := e.Execute(ctx, who, p, engine.Args{Env: &datum.Env{}})
	if err != nil {
		return 0, err
	}
	defer r.Release()
	var rows int64
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	r.Sent(rows, 0)
	return rows, r.Err()
}
