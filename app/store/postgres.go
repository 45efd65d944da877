package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"permanence/app/store/migrations"
	"permanence/app/store/schema"
)

// remote is a database that lives in a PostgreSQL server, perhaps shared with
// other processes of ours.
type remote struct {
	config *pgx.ConnConfig
	bell   *bell
	places placesMet
}

// Remote reports whether an address is that of a PostgreSQL database and not
// the path of a file.
func Remote(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// leastPostgres is the first version that can tell what became of a
// transaction and be asked for it under the name we use.
const leastPostgres = 130000

// openRemote opens a server's database at a PostgreSQL address, and makes its
// tables in the first schema of the search path when there are none.
func openRemote(address string, o Options) (*DB, error) {
	if o.Kind != Server {
		return nil, trouble(CodeOtherKind, errors.New("a desktop keeps a file"))
	}
	config, err := remoteConfig(address)
	if err != nil {
		return nil, err
	}
	db := &DB{kind: Server, eng: postgresEngine{}, random: o.source()}
	db.remote = &remote{config: config, bell: newBell(config, db.watchers.wake)}
	size := max(4, 2*runtime.NumCPU())
	db.write = newPool(stdlib.GetConnector(*config), db.eng, size)
	db.read = newPool(stdlib.GetConnector(*config), db.eng, size)
	err = db.insist(context.Background(), openTries, db.passing, db.prepareRemote)
	if err != nil {
		return nil, errors.Join(db.located(err), db.Close())
	}
	return db, nil
}

// located says of a trouble which server it is about.
func (db *DB) located(err error) error {
	if e := ErrorOf(err); e != nil {
		e.Path = db.remote.name()
	}
	return err
}

// remoteConfig reads an address and says what must hold on each connection.
func remoteConfig(address string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, trouble(CodeAddress, errors.New("the address cannot be read")) // its text may hold a password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	alive := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
	config.DialFunc = (&net.Dialer{Timeout: config.ConnectTimeout, KeepAliveConfig: alive}).DialContext
	for name, value := range map[string]string{
		"application_name": "permanenced",
		// A process that died without a word gives its territoires back.
		"tcp_keepalives_idle":                 "15",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
		"idle_in_transaction_session_timeout": "60s",
		"lock_timeout":                        strconv.FormatInt(busyTimeout.Milliseconds(), 10),
		"TimeZone":                            "UTC",
	} {
		if _, said := config.RuntimeParams[name]; !said {
			config.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// name shows where the database is, without its password.
func (r *remote) name() string {
	c := r.config
	return fmt.Sprintf("postgres://%s@%s/%s", c.User, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.Database)
}

// Versions of the tables are kept beside the other things a database says of
// itself.
const metaVersion = "schema_version"

// prepareRemote makes the tables, or brings them to the newest shape, and reads
// what the database says of itself. Of several processes that start at once,
// one does the work.
func (db *DB) prepareRemote() error {
	s, err := db.write.take(context.Background())
	if err != nil {
		return db.eng.understood(err)
	}
	broken := true
	defer func() { db.write.give(s, broken) }()
	if err := s.acceptable(); err != nil {
		return db.eng.understood(err)
	}
	broken, err = s.within(true, func() error {
		if err := s.alone("shape"); err != nil {
			return err
		}
		if err := db.shapeRemote(s, migrations.Postgres(), schema.Version); err != nil {
			return err
		}
		return db.recognise(s)
	})
	return db.eng.understood(err)
}

// acceptable refuses a server that is too old, or that keeps texts in another
// alphabet.
func (s *session) acceptable() error {
	var version int
	var encoding string
	err := s.one("SELECT CAST(current_setting('server_version_num') AS integer), current_setting('server_encoding')").Scan(&version, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("ask for the version: %w", err)
	case version < leastPostgres:
		return trouble(CodeTooOld, fmt.Errorf("version %d", version))
	case encoding != "UTF8":
		return trouble(CodeEncoding, fmt.Errorf("encoding %s", encoding))
	}
	return nil
}

// alone waits until no other transaction holds the name.
func (s *session) alone(name string) error {
	err := s.one("SELECT CAST(pg_advisory_xact_lock(?) AS text)", lockKey(name)).Scan(new(sql.RawBytes))
	if err != nil {
		return fmt.Errorf("hold %s: %w", name, err)
	}
	return nil
}

// lockKey is the number under which PostgreSQL knows one of our locks.
func lockKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("permanence " + name)) // a hash never fails to write
	return int64(h.Sum64())
}

// shapeRemote brings the tables to the version wanted.
func (db *DB) shapeRemote(s *session, steps fs.FS, wanted int) error {
	version, err := s.remoteVersion()
	if err != nil {
		return err
	}
	switch {
	case version > wanted:
		return trouble(CodeNewer, fmt.Errorf("version %d, this program knows %d", version, wanted))
	case version == wanted:
		return nil
	case version == 0:
		return db.bearRemote(s, wanted)
	}
	names, err := stepNames(steps, version, wanted)
	if err != nil {
		return err
	}
	for _, name := range names {
		script, err := fs.ReadFile(steps, name)
		if err != nil {
			return err
		}
		if err := s.run(string(script)); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return s.stampRemote(wanted)
}

// remoteVersion gives the version of the tables, 0 where there are none. Tables
// of somebody else are refused.
func (s *session) remoteVersion() (int, error) {
	var tables int
	var ours bool
	err := s.one(`SELECT count(*), coalesce(bool_or(relname = 'meta'), FALSE) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())`).Scan(&tables, &ours)
	if err != nil {
		return 0, fmt.Errorf("look at the tables: %w", err)
	}
	if tables == 0 {
		return 0, nil
	}
	if !ours {
		return 0, trouble(CodeForeign, errors.New("tables of another program"))
	}
	text, err := s.meta(metaVersion)
	if err != nil || text == nil {
		return 0, trouble(CodeForeign, errors.Join(err, errors.New("a table meta of another program")))
	}
	return strconv.Atoi(string(text))
}

func (db *DB) bearRemote(s *session, version int) error {
	if err := s.run(schema.Postgres + schema.PostgresOwn); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	db.born = true
	return errors.Join(s.stampRemote(version), db.baptise(s))
}

func (s *session) stampRemote(version int) error {
	return s.setMeta(metaVersion, strconv.AppendInt(nil, int64(version), 10))
}

// cleanUpRemote gives back the place of removed rows. What a removed row leaves
// in the files of PostgreSQL is its administrator's to look after.
func (db *DB) cleanUpRemote(ctx context.Context) error {
	s, err := db.write.take(ctx)
	if err != nil {
		return db.eng.understood(err)
	}
	err = s.run("DELETE FROM commits WHERE at < now() - interval '1 day'")
	if err == nil {
		err = s.run("VACUUM")
	}
	db.write.give(s, db.eng.lost(err))
	return db.eng.understood(err)
}

// lockRemote takes a place that several servers may share, or, alone, one that
// nobody else may have meanwhile.
func (db *DB) lockRemote(name string, alone bool) error {
	pool := sql.OpenDB(stdlib.GetConnector(*db.remote.config))
	l := lock{db: pool}
	err := l.takeRemote(name, alone)
	if err != nil {
		return errors.Join(db.located(fmt.Errorf("lock %s: %w", name, db.eng.understood(err))), l.close())
	}
	db.locks.mu.Lock()
	defer db.locks.mu.Unlock()
	db.locks.held = append(db.locks.held, l)
	return nil
}

func (l *lock) takeRemote(name string, alone bool) (err error) {
	if l.conn, err = l.db.Conn(context.Background()); err != nil {
		return err
	}
	query := "SELECT pg_try_advisory_lock_shared($1)"
	if alone {
		query = "SELECT pg_try_advisory_lock($1)"
	}
	var taken bool
	if err := l.conn.QueryRowContext(context.Background(), query, lockKey(name)).Scan(&taken); err != nil {
		return err
	}
	if !taken {
		return trouble(CodeInUse, errors.New("another process has it"))
	}
	return nil
}
