package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Sender is what carries mails away: a Relay, or the demonstration's capture.
type Sender interface {
	// Open begins a conversation. Its error is a *Trouble: nothing was sent and
	// the same may be tried again later.
	Open(ctx context.Context) (Session, error)
}

// Session carries one mail after another. It serves one goroutine; Close it.
type Session interface {
	Send(ctx context.Context, m Parcel) Outcome
	Close() error
}

// Parcel is one message on its way to one recipient.
type Parcel struct {
	From, To string // bare addresses, ASCII
	Raw      []byte // RFC 5322, CRLF
}

// Fate is what became of a parcel.
type Fate int

const (
	Delivered Fate = iota // the relay answers for it
	Later                 // not taken; the same may be tried again
	Never                 // refused for good
	Unknown               // cut before the answer: it may have been taken
)

// Outcome is the relay's answer about one parcel. It holds no address and no
// text of the relay, which often quotes one.
type Outcome struct {
	Fate   Fate
	Code   int    // SMTP reply code; 0 when the relay said nothing
	Reason string // code for a receipt: "", "smtp_450", "cut", "timeout"
	Broken bool   // the session cannot carry another parcel
}

// Trouble is why no conversation could begin, or go on. It is always worth
// another try: a relay that is down, misconfigured or unsafe loses no mail.
type Trouble struct {
	Reason string // "connect", "tls", "auth", "greeting"
	Code   int    // SMTP reply code, 0 for none
	Err    error
}

func (t *Trouble) Error() string { return "smtp " + t.Reason + ": " + t.Err.Error() }
func (t *Trouble) Unwrap() error { return t.Err }

// Relay is the SMTP server that takes our mail. Off loopback TLS is required:
// when it cannot be had, nothing is said, least of all the password.
type Relay struct {
	Addr           string         // host:port; the host is the name its certificate must bear
	Implicit       bool           // TLS from the first byte (smtps) instead of STARTTLS
	RequireTLS     bool           // on loopback too
	User, Password string         // none: no authentication
	Hello          string         // our name at EHLO; "" gives the address literal of our end
	Roots          *x509.CertPool // nil: the system's
	Timeout        time.Duration  // for each command; 0 means 30 s
	DataTimeout    time.Duration  // for the answer to a message; 0 means 2 min
}

// ParseRelay reads smtp://user@host:587 or smtps://user@host:465. The port may
// be left out. Anything else in the address (a path, a query, a password, a
// control character) is refused, since a typing error here would lose mail.
func ParseRelay(address, password, hello string) (Relay, error) {
	if hasControl(address) || hasControl(password) || hasControl(hello) || strings.ContainsAny(hello, " <>") {
		return Relay{}, errors.New("l’adresse du relais contient des caractères interdits")
	}
	u, err := url.Parse(address)
	if err != nil {
		return Relay{}, errors.New("l’adresse du relais n’est pas valable : smtp://utilisateur@hote:587")
	}
	port, known := map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	_, inURL := u.User.Password()
	switch {
	case !known:
		return Relay{}, errors.New("l’adresse du relais commence par smtp:// ou smtps://")
	case u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return Relay{}, errors.New("l’adresse du relais n’est pas valable : smtp://utilisateur@hote:587")
	case inURL:
		return Relay{}, errors.New("le mot de passe du relais se donne dans un fichier, pas dans son adresse")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return Relay{}, errors.New("le port du relais n’est pas valable")
	}
	return Relay{
		Addr: net.JoinHostPort(u.Hostname(), port), Implicit: u.Scheme == "smtps",
		User: u.User.Username(), Password: password, Hello: hello,
	}, nil
}

// Open connects, secures and authenticates.
func (r Relay) Open(ctx context.Context) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*r.timeout())
	defer cancel()
	conn, err := (&net.Dialer{Timeout: r.timeout()}).DialContext(ctx, "tcp", r.Addr)
	if err != nil {
		return nil, &Trouble{Reason: "connect", Err: err}
	}
	// A context that ends cuts the connection: whatever is being said stops.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	client, err := r.begin(ctx, conn)
	if err != nil {
		stop()
		conn.Close()
		return nil, err
	}
	if !stop() {
		return nil, &Trouble{Reason: "connect", Err: ctx.Err()}
	}
	return &relaySession{conn: conn, client: client, total: 3*r.timeout() + r.dataTimeout()}, nil
}

// begin goes from a bare connection to a client ready for MAIL.
func (r Relay) begin(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	secured, err := r.secure(ctx, conn)
	if err != nil {
		return nil, err
	}
	client := smtp.NewClient(secured)
	client.CommandTimeout, client.SubmissionTimeout = r.timeout(), r.dataTimeout()
	if err := client.Hello(r.hello(conn)); err != nil {
		return nil, trouble("greeting", err)
	}
	if r.User == "" {
		return client, nil
	}
	if err := r.login(client); err != nil {
		return nil, trouble("auth", err)
	}
	return client, nil
}

func (r Relay) login(client *smtp.Client) error {
	switch {
	case client.SupportsAuth(sasl.Plain):
		return client.Auth(sasl.NewPlainClient("", r.User, r.Password))
	case client.SupportsAuth(sasl.Login):
		return client.Auth(sasl.NewLoginClient(r.User, r.Password))
	}
	return errors.New("the relay offers neither PLAIN nor LOGIN")
}

// secure puts TLS on the connection, except on loopback without RequireTLS.
func (r Relay) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	host, _, err := net.SplitHostPort(r.Addr)
	if err != nil {
		return nil, &Trouble{Reason: "connect", Err: err}
	}
	config := &tls.Config{ServerName: host, RootCAs: r.Roots, MinVersion: tls.VersionTLS12}
	switch {
	case r.Implicit:
		return handshake(ctx, conn, config)
	case loopback(conn) && !r.RequireTLS:
		return conn, nil
	}
	return startTLS(ctx, conn, r.hello(conn), r.timeout(), config)
}

// loopback looks at who answered, not at a name that resolves as it likes.
func loopback(conn net.Conn) bool {
	addr, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

func (r Relay) hello(conn net.Conn) string {
	if r.Hello != "" {
		return r.Hello
	}
	addr, ok := conn.LocalAddr().(*net.TCPAddr)
	switch {
	case !ok:
		return "[127.0.0.1]"
	case addr.IP.To4() == nil:
		return "[IPv6:" + addr.IP.String() + "]"
	}
	return "[" + addr.IP.String() + "]"
}

func (r Relay) timeout() time.Duration {
	if r.Timeout == 0 {
		return 30 * time.Second
	}
	return r.Timeout
}

func (r Relay) dataTimeout() time.Duration {
	if r.DataTimeout == 0 {
		return 2 * time.Minute
	}
	return r.DataTimeout
}

// trouble wraps err with the reply code, when the relay gave one.
func trouble(reason string, err error) *Trouble {
	t := &Trouble{Reason: reason, Err: err}
	if reply, ok := errors.AsType[*smtp.SMTPError](err); ok {
		t.Code = reply.Code
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		t.Code = reply.Code
	}
	return t
}

// relaySession is an open conversation.
type relaySession struct {
	conn   net.Conn
	client *smtp.Client
	total  time.Duration // for one whole message
}

// Send carries one message. After anything but Delivered the session is
// Broken: what the relay still expects is not worth guessing.
func (s *relaySession) Send(ctx context.Context, m Parcel) Outcome {
	ctx, cancel := context.WithTimeout(ctx, s.total)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	if err := s.client.Mail(m.From, nil); err != nil {
		return refusedSender(err)
	}
	if err := s.client.Rcpt(m.To, nil); err != nil {
		return answered(err, Later)
	}
	data, err := s.client.Data()
	if err != nil {
		return answered(err, Later)
	}
	if _, err := data.Write(m.Raw); err != nil {
		return answered(err, Later)
	}
	if err := data.Close(); err != nil {
		return answered(err, Unknown)
	}
	return Outcome{Fate: Delivered, Code: 250}
}

// Close says goodbye if the relay still listens, and hangs up.
func (s *relaySession) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	if err := s.client.Quit(); err != nil {
		return s.client.Close()
	}
	return nil
}

// refusedSender reads an answer to MAIL FROM: a relay that does not want us is
// a fault of the configuration, never of the recipient.
func refusedSender(err error) Outcome {
	out := answered(err, Later)
	out.Fate = Later
	return out
}

// answered turns an error into an outcome; silent is the fate when the relay
// said nothing.
func answered(err error, silent Fate) Outcome {
	if reply, ok := errors.AsType[*smtp.SMTPError](err); ok {
		fate := Later
		if reply.Code >= 500 {
			fate = Never
		}
		return Outcome{Fate: fate, Code: reply.Code, Reason: fmt.Sprintf("smtp_%d", reply.Code), Broken: true}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return Outcome{Fate: silent, Reason: "timeout", Broken: true}
	}
	return Outcome{Fate: silent, Reason: "cut", Broken: true}
}
