package server

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/replica"
)

// The first flow: booked offline on one desktop, shown by another within a
// second, no longer pending on the first.
func TestBookedHereShownThere(t *testing.T) {
	m := newMonde(t)
	a, b := m.newPoste(m.alice), m.newPoste(m.bruno)
	a.sync()
	b.sync()
	book := m.booking("14:30", []agenda.AgentID{m.bruno}, m.nadia)
	m.stop()
	a.do(book)
	if a.rdv(book.Rdv) == nil || a.pending() != 1 {
		t.Fatal("not written offline")
	}
	if _, err := a.replica.Sync(t.Context()); err == nil {
		t.Fatal("synced with nobody")
	}
	m.start()
	b.follow()
	eventually(t, "b is online", func() bool { return b.replica.Health().Online })
	a.sync()
	eventually(t, "b shows the rdv", func() bool { return b.rdv(book.Rdv) != nil })
	if a.pending() != 0 {
		t.Error("still pending on a")
	}
	there, server := b.rdv(book.Rdv), m.rdv(book.Rdv)
	if !there.Start.Equal(at(t, "14:30")) || there.Revision != server.Revision || server.CreatedBy.Agent != m.alice {
		t.Errorf("b has %+v, the server %+v", there, server)
	}
	if h := a.replica.Health(); !h.Online || !a.complete() || h.Err != "" {
		t.Errorf("health %+v", h)
	}
}

// What one exchange brings a fresh desktop is what its agent may read.
func TestFirstExchange(t *testing.T) {
	m := newMonde(t)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia))
	for name, tt := range map[string]struct {
		agent                agenda.AgentID
		rdvs, usagers, lieux int
		busy                 int
	}{
		"admin":                {m.alice, 1, 2, 1, 1},
		"same service":         {m.bruno, 1, 2, 1, 1},
		"another service":      {m.chloe, 0, 2, 1, 0},
		"another organisation": {m.dalil, 0, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := m.newPoste(tt.agent)
			p.sync()
			got := [4]int{p.count(agenda.NounRdv), p.count(agenda.NounUsager), p.count(agenda.NounLieu), p.count(agenda.NounOccupation)}
			if want := [4]int{tt.rdvs, tt.usagers, tt.lieux, tt.busy}; got != want {
				t.Errorf("rdvs, usagers, lieux, busy = %v, want %v", got, want)
			}
		})
	}
}

func TestRestartedMeanwhile(t *testing.T) {
	m := newMonde(t)
	a, b := m.newPoste(m.alice), m.newPoste(m.bruno)
	a.follow()
	b.follow()
	eventually(t, "both online", func() bool { return a.replica.Health().Online && b.replica.Health().Online })
	m.stop()
	book := m.booking("10:00", []agenda.AgentID{m.alice}, m.karim)
	a.do(book)
	a.replica.Wake()
	eventually(t, "a knows it is offline", func() bool { return !a.replica.Health().Online })
	m.start()
	a.replica.Wake()
	b.replica.Wake()
	eventually(t, "b shows the rdv", func() bool { return b.rdv(book.Rdv) != nil })
	eventually(t, "nothing pending on a", func() bool { return a.pending() == 0 })
}

// A line cut in the middle of an answer loses nothing: the next exchange goes
// on from the last whole page.
func TestCutConnection(t *testing.T) {
	m := newMonde(t)
	for range 30 {
		m.usager("Ines", "Garnier", m.ccas)
	}
	proxy := newCutting(t, m.url)
	a := m.newPoste(m.alice)
	a.connect(proxy.url)
	insist := func(what string, least int) {
		t.Helper()
		cuts := 0
		for left := int64(200); ; left += 500 {
			proxy.allow(left)
			if _, err := a.replica.Sync(t.Context()); err == nil {
				break
			} else if h := a.replica.Health(); h.Err != "network" {
				t.Fatalf("%s: health %+v after %v", what, h, err)
			}
			cuts++
		}
		if cuts < least {
			t.Errorf("%s: only %d cuts", what, cuts)
		}
	}
	insist("the first copy", 5)
	if a.count(agenda.NounUsager) != 32 {
		t.Errorf("%d usagers", a.count(agenda.NounUsager))
	}
	book := m.booking("11:00", []agenda.AgentID{m.alice}, m.nadia)
	a.do(book)
	insist("a push", 2)
	if a.pending() != 0 || a.rdv(book.Rdv) == nil || m.rdv(book.Rdv).Revision != 1 {
		t.Errorf("%d pending, here %v, there %+v", a.pending(), a.rdv(book.Rdv) != nil, m.rdv(book.Rdv))
	}
}

// Tokens change every day; the one before serves until the next was used, and
// an older one that comes back closes the device.
func TestTokensRotate(t *testing.T) {
	m := newMonde(t)
	a := m.newPoste(m.alice)
	first := a.credential()
	a.sync()
	if len(a.renewed) != 0 {
		t.Fatal("a new token on the first day")
	}
	m.clock.advance(25 * time.Hour)
	a.sync()
	if len(a.renewed) != 1 || a.credential() == first {
		t.Fatalf("renewed %d times", len(a.renewed))
	}
	a.sync()
	if len(a.renewed) != 1 {
		t.Error("a new token at each exchange")
	}
	old := m.do("GET", "/sync/v1/live", "", "Authorization: Bearer "+first)
	if code, _ := refusalOf(t, old); old.status != http.StatusUnauthorized || code != string(access.CodeCopied) {
		t.Errorf("an old token: %d %s", old.status, code)
	}
	_, err := a.replica.Sync(t.Context())
	if h := a.replica.Health(); !errors.Is(err, replica.ErrRefused) || h.Err != "refused" || h.Online {
		t.Errorf("after a theft: %v, %+v", err, h)
	}
}

func (p *poste) credential() string {
	var line replica.Known
	p.read(func(v *store.View) error {
		var err error
		line, err = replica.Line(v)
		return err
	})
	return line.Credential
}

// The page of a hotel's portal is a fault of the network, never data.
func TestCaptivePortal(t *testing.T) {
	m := newMonde(t)
	a := m.newPoste(m.alice)
	a.sync()
	a.do(m.booking("15:00", []agenda.AgentID{m.alice}, m.nadia))
	for name, page := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("<html><body>Bienvenue à l’hôtel</body></html>"))
		},
		"a page, compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write([]byte("<html>"))
		},
		"an empty page": func(w http.ResponseWriter, _ *http.Request) {},
		"a redirection": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://portail.example.org/", http.StatusTemporaryRedirect)
		},
		"a proxy's 407": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		},
		"a proxy's 502": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusBadGateway) },
		"a frame without its content": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(`{"t":"hello"}` + "\n" + `{"t":"mark"}` + "\n"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			portal := serveOnLoopback(t, page)
			a.connect(portal)
			_, err := a.replica.Sync(t.Context())
			if err == nil || errors.Is(err, replica.ErrRefused) || errors.Is(err, replica.ErrForked) {
				t.Errorf("sync: %v", err)
			}
			if h := a.replica.Health(); h.Err != "network" || a.pending() != 1 {
				t.Errorf("health %+v, %d pending", h, a.pending())
			}
		})
	}
	a.connect(m.url)
	a.sync()
	if a.pending() != 0 {
		t.Error("still pending")
	}
}

// A right that is withdrawn takes its rows away, and nothing else.
func TestScopeWithdrawn(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	b := m.newPoste(m.bruno)
	b.sync()
	if b.rdv(book.Rdv) == nil {
		t.Fatal("bruno cannot read the rdv of his service")
	}
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.bruno, m.ccas.id), Agent: m.bruno, Organisation: m.ccas.id, Level: agenda.LevelBasic}})
	b.sync()
	if b.rdv(book.Rdv) != nil || b.count(agenda.NounUsager) != 2 {
		t.Errorf("rdv here: %v, %d usagers", b.rdv(book.Rdv) != nil, b.count(agenda.NounUsager))
	}
	m.system(&agenda.RevokeRole{Agent: m.bruno, Organisation: m.ccas.id})
	b.sync()
	b.empty()
}

// empty fails when a record of anybody is left on a desktop.
func (p *poste) empty() {
	p.m.t.Helper()
	for _, n := range agenda.Nouns() {
		if c := p.count(n); c > 0 {
			p.m.t.Errorf("%d %s are left", c, n)
		}
	}
}

// A granted right brings what it grants, and the rest stays as it was.
func TestScopeGranted(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	c := m.newPoste(m.chloe)
	c.follow()
	eventually(t, "complete", func() bool { return c.complete() })
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.chloe, m.ccas.id), Agent: m.chloe, Organisation: m.ccas.id,
		Level: agenda.LevelSecretariat}})
	eventually(t, "the rdv of every service", func() bool { return c.rdv(book.Rdv) != nil })
}
