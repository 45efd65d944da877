// Package schema holds the newest shape of the database, as SQL to run on an
// empty one. The way there from older shapes is in migrations; a test of the
// store checks that both arrive at the same place.
package schema

import _ "embed"

// Version is the number of the shape below: that of the last migration.
const Version = 4

// SQLite creates everything on an empty SQLite database.
//
//go:embed sqlite.sql
var SQLite string

// Postgres creates everything a server needs in an empty schema of PostgreSQL.
//
//go:embed postgres.sql
var Postgres string

// PostgresOwn creates what PostgreSQL needs beside.
//
//go:embed postgres_own.sql
var PostgresOwn string
