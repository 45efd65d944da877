package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"permanence/app/store/seal"
)

// applicationID marks a file as ours ("Perm"), at byte 68 of its header.
const applicationID = 0x5065726d

const headerSize = 100

// survey looks at a file before SQLite touches it, so that the file of another
// program, or one under another key, is left as it is.
func survey(at place, kind Kind) (place, error) {
	path := at.path
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return at, create(path)
	}
	if err != nil {
		return at, fmt.Errorf("look at the database: %w", err)
	}
	if info.IsDir() {
		return at, &Error{Code: CodeForeign, Message: troubleText(CodeForeign), Path: path}
	}
	if info.Size() == 0 {
		return at, emptied(path, kind)
	}
	if err := at.ours(info.Size()); err != nil {
		return at, setAside(path, kind, err)
	}
	at.readOnly = !writable(path)
	at.immutable = at.readOnly && !hasContent(path+"-wal")
	return at, nil
}

// create makes the file for its owner alone; SQLite gives its log the same
// rights.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // somebody made it meanwhile
	}
	if err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	return f.Close()
}

// emptied judges a file of zero bytes: a desktop begins again and fetches
// everything from its server; a server's data are nowhere else.
func emptied(path string, kind Kind) error {
	if kind == Desktop || hasContent(path+"-wal") {
		return nil
	}
	return &Error{Code: CodeDamaged, Path: path,
		Message: "Le fichier de la base est vide : ses données ont été perdues. Restaurez une sauvegarde, ou supprimez ce fichier pour partir d’une base neuve."}
}

// ours reads the header: it must be SQLite's, and the mark ours. A base that
// was just born may still have its mark in the write-ahead log only.
func (p place) ours(size int64) error {
	f, err := os.Open(p.path)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer f.Close()
	first := make([]byte, seal.PageSize)
	if p.seal == nil {
		first = first[:headerSize]
	}
	if err := p.readPage(f, first, 0); err != nil {
		return trouble(CodeDamaged, errors.New("header cut short"))
	}
	h := [headerSize]byte(first)
	if string(h[:len(sqliteMagic)]) != sqliteMagic {
		return p.unreadable(f, size)
	}
	mark := binary.BigEndian.Uint32(h[68:72])
	unborn := mark == 0 && size <= int64(pageSize(h))
	if mark != applicationID && !unborn {
		return trouble(CodeForeign, fmt.Errorf("application id %#x", mark))
	}
	return nil
}

// sqliteMagic begins every database that is not sealed.
const sqliteMagic = "SQLite format 3\x00"

func pageSize(h [headerSize]byte) int {
	if n := int(binary.BigEndian.Uint16(h[16:18])); n != 1 {
		return n
	}
	return 65536
}

// writable tries what SQLite will need: to write the file, and to make its log
// beside it.
func writable(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close() // nothing was written
	probe, err := os.CreateTemp(filepath.Dir(path), ".permanence-*")
	if err != nil {
		return false
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name())) == nil
}

func hasContent(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// setAside renames the file of a desktop that cannot be read, or is not ours,
// with its log, so that the next opening begins anew and nothing is
// overwritten: a profile's folder is the program's own. The file of a server
// stays where it is: an administrator decides. Other errors only learn which
// file they are about.
func setAside(path string, kind Kind, err error) error {
	e := ErrorOf(err)
	if e == nil {
		return err
	}
	e.Path = path
	if kind != Desktop || e.Code != CodeDamaged && e.Code != CodeForeign {
		return describe(e, kind)
	}
	e.Code, e.Message = CodeDamaged, troubleText(CodeDamaged)
	aside := freeName(path + ".corrompu")
	if err := os.Rename(path, aside); err != nil {
		return errors.Join(e, fmt.Errorf("set aside: %w", err))
	}
	e.Aside = aside
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(e, fmt.Errorf("set aside: %w", err))
		}
	}
	return e
}

// describe speaks to an administrator where the ordinary message speaks to an
// agent.
func describe(e *Error, kind Kind) error {
	if kind == Server && e.Code == CodeDamaged && e.Message == troubleText(CodeDamaged) {
		e.Message = "La base du serveur est endommagée ; le fichier n’a pas été touché. Restaurez la dernière sauvegarde."
	}
	return e
}

// freeName gives name, or name.2, name.3… when it is taken.
func freeName(name string) string {
	free := name
	for i := 2; ; i++ {
		if _, err := os.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return free
		}
		free = fmt.Sprintf("%s.%d", name, i)
	}
}
