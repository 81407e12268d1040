package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

func modelCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "model", Short: "The semantic model and the sources' facts about it"}
	cmd.AddCommand(modelPull(i, "pull", "Ask the sources for the model's columns and write facts.yaml", writeFacts),
		modelPull(i, "diff", "Ask the sources and show what differs from facts.yaml and the model", diffFacts))
	return cmd
}

// facts is what a source said of an entity's object.
type facts struct {
	entity *semantic.Entity
	schema source.Schema
}

func modelPull(i *invocation, use, short string, do func(i *invocation, dir string, all []facts) error) *cobra.Command {
	var login string
	var stdin bool
	cmd := &cobra.Command{
		Use: use, Short: short, Args: exactArgs(0), Example: "  echo PASSWORD | waggle model " + use + " --as editor --password-stdin",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if login == "" || !stdin {
				return usageError{fmt.Errorf("model %s needs --as and --password-stdin", use)}
			}
			return i.onSystem(cmd.Context(), []string{"model", use, "--as", login, "--password-stdin"}, func(s *system) error {
				return s.pull(cmd.Context(), i, login, do)
			})
		},
	}
	cmd.Flags().StringVar(&login, "as", "", "the editor's login")
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the console's password from standard input")
	return cmd
}

// pull describes every entity's object as an editor sees it, one model folder after the other.
func (s *system) pull(ctx context.Context, i *invocation, login string, do func(*invocation, string, []facts) error) error {
	who, err := s.signIn(ctx, i, login)
	if err != nil {
		return err
	}
	if !identity.May(who.Role, identity.EditModel) {
		return pgerr.New(pgerr.InsufficientPrivilege, "%s may not edit the model", login).WithHint("an admin can give the role of an editor")
	}
	e, closing, err := s.liveEngine()
	if err != nil {
		return err
	}
	defer closing()
	models, err := s.config.loadModels(who.OrgName)
	if err != nil {
		return err
	}
	for k, m := range models {
		var all []facts
		for _, entity := range m.Entities {
			schema, err := e.Describe(ctx, who, entity.Connection, entity.Object, "waggle model pull "+m.Name+"."+entity.Name)
			if err != nil {
				return err
			}
			all = append(all, facts{entity, schema})
		}
		if err := do(i, s.config.models[k], all); err != nil {
			return err
		}
	}
	return nil
}

// liveEngine is the serving process's engine, or one of this command's own.
func (s *system) liveEngine() (*engine.Engine, func(), error) {
	if s.running != nil {
		return s.running, func() {}, nil
	}
	pool, err := workspace.NewPool(workspace.Config{Size: 1, Budget: s.config.limits.workspaceMemory, Weak: s.config.workspace.weak})
	if err != nil {
		return nil, nil, err
	}
	e, err := s.engine(pool)
	return e, pool.Close, err
}

// column finds a described column by its physical name.
func (f facts) column(name string) (source.Column, bool) {
	for _, c := range f.schema.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return source.Column{}, false
}

func writeFacts(i *invocation, dir string, all []facts) error {
	var b strings.Builder
	b.WriteString("# Written by `waggle model pull`: the columns' physical types, and the attribute numbers of properties and metrics.\n")
	for _, f := range all {
		fmt.Fprintf(&b, "%s:\n  properties:\n", f.entity.Name)
		for _, p := range f.entity.Properties {
			fmt.Fprintf(&b, "    %s: {num: %d", p.Name, p.Num)
			if c, ok := f.column(p.Column); ok {
				fmt.Fprintf(&b, ", type: %q", plan.TypeName(c.Type))
				if c.NotNull {
					b.WriteString(", not_null: true")
				}
				if c.Collation != "" {
					fmt.Fprintf(&b, ", collation: %q", c.Collation)
				}
				if c.Field != nil {
					b.WriteString(", field: " + semantic.FieldFacts(c.Field))
				}
			}
			b.WriteString("}\n")
		}
		if len(f.entity.Metrics) > 0 {
			b.WriteString("  metrics:\n")
		}
		for _, m := range f.entity.Metrics {
			fmt.Fprintf(&b, "    %s: {num: %d}\n", m.Name, m.Num)
		}
	}
	file := filepath.Join(dir, "facts.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		return pgerr.New(pgerr.IOError, "%s cannot be written", file).WithDetail("%v", err)
	}
	return i.print(map[string]any{"file": file, "entities": len(all)}, "", [][]string{{fmt.Sprintf("%s: %d entities", file, len(all))}})
}

// diffFacts names the properties whose column the source does not have, or has with another type.
func diffFacts(i *invocation, dir string, all []facts) error {
	var lines []string
	for _, f := range all {
		for _, p := range f.entity.Properties {
			if p.Column == "" {
				continue
			}
			c, ok := f.column(p.Column)
			switch {
			case !ok:
				lines = append(lines, fmt.Sprintf("%s.%s: %s has no column %s that you may see", f.entity.Name, p.Name, f.entity.Connection, p.Column))
			case p.Field != nil && (c.Field == nil || *p.Field != *c.Field):
				lines = append(lines, fmt.Sprintf("%s.%s: facts.yaml says otherwise than %s what may be asked of %s; waggle model pull writes it anew", f.entity.Name, p.Name, f.entity.Connection, p.Column))
			case p.Collation != "" && c.Collation != p.Collation:
				lines = append(lines, fmt.Sprintf("%s.%s: facts.yaml says collation %s, %s says %s", f.entity.Name, p.Name, p.Collation, f.entity.Connection, c.Collation))
			case c.Type.OID != p.Type.OID:
				lines = append(lines, fmt.Sprintf("%s.%s: the model says %s, %s says %s", f.entity.Name, p.Name, plan.TypeName(p.Type), f.entity.Connection, plan.TypeName(c.Type)))
			}
		}
	}
	if len(lines) == 0 && !i.json {
		lines = []string{dir + ": no difference"}
	}
	return i.print(lines, "", rowsOf(lines))
}
