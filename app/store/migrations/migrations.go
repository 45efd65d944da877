// Package migrations holds the way from each older shape of the database to
// the newest, one numbered file a step, whose first lines say why. A released
// file never changes.
package migrations

import (
	"embed"
	"io/fs"
)

// SQLite holds NNNN.sql, to be run in order, each in its own transaction.
//
//go:embed *.sql
var SQLite embed.FS

//go:embed postgres
var postgres embed.FS

// Postgres gives NNNN.sql, to be run in order in one transaction.
func Postgres() fs.FS {
	steps, err := fs.Sub(postgres, "postgres")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return steps
}
