package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// crashEnv names the database that a child of this test writes to until it is
// killed.
const crashEnv = "PERMANENCE_CRASH_TEST"

// crashSealEnv names the key it is sealed under, "" for none.
const crashSealEnv = "PERMANENCE_CRASH_SEAL"

func TestMain(m *testing.M) {
	if path := os.Getenv(rekeyEnv); path != "" {
		fmt.Fprintln(os.Stderr, rekeyForever(path))
		os.Exit(1)
	}
	if path := os.Getenv(crashEnv); path != "" {
		fmt.Fprintln(os.Stderr, writeForever(path, crashKey(os.Getenv(crashSealEnv))))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func crashKey(of string) []byte {
	if of == "" {
		return nil
	}
	return testKey(of)
}

// writeForever commits and says so, one line a commit, as long as it lives. The
// log is brought into the file again and again.
func writeForever(path string, key []byte) error {
	db, err := store.Open(path, key, store.Options{Kind: store.Server})
	if err != nil {
		return err
	}
	if err := db.Lock("server"); err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	for i := 0; ; i++ {
		var n int64
		err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
			if n, err = tx.Draw("t"); err != nil {
				return err
			}
			a := agent(fmt.Sprint("Agent", n))
			if err := tx.Put(a); err != nil {
				return err
			}
			ref := agenda.RefOf(a)
			if err := tx.Feed(guichet.FeedLine{Territoire: "t", Number: n, Scope: "conf:o", Ref: ref, In: true}); err != nil {
				return err
			}
			return tx.Journal(guichet.JournalLine{Territoire: "t", Number: n, Ref: ref, Kind: guichet.KindBorn, At: time.Unix(1, 0)})
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(out, n)
		if err := out.Flush(); err != nil {
			return err
		}
		if n%20 == 0 && db.Sealed() {
			if err := db.CleanUp(ctx); err != nil {
				return err
			}
		}
	}
}

// TestKill kills a program that writes, several times on one file: what it had
// acknowledged is there, and nothing is half there.
func TestKill(t *testing.T) { killRounds(t, "", 4, 70*time.Millisecond) }

// TestKillSealed is the same on a sealed file, at more instants.
func TestKillSealed(t *testing.T) { killRounds(t, "a", 15, 13*time.Millisecond) }

func killRounds(t *testing.T, key string, rounds int, longer time.Duration) {
	path := filepath.Join(t.TempDir(), "p.db")
	for round := range rounds {
		acknowledged := kill(t, path, key, 40*time.Millisecond+time.Duration(round)*longer)
		db := closing(t)(store.Open(path, crashKey(key), store.Options{Kind: store.Server, Check: true}))
		if err := db.Lock("server"); err != nil {
			t.Fatalf("the dead program still holds its place: %v", err)
		}
		err := db.Read(ctx, func(v *store.View) error {
			head, err := v.Head("t")
			if err != nil {
				return err
			}
			lines, err := v.JournalSince("t", 0, 1<<30)
			page, err2 := v.FeedAfter("t", []agenda.Scope{"conf:o"}, 0, 1<<30)
			all, err3 := v.Agents()
			if head.Number < acknowledged || int64(len(lines)) != head.Number || len(page.Lines) != len(lines) || len(all) != len(lines) {
				t.Errorf("acknowledged %d; head %d, journal %d, feed %d, agents %d", acknowledged, head.Number, len(lines), len(page.Lines), len(all))
			}
			return firstOf(err, err2, err3)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// rekeyEnv names the database that a child seals anew until it is killed.
const rekeyEnv = "PERMANENCE_REKEY_TEST"

// rekeyForever seals under one key and under the other, one line each time.
func rekeyForever(path string) error {
	for i := 0; ; i++ {
		from, to := "a", "b"
		if i%2 == 1 {
			from, to = to, from
		}
		if err := store.Rekey(path, testKey(from), testKey(to)); err != nil {
			return err
		}
		fmt.Println(i + 1)
	}
}

// TestKillRekey kills a program that seals a file anew: one of the two keys
// opens it, and nothing is missing.
func TestKillRekey(t *testing.T) {
	for round := range 6 {
		path := sealedFile(t, store.Desktop)
		killChild(t, []string{rekeyEnv + "=" + path}, time.Duration(3+7*round)*time.Millisecond)
		db, err := openSealed(path, "a", store.Desktop)
		if e := store.ErrorOf(err); e != nil && e.Code == store.CodeKey {
			db, err = openSealed(path, "b", store.Desktop)
		}
		if db = closing(t)(db, err); agents(t, db) != "Fournier" {
			t.Errorf("it holds %q", agents(t, db))
		}
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// kill lets a child write for a while after its first commit, kills it without
// warning, and gives the last number it acknowledged.
func kill(t *testing.T, path, key string, after time.Duration) (acknowledged int64) {
	t.Helper()
	return killChild(t, []string{crashEnv + "=" + path, crashSealEnv + "=" + key}, after)
}

func killChild(t *testing.T, env []string, after time.Duration) (acknowledged int64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), env...)
	var said strings.Builder
	child.Stderr = &said
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if acknowledged == 0 {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		if _, err := fmt.Sscan(lines.Text(), &acknowledged); err != nil {
			break // a line cut by the kill
		}
	}
	if err := child.Wait(); err == nil || acknowledged == 0 {
		t.Fatalf("the child ended by itself: %v %s", err, said.String())
	}
	return acknowledged
}
