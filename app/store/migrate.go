package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"permanence/app/store/migrations"
	"permanence/app/store/schema"
)

// Keys of the table meta.
const (
	metaKind   = "kind"
	metaSecret = "secret" // of Derive; server only
	metaDevice = "device" // id given at enrolment; desktop only
	metaLastN  = "last_n" // last command number given; desktop only
	// metaRecount asks for the digests to be worked out anew, after an upgrade.
	metaRecount = "recount"
)

// prepare makes the database, or brings it to the newest shape, and checks
// that it is of the right kind.
func (db *DB) prepare(o Options) error {
	s, err := db.write.take(context.Background())
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer db.write.give(s, false)
	if err := db.check(s, o); err != nil {
		return err
	}
	if err := db.shape(s, migrations.SQLite, schema.Version); err != nil {
		return err
	}
	if err := db.recount(s); err != nil {
		return err
	}
	return db.recognise(s)
}

// recount works the digests out when an upgrade left them empty.
func (db *DB) recount(s *session) error {
	due, err := s.meta(metaRecount)
	if err != nil || due == nil || db.place.readOnly {
		return err
	}
	_, err = s.within(true, func() error {
		w := &Writer{View: View{db: db, s: s}}
		if err := errors.Join(w.Recount(), w.writeSums()); err != nil {
			return err
		}
		return firstError(w.change("recounted", "DELETE FROM meta WHERE key = ?", metaRecount), w.err)
	})
	return err
}

// check reads every page when it was asked for.
func (db *DB) check(s *session, o Options) error {
	if !o.Check || db.place.path == "" {
		return nil
	}
	var said string
	if err := s.one("PRAGMA quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if said != "ok" {
		return trouble(CodeDamaged, errors.New("quick_check failed"))
	}
	return nil
}

// shape brings the database to the version wanted.
func (db *DB) shape(s *session, steps fs.FS, wanted int) error {
	id, version, err := s.header()
	if err != nil {
		return err
	}
	switch {
	case id != 0 && id != applicationID:
		return trouble(CodeForeign, fmt.Errorf("application id %#x", id))
	case version > wanted:
		return trouble(CodeNewer, fmt.Errorf("version %d, this program knows %d", version, wanted))
	case version == wanted:
		return nil
	case db.place.readOnly:
		return trouble(CodeReadOnly, fmt.Errorf("version %d must be upgraded", version))
	case version == 0:
		return db.bear(s, wanted)
	}
	return db.upgrade(s, steps, version, wanted)
}

// header reads the two numbers that SQLite keeps for applications.
func (s *session) header() (id, version int, err error) {
	if err := s.one("PRAGMA application_id").Scan(&id); err != nil {
		return 0, 0, fmt.Errorf("read the application id: %w", err)
	}
	if err := s.one("PRAGMA user_version").Scan(&version); err != nil {
		return 0, 0, fmt.Errorf("read the version: %w", err)
	}
	return id, version, nil
}

// bear gives an empty database the newest shape, its kind and, on a server,
// its secret. Another program may have done it in the meantime.
func (db *DB) bear(s *session, version int) error {
	inMemory := db.place.path == ""
	if inMemory {
		if err := s.fill(); err != nil {
			return err
		}
	}
	_, err := s.within(true, func() error {
		if _, v, err := s.header(); err != nil || v != 0 {
			return err
		}
		if !inMemory {
			if err := s.makeTables(); err != nil {
				return err
			}
		}
		db.born = true
		return errors.Join(s.stamp(version), db.baptise(s))
	})
	return err
}

func (s *session) makeTables() error {
	if err := s.stranger(); err != nil {
		return err
	}
	if err := s.run(schema.SQLite); err != nil {
		return makingTables(err)
	}
	return nil
}

// stranger refuses an unmarked database that already holds tables.
func (s *session) stranger() error {
	var tables int
	if err := s.one("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return fmt.Errorf("count the tables: %w", err)
	}
	if tables > 0 {
		return trouble(CodeForeign, errors.New("tables of another program"))
	}
	return nil
}

func (s *session) stamp(version int) error {
	return s.run(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
}

func (db *DB) baptise(s *session) error {
	if err := s.setMeta(metaKind, []byte(db.kind)); err != nil {
		return err
	}
	if db.kind != Server {
		return nil
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(db.random, secret); err != nil {
		return fmt.Errorf("draw the secret: %w", err)
	}
	return s.setMeta(metaSecret, secret)
}

// recognise reads what the file says of itself.
func (db *DB) recognise(s *session) error {
	kind, err := s.meta(metaKind)
	if err != nil {
		return err
	}
	if Kind(kind) != db.kind {
		return trouble(CodeOtherKind, fmt.Errorf("it is a %s", kind))
	}
	db.secret, err = s.meta(metaSecret)
	return err
}

// upgrade runs the steps between two versions, each in its own transaction. A
// copy is made first and removed once the result has been checked: it holds
// people who may be erased later.
func (db *DB) upgrade(s *session, steps fs.FS, from, to int) error {
	names, err := stepNames(steps, from, to)
	if err != nil {
		return err
	}
	copied, err := db.copyBefore(s, from)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := step(s, steps, name, from+i+1); err != nil {
			return fmt.Errorf("migration %s (copy kept: %q): %w", name, copied, err)
		}
	}
	if err := db.check(s, Options{Check: true}); err != nil {
		return err
	}
	if copied == "" {
		return nil
	}
	return os.Remove(copied)
}

// copyBefore copies a file before it is upgraded; in memory there is nothing
// to lose.
func (db *DB) copyBefore(s *session, version int) (string, error) {
	if db.place.path == "" {
		return "", nil
	}
	path := freeName(fmt.Sprintf("%s.avant-%d", db.place.path, version+1))
	if err := create(path); err != nil {
		return "", err
	}
	if _, err := s.exec("VACUUM INTO ?", db.place.at(path).address()); err != nil {
		return "", fmt.Errorf("copy before the upgrade: %w", err)
	}
	return path, nil
}

func step(s *session, steps fs.FS, name string, version int) error {
	script, err := fs.ReadFile(steps, name)
	if err != nil {
		return err
	}
	_, err = s.within(true, func() error {
		if err := s.run(string(script)); err != nil {
			return err
		}
		return s.stamp(version)
	})
	return err
}

// stepNames lists the files from+1…to in order, and refuses a gap.
func stepNames(steps fs.FS, from, to int) ([]string, error) {
	entries, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(entries)
	var names []string
	for _, name := range entries {
		n, err := strconv.Atoi(strings.TrimSuffix(name, ".sql"))
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		if n > from && n <= to {
			names = append(names, name)
		}
	}
	if len(names) != to-from {
		return nil, fmt.Errorf("migrations %d to %d: %d found", from+1, to, len(names))
	}
	return names, nil
}

// newID draws 128 random bits as 32 hexadecimal digits.
func (db *DB) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(db.random, b[:]); err != nil {
		return "", fmt.Errorf("draw an id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}
