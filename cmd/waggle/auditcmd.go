package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/audit"
)

func auditCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "The audit log"}
	cmd.AddCommand(auditVerify(i), auditQuery(i), auditExport(i))
	return cmd
}

func auditVerify(i *invocation) *cobra.Command {
	var earlier []string
	cmd := &cobra.Command{
		Use: "verify", Short: "Check every record against the signed checkpoints", Args: exactArgs(0),
		Example: "  waggle audit verify\n  waggle audit verify --earlier kept/checkpoint",
		RunE: func(_ *cobra.Command, _ []string) error {
			c, err := loadConfig(i.config)
			if err != nil {
				return err
			}
			public, err := os.ReadFile(c.audit.key + ".pub")
			if err != nil {
				return err
			}
			kept := make([][]byte, len(earlier))
			for k, f := range earlier {
				if kept[k], err = os.ReadFile(f); err != nil {
					return err
				}
			}
			report, err := audit.VerifyDir(c.audit.directory, string(public), kept...)
			if err != nil {
				if i.json {
					_ = i.print(report, "", nil)
				}
				return err
			}
			text := fmt.Sprintf("the audit log holds: %d records, %d of them signed, root %s", report.Records, report.Signed, report.Root)
			return i.print(report, "", [][]string{{text}})
		},
	}
	cmd.Flags().StringArrayVar(&earlier, "earlier", nil, "a checkpoint kept elsewhere (repeatable)")
	return cmd
}

// auditLog opens the configured audit log.
func (i *invocation) auditLog() (*audit.Reader, error) {
	c, err := loadConfig(i.config)
	if err != nil {
		return nil, err
	}
	return audit.OpenReader(c.audit.directory)
}

func auditQuery(i *invocation) *cobra.Command {
	var last int
	var acts bool
	cmd := &cobra.Command{
		Use: "query", Short: "Show the last statements", Args: exactArgs(0), Example: "  waggle audit query --last 20",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := i.auditLog()
			if err != nil {
				return err
			}
			var all []audit.Entry
			for e, err := range r.Entries(cmd.Context(), audit.Filter{Acts: acts}) {
				if err != nil {
					return err
				}
				if all = append(all, e); len(all) > last {
					all = all[1:]
				}
			}
			var rows [][]string
			for _, e := range all {
				rows = append(rows, []string{e.Time.UTC().Format(time.RFC3339), e.Login, e.Kind, e.Path, e.SQLState, fmt.Sprint(e.Rows), shorten(e.Statement)})
			}
			return i.print(all, "time\tlogin\tkind\tpath\tsqlstate\trows\tstatement", rows)
		},
	}
	cmd.Flags().IntVar(&last, "last", 20, "how many")
	cmd.Flags().BoolVar(&acts, "acts", false, "also logins, connections and administration")
	return cmd
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

func auditExport(i *invocation) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "export", Short: "Write all statements to standard output", Args: exactArgs(0), Example: "  waggle audit export --format csv > audit.csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := i.auditLog()
			if err != nil {
				return err
			}
			return audit.Export(i.out, r.Entries(cmd.Context(), audit.Filter{}), audit.Format(format))
		},
	}
	cmd.Flags().StringVar(&format, "format", "json", "json or csv")
	return cmd
}
