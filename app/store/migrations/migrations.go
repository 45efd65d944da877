// Package migrations holds the way from each older shape of the database to
// the newest, one numbered file a step, whose first lines say why. A released
// file never changes.
package migrations

import "embed"

// SQLite holds NNNN.sql, to be run in order, each in its own transaction.
//
//go:embed *.sql
var SQLite embed.FS
