package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/mattn/go-sqlite3"

	"permanence/app/store/schema"
)

// blank gives the bytes of an empty database in the newest shape. Making the
// tables costs some milliseconds, copying pages a fraction of one: a simulation
// opens thousands of databases in memory.
var blank = sync.OnceValues(makeBlank)

func makeBlank() (bytes []byte, err error) {
	db := sql.OpenDB(newConnector("file::memory:"))
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(context.Background(), schema.SQLite); err != nil {
		return nil, makingTables(err)
	}
	err = conn.Raw(func(c any) error {
		bytes, err = c.(*sqlite3.SQLiteConn).Serialize("main")
		return err
	})
	return bytes, errors.Join(err, conn.Close())
}

// fill copies the blank database into this session's own.
func (s *session) fill() error {
	bytes, err := blank()
	if err != nil {
		return err
	}
	return s.conn.Raw(func(c any) error {
		source, err := (&sqlite3.SQLiteDriver{}).Open("file::memory:")
		if err != nil {
			return err
		}
		from := source.(*sqlite3.SQLiteConn)
		return errors.Join(copyPages(c.(*sqlite3.SQLiteConn), from, bytes), from.Close())
	})
}

func copyPages(to, from *sqlite3.SQLiteConn, bytes []byte) error {
	if err := from.Deserialize(bytes, "main"); err != nil {
		return fmt.Errorf("read the blank database: %w", err)
	}
	b, err := to.Backup("main", from, "main")
	if err != nil {
		return fmt.Errorf("copy the blank database: %w", err)
	}
	if _, err := b.Step(-1); err != nil {
		return errors.Join(fmt.Errorf("copy the blank database: %w", err), b.Finish())
	}
	return b.Finish()
}

// makingTables says what is missing when the search index cannot be made.
func makingTables(err error) error {
	if strings.Contains(err.Error(), "no such module: fts5") {
		err = fmt.Errorf("%w (this program was built without the tag sqlite_fts5)", err)
	}
	return fmt.Errorf("make the tables: %w", err)
}
