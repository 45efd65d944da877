package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"permanence/app/store/seal"
)

// What stands beside a file while it is sealed anew.
const (
	underway = ".en-cours" // a copy being written: worth nothing
	resealed = ".scelle"   // the whole copy, checked: the file itself is now worth nothing
)

// openSealed opens a file under a key. The door is held until it is open, so
// that nobody seals it anew meanwhile.
func openSealed(path string, key []byte, o Options) (*DB, error) {
	s, err := seal.New(key)
	if err != nil {
		return nil, err
	}
	db, err := behindDoor(path, func() (*DB, error) {
		if err := sealPlain(path, s, o.Kind); err != nil {
			return nil, err
		}
		return openFile(place{path: path, seal: s}, o)
	})
	if err != nil {
		s.Close()
		return nil, err
	}
	return db, nil
}

// Rekey seals the file at path under another key; with no key from, the file is
// plain. It refuses (CodeInUse) a file that anything has open, and (CodeKey)
// one that from does not open. Done already, it does nothing. Cut short at any
// instant, it leaves a file that one of the two keys opens.
func Rekey(path string, from, to []byte) error {
	if !exists(path) && !exists(path+resealed) {
		return fmt.Errorf("seal anew: %w", fs.ErrNotExist)
	}
	after, err := seal.New(to)
	if err != nil {
		return err
	}
	defer after.Close()
	before := place{path: path}
	if len(from) > 0 {
		if before.seal, err = seal.New(from); err != nil {
			return err
		}
		defer before.seal.Close()
	}
	_, err = behindDoor(path, func() (*DB, error) {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("seal anew: %w", err)
		}
		if (place{path: path, seal: after}).ours(info.Size()) == nil {
			return nil, nil
		}
		if err := before.ours(info.Size()); err != nil {
			return nil, named(path, err)
		}
		return nil, named(path, before.reseal(after))
	})
	return err
}

// named tells an *Error which file it is about.
func named(path string, err error) error {
	err = understood(err)
	if e := ErrorOf(err); e != nil {
		e.Path = path
	}
	return err
}

// behindDoor runs f while nobody else opens the file at path under a key, nor
// seals it anew, and finishes first what was cut short.
func behindDoor(path string, f func() (*DB, error)) (*DB, error) {
	door := lock{db: sql.OpenDB(newConnector(place{path: path}.lockDSN("ouverture", busyTimeout)))}
	defer door.close() // an empty file: nothing in it can be lost
	err := door.take()
	if e := ErrorOf(understood(err)); e != nil && e.Code == CodeBusy {
		return nil, named(path, err)
	}
	if err != nil && !exists(path) {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	// A folder that cannot be written has no door, and nothing to finish.
	if err == nil {
		if err := finishReseal(path); err != nil {
			return nil, err
		}
	}
	return f()
}

// sealPlain seals a file that is plain; others are left as they are. One that
// cannot be read is kept aside, sealed.
func sealPlain(path string, to *seal.Seal, kind Kind) error {
	if !plain(path) {
		return nil
	}
	at := place{path: path}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("seal the database: %w", err)
	}
	if err := sealLeftovers(path, to); err != nil {
		return err
	}
	if err = at.ours(info.Size()); err == nil {
		err = at.reseal(to)
	}
	e := ErrorOf(understood(err))
	if e == nil || kind != Desktop || e.Code != CodeDamaged {
		return named(path, err)
	}
	return at.sealAside(to, e)
}

// plain reports whether a file begins as SQLite's own do.
func plain(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var h [len(sqliteMagic)]byte
	_, err = io.ReadFull(f, h[:])
	return err == nil && string(h[:]) == sqliteMagic
}

// reseal replaces the file by a copy under another seal: the copy is written
// under another name, read back, and only then takes the place of the file.
func (p place) reseal(to *seal.Seal) error {
	if err := p.copyUnder(to); err != nil {
		return errors.Join(err, drop(p.path+underway))
	}
	if err := os.Rename(p.path+underway, p.path+resealed); err != nil {
		return fmt.Errorf("seal anew: %w", err)
	}
	syncFolder(p.path)
	return finishReseal(p.path)
}

// copyUnder writes the checked copy. The log is brought into the file and
// removed first, which nobody else may have open then.
func (p place) copyUnder(to *seal.Seal) error {
	if err := create(p.path + underway); err != nil {
		return err
	}
	copied := place{path: p.path + underway, seal: to}
	from := sql.OpenDB(newConnector(p.aloneDSN()))
	defer from.Close()
	from.SetMaxOpenConns(1)
	if err := whole(from); err != nil {
		return p.inUse(err)
	}
	var mode string
	if err := from.QueryRow("PRAGMA journal_mode = DELETE").Scan(&mode); err != nil {
		return p.inUse(err)
	}
	if mode != "delete" {
		return trouble(CodeInUse, fmt.Errorf("the log stays (%s)", mode))
	}
	if _, err := from.Exec("VACUUM INTO ?", copied.address()); err != nil {
		return fmt.Errorf("copy under another seal: %w", err)
	}
	if err := sameAs(from, copied); err != nil {
		return err
	}
	return syncFile(copied.path)
}

// whole reads every page: a damaged file is left as it is.
func whole(db *sql.DB) error {
	var said string
	if err := db.QueryRow("PRAGMA quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if said != "ok" {
		return trouble(CodeDamaged, errors.New("quick_check failed"))
	}
	return nil
}

// inUse says that another program has the file, when that is what err means.
func (p place) inUse(err error) error {
	if e := ErrorOf(understood(err)); e == nil || e.Code != CodeBusy {
		return err
	}
	return &Error{Code: CodeInUse, Message: troubleText(CodeInUse), Path: p.path, cause: err}
}

// sameAs reads a copy back: every page, and as much of it as the original has.
func sameAs(original *sql.DB, copied place) error {
	again := sql.OpenDB(newConnector(copied.aloneDSN()))
	defer again.Close()
	if err := whole(again); err != nil {
		return fmt.Errorf("read the copy back: %w", err)
	}
	for _, query := range []string{"PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema"} {
		var there, here string
		err := errors.Join(original.QueryRow(query).Scan(&there), again.QueryRow(query).Scan(&here))
		if err != nil {
			return fmt.Errorf("read the copy back: %w", err)
		}
		if there != here {
			return trouble(CodeDamaged, fmt.Errorf("the copy answers %q to %q", here, query))
		}
	}
	return nil
}

// finishReseal puts the checked copy in place of the file, and removes one that
// was never finished. It may be cut short, and run again.
func finishReseal(path string) error {
	if err := drop(path + underway); err != nil {
		return err
	}
	if !exists(path + resealed) {
		return nil
	}
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := Scrub(path + suffix); err != nil {
			return err
		}
	}
	if err := os.Rename(path+resealed, path); err != nil {
		return fmt.Errorf("seal anew: %w", err)
	}
	syncFolder(path)
	return nil
}

// sealAside keeps a plain file that cannot be read under another name, its
// bytes sealed page by page, so that nobody reads in it what it still holds.
func (p place) sealAside(to *seal.Seal, e *Error) error {
	aside := freeName(p.path + ".corrompu")
	e.Path, e.Message = p.path, troubleText(CodeDamaged)
	if err := sealBytes(p.path, aside, to); err != nil {
		return errors.Join(e, err)
	}
	e.Aside = aside
	return errors.Join(e, Scrub(p.path+"-wal"), Scrub(p.path+"-shm"), Scrub(p.path))
}

// sealLeftovers seals what was once kept beside a plain file: damaged files set
// aside, copies made before an upgrade. Each gets a name that says so, and is
// not sealed twice.
func sealLeftovers(path string, to *seal.Seal) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("look beside the database: %w", err)
	}
	for _, e := range entries {
		kept, beside := strings.CutPrefix(e.Name(), filepath.Base(path)+".")
		if !beside || strings.HasSuffix(kept, resealed) || !strings.HasPrefix(kept, "corrompu") && !strings.HasPrefix(kept, "avant-") {
			continue
		}
		name := filepath.Join(filepath.Dir(path), e.Name())
		if err := errors.Join(sealBytes(name, name+resealed, to), Scrub(name)); err != nil {
			return err
		}
	}
	return nil
}

// sealBytes copies a file, its bytes sealed page by page as those of a database
// are; the last page is filled with zeros.
func sealBytes(from, into string, to *seal.Seal) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("seal %s: %w", filepath.Base(from), err)
	}
	if rest := len(body) % seal.PageSize; rest > 0 {
		body = append(body, make([]byte, seal.PageSize-rest)...)
	}
	for at := 0; at < len(body); at += seal.PageSize {
		to.SealPage(body[at:at+seal.PageSize], int64(at))
	}
	if err := os.WriteFile(into, body, 0o600); err != nil {
		return fmt.Errorf("seal %s: %w", filepath.Base(from), err)
	}
	return syncFile(into)
}

// unreadable judges a file whose header is not SQLite's under this seal: if
// other pages are those of a database, the first is damaged; if not, the key is
// another's.
func (p place) unreadable(f io.ReaderAt, size int64) error {
	const looked, enough = 64, 2
	page := make([]byte, seal.PageSize)
	found := 0
	for i := int64(1); i < looked && p.readPage(f, page, i*seal.PageSize) == nil; i++ {
		if treePage(page) {
			found++
		}
	}
	if found >= enough || size < seal.PageSize || p.seal == nil && size%seal.PageSize != 0 {
		return trouble(CodeDamaged, errors.New("not an SQLite header"))
	}
	return trouble(CodeKey, errors.New("no page can be read"))
}

// readPage reads, and opens, what the file holds at an offset.
func (p place) readPage(f io.ReaderAt, page []byte, offset int64) error {
	if _, err := f.ReadAt(page, offset); err != nil {
		return err
	}
	if p.seal != nil {
		p.seal.OpenPage(page, offset)
	}
	return nil
}

// treePage reports whether a page begins as a page of a table or of an index
// does; noise does so once in 50,000.
func treePage(page []byte) bool {
	kind := page[0]
	freeBlock, content := int(page[1])<<8|int(page[2]), int(page[5])<<8|int(page[6])
	return (kind == 2 || kind == 5 || kind == 10 || kind == 13) && freeBlock < len(page) && content <= len(page) && page[7] <= 60
}

// at is the same place for another file.
func (p place) at(path string) place { return place{path: path, seal: p.seal} }

// address names the file, under its seal, to a statement.
func (p place) address() string {
	if p.seal == nil {
		return p.path
	}
	q := url.Values{}
	p.seal.Address(q)
	return "file:" + escapePath(p.path) + "?" + q.Encode()
}

// aloneDSN is the address of a connection that shares the file with nobody.
func (p place) aloneDSN() string {
	q := url.Values{}
	q.Set("_locking_mode", "EXCLUSIVE")
	q.Set("_busy_timeout", "0")
	q.Set("_sync", "FULL")
	if p.seal != nil {
		p.seal.Address(q)
	}
	return "file:" + escapePath(p.path) + "?" + q.Encode()
}

// forget ends the seal, once nothing is open under it.
func (p place) forget() {
	if p.seal != nil {
		p.seal.Close()
	}
}

// IsSealed reports whether the file at path holds something that does not begin
// as a plain database does. No file, or an empty one, is not sealed.
func IsSealed(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return exists(path + resealed), nil
	}
	if err != nil {
		return false, fmt.Errorf("look at the database: %w", err)
	}
	return info.Size() > 0 && !plain(path), nil
}
