package mailer_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/sync/mailer"
	"permanence/sync/mailer/smtptest"
)

func sink(t *testing.T, o smtptest.Options) *smtptest.Sink {
	t.Helper()
	s, err := smtptest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func relayTo(s *smtptest.Sink) mailer.Relay {
	return mailer.Relay{Addr: s.Addr, Roots: s.Roots(), Hello: "rdv.example.org", Timeout: 2 * time.Second, DataTimeout: 2 * time.Second}
}

const letterText = "Subject: essai\r\n\r\nBonjour,\r\n.un point en tête\r\n.\r\nfin\r\n"

func parcel() mailer.Parcel {
	return mailer.Parcel{From: "rdv@example.org", To: "nadia@example.org", Raw: []byte(letterText)}
}

func TestRelayCarries(t *testing.T) {
	tests := []struct {
		name   string
		sink   smtptest.Options
		change func(*mailer.Relay)
		tls    bool
		user   string
	}{
		{"loopback, in clear", smtptest.Options{}, func(*mailer.Relay) {}, false, ""},
		{"loopback, in clear although STARTTLS is there", smtptest.Options{Security: smtptest.StartTLS}, func(*mailer.Relay) {}, false, ""},
		{"STARTTLS required", smtptest.Options{Security: smtptest.StartTLS}, func(r *mailer.Relay) { r.RequireTLS = true }, true, ""},
		{"TLS from the first byte", smtptest.Options{Security: smtptest.Implicit}, func(r *mailer.Relay) { r.Implicit = true }, true, ""},
		{"AUTH PLAIN under STARTTLS", smtptest.Options{Security: smtptest.StartTLS, User: "mairie", Password: "s3cret"},
			func(r *mailer.Relay) { r.RequireTLS, r.User, r.Password = true, "mairie", "s3cret" }, true, "mairie"},
		{"AUTH LOGIN", smtptest.Options{User: "mairie", Password: "s3cret", Mechanism: "LOGIN"},
			func(r *mailer.Relay) { r.User, r.Password = "mairie", "s3cret" }, false, "mairie"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sink(t, tt.sink)
			r := relayTo(s)
			tt.change(&r)
			session, err := r.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if out := session.Send(t.Context(), parcel()); out != (mailer.Outcome{Fate: mailer.Delivered, Code: 250}) {
					t.Errorf("Send = %+v", out)
				}
			}
			if err := session.Close(); err != nil {
				t.Error(err)
			}
			got := s.Messages()
			if len(got) != 2 {
				t.Fatalf("%d messages", len(got))
			}
			m := got[1]
			want := smtptest.Message{From: "rdv@example.org", To: "nadia@example.org", Raw: m.Raw, Hello: "rdv.example.org", TLS: tt.tls, User: tt.user, Accepted: true}
			if m.From != want.From || m.To != want.To || m.Hello != want.Hello || m.TLS != want.TLS || m.User != want.User || !m.Accepted {
				t.Errorf("arrived %+v", m)
			}
			if string(m.Raw) != letterText {
				t.Errorf("the text arrived as %q", m.Raw)
			}
		})
	}
}

func TestRelayRefusesUnsafeOrClosedDoors(t *testing.T) {
	require := func(r *mailer.Relay) { r.RequireTLS = true }
	tests := []struct {
		name   string
		sink   smtptest.Options
		change func(*mailer.Relay)
		reason string
		code   int
	}{
		{"STARTTLS stripped", smtptest.Options{}, require, "tls", 0},
		{"a certificate nobody trusts", smtptest.Options{Security: smtptest.UnknownCert}, require, "tls", 0},
		{"a certificate for another name", smtptest.Options{Security: smtptest.WrongCert}, require, "tls", 0},
		{"a line slipped in after STARTTLS", smtptest.Options{Security: smtptest.InjectedLine}, require, "tls", 0},
		{"421 at the greeting", smtptest.Options{Fault: smtptest.Busy421}, func(*mailer.Relay) {}, "greeting", 421},
		{"421 before TLS", smtptest.Options{Security: smtptest.StartTLS, Fault: smtptest.Busy421}, require, "greeting", 421},
		{"wrong password", smtptest.Options{User: "mairie", Password: "s3cret"},
			func(r *mailer.Relay) { r.User, r.Password = "mairie", "faux" }, "auth", 535},
		{"no AUTH at all", smtptest.Options{}, func(r *mailer.Relay) { r.User, r.Password = "mairie", "s3cret" }, "auth", 0},
		{"nobody there", smtptest.Options{}, func(r *mailer.Relay) { r.Addr = "127.0.0.1:1" }, "connect", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sink(t, tt.sink)
			r := relayTo(s)
			tt.change(&r)
			_, err := r.Open(t.Context())
			trouble, ok := errors.AsType[*mailer.Trouble](err)
			if !ok || trouble.Reason != tt.reason || trouble.Code != tt.code {
				t.Fatalf("Open = %v, want reason %q code %d", err, tt.reason, tt.code)
			}
			if n := len(s.Messages()) + s.Attempts(); n != 0 {
				t.Errorf("%d messages begun all the same", n)
			}
		})
	}
}

func TestRelayClassifiesAnswers(t *testing.T) {
	tests := []struct {
		name  string
		fault smtptest.Fault
		want  mailer.Outcome
		kept  int
	}{
		{"our address refused: the configuration's fault", smtptest.Sender550, mailer.Outcome{mailer.Later, 550, "smtp_550", true}, 0},
		{"greylisting", smtptest.Later450, mailer.Outcome{mailer.Later, 450, "smtp_450", true}, 0},
		{"unknown mailbox", smtptest.Unknown550, mailer.Outcome{mailer.Never, 550, "smtp_550", true}, 0},
		{"refused for now after DATA", smtptest.Later451, mailer.Outcome{mailer.Later, 451, "smtp_451", true}, 0},
		{"refused for good after DATA", smtptest.Refused554, mailer.Outcome{mailer.Never, 554, "smtp_554", true}, 0},
		{"cut while sending: may have been taken", smtptest.CutInData, mailer.Outcome{mailer.Unknown, 0, "cut", true}, 0},
		{"cut after DATA: taken, but we cannot know", smtptest.CutAfterData, mailer.Outcome{mailer.Unknown, 0, "cut", true}, 1},
		{"no answer after DATA", smtptest.Slow, mailer.Outcome{mailer.Unknown, 0, "timeout", true}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sink(t, smtptest.Options{Fault: tt.fault})
			r := relayTo(s)
			r.DataTimeout = 300 * time.Millisecond
			session, err := r.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			if out := session.Send(t.Context(), parcel()); out != tt.want {
				t.Errorf("Send = %+v, want %+v", out, tt.want)
			}
			if n := len(s.Messages()); n != tt.kept {
				t.Errorf("%d messages kept, want %d", n, tt.kept)
			}
		})
	}
}

func TestRelayGivesUpOnASilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // it accepts in the kernel and never says a word
	for _, require := range []bool{false, true} {
		began := time.Now()
		_, err := mailer.Relay{Addr: l.Addr().String(), RequireTLS: require, Timeout: 300 * time.Millisecond}.Open(t.Context())
		if trouble, ok := errors.AsType[*mailer.Trouble](err); !ok || trouble.Reason != "greeting" {
			t.Errorf("Open = %v", err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("gave up after %v", took)
		}
	}
}

func TestRelayStopsWithItsContext(t *testing.T) {
	s := sink(t, smtptest.Options{Fault: smtptest.Slow})
	session, err := relayTo(s).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if out := session.Send(ctx, parcel()); out.Fate != mailer.Unknown || !out.Broken {
		t.Errorf("Send = %+v", out)
	}
}

func TestParseRelay(t *testing.T) {
	good := map[string]mailer.Relay{
		"smtp://mairie@relais.example.org":        {Addr: "relais.example.org:587", User: "mairie"},
		"smtp://relais.example.org:2525":          {Addr: "relais.example.org:2525"},
		"smtps://a%40example.org@relais.example/": {Addr: "relais.example:465", User: "a@example.org", Implicit: true},
		"smtp://[::1]:25":                         {Addr: "[::1]:25"},
	}
	for address, want := range good {
		got, err := mailer.ParseRelay(address, "", "")
		if err != nil || got.Addr != want.Addr || got.User != want.User || got.Implicit != want.Implicit {
			t.Errorf("ParseRelay(%q) = %+v, %v", address, got, err)
		}
	}
	bad := []struct{ address, password, hello string }{
		{"relais.example.org:587", "", ""},
		{"http://relais.example.org", "", ""},
		{"smtp://", "", ""},
		{"smtp://relais.example.org?tls=aucun", "", ""},
		{"smtp://relais.example.org/x", "", ""},
		{"smtp://mairie:secret@relais.example.org", "", ""},
		{"smtp://relais.example.org:0", "", ""},
		{"smtp://relais.example.org:99999", "", ""},
		{"smtp://relais.example.org\r\nRCPT TO:<evil@x.org>", "", ""},
		{"smtp://relais.example.org", "pass\nword", ""},
		{"smtp://relais.example.org", "", "rdv\r\nMAIL FROM:<x@x.org>"},
		{"smtp://relais.example.org", "", "deux mots"},
	}
	for _, b := range bad {
		if r, err := mailer.ParseRelay(b.address, b.password, b.hello); err == nil {
			t.Errorf("ParseRelay(%q, %q, %q) = %+v, want a refusal", b.address, b.password, b.hello, r)
		}
	}
}

func TestHelloDefaultsToTheAddressLiteral(t *testing.T) {
	s := sink(t, smtptest.Options{})
	r := relayTo(s)
	r.Hello = ""
	session, err := r.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	session.Send(t.Context(), parcel())
	if got := s.Messages(); len(got) != 1 || got[0].Hello != "[127.0.0.1]" {
		t.Errorf("said %+v", got)
	}
	if host := strings.Split(s.Addr, ":")[0]; !slices.Contains([]string{"127.0.0.1"}, host) {
		t.Errorf("the sink listens on %s", host)
	}
}
