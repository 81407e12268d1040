package main

import (
	"fmt"

	"github.com/spf13/cobra"
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
		Use: "verify [NAME]", Short: "Check a source, or all, as one person: what each entity answers, and expressions beside PostgreSQL's answers", Args: atMost(1),
		Long: "Reads a row of every entity that comes from the source, finds it again by its key, and reads some pages of keys. A source that\n" +
			"speaks SQL is also asked expressions whose answers PostgreSQL 17 gave. Nothing is written, and everything is asked with this person's\n" +
			"connections and is in the audit log. Exits with 1 when an answer differs or a check fails.",
		Example: "  echo PASSWORD | waggle source verify sf --as bob --password-stdin\n  echo PASSWORD | waggle source verify --as bob --password-stdin --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if login == "" || !stdin {
				return usageError{fmt.Errorf("source verify needs --as and --password-stdin")}
			}
			order := append([]string{"source", "verify", "--as", login, "--password-stdin"}, args...)
			return i.onSystem(cmd.Context(), order, func(s *system) error { return s.verifySources(cmd.Context(), i, login, args) })
		},
	}
	cmd.Flags().StringVar(&login, "as", "", "the person's login")
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the console's password from standard input")
	return cmd
}

// atMost is cobra.MaximumNArgs with an error that counts as wrong usage.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.MaximumNArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
