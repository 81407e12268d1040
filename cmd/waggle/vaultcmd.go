package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/vault"
)

func vaultCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "vault", Short: "Master keys and sealed tokens"}
	cmd.AddCommand(&cobra.Command{
		Use: "key FILE", Short: "Make a master key", Args: exactArgs(1), Example: "  waggle vault key secrets/master.key",
		RunE: func(_ *cobra.Command, args []string) error { return vault.CreateMaster(args[0]) },
	}, vaultRotate(i), vaultRevoke(i))
	return cmd
}

func vaultRotate(i *invocation) *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "Seal all keys under the active master key, while serving", Args: exactArgs(0),
		Example: "  # keys: {master: file:new.key, retired: file:old.key}, restart, then\n  waggle vault rotate",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return i.onSystem(cmd.Context(), []string{"vault", "rotate"}, func(s *system) error {
				n, err := s.keys.Rotate(cmd.Context())
				if err != nil {
					return err
				}
				return i.print(map[string]int{"keys": n}, "", [][]string{{fmt.Sprintf("%d keys sealed anew", n)}})
			})
		},
	}
}

func vaultRevoke(i *invocation) *cobra.Command {
	var org, login string
	cmd := &cobra.Command{
		Use: "revoke", Short: "End all connections of an organisation or a person and destroy their keys", Args: exactArgs(0),
		Example: "  waggle vault revoke --org acme\n  waggle vault revoke --org acme --as bob",
		RunE: func(cmd *cobra.Command, _ []string) error {
			line := []string{"vault", "revoke", "--org", org}
			if login != "" {
				line = append(line, "--as", login)
			}
			return i.onSystem(cmd.Context(), line, func(s *system) error {
				r := s.directory.AsOperator(operator())
				id, err := r.Org(cmd.Context(), org)
				if err != nil {
					return err
				}
				var person identity.PersonID
				if login != "" {
					p, err := r.Person(cmd.Context(), id, login)
					if err != nil {
						return err
					}
					person = p.ID
				}
				n, err := s.vault.Revoke(cmd.Context(), id, person, operator())
				if err != nil {
					return err
				}
				return i.print(map[string]int{"connections": n}, "", [][]string{{fmt.Sprintf("%d connections ended", n)}})
			})
		},
	}
	cmd.Flags().StringVar(&org, "org", "", "the organisation's name")
	cmd.Flags().StringVar(&login, "as", "", "one person's login")
	_ = cmd.MarkFlagRequired("org")
	return cmd
}
