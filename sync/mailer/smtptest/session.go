package smtptest

import (
	"errors"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one client's conversation.
type session struct {
	sink *Sink
	conn *smtp.Conn
	user string
	from string
	to   string
}

func (s *Sink) session(c *smtp.Conn) (smtp.Session, error) {
	if s.current() == Busy421 {
		return nil, reply(421, "trop de monde, revenez")
	}
	return &session{sink: s, conn: c}, nil
}

// reply is an answer of the sink; its text names nobody.
func reply(code int, text string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}

func (s *session) AuthMechanisms() []string {
	switch {
	case s.sink.opts.User == "":
		return nil
	case s.sink.opts.Mechanism == "":
		return []string{sasl.Plain}
	}
	return []string{s.sink.opts.Mechanism}
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.login(user, password) }), nil
	case sasl.Login:
		return &loginServer{check: s.login}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) login(user, password string) error {
	if user != s.sink.opts.User || password != s.sink.opts.Password {
		return smtp.ErrAuthFailed
	}
	s.user = user
	return nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.sink.count()
	if s.sink.opts.User != "" && s.user == "" {
		return smtp.ErrAuthRequired
	}
	if s.sink.current() == Sender550 {
		return reply(550, "expéditeur refusé")
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.sink.current() {
	case Later450:
		return reply(450, "liste grise, revenez")
	case Unknown550:
		return reply(550, "boîte inconnue")
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	if s.sink.current() == CutInData {
		return s.cut()
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch s.sink.current() {
	case Later451:
		return reply(451, "plus tard")
	case Refused554:
		return reply(554, "contenu refusé")
	case Slow:
		<-s.sink.release
	case CutAfterData:
		s.sink.keep(s.message(raw, false))
		return s.cut()
	}
	s.sink.keep(s.message(raw, true))
	return nil
}

func (s *session) message(raw []byte, accepted bool) Message {
	_, secure := s.conn.TLSConnectionState()
	return Message{
		From: s.from, To: s.to, Raw: raw, Hello: s.conn.Hostname(),
		TLS: secure || s.sink.opts.Security == Implicit, User: s.user, Accepted: accepted,
	}
}

func (s *session) cut() error {
	s.conn.Conn().Close()
	return errors.New("cut")
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

// loginServer is the server half of AUTH LOGIN, which go-sasl no longer has.
type loginServer struct {
	check func(user, password string) error
	asked int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch {
	case l.asked == 1 && response == nil:
		return []byte("Username:"), false, nil
	case l.user == "":
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}
