package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/console"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/vault"
)

type connectFlags struct {
	login, as       string
	headless, stdin bool
	acknowledge     bool
	certificate     string
	key             string
}

func connectCommand(i *invocation) *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use: "connect SOURCE", Short: "Connect a source to a person, by the console's own flow", Args: exactArgs(1),
		Example: "  waggle connect crm                       # prints the page to open\n" +
			"  echo PASSWORD | waggle connect cal --as bob --headless --password-stdin\n" +
			"  echo PASSWORD | waggle connect desk --as bob --headless --password-stdin --certificate bob.crt --key bob.key",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(i.config)
			if err != nil {
				return err
			}
			if !f.headless {
				_, err := fmt.Fprintf(i.out, "Open %s/connect/%s\n", c.publicURL, url.PathEscape(args[0]))
				return err
			}
			if f.login == "" || !f.stdin {
				return usageError{fmt.Errorf("--headless needs --as and --password-stdin")}
			}
			return headless(cmd.Context(), i, c, args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.login, "as", "", "the person's login")
	cmd.Flags().StringVar(&f.as, "account", "", "whom to sign in as at the source; default: the person's login")
	cmd.Flags().BoolVar(&f.headless, "headless", false, "drive the flow without a browser, at a sign-in server that allows it (the sandbox's)")
	cmd.Flags().BoolVar(&f.stdin, "password-stdin", false, "read the console's password from standard input, and for a source with logins the source's from the next line")
	cmd.Flags().StringVar(&f.certificate, "certificate", "", "PEM file of the person's own certificate, for a source that takes certificates")
	cmd.Flags().StringVar(&f.key, "key", "", "PEM file of the certificate's private key")
	cmd.Flags().BoolVar(&f.acknowledge, "acknowledge", false, "switch on a source of the organisation, acknowledging the sentence that the console shows for it")
	return cmd
}

// headless signs in to the console, switches an organisation's source on when that is acknowledged, and follows the OAuth flow.
func headless(ctx context.Context, i *invocation, c *config, name string, f connectFlags) error {
	src, ok := c.source(name)
	if !ok {
		return pgerr.New(pgerr.UndefinedObject, "there is no source %q in %s", name, c.file)
	}
	password, err := i.readLine()
	if err != nil {
		return err
	}
	client, err := console.NewClient(c.publicURL, nil)
	if err != nil {
		return err
	}
	if err := client.SignIn(ctx, f.login, secret.New(password), ""); err != nil {
		return err
	}
	if src.org && f.acknowledge {
		if err := client.Enable(ctx, name, vault.Sentence(name)); err != nil {
			return err
		}
	}
	account := f.as
	if account == "" {
		account = f.login
	}
	switch sign := src.brings(); {
	case sign.Login:
		var own string
		if own, err = i.readLine(); err == nil {
			err = client.SetPassword(ctx, name, account, secret.New(own))
		}
	case sign.Certificate:
		err = bringCertificate(ctx, client, name, f)
	default:
		err = client.Connect(ctx, name, func(ctx context.Context, address string) (string, error) { return approve(ctx, address, account) })
	}
	if err != nil {
		return err
	}
	return i.print(map[string]string{"source": name, "login": f.login, "state": "connected"}, "", [][]string{{name + " is connected for " + f.login}})
}

// brings says whether people bring a password or a certificate for the source; neither for one with a sign-in page.
func (s sourceConfig) brings() vault.SourceConfig {
	if s.postgres == nil {
		return vault.SourceConfig{}
	}
	return s.postgresSignIn()
}

// bringCertificate reads the files that --certificate and --key name.
func bringCertificate(ctx context.Context, client *console.Client, name string, f connectFlags) error {
	if f.certificate == "" || f.key == "" {
		return usageError{fmt.Errorf("source %s takes certificates: give --certificate and --key", name)}
	}
	var texts [2]string
	for k, file := range []string{f.certificate, f.key} {
		text, err := os.ReadFile(file)
		if err != nil {
			return pgerr.New(pgerr.IOError, "%s cannot be read", file).WithDetail("%v", err)
		}
		texts[k] = string(text)
	}
	return client.SetCertificate(ctx, name, vault.Certificate{User: f.as, PEM: texts[0], Key: secret.New(texts[1])})
}

func (c *config) source(name string) (sourceConfig, bool) {
	for _, s := range c.sources {
		if s.name == name {
			return s, true
		}
	}
	return sourceConfig{}, false
}

// approve signs in at the sandbox's sign-in server and returns where it sends the browser back to.
func approve(ctx context.Context, address, account string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("as", account)
	q.Set("approve", "1")
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", err
	}
	client := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", pgerr.New(pgerr.CannotConnect, "the sign-in server at %s did not answer", u.Host).Because(err)
	}
	defer resp.Body.Close()
	back := resp.Header.Get("Location")
	if back == "" {
		return "", pgerr.New(pgerr.InvalidAuthorization, "the sign-in server did not let %s in without a browser", account).
			WithDetail("It answered %s.", resp.Status).WithHint("open the console's page in a browser: waggle connect without --headless prints it")
	}
	return back, nil
}
