package main

import (
	"context"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/secret"
)

// operator names whoever runs a command on this machine, for the journal.
func operator() string {
	if u, err := user.Current(); err == nil {
		return "operator:" + u.Username
	}
	return "operator"
}

func orgCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "org", Short: "Organisations"}
	cmd.AddCommand(&cobra.Command{
		Use: "create NAME", Short: "Make an organisation; its name is its database's", Args: exactArgs(1),
		Example: "  waggle org create acme",
		RunE: func(cmd *cobra.Command, args []string) error {
			return i.onSystem(cmd.Context(), []string{"org", "create", args[0]}, func(s *system) error {
				id, err := s.directory.AsOperator(operator()).CreateOrg(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return i.print(map[string]string{"id": string(id), "name": args[0]}, "", [][]string{{"organisation " + args[0] + " made"}})
			})
		},
	})
	return cmd
}

// who are the flags that name a person.
type whoFlags struct{ org, login string }

func (w whoFlags) find(ctx context.Context, s *system) (*identity.Registry, identity.Person, error) {
	r := s.directory.AsOperator(operator())
	org, err := r.Org(ctx, w.org)
	if err != nil {
		return nil, identity.Person{}, err
	}
	p, err := r.Person(ctx, org, w.login)
	return r, p, err
}

func userCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "People and their roles"}
	cmd.AddCommand(userCreate(i), userList(i), userSet(i, "role", "Give a person another role"), userSet(i, "disable", "End a person's sessions and refuse new ones"),
		userSet(i, "enable", "Let a disabled person in again"))
	return cmd
}

func userCreate(i *invocation) *cobra.Command {
	var org, role, email string
	var stdin bool
	cmd := &cobra.Command{
		Use: "create LOGIN", Short: "Make a person", Args: exactArgs(1),
		Example: "  waggle user create bob --org acme --role viewer --email bob@acme.example\n" +
			"  echo 'a long password' | waggle user create bob --org acme --email bob@acme.example --password-stdin",
		RunE: func(cmd *cobra.Command, args []string) error {
			line := []string{"user", "create", args[0], "--org", org, "--role", role, "--email", email}
			if stdin {
				line = append(line, "--password-stdin")
			}
			return i.onSystem(cmd.Context(), line, func(s *system) error {
				return s.createUser(cmd.Context(), i, identity.Person{Login: args[0], Email: email, Role: identity.Role(role), OrgName: org}, stdin)
			})
		},
	}
	cmd.Flags().StringVar(&org, "org", "", "the organisation's name")
	cmd.Flags().StringVar(&role, "role", "viewer", "viewer, editor or admin")
	cmd.Flags().StringVar(&email, "email", "", "the person's verified e-mail address")
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read a password from standard input; it opens the console and the PostgreSQL port")
	_ = cmd.MarkFlagRequired("org")
	return cmd
}

func (s *system) createUser(ctx context.Context, i *invocation, p identity.Person, stdin bool) error {
	r := s.directory.AsOperator(operator())
	org, err := r.Org(ctx, p.OrgName)
	if err != nil {
		return err
	}
	p.Org = org
	var password string
	if stdin {
		if password, err = i.readLine(); err != nil {
			return err
		}
	}
	id, err := r.CreatePerson(ctx, p)
	if err != nil {
		return err
	}
	if stdin {
		if err := r.SetPassword(ctx, id, secret.New(password), true); err != nil {
			return err
		}
	}
	out := map[string]string{"id": string(id), "login": p.Login, "role": string(p.Role)}
	return i.print(out, "", [][]string{{"user " + p.Login + " made; mint a token with: waggle token create --org " + p.OrgName + " --as " + p.Login}})
}

func userList(i *invocation) *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use: "list", Short: "List an organisation's people", Args: exactArgs(0), Example: "  waggle user list --org acme",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return i.onSystem(cmd.Context(), []string{"user", "list", "--org", org}, func(s *system) error {
				r := s.directory.AsOperator(operator())
				id, err := r.Org(cmd.Context(), org)
				if err != nil {
					return err
				}
				people, err := r.People(cmd.Context(), id)
				if err != nil {
					return err
				}
				var rows [][]string
				for _, p := range people {
					state := "active"
					if p.Disabled {
						state = "disabled"
					}
					rows = append(rows, []string{p.Login, string(p.Role), p.Email, state})
				}
				return i.print(people, "login\trole\temail\tstate", rows)
			})
		},
	}
	cmd.Flags().StringVar(&org, "org", "", "the organisation's name")
	_ = cmd.MarkFlagRequired("org")
	return cmd
}

func userSet(i *invocation, what, short string) *cobra.Command {
	var w whoFlags
	var role string
	cmd := &cobra.Command{
		Use: what + " LOGIN", Short: short, Args: exactArgs(1), Example: "  waggle user " + what + " bob --org acme",
		RunE: func(cmd *cobra.Command, args []string) error {
			w.login = args[0]
			line := []string{"user", what, w.login, "--org", w.org}
			if what == "role" {
				line = append(line, "--role", role)
			}
			return i.onSystem(cmd.Context(), line, func(s *system) error {
				r, p, err := w.find(cmd.Context(), s)
				if err != nil {
					return err
				}
				switch what {
				case "role":
					err = r.SetRole(cmd.Context(), p.ID, identity.Role(role))
				case "disable":
					err = r.Disable(cmd.Context(), p.ID)
				default:
					err = r.Enable(cmd.Context(), p.ID)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&w.org, "org", "", "the organisation's name")
	if what == "role" {
		cmd.Flags().StringVar(&role, "role", "", "viewer, editor or admin")
		_ = cmd.MarkFlagRequired("role")
	}
	_ = cmd.MarkFlagRequired("org")
	return cmd
}

func tokenCommand(i *invocation) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Access tokens: passwords for the PostgreSQL port"}
	cmd.AddCommand(tokenCreate(i), tokenList(i), tokenRevoke(i))
	return cmd
}

func tokenCreate(i *invocation) *cobra.Command {
	var w whoFlags
	var name string
	var lifetime time.Duration
	cmd := &cobra.Command{
		Use: "create", Short: "Make an access token and show it once", Args: exactArgs(0),
		Example: "  waggle token create --org acme --as bob --name metabase",
		RunE: func(cmd *cobra.Command, _ []string) error {
			line := []string{"token", "create", "--org", w.org, "--as", w.login, "--name", name, "--lifetime", lifetime.String()}
			return i.onSystem(cmd.Context(), line, func(s *system) error {
				r, p, err := w.find(cmd.Context(), s)
				if err != nil {
					return err
				}
				t, token, err := r.MintToken(cmd.Context(), p.ID, name, lifetime)
				if err != nil {
					return err
				}
				out := map[string]string{"id": t.ID, "token": token.Reveal(), "expires": t.Expires.Format(time.RFC3339)}
				return i.print(out, "", [][]string{{token.Reveal()}})
			})
		},
	}
	tokenFlags(cmd, &w)
	cmd.Flags().StringVar(&name, "name", "cli", "what the token is for")
	cmd.Flags().DurationVar(&lifetime, "lifetime", identity.TokenLifetime, "how long it lives, 90 days at most")
	return cmd
}

func tokenFlags(cmd *cobra.Command, w *whoFlags) {
	cmd.Flags().StringVar(&w.org, "org", "", "the organisation's name")
	cmd.Flags().StringVar(&w.login, "as", "", "the person's login")
	_ = cmd.MarkFlagRequired("org")
	_ = cmd.MarkFlagRequired("as")
}

func tokenList(i *invocation) *cobra.Command {
	var w whoFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List a person's access tokens", Args: exactArgs(0), Example: "  waggle token list --org acme --as bob",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return i.onSystem(cmd.Context(), []string{"token", "list", "--org", w.org, "--as", w.login}, func(s *system) error {
				r, p, err := w.find(cmd.Context(), s)
				if err != nil {
					return err
				}
				tokens, err := r.Tokens(cmd.Context(), p.ID)
				if err != nil {
					return err
				}
				var rows [][]string
				for _, t := range tokens {
					rows = append(rows, []string{t.ID, t.Name, t.Expires.Format(time.DateOnly), tokenState(t)})
				}
				return i.print(tokens, "id\tname\texpires\tstate", rows)
			})
		},
	}
	tokenFlags(cmd, &w)
	return cmd
}

func tokenState(t identity.AccessToken) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked"
	case time.Now().After(t.Expires):
		return "expired"
	}
	return "good"
}

func tokenRevoke(i *invocation) *cobra.Command {
	var w whoFlags
	cmd := &cobra.Command{
		Use: "revoke ID", Short: "Revoke an access token and end its sessions", Args: exactArgs(1),
		Example: "  waggle token revoke abcdefghijkl --org acme --as bob",
		RunE: func(cmd *cobra.Command, args []string) error {
			return i.onSystem(cmd.Context(), []string{"token", "revoke", args[0], "--org", w.org, "--as", w.login}, func(s *system) error {
				r, p, err := w.find(cmd.Context(), s)
				if err != nil {
					return err
				}
				return r.RevokeToken(cmd.Context(), p.ID, args[0])
			})
		},
	}
	tokenFlags(cmd, &w)
	return cmd
}
