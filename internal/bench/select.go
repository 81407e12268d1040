package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// The rounds of pgbench for each figure, and each one's length.
const (
	selectRounds = 5
	selectTime   = 3 * time.Second
)

// selectOne measures SELECT 1 through Waggle and through PgBouncer before PostgreSQL, in alternating rounds.
func selectOne(ctx context.Context, b *bench) error {
	script := filepath.Join(b.dir, "one.sql")
	if err := os.WriteFile(script, []byte("SELECT 1;\n"), 0o644); err != nil {
		return err
	}
	for _, mode := range []struct{ pgbench, pooling string }{{"simple", "transaction"}, {"prepared", "session"}} {
		address, stop, err := b.pgBouncer(ctx, mode.pooling)
		if err != nil {
			return err
		}
		for _, clients := range []int{1, 16} {
			if err = b.comparePgbench(ctx, script, mode.pgbench, clients, address); err != nil {
				break
			}
		}
		stop()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) comparePgbench(ctx context.Context, script, mode string, clients int, bouncer string) error {
	var ours, theirs []float64
	for range selectRounds {
		us, err := pgbench(ctx, script, mode, clients, b.site.PG, e2e.Login, e2e.Database)
		if err != nil {
			return err
		}
		them, err := pgbench(ctx, script, mode, clients, bouncer, "postgres", "postgres")
		if err != nil {
			return err
		}
		ours, theirs = append(ours, us), append(theirs, them)
	}
	ratio := median(ours) / median(theirs)
	b.add(figure{name: fmt.Sprintf("`SELECT 1`, %s, %d clients", mode, clients), value: fmt.Sprintf("%.0f/s", median(ours)),
		anchor: fmt.Sprintf("PgBouncer: %.0f/s", median(theirs)), goal: "≥ 1×", met: goal(ratio >= 1), note: fmt.Sprintf("%.2f×", ratio)})
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// pgbench returns the transactions per second.
func pgbench(ctx context.Context, script, mode string, clients int, address, user, database string) (float64, error) {
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, "pgbench", "-n", "-h", host, "-p", port, "-U", user, "-f", script, "-M", mode, "-c", strconv.Itoa(clients),
		"-T", strconv.Itoa(int(selectTime.Seconds())), database)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+e2e.Password, "PGSSLMODE=disable")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), "\ntps = ")
	number, _, _ := strings.Cut(rest, " ")
	return strconv.ParseFloat(number, 64)
}

// pgBouncer starts a pooler before PostgreSQL and returns its address.
func (b *bench) pgBouncer(ctx context.Context, pooling string) (string, func(), error) {
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		return "", nil, errors.New("pgbouncer is not installed: apt-get install pgbouncer")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	users, config := filepath.Join(b.dir, "users.txt"), filepath.Join(b.dir, pooling+".ini")
	text := fmt.Sprintf("[databases]\npostgres = host=127.0.0.1 port=%d dbname=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\n"+
		"auth_type = trust\nauth_file = %s\npool_mode = %s\nunix_socket_dir =\nmax_client_conn = 100\ndefault_pool_size = 20\n", b.postgres.Port, port, users, pooling)
	if err := errors.Join(os.WriteFile(users, []byte("\"postgres\" \"\"\n"), 0o644), os.WriteFile(config, []byte(text), 0o644)); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, path, "-q", config)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Pdeathsig: syscall.SIGKILL}
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop := func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address, stop, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return "", nil, errors.New("pgbouncer did not start")
}
