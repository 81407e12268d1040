// Command waggle-sandbox runs strict emulators of the sources and the OAuth server that opens them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := exitCode(newRoot().ExecuteContext(ctx))
	stop()
	os.Exit(code)
}

// newRoot returns the command with its subcommands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "waggle-sandbox",
		Short:         "Emulators of the sources, with sample data, on this machine alone",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q", args[0])}
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(serveCommand(), demoCommand())
	return root
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// exitCode reports an error in one sentence on stderr: 0 done, 1 failed, 2 wrong usage.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var e *pgerr.Error
	if errors.As(err, &e) {
		fmt.Fprintln(os.Stderr, "waggle-sandbox: "+e.Message)
		for _, more := range []string{e.Detail, e.Hint} {
			if more != "" {
				fmt.Fprintln(os.Stderr, more)
			}
		}
		return 1
	}
	fmt.Fprintf(os.Stderr, "waggle-sandbox: %s\n", err)
	var wrong usageError
	if errors.As(err, &wrong) {
		fmt.Fprintln(os.Stderr, "Run it with --help for the flags.")
		return 2
	}
	return 1
}
