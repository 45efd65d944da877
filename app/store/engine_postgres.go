package store

import (
	"database/sql"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"permanence/app/agenda"
)

// postgresEngine is PostgreSQL by jackc/pgx, for servers.
type postgresEngine struct{}

// fixedJoin is a join whose order SQLite is told.
var fixedJoin = regexp.MustCompile(`CROSS JOIN (\w+ \w+) ON`)

func (postgresEngine) rebind(query string) string {
	query = fixedJoin.ReplaceAllString(query, "JOIN $1 ON")
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

func (postgresEngine) prepares() bool { return false }

func (postgresEngine) begin(write bool) string {
	if write {
		return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	}
	return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
}

func (postgresEngine) forUpdate() string { return " FOR UPDATE" }

// longestWord is more letters than any name has; PostgreSQL refuses to search
// for words of two thousand.
const longestWord = 200

func (postgresEngine) namesMatch(words []string) (string, []any) {
	quoted := make([]string, len(words))
	for i, w := range words {
		if len(w) > longestWord {
			return "FALSE", nil
		}
		quoted[i] = "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w) + "':*"
	}
	return "array_to_tsvector(string_to_array(u.names, ' ')) @@ CAST(CAST(? AS text) AS tsquery)", []any{strings.Join(quoted, " & ")}
}

// arguments makes every text one that its column accepts: see pgText.
func (postgresEngine) arguments(args []any) []any {
	given := make([]any, len(args))
	for i, arg := range args {
		given[i] = pgArgument(arg)
	}
	return given
}

func pgArgument(arg any) any {
	switch arg := arg.(type) {
	case nil, int64, int, bool, []byte, instant:
		return arg
	case sql.NullString:
		if !arg.Valid {
			return nil
		}
		return pgText(arg.String)
	}
	if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
		return pgText(v.String())
	}
	return arg
}

// pgText is a text on its way to a column of texts or of ids. What no column can
// hold breaks nothing: an id of another form is NULL, which equals no id; a zero
// byte, or one that is no letter, becomes the sign of an unknown letter.
type pgText string

// TextValue is the text of a text column.
func (t pgText) TextValue() (pgtype.Text, error) {
	text := string(t)
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		text = strings.ReplaceAll(strings.ToValidUTF8(text, unknownLetter), "\x00", unknownLetter)
	}
	return pgtype.Text{String: text, Valid: true}, nil
}

const unknownLetter = "\uFFFD"

// UUIDValue is the id of an id column.
func (t pgText) UUIDValue() (pgtype.UUID, error) {
	if !agenda.ValidID(string(t)) {
		return pgtype.UUID{}, nil
	}
	id, err := uuid.Parse(string(t))
	return pgtype.UUID{Bytes: id, Valid: err == nil}, nil
}

// TimestamptzValue writes the instant on PostgreSQL.
func (i instant) TimestamptzValue() (pgtype.Timestamptz, error) {
	return pgtype.Timestamptz{Time: i.UTC(), Valid: !i.IsZero()}, nil
}
