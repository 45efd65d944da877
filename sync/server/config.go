// Package server puts the rooms of sync on one listener: it opens the
// database, gives each room what it asks for, declares every route with its
// policy and runs until it is told to stop. It holds no rule of the field.
package server

import (
	"log/slog"
	"net/netip"
	"time"

	"permanence/sync/mailer"
)

// Config is what a server needs to run.
type Config struct {
	Listen string // "127.0.0.1:8420"; ":0" picks a free port
	DB     string // path of the SQLite file
	Key    []byte // seals that file; nil on a central server
	URL    string // public address, "https://agenda.example.org"; "" means the listener's own
	// SMTP is the relay; nil means that mail is captured and shown under
	// /demo/courriel: demonstrations only.
	SMTP     *mailer.Relay
	MailFrom string // envelope sender and service address
	TLSCert  string // PEM files; both or neither
	TLSKey   string
	// Proxies are believed when they forward an address or a scheme.
	Proxies []netip.Prefix
	// MailDelay is how long a mail waits after the last change.
	MailDelay time.Duration
	Now       func() time.Time
	Log       *slog.Logger
	// Ready is called once, with the address that answers.
	Ready func(Started)
}

// Started tells where a server answers.
type Started struct {
	URL  string // public
	Addr string // of the listener, "127.0.0.1:41233"
}
