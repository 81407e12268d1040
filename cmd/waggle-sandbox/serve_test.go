package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServeWritesTheReadyFileAndLeavesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"serve", "--ready-file", file})
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	r := waitReady(t, file)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(r.OAuth + "/.well-known/oauth-authorization-server")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("metadata: %v %v", resp, err)
	}
	resp.Body.Close()
	if r.Sources["gong"] == "" || r.Sources["google"] == "" {
		t.Errorf("sources %v", r.Sources)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("the ready file is left behind")
	}
	if !strings.Contains(out.String(), "admin@acme.example") {
		t.Errorf("output lacks the people:\n%s", out.String())
	}
}

func waitReady(t *testing.T, file string) ready {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil {
			var r ready
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatal("no ready file")
	return ready{}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"unknown flag", []string{"serve", "--nosuch"}, 2},
		{"unknown command", []string{"dance"}, 2},
		{"an argument too many", []string{"serve", "x"}, 2},
		{"address of another machine", []string{"serve", "--listen", "192.0.2.1"}, 1},
		{"no such directory", []string{"serve", "--ready-file", "/nonexistent/ready.json"}, 1},
		{"help", []string{"--help"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := newRoot()
			root.SetOut(&bytes.Buffer{})
			root.SetArgs(c.args)
			if got := exitCode(root.ExecuteContext(t.Context())); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

func TestServeOverTablesThatSomebodyBrings(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"sf/shop/orders.csv": "id\n1\n", "snowflake_two/shop/orders.csv": "id\n2\n",
		"lake/shop/orders.csv": "n\n3\n", "databricks_two/shop/orders.csv": "n\n4\n", "crm/shop/Deal__c.csv": "Name\nx\n"} {
		path := filepath.Join(dir, "tables", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"serve", "--data", filepath.Join(dir, "tables"), "--person", "carol", "--ready-file", file})
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	r := waitReady(t, file)
	addresses := map[string]bool{}
	for _, url := range r.Sources {
		addresses[url] = url != ""
	}
	if len(r.Sources) != 7 || len(addresses) != 7 || addresses[""] || r.Sources["lake"] == "" || r.Sources["crm"] == "" {
		t.Errorf("sources %v", r.Sources)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), r.Sources["lake"]+" (Databricks workspace, catalog main, warehouse /sql/1.0/warehouses/") {
		t.Errorf("output lacks the workspace:\n%s", out.String())
	}
}

func TestServeHasNoPostgres(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pg1", "shop", "orders.csv")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("id\n1\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	root := newRoot()
	root.SetOut(&bytes.Buffer{})
	root.SetArgs([]string{"serve", "--data", filepath.Dir(filepath.Dir(filepath.Dir(path)))})
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "the source pg1 is a PostgreSQL database") {
		t.Error(err)
	}
}
