package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"permanence/app/store/seal"
)

// engine is what differs from one database engine to another. The rest of the
// package writes its SQL once, with ? for each argument, ON CONFLICT for what
// may exist already, and RETURNING for what was just written.
type engine interface {
	// rebind turns ? into the engine's own placeholders. CROSS JOIN … ON, which
	// tells SQLite the order of a join, is an ordinary JOIN elsewhere.
	rebind(query string) string
	// prepares reports whether a session keeps its statements prepared by
	// itself; the driver does otherwise.
	prepares() bool
	// arguments gives the arguments of a query as the driver takes them.
	arguments(args []any) []any
	// begin opens a transaction. On SQLite a writing one holds the only lock for
	// writing.
	begin(write bool) string
	// namesMatch is the condition that the row u of usagers has, for each word,
	// a name that begins with it, accents and case folded.
	namesMatch(words []string) (cond string, args []any)
	// forUpdate ends a query whose rows nobody else may change meanwhile.
	forUpdate() string
	// lost reports whether the error means that the connection is of no more use.
	lost(err error) bool
	// understood turns the engine's own errors into an *Error where a person can
	// do something about them; others are returned as they are.
	understood(err error) error
}

// sqliteEngine is SQLite by mattn/go-sqlite3.
type sqliteEngine struct{}

func (sqliteEngine) rebind(query string) string { return query }

func (sqliteEngine) begin(write bool) string {
	if write {
		return "BEGIN IMMEDIATE"
	}
	return "BEGIN"
}

func (sqliteEngine) namesMatch(words []string) (string, []any) {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + strings.ReplaceAll(w, `"`, ``) + `"*`
	}
	return "u.seq IN (SELECT rowid FROM usagers_noms WHERE usagers_noms MATCH ?)", []any{strings.Join(quoted, " ")}
}

func (sqliteEngine) prepares() bool { return true }

func (sqliteEngine) arguments(args []any) []any { return args }

func (sqliteEngine) forUpdate() string { return "" }

func (sqliteEngine) lost(error) bool { return false }

// tidySearch takes out of the search index what removed rows left in it.
const tidySearch = "INSERT INTO usagers_noms (usagers_noms) VALUES ('optimize')"

// busyTimeout is how long a connection waits for another program's writing.
const busyTimeout = 10 * time.Second

// place tells where an SQLite database lives and how it is opened.
type place struct {
	path      string     // "" in memory
	name      string     // of the shared memory
	seal      *seal.Seal // nil when the file is not sealed
	readOnly  bool       // the folder or the file cannot be written
	immutable bool       // and there is no log to read beside the file
}

// dsn gives the address of one connection, with every pragma that must hold on it.
func (p place) dsn(write bool) string {
	q := url.Values{}
	q.Set("_busy_timeout", strconv.FormatInt(busyTimeout.Milliseconds(), 10))
	q.Set("_secure_delete", "on")
	q.Set("_foreign_keys", "off")
	q.Set("_cache_size", "-16000")
	if write {
		q.Set("_txlock", "immediate")
	} else {
		q.Set("_query_only", "1")
	}
	if p.seal != nil {
		p.seal.Address(q)
	}
	switch {
	case p.path == "":
		q.Set("vfs", "memdb")
		q.Set("_sync", "OFF")
		if write {
			q.Set("_journal_mode", "MEMORY")
		}
		return "file:/" + p.name + "?" + q.Encode()
	case p.readOnly:
		q.Set("mode", "ro")
		if p.immutable {
			q.Set("immutable", "1")
		}
	default:
		q.Set("_sync", "FULL")
		if write {
			q.Set("_journal_mode", "WAL")
		}
	}
	return "file:" + escapePath(p.path) + "?" + q.Encode()
}

// escapePath writes a path so that SQLite reads it back from an address, on
// Windows too ("C:\a b" becomes "/C:/a%20b").
func escapePath(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	if len(path) > 1 && path[1] == ':' {
		path = "/" + path
	}
	return (&url.URL{Path: path}).EscapedPath()
}

// connector opens connections without registering a driver of ours.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func newConnector(dsn string) *connector {
	return &connector{dsn, &sqlite3.SQLiteDriver{ConnectHook: prepareConn}}
}

// prepareConn sets what an address cannot say: temporary tables never reach
// the disk, the schema is not trusted to call functions, and the log is brought
// into the file each 16 MB: a large load writes the same pages again and again.
func prepareConn(c *sqlite3.SQLiteConn) error {
	_, err := c.Exec("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000", nil)
	return err
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// instant is a time as the database keeps it: INTEGER microseconds UTC. The
// zero time is NULL.
type instant struct{ time.Time }

// Value writes the instant.
func (i instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UnixMicro(), nil
}

// Scan reads an instant.
func (i *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		i.Time = time.Time{}
	case int64:
		i.Time = time.UnixMicro(v).UTC()
	case time.Time:
		i.Time = v.UTC()
	default:
		return fmt.Errorf("read an instant from %T", src)
	}
	return nil
}

// orEmpty reads into to a text or an id whose absence is NULL: "" then.
func orEmpty[T ~string](to *T) sql.Scanner { return possible[T]{to} }

type possible[T ~string] struct{ to *T }

func (p possible[T]) Scan(src any) error {
	var text sql.NullString
	if err := text.Scan(src); err != nil {
		return err
	}
	*p.to = T(text.String)
	return nil
}

// maybe is a text whose absence is NULL.
func maybe[T ~string](s T) sql.NullString { return sql.NullString{String: string(s), Valid: s != ""} }
