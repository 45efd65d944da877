// Package store keeps the agenda in a database: the records, the ledger of the
// server (numbers, feed, journal), the replica of a desktop (pending commands,
// base images), and what followers, accounts and mail need beside them.
//
// It holds no rule about the field and reads no clock. Everything that changes
// a record comes through the package guichet, whose ports it implements, or is
// the server's image of a record written by a desktop's replica.
//
// The database is SQLite, sealed on a desktop, or PostgreSQL for a server; what
// differs from one engine to the other stays behind engine.go. The contract that
// both keep is storetest.
package store
