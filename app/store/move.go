package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"permanence/app/store/schema"
)

// A whole server moves from one database to another as lines of JSON: what it
// is, then each table (its name and columns, and one list of values a row), then
// how many rows each had. Values are those of SQLite, whatever the engine: ids
// and texts, instants as microseconds, 0 and 1, bytes as {"bytes": base64}.

// moveHead is the first line.
type moveHead struct {
	Permanence string `json:"permanence"` // the kind: "server"
	Version    int    `json:"version"`    // of the tables
}

// moveLine is any further line but a row: a table begins, or all is told.
type moveLine struct {
	Table   string           `json:"table,omitempty"`
	Columns []string         `json:"columns,omitempty"`
	Rows    map[string]int64 `json:"rows,omitempty"` // the last line
}

// moveBytes is a value that is no text.
type moveBytes struct {
	Bytes []byte `json:"bytes"`
}

// stays reports whether a key of meta belongs to the database and not to the
// server in it.
func stays(key string) bool { return key == metaVersion || key == metaRecount }

// Export writes everything that this server keeps, as of one instant: records,
// ledger, journal, answers, devices, accounts, secrets, mails, and what it says
// of itself, so that its desktops go on with wherever it is imported. It holds
// personal data and what opens doors: who writes it to a file keeps it as the
// database itself. It gives how many rows each table had.
func (db *DB) Export(ctx context.Context, to io.Writer) (map[string]int64, error) {
	if db.kind != Server {
		return nil, trouble(CodeOtherKind, nil)
	}
	blanks, err := neverNull()
	if err != nil {
		return nil, err
	}
	var counts map[string]int64
	out := bufio.NewWriter(to)
	err = db.readOnce(ctx, func(v *View) error {
		e := exporter{v: v, out: json.NewEncoder(out), blanks: blanks, counts: map[string]int64{}}
		e.out.SetEscapeHTML(false)
		counts = e.counts
		return e.everything()
	})
	return counts, db.eng.understood(errors.Join(err, out.Flush()))
}

// neverNull lists the columns ("journal.agent") where SQLite has "" for what is
// NULL on PostgreSQL: an id that is missing.
func neverNull() (map[string]bool, error) {
	model, err := OpenMemory("", Options{Kind: Server})
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	err = model.Read(context.Background(), func(v *View) error {
		names, err := scanAll(v, scanOne[string], `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND c."notnull" AND c.type = 'TEXT'`)
		for _, name := range names {
			all[name] = true
		}
		return err
	})
	return all, errors.Join(err, model.Close())
}

type exporter struct {
	v      *View
	out    *json.Encoder
	blanks map[string]bool
	counts map[string]int64
}

func (e *exporter) everything() error {
	if err := e.out.Encode(moveHead{string(Server), schema.Version}); err != nil {
		return err
	}
	for _, name := range schema.ServerTables() {
		if err := e.table(name); err != nil {
			return fmt.Errorf("export %s: %w", name, err)
		}
	}
	return e.out.Encode(moveLine{Rows: e.counts})
}

func (e *exporter) table(name string) error {
	columns, err := columnTypes(e.v, name)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(columns))
	if err := e.out.Encode(moveLine{Table: name, Columns: names}); err != nil {
		return err
	}
	rows, err := e.v.s.query("SELECT " + strings.Join(names, ", ") + " FROM " + name)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	e.counts[name] = 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if key, ok := values[0].(string); ok && name == "meta" && stays(key) {
			continue
		}
		if err := e.row(name, names, values); err != nil {
			return err
		}
		e.counts[name]++
	}
	return rows.Err()
}

func (e *exporter) row(table string, names []string, values []any) error {
	line := make([]any, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
			if e.blanks[table+"."+names[i]] {
				line[i] = ""
			}
		case []byte:
			line[i] = moveBytes{value}
		case time.Time:
			line[i] = value.UnixMicro()
		case bool:
			line[i] = 0
			if value {
				line[i] = 1
			}
		default:
			line[i] = value
		}
	}
	return e.out.Encode(line)
}

// columnTypes gives the columns of a table with the engine's names of their
// types, in small letters.
func columnTypes(v *View, table string) (map[string]string, error) {
	query := "SELECT name, lower(type) FROM pragma_table_info(?)"
	if v.db.remote != nil {
		query = `SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
			WHERE attrelid = to_regclass(CAST(? AS text)) AND attnum > 0 AND NOT attisdropped`
	}
	columns := map[string]string{}
	_, err := scanAll(v, func(rows *sql.Rows) (struct{}, error) {
		var name, kind string
		err := rows.Scan(&name, &kind)
		columns[name] = kind
		return struct{}{}, err
	}, query, table)
	return columns, err
}

// Import brings in what Export wrote, whole or not at all. It refuses
// (CodeNotEmpty) a database that holds anything, (CodeInUse) one that a server
// serves, (CodeUnreadable) what is no whole export, (CodeNewer, CodeOlder) one
// of another version. The DB is closed and opened anew after it: the server in
// it is another. It gives how many rows each table has.
func (db *DB) Import(ctx context.Context, from io.Reader) (map[string]int64, error) {
	if db.kind != Server {
		return nil, trouble(CodeOtherKind, nil)
	}
	if err := db.LockAlone("server"); err != nil {
		return nil, err
	}
	var counts map[string]int64
	begun := false
	err := db.writing(ctx, func(w *Writer) error {
		if begun {
			return trouble(CodeUnreachable, errors.New("cut while importing")) // what was read cannot be read again
		}
		begun = true
		i := importer{w: w, in: json.NewDecoder(bufio.NewReader(from)), counts: map[string]int64{}}
		i.in.UseNumber()
		counts = i.counts
		return i.everything()
	})
	return counts, err
}

type importer struct {
	w      *Writer
	in     *json.Decoder
	counts map[string]int64
	line   int
}

func (i *importer) unreadable(why any) error {
	return trouble(CodeUnreadable, fmt.Errorf("line %d: %v", i.line, why))
}

func (i *importer) next(into any) error {
	i.line++
	if err := i.in.Decode(into); err != nil {
		return i.unreadable(err)
	}
	return nil
}

func (i *importer) everything() error {
	if err := i.head(); err != nil {
		return err
	}
	if err := i.empty(); err != nil {
		return err
	}
	var raw json.RawMessage
	if err := i.next(&raw); err != nil {
		return err
	}
	for {
		var line moveLine
		if err := json.Unmarshal(raw, &line); err != nil {
			return i.unreadable(err)
		}
		if line.Rows != nil {
			return i.compare(line.Rows)
		}
		var err error
		if raw, err = i.table(line); err != nil {
			return err
		}
	}
}

func (i *importer) head() error {
	var head moveHead
	if err := i.next(&head); err != nil {
		return err
	}
	switch {
	case head.Permanence != string(Server):
		return i.unreadable("not the export of a server")
	case head.Version > schema.Version:
		return trouble(CodeNewer, fmt.Errorf("export of version %d", head.Version))
	case head.Version < schema.Version:
		return trouble(CodeOlder, fmt.Errorf("export of version %d", head.Version))
	}
	return nil
}

// empty refuses a database that holds anything, and forgets what this one says
// of itself.
func (i *importer) empty() error {
	for _, name := range schema.ServerTables() {
		if name != "meta" && i.w.exists("SELECT 1 FROM "+name+" LIMIT 1") {
			return trouble(CodeNotEmpty, fmt.Errorf("rows in %s", name))
		}
	}
	return i.w.change("import", "DELETE FROM meta WHERE key NOT IN (?, ?)", metaVersion, metaRecount)
}

// table reads the rows of one table and gives the line after them.
func (i *importer) table(head moveLine) (after json.RawMessage, err error) {
	if _, again := i.counts[head.Table]; again || !slices.Contains(schema.ServerTables(), head.Table) {
		return nil, i.unreadable("table " + head.Table)
	}
	columns, err := columnTypes(&i.w.View, head.Table)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(slices.Sorted(maps.Keys(columns)), head.Columns) {
		return nil, i.unreadable("columns of " + head.Table)
	}
	insert := "INSERT INTO " + head.Table + " (" + strings.Join(head.Columns, ", ") + ") VALUES (" + marks(len(head.Columns)) + ")"
	i.counts[head.Table] = 0
	for {
		var raw json.RawMessage
		if err := i.next(&raw); err != nil {
			return nil, err
		}
		if raw[0] != '[' {
			return raw, i.renumber(head.Table, columns)
		}
		args, err := i.values(raw, head.Columns, columns)
		if err != nil {
			return nil, err
		}
		if err := i.w.change("import "+head.Table, insert, args...); err != nil {
			return nil, err
		}
		i.counts[head.Table]++
	}
}

// values reads one row as its columns take it.
func (i *importer) values(raw json.RawMessage, names []string, types map[string]string) ([]any, error) {
	var fields []json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || len(fields) != len(names) {
		return nil, i.unreadable("a row of another length")
	}
	args := make([]any, len(fields))
	for k, field := range fields {
		arg, err := valueOf(field, types[names[k]])
		if err != nil {
			return nil, i.unreadable(fmt.Sprintf("%s: %v", names[k], err))
		}
		args[k] = arg
	}
	return args, nil
}

func valueOf(field json.RawMessage, kind string) (any, error) {
	if string(field) == "null" {
		return nil, nil
	}
	switch kind {
	case "blob", "bytea":
		var b moveBytes
		err := json.Unmarshal(field, &b)
		return b.Bytes, err
	case "text", "uuid":
		var s string
		err := json.Unmarshal(field, &s)
		return s, err
	}
	var n int64
	if err := json.Unmarshal(field, &n); err != nil {
		return nil, err
	}
	switch kind {
	case "boolean":
		return n != 0, nil
	case "timestamp with time zone":
		return instant{time.UnixMicro(n)}, nil
	}
	return n, nil
}

// renumber lets a table count on from the rows it was given.
func (i *importer) renumber(table string, columns map[string]string) error {
	if i.w.db.remote == nil {
		return nil
	}
	for _, column := range []string{"seq", "place"} {
		if _, has := columns[column]; !has || column == "place" && table != "places" {
			continue
		}
		err := i.w.change("count on", "SELECT setval(pg_get_serial_sequence(?, ?), (SELECT coalesce(max("+column+"), 0) + 1 FROM "+table+"), FALSE)", table, column)
		if err != nil {
			return err
		}
	}
	return nil
}

// compare holds what arrived against what was sent, table by table.
func (i *importer) compare(sent map[string]int64) error {
	for _, name := range schema.ServerTables() {
		if name == "meta" {
			continue // what a database says of itself stays
		}
		var here int64
		if err := i.w.s.one("SELECT count(*) FROM " + name).Scan(&here); err != nil {
			return err
		}
		if here != sent[name] || here != i.counts[name] {
			return i.unreadable(fmt.Sprintf("%s: %d rows sent, %d here", name, sent[name], here))
		}
	}
	if sent["meta"] != i.counts["meta"] {
		return i.unreadable("meta")
	}
	return nil
}
