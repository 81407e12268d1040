// Command waggle is the SQL proxy and its administration.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		workspace.Main()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := report(os.Stderr, usage(newRoot(&invocation{in: os.Stdin, out: os.Stdout}).ExecuteContext(ctx)))
	stop()
	os.Exit(code)
}

// newRoot returns the whole command line, bound to one invocation.
func newRoot(i *invocation) *cobra.Command {
	root := &cobra.Command{
		Use:           "waggle",
		Short:         "A PostgreSQL-protocol proxy over a virtual semantic model, each query under the asking person's own tokens",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(i.out)
	root.SetIn(i.in)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().StringVar(&i.config, "config", "waggle.yaml", "the configuration file")
	root.PersistentFlags().BoolVar(&i.json, "json", false, "print JSON")
	root.AddCommand(serveCommand(i), statusCommand(i), checkCommand(i), explainCommand(i), orgCommand(i), userCommand(i), tokenCommand(i),
		connectCommand(i), modelCommand(i), sourceCommand(i), vaultCommand(i), auditCommand(i))
	return root
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// usage marks cobra's own complaint about a missing flag, which has no type.
func usage(err error) error {
	if err != nil && strings.HasPrefix(err.Error(), "required flag(s)") {
		return usageError{err}
	}
	return err
}

// exactArgs is cobra.ExactArgs with an error that counts as wrong usage.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// report prints an error for people and returns the exit code: 0 done, 1 failed, 2 wrong usage.
func report(to *os.File, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(to, describe(err))
	var wrong usageError
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

// describe is an error in one sentence with the next act; defects of files are a line each.
func describe(err error) string {
	var files strictyaml.Errors
	if errors.As(err, &files) {
		return files.Error()
	}
	var wrong usageError
	if errors.As(err, &wrong) {
		return "waggle: " + wrong.Error() + "; run it with --help"
	}
	var e *pgerr.Error
	if !errors.As(err, &e) {
		return "waggle: " + err.Error()
	}
	lines := []string{"waggle: " + e.Message}
	for _, more := range []string{e.Detail, e.Hint} {
		if more != "" {
			lines = append(lines, "  "+more)
		}
	}
	return strings.Join(lines, "\n")
}
