package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of SQLSTATE that mean something to us.
const (
	pgSerialization   = "40001"
	pgDeadlock        = "40P01"
	pgLockTimeout     = "55P03"
	pgFull            = "53100"
	pgReadOnly        = "25006"
	pgForbidden       = "42501"
	pgWrongPassword   = "28P01"
	pgWrongAccount    = "28000"
	pgUnknownDatabase = "3D000"
	pgTooMany         = "53300"
	pgShutdown        = "57P01"
	pgCrash           = "57P02"
	pgStarting        = "57P03"
	pgIdleTooLong     = "25P03"
	pgPlanChanged     = "0A000"
	pgNotYet          = "22023" // a transaction number that a server which restarted has not given yet
)

func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// lost reports whether the connection is of no more use: it was cut, or the
// server goes away or does not let anybody in yet.
func (postgresEngine) lost(err error) bool {
	switch state := sqlState(err); {
	case state == pgShutdown, state == pgCrash, state == pgStarting, state == pgTooMany, state == pgIdleTooLong, state == pgPlanChanged:
		return true
	case strings.HasPrefix(state, "08"):
		return true
	case state != "":
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, cut := range []error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, cut) {
			return true
		}
	}
	return err != nil && pgconn.SafeToRetry(err)
}

// passing reports whether the same may succeed a moment later.
func (e postgresEngine) passing(err error) bool {
	switch sqlState(err) {
	case pgSerialization, pgDeadlock:
		return true
	}
	return e.lost(err)
}

// understood puts what a person can do something about in words.
func (e postgresEngine) understood(err error) error {
	switch sqlState(err) {
	case pgFull:
		return trouble(CodeFull, err)
	case pgReadOnly:
		return trouble(CodeReadOnly, err)
	case pgForbidden, pgWrongPassword, pgWrongAccount:
		return trouble(CodeDenied, err)
	case pgUnknownDatabase:
		return trouble(CodeNoDatabase, err)
	case pgLockTimeout, pgSerialization, pgDeadlock:
		return trouble(CodeBusy, err)
	}
	if e.lost(err) {
		return trouble(CodeUnreachable, err)
	}
	return err
}
