// Package smtptest is a real SMTP server on loopback for tests: it keeps what
// it is given and can misbehave in the ways relays do.
//
// It never forwards a message and listens on 127.0.0.1 only. Its certificate
// is made at start and is trusted only by who asks Roots.
package smtptest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Security says how the sink offers TLS.
type Security int

const (
	Plain        Security = iota // no TLS at all: STARTTLS is not offered
	StartTLS                     // STARTTLS, with a certificate that Roots trusts
	Implicit                     // TLS from the first byte, as on port 465
	UnknownCert                  // STARTTLS, with a certificate that nobody trusts
	WrongCert                    // STARTTLS, trusted but for another name
	InjectedLine                 // STARTTLS whose answer carries one more command in clear
)

// Fault says where the sink misbehaves. The zero value behaves.
type Fault int

const (
	None         Fault = iota
	Busy421            // closes the service at the greeting
	Sender550          // refuses MAIL FROM for good
	Later450           // greylisting: refuses RCPT for now
	Unknown550         // refuses RCPT for good
	Later451           // refuses the message itself for now
	Refused554         // refuses the message itself for good
	Slow               // answers DATA only when Release is called or the sink closes
	CutAfterData       // keeps the message, then cuts before answering
	CutInData          // cuts while the message is coming
)

// Message is one message as it arrived, dots unstuffed.
type Message struct {
	From, To string // envelope
	Raw      []byte
	Hello    string // name the client gave
	TLS      bool
	User     string // who logged in, if anyone
	Accepted bool   // false when the connection was cut before the answer
}

// Options of a sink; the zero value is a plain, honest one.
type Options struct {
	Security       Security
	Fault          Fault
	User, Password string // when set, AUTH is offered and MAIL needs it
	Mechanism      string // "PLAIN" (default) or "LOGIN"
}

// Sink is a running server. Close it.
type Sink struct {
	Addr string // 127.0.0.1:port
	opts Options

	server *smtp.Server
	roots  *x509.CertPool

	mu       sync.Mutex
	fault    Fault
	messages []Message
	attempts int // connections that said MAIL
	arrived  chan struct{}
	release  chan struct{}
	freed    sync.Once
}

// Start opens a sink on a free port of 127.0.0.1.
func Start(opts Options) (*Sink, error) {
	cert, roots, err := certificate(certName(opts.Security))
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open an smtp sink: %w", err)
	}
	s := &Sink{
		Addr: listener.Addr().String(), opts: opts, fault: opts.Fault, roots: roots,
		arrived: make(chan struct{}, 1), release: make(chan struct{}),
	}
	if opts.Security == UnknownCert {
		s.roots = x509.NewCertPool()
	}
	s.server = s.newServer(cert)
	switch opts.Security {
	case Implicit:
		listener = tls.NewListener(listener, s.server.TLSConfig)
	case InjectedLine:
		listener = injecting{listener}
	}
	go s.server.Serve(listener) // returns when Close closes the listener
	return s, nil
}

func (s *Sink) newServer(cert tls.Certificate) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "relais.example.org"
	server.AllowInsecureAuth = true
	server.MaxLineLength = 1000 // RFC 5321 4.5.3.1.6: 998 and CRLF
	server.ReadTimeout, server.WriteTimeout = 30*time.Second, 30*time.Second
	server.ErrorLog = log.New(io.Discard, "", 0)
	if s.opts.Security != Plain {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	return server
}

// certName is the name the certificate is for: clients reach 127.0.0.1.
func certName(s Security) string {
	if s == WrongCert {
		return "autre.example.org"
	}
	return "127.0.0.1"
}

// Roots trusts the sink's certificate (and, for UnknownCert, nothing).
func (s *Sink) Roots() *x509.CertPool { return s.roots }

// Fail changes how the sink misbehaves from the next command on.
func (s *Sink) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Release lets the answers held by Slow go, now and from now on.
func (s *Sink) Release() { s.freed.Do(func() { close(s.release) }) }

// Close stops the server and cuts its connections.
func (s *Sink) Close() error {
	s.Release()
	return s.server.Close()
}

// Messages gives what has arrived, oldest first.
func (s *Sink) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Attempts counts the messages that clients began, whatever became of them.
func (s *Sink) Attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

// Wait returns once n messages have arrived, or with what there is after limit.
func (s *Sink) Wait(n int, limit time.Duration) []Message {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	for {
		got := s.Messages()
		if len(got) >= n {
			return got
		}
		select {
		case <-s.arrived:
		case <-timeout.C:
			return got
		}
	}
}

func (s *Sink) keep(m Message) {
	s.mu.Lock()
	s.messages = append(s.messages, m)
	s.mu.Unlock()
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

func (s *Sink) current() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *Sink) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts++
}
