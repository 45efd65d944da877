package simulation

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mattn/go-sqlite3"

	"permanence/app/store"
)

// disk is where one database lies: a file, or memory under a name. It can be
// copied as it stands, and set back to a copy.
type disk struct {
	w    *world
	name string
	kind store.Kind
	life int // how often it was planted: memory wants a new name each time
	db   *store.DB
	news <-chan struct{} // each commit through db
	// anew: it was written otherwise than through db since it was last looked at.
	anew   bool
	beside *sqlite3.SQLiteConn // in memory, opened once
}

// changed reports whether anything was written since it was asked last.
func (k *disk) changed() bool {
	anew := k.anew
	k.anew = false
	select {
	case <-k.news:
		return true
	default:
		return anew
	}
}

func (k *disk) path() string { return k.w.dir + "/" + k.name + ".db" }

func (k *disk) memory() string { return fmt.Sprintf("sim-%s-%s-%d", k.w.memory, k.name, k.life) }

func (k *disk) open() error {
	o := store.Options{Kind: k.kind, Random: random{k.w}, Readers: 1}
	var err error
	if k.w.dir == "" {
		k.db, err = store.OpenMemory(k.memory(), o)
	} else {
		k.db, err = store.Open(k.path(), nil, o)
	}
	if err == nil {
		k.news, _ = k.db.Watch() // until it is closed
		k.anew = true
	}
	return err
}

// raw gives the pages themselves, beside the store.
func (k *disk) raw() (c *sqlite3.SQLiteConn, done func() error, err error) {
	if k.beside != nil {
		return k.beside, stays, nil
	}
	dsn := "file:/permanence-" + k.memory() + "?vfs=memdb"
	if k.w.dir != "" {
		dsn = "file:" + k.path()
	}
	opened, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, nil, err
	}
	c = opened.(*sqlite3.SQLiteConn)
	if k.w.dir != "" {
		return c, c.Close, nil
	}
	k.beside = c
	return c, stays, nil
}

// stays is the end of what is used again.
func stays() error { return nil }

// close closes the database; in memory it is then gone.
func (k *disk) close() error {
	var err error
	if k.db != nil {
		err = k.db.Close()
	}
	if k.beside != nil {
		err = errors.Join(err, k.beside.Close())
		k.beside = nil
	}
	return err
}

// image copies the database as it stands.
func (k *disk) image() []byte {
	c, done, err := k.raw()
	if err != nil {
		k.w.fail("copy %s: %v", k.name, err)
		return nil
	}
	bytes, err := c.Serialize("main")
	if err := errors.Join(err, done()); err != nil {
		k.w.fail("copy %s: %v", k.name, err)
	}
	return bytes
}

// plant sets the database back to a copy.
func (k *disk) plant(image []byte) {
	if err := k.replant(image); err != nil {
		k.w.fail("set %s back: %v", k.name, err)
	}
}

func (k *disk) replant(image []byte) error {
	if err := k.close(); err != nil {
		return err
	}
	return k.put(image)
}

// put opens a database that is closed, or was never opened, on a copy.
func (k *disk) put(image []byte) error {
	if k.w.dir != "" {
		for _, beside := range []string{"-wal", "-shm"} {
			if err := os.Remove(k.path() + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := os.WriteFile(k.path(), image, 0o600); err != nil {
			return err
		}
		return k.open()
	}
	k.life++
	c, _, err := k.raw() // it holds the memory until the store has opened it
	if err != nil {
		return err
	}
	if err := fill(c, image); err != nil {
		return err
	}
	return k.open()
}

// wipe begins the database again, empty.
func (k *disk) wipe() error {
	if err := k.close(); err != nil {
		return err
	}
	k.life++
	for _, beside := range []string{"", "-wal", "-shm"} {
		if k.w.dir == "" {
			break
		}
		if err := os.Remove(k.path() + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return k.open()
}

func fill(to *sqlite3.SQLiteConn, image []byte) error {
	c, err := (&sqlite3.SQLiteDriver{}).Open("file::memory:")
	if err != nil {
		return err
	}
	defer c.Close()
	from := c.(*sqlite3.SQLiteConn)
	if err := from.Deserialize(image, "main"); err != nil {
		return err
	}
	b, err := to.Backup("main", from, "main")
	if err != nil {
		return err
	}
	if _, err := b.Step(-1); err != nil {
		return errors.Join(err, b.Finish())
	}
	return b.Finish()
}

// exec changes the pages behind the store's back.
func (k *disk) exec(query string, args ...driver.Value) {
	c, done, err := k.raw()
	if err != nil {
		k.w.fail("open %s: %v", k.name, err)
		return
	}
	k.anew = true
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	_, err = c.ExecContext(context.Background(), query, named)
	if err := errors.Join(err, done()); err != nil {
		k.w.fail("change %s: %v", k.name, err)
	}
}

// tear leaves the file as a power cut in the middle of a write does: the log
// ends in a page that was never finished. What was committed is still there.
func (k *disk) tear() {
	if k.w.dir == "" {
		return
	}
	file, log := k.bytes(""), k.bytes("-wal")
	if err := k.db.Close(); err != nil {
		k.w.fail("close %s: %v", k.name, err)
	}
	half := make([]byte, k.w.rng.IntN(6000))
	random{k.w}.Read(half)
	for beside, bytes := range map[string][]byte{"": file, "-wal": append(log, half...)} {
		if err := os.WriteFile(k.path()+beside, bytes, 0o600); err != nil {
			k.w.fail("tear %s: %v", k.name, err)
		}
	}
	if err := k.open(); err != nil {
		k.w.fail("%s does not open after a power cut: %v", k.name, err)
	}
}

// bytes reads one of the files as they lie, nothing when there is none.
func (k *disk) bytes(beside string) []byte {
	b, err := os.ReadFile(k.path() + beside)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.w.fail("read %s: %v", k.name, err)
	}
	return b
}
