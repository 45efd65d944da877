package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"permanence/app/agenda"
	"permanence/app/store/schema"
	"permanence/app/store/storetest/pgtest"
)

// remoteDB opens the PostgreSQL database at an address and closes it at the end.
func remoteDB(t *testing.T, address string) *DB {
	t.Helper()
	db, err := Open(address, nil, Options{Kind: Server})
	return closing(t, db, err)
}

// TestSameShapes: PostgreSQL has the server's tables with the same columns, and
// SQLite has nothing more but what a desktop keeps.
func TestSameShapes(t *testing.T) {
	cluster := pgtest.Shared(t)
	remote := remoteDB(t, cluster.Address(cluster.Database(t)))
	local, err := OpenMemory("", Options{Kind: Server})
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	want := columnsOf(t, local, `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'usagers_noms%' ORDER BY 1`)
	got := columnsOf(t, remote, `SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND c.relname <> 'commits' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1`)
	desktops := regexp.MustCompile(`^(held|cursors|pending|base|touched|acknowledged|review)\.`)
	want = slices.DeleteFunc(want, desktops.MatchString)
	for _, c := range want {
		if !slices.Contains(got, c) {
			t.Errorf("PostgreSQL has no %s", c)
		}
	}
	for _, c := range got {
		if !slices.Contains(want, c) {
			t.Errorf("SQLite has no %s", c)
		}
	}
}

func columnsOf(t *testing.T, db *DB, query string) []string {
	t.Helper()
	var all []string
	err := db.Read(context.Background(), func(v *View) error {
		var err error
		all, err = scanAll(v, scanOne[string], query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRemoteUpgrade(t *testing.T) {
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	db := remoteDB(t, address)
	const v = schema.Version
	steps := fstest.MapFS{
		number(v+1) + ".sql": {Data: []byte("-- why\nCREATE TABLE extra (id uuid);")},
		number(v+2) + ".sql": {Data: []byte("-- why\nALTER TABLE extra ADD COLUMN more text;")},
	}
	shape := func(steps fstest.MapFS, wanted int) error {
		s, err := db.write.take(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer db.write.give(s, false)
		_, err = s.within(true, func() error { return db.shapeRemote(s, steps, wanted) })
		return err
	}
	if err := shape(steps, v+2); err != nil {
		t.Fatal(err)
	}
	if err := shape(steps, v+2); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	if err := shape(fstest.MapFS{number(v+3) + ".sql": {Data: []byte("CREATE TABLE half (id uuid); SELECT 1/0;")}}, v+3); err == nil {
		t.Error("a step that fails was taken")
	}
	if got := columnsOf(t, db, "SELECT convert_from(value, 'UTF8') FROM meta WHERE key = 'schema_version'"); got[0] != fmt.Sprint(v+2) {
		t.Errorf("version %s", got)
	}
	_, err := Open(address, nil, Options{Kind: Server})
	if e := ErrorOf(err); e == nil || e.Code != CodeNewer {
		t.Errorf("a database of a newer version: %v", err)
	}
}

// TestRemoteTroubles: what an administrator can do something about is said.
func TestRemoteTroubles(t *testing.T) {
	cluster := pgtest.Shared(t)
	name := cluster.Database(t)
	foreign := cluster.Database(t)
	say(t, cluster, foreign, "CREATE TABLE customers (id integer)")
	latin := cluster.Database(t)
	if err := errors.Join(cluster.Say("DROP DATABASE "+latin), cluster.Say("CREATE DATABASE "+latin+" ENCODING 'LATIN1' TEMPLATE template0")); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Say("CREATE ROLE guest LOGIN PASSWORD 'guest'"); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(cluster.Addr())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, address, code string }{
		{"no such account", "postgres://nobody:x@" + cluster.Addr() + "/" + name, CodeDenied},
		{"a wrong password", "postgres://" + pgtest.Account + ":wrong@" + cluster.Addr() + "/" + name, CodeDenied},
		{"an account without rights", "postgres://guest:guest@" + cluster.Addr() + "/" + name, CodeDenied},
		{"no such database", cluster.Address("nowhere"), CodeNoDatabase},
		{"somebody else's database", cluster.Address(foreign), CodeForeign},
		{"another alphabet", cluster.Address(latin), CodeEncoding},
		{"no address", "postgres://[", CodeAddress},
		{"a port that is none", strings.Replace(cluster.Address(name), ":"+port, ":x", 1), CodeAddress},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, err := Open(tt.address, nil, Options{Kind: Server})
			e := ErrorOf(err)
			if e == nil || e.Code != tt.code || !strings.HasSuffix(e.Message, ".") {
				t.Errorf("got %v, %+v", db, err)
			}
			if e != nil && strings.Contains(fmt.Sprint(e.Path, e.Error()), pgtest.Password) {
				t.Error("the password is told")
			}
		})
	}
	if _, err := Open(cluster.Address(name), nil, Options{Kind: Desktop}); ErrorOf(err) == nil {
		t.Errorf("a desktop on PostgreSQL: %v", err)
	}
}

// TestNobodyAnswers: a server that is away is waited for, then said.
func TestNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(pgtest.AddressAt(addr, "x"), nil, Options{Kind: Server})
	if e := ErrorOf(err); e == nil || e.Code != CodeUnreachable {
		t.Errorf("nobody there: %v", err)
	}
}

func say(t *testing.T, cluster *pgtest.Cluster, database, statement string) {
	t.Helper()
	if err := cluster.SayTo(database, statement); err != nil {
		t.Fatal(err)
	}
}

// TestTextsThatNoColumnHolds: an id of another form and a text with a zero byte
// are nowhere, as on SQLite, and break nothing.
func TestTextsThatNoColumnHolds(t *testing.T) {
	cluster := pgtest.Shared(t)
	db := remoteDB(t, cluster.Address(cluster.Database(t)))
	err := db.Read(context.Background(), func(v *View) error {
		for _, id := range []string{"", "x", "not-an-id", "ffffffff-ffff-ffff-ffff-fffffffffffff", "é\x00", "\xff"} {
			if _, ans := v.Record(agenda.NounRdv, id); ans != agenda.No {
				t.Errorf("%q: answer %d", id, ans)
			}
			if _, err := v.AccountByEmail(id); !errors.Is(err, ErrUnknown) {
				t.Errorf("account %q: %v", id, err)
			}
			if _, err := v.SearchUsagers(id, nil, 10); err != nil {
				t.Errorf("search of %q: %v", id, err)
			}
		}
		if _, err := v.SearchUsagers(strings.Repeat("a", 5000), nil, 10); err != nil {
			t.Errorf("a long search: %v", err)
		}
		return v.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	device := Device{ID: agenda.DeriveID(nil, "d"), Agent: agenda.AgentID(agenda.DeriveID(nil, "a")), Name: "Poste\x00\xff", Tokens: []byte("{}"), EnrolledAt: time.Unix(1, 0), SeenAt: time.Unix(1, 0)}
	err = db.WriteServer(context.Background(), func(tx *ServerTx) error {
		if err := tx.AddDevice(device); err != nil {
			return err
		}
		got, err := tx.Device(device.ID)
		if got.Name != "Poste\uFFFD\uFFFD" {
			t.Errorf("kept as %q", got.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestReach: a territoire is held before anything is read, another is free
// meanwhile, and who needs more than they said begins again.
func TestReach(t *testing.T) {
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	one, two := remoteDB(t, address), remoteDB(t, address)
	north, south := agenda.TerritoireID(agenda.DeriveID(nil, "north")), agenda.TerritoireID(agenda.DeriveID(nil, "south"))
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	about := func(t agenda.TerritoireID) agenda.Command {
		return agenda.Command{Args: &agenda.AddRecord{Body: []byte(`{"territoire":"` + t + `"}`)}}
	}
	draw := func(tx *ServerTx, t agenda.TerritoireID) error { _, err := tx.Draw(t); return err }
	must(one.WriteServer(ctx, func(tx *ServerTx) error { return errors.Join(draw(tx, north), draw(tx, south)) }))
	waits := make(chan error, 1)
	runs := 0
	must(one.WriteServer(ctx, func(tx *ServerTx) error {
		if err := tx.Hold(about(north)); err != nil {
			return err
		}
		must(two.WriteServer(ctx, func(tx *ServerTx) error { // the other territoire is free
			return errors.Join(tx.Hold(about(south)), draw(tx, south))
		}))
		go func() {
			waits <- two.WriteServer(ctx, func(tx *ServerTx) error {
				runs++
				err := tx.Hold(about(south))
				if err == nil {
					err = draw(tx, north) // not said: begins again
				}
				return err
			})
		}()
		waitUntil(t, "somebody waits for the territoire", func() bool {
			return len(columnsOf(t, one, "SELECT 'x' FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")) > 0
		})
		return draw(tx, north)
	}))
	must(<-waits)
	if runs != 2 {
		t.Errorf("ran %d times, want once without the territoire and once with it", runs)
	}
	heads := map[agenda.TerritoireID]int64{}
	must(one.Read(ctx, func(v *View) error {
		all, err := v.Heads()
		for _, h := range all {
			heads[h.Territoire] = h.Number
		}
		return err
	}))
	if heads[north] != 3 || heads[south] != 2 {
		t.Errorf("heads %v", heads)
	}
}

// TestReachOfMany: who goes from territoire to territoire without having said
// so ends by holding them all.
func TestReachOfMany(t *testing.T) {
	cluster := pgtest.Shared(t)
	db := remoteDB(t, cluster.Address(cluster.Database(t)))
	const many = 20
	runs := 0
	everywhere := func(tx *ServerTx) error {
		runs++
		for i := range many {
			if _, err := tx.Draw(agenda.TerritoireID(agenda.DeriveID(nil, fmt.Sprint(i)))); err != nil {
				return err
			}
		}
		return nil
	}
	for _, want := range []int{1, 1 + fewAgain} { // they are born, then they are there
		runs = 0
		if err := db.WriteServer(context.Background(), everywhere); err != nil || runs != want {
			t.Errorf("run %d times, want %d: %v", runs, want, err)
		}
	}
	err := db.Read(context.Background(), func(v *View) error {
		heads, err := v.Heads()
		for _, h := range heads {
			if h.Number != 2 {
				t.Errorf("head %d", h.Number)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func waitUntil(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 1500 {
		if f() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain: %s", what)
}

// TestWatchBetweenProcesses: who watches one DB is woken by a commit of another.
func TestWatchBetweenProcesses(t *testing.T) {
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	here, there := remoteDB(t, address), remoteDB(t, address)
	if !here.Hears() {
		t.Fatal("deaf")
	}
	wake, stop := here.Watch()
	defer stop()
	listening := "SELECT 'x' FROM pg_stat_activity WHERE query = 'LISTEN permanence' AND datname = current_database()"
	waitUntil(t, "it listens", func() bool { return len(columnsOf(t, there, listening)) > 0 })
	heard := func() {
		t.Helper()
		for len(wake) > 0 {
			<-wake
		}
		err := there.WriteServer(context.Background(), func(tx *ServerTx) error {
			_, err := tx.Draw(agenda.TerritoireID(agenda.DeriveID(nil, "t")))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-wake:
		case <-time.After(time.Minute):
			t.Fatal("not woken")
		}
	}
	heard()
	say(t, cluster, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN permanence'")
	waitUntil(t, "it listens again", func() bool { return len(columnsOf(t, there, listening)) > 0 })
	heard()
}

// TestLinesAreCut: connections that the server ends cost a retry, and nothing
// is written twice.
func TestLinesAreCut(t *testing.T) {
	cluster := pgtest.Shared(t)
	db := remoteDB(t, cluster.Address(cluster.Database(t)))
	cut := "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'permanenced'"
	territoire := agenda.TerritoireID(agenda.DeriveID(nil, "t"))
	for range 5 {
		attempts := 0
		err := db.WriteServer(context.Background(), func(tx *ServerTx) error {
			_, err := tx.Draw(territoire)
			if attempts++; attempts <= 2 {
				say(t, cluster, "postgres", cut)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		say(t, cluster, "postgres", cut) // those that rest in the pool too
	}
	// What was begun on a line that is cut is not begun again: whoever reads may
	// have gone on already with what they read.
	attempts := 0
	err := db.Read(context.Background(), func(v *View) error {
		attempts++
		say(t, cluster, "postgres", cut)
		_, err := v.Head(territoire)
		return err
	})
	if e := ErrorOf(err); e == nil || e.Code != CodeUnreachable || attempts != 1 {
		t.Errorf("cut while reading: %d attempts, %v", attempts, err)
	}
	err = db.Read(context.Background(), func(v *View) error {
		h, err := v.Head(territoire)
		if h.Number != 5 {
			t.Errorf("head %d after 5 writes", h.Number)
		}
		return err
	})
	if err != nil {
		t.Errorf("the next reading: %v", err)
	}
}

// TestCommitWithoutAnswer: the line is cut after the server was told to commit,
// or just before it hears it; what became of the transaction decides whether
// it is run again, so that it is done once.
func TestCommitWithoutAnswer(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("request lost %v", lost), func(t *testing.T) {
			cluster := pgtest.Shared(t)
			name := cluster.Database(t)
			relay := pgtest.NewRelay(t, cluster.Addr())
			db := remoteDB(t, pgtest.AddressAt(relay.Addr(), name))
			territoire := agenda.TerritoireID(agenda.DeriveID(nil, "t"))
			write := func(f func()) (runs int) {
				err := db.WriteServer(context.Background(), func(tx *ServerTx) error {
					runs++
					_, err := tx.Draw(territoire)
					f()
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return runs
			}
			write(func() {})
			armed := false
			runs := write(func() {
				if !armed {
					armed = true
					relay.CutAt("COMMIT\x00", lost)
				}
			})
			want := 2 // begun without the territoire, then with it
			if lost {
				want = 3
			}
			if runs != want || relay.Cuts() != 1 {
				t.Errorf("run %d times, want %d; %d lines cut", runs, want, relay.Cuts())
			}
			err := db.Read(context.Background(), func(v *View) error {
				h, err := v.Head(territoire)
				if h.Number != 2 {
					t.Errorf("head %d after two writes", h.Number)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestLocksOfServers(t *testing.T) {
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	one, two, three := remoteDB(t, address), remoteDB(t, address), remoteDB(t, address)
	if err := errors.Join(one.Lock("server"), two.Lock("server")); err != nil {
		t.Fatalf("two servers on one database: %v", err)
	}
	if e := ErrorOf(three.LockAlone("server")); e == nil || e.Code != CodeInUse {
		t.Errorf("alone beside two servers: %v", e)
	}
	if err := errors.Join(one.Close(), two.Close()); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the place is free", func() bool { return three.LockAlone("server") == nil })
}
