package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Account and Password let the tests in over the loopback port.
const (
	Account  = "permanence"
	Password = "invented-for-tests"
)

// Cluster is one PostgreSQL server.
type Cluster struct {
	dir   string
	port  int
	bin   string
	as    *syscall.Credential // nil: who runs the tests
	guard *exec.Cmd           // ends the server when this program does
	leash io.Closer           // held by this program alone
	extra []string            // settings
	names int
	mu    sync.Mutex
}

// shared is the cluster of this test program.
var shared = sync.OnceValues(func() (*Cluster, error) { return Start() })

// Shared gives the cluster of this test program, started at the first call.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// Start starts a cluster, with settings ("fsync=on") over those of the tests;
// Stop ends it, as does the end of this program.
func Start(settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, extra: settings}
	if os.Getuid() == 0 {
		if c.as, err = credential("postgres"); err != nil {
			return nil, err
		}
	}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err := c.run(); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// binaries finds the newest PostgreSQL of Debian, or the one in the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	slices.Sort(found)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", errors.New("PostgreSQL is not installed: make test installs it (package postgresql-15)")
	}
	return filepath.Dir(path), nil
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is no account %s: make test installs it: %w", name, err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

// prepare makes the folder and the cluster in it.
func (c *Cluster) prepare() error {
	dir, err := os.MkdirTemp("", "permanence-pg-")
	if err != nil {
		return err
	}
	c.dir = dir
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(Password+"\n"), 0o600); err != nil {
		return err
	}
	if c.as != nil {
		for _, path := range []string{dir, password} {
			if err := os.Chown(path, int(c.as.Uid), int(c.as.Gid)); err != nil {
				return err
			}
		}
	}
	return c.do("initdb", "--pgdata", c.data(), "--username", Account, "--pwfile", password, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// do runs one of PostgreSQL's programs to its end.
func (c *Cluster) do(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	c.harness(cmd)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, said)
	}
	return nil
}

func (c *Cluster) harness(cmd *exec.Cmd) {
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true}
}

// watch ends the server and removes its folder once nobody holds the other end
// of its standard input: the system closes it when the test program dies.
const watch = `cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$1" || true` // the folder itself is Stop's where only its owner may write beside it

// run starts the server, on a port that is free, and who watches over it.
func (c *Cluster) run() error {
	c.guard = exec.Command("/bin/sh", "-c", watch, "sh", c.dir)
	c.harness(c.guard)
	c.guard.Dir = "/"
	leash, err := c.guard.StdinPipe()
	if err != nil {
		return err
	}
	c.leash = leash
	if err := c.guard.Start(); err != nil {
		return err
	}
	for range 5 { // somebody else may take the port first
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.Up(); err == nil {
			return nil
		}
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// Up starts the server again after Down, and waits until it answers.
func (c *Cluster) Up() error {
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -p %d -c unix_socket_directories='' -c fsync=off -c max_connections=200 -c shared_buffers=32MB -c timezone=UTC", c.port)
	for _, setting := range c.extra {
		options += " -c " + setting
	}
	return c.do("pg_ctl", "start", "--pgdata", c.data(), "--wait", "--timeout", "120", "--log", filepath.Join(c.dir, "log"), "--options", options)
}

// Down stops the server at once, as a crash would ("immediate"), or lets it end
// what it does ("fast").
func (c *Cluster) Down(mode string) error {
	return c.do("pg_ctl", "stop", "--pgdata", c.data(), "--mode", mode, "--wait", "--timeout", "120")
}

// Stop ends the server and removes what it kept.
func (c *Cluster) Stop() error {
	if c.leash == nil {
		return os.RemoveAll(c.dir)
	}
	return errors.Join(c.leash.Close(), c.guard.Wait(), os.RemoveAll(c.dir))
}

// Addr is where the server listens, "127.0.0.1:41233".
func (c *Cluster) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

// Address is the address of one of its databases.
func (c *Cluster) Address(database string) string { return AddressAt(c.Addr(), database) }

// AddressAt is the address of a database reached at another door: a relay that
// a test cuts.
func AddressAt(addr, database string) string {
	return "postgres://" + Account + ":" + Password + "@" + addr + "/" + database
}

// Database makes an empty database for a test and gives its name. It goes at
// the end of the test.
func (c *Cluster) Database(tb testing.TB) string {
	tb.Helper()
	c.mu.Lock()
	c.names++
	name := fmt.Sprintf("t%d", c.names)
	c.mu.Unlock()
	if err := c.Say("CREATE DATABASE " + name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Say("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return name
}

// Say runs one statement beside the databases of the tests.
func (c *Cluster) Say(statement string) error { return c.SayTo("postgres", statement) }

// SayTo runs one statement in a database.
func (c *Cluster) SayTo(database, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.Address(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
