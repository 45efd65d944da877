package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

// A device that was turned away hears nothing more, and says so to its agent.
func TestRevokedDevice(t *testing.T) {
	m := newMonde(t)
	b := m.newPoste(m.bruno)
	done := make(chan error, 1)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	go func() { done <- b.replica.Follow(ctx) }()
	eventually(t, "b is complete", b.complete)
	m.write(func(tx *store.ServerTx) error { return tx.RevokeDevice(b.device(), m.clock.Now()) })
	book := m.booking("09:00", []agenda.AgentID{m.bruno}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	if err := <-done; !errors.Is(err, replica.ErrRefused) {
		t.Errorf("follow: %v", err)
	}
	if b.rdv(book.Rdv) != nil || b.replica.Health().Err != "refused" {
		t.Errorf("heard of the rdv: %v, health %+v", b.rdv(book.Rdv) != nil, b.replica.Health())
	}
}

// device is the id this profile goes by.
func (p *poste) device() string {
	var id string
	p.read(func(v *store.View) error {
		var err error
		id, err = v.DeviceID()
		return err
	})
	return id
}

// A device revoked by a person comes back as another one, whatever id it shows.
func TestRevokedDeviceEnrolsAnew(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	a := m.newPoste(m.alice)
	m.write(func(tx *store.ServerTx) error { return tx.RevokeDevice(a.device(), m.clock.Now()) })
	if _, err := a.replica.Sync(t.Context()); !errors.Is(err, replica.ErrRefused) {
		t.Fatalf("revoked, and %v", err)
	}
	key, err := replica.Key(t.Context(), a.db)
	if err != nil {
		t.Fatal(err)
	}
	e, err := replica.Login(t.Context(), a.client, key, m.url, "fournier@montrelay.example.org", phrase, "Guichet", a.device())
	if err != nil || e.Device == a.device() {
		t.Fatalf("enrolled as %s, %v", e.Device, err)
	}
}

// A profile that was copied is found out when it pushes; it enrols anew and
// loses nothing of what was done on it.
func TestCopiedProfile(t *testing.T) {
	m := newMonde(t)
	a, b := m.newPoste(m.alice), m.newPoste(m.alice)
	e := replica.Enrolled{Credential: a.credential(), Device: a.device()}
	e.Agent.ID = m.alice
	if err := replica.Keep(t.Context(), b.db, m.url, e); err != nil {
		t.Fatal(err)
	}
	b.copyKey(a)
	b.connect(m.url)
	a.sync()
	b.sync()
	here, there := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia), m.booking("10:00", []agenda.AgentID{m.alice}, m.karim)
	a.do(here)
	a.sync()
	a.sync() // its outcome is acknowledged
	b.do(there)
	_, err := b.replica.Sync(t.Context())
	if !errors.Is(err, replica.ErrForked) || b.replica.Health().Err != "forked" || b.pending() != 1 {
		t.Fatalf("sync: %v, health %+v, %d pending", err, b.replica.Health(), b.pending())
	}
	var former string
	b.read(func(v *store.View) error {
		var err error
		former, err = replica.Former(v)
		return err
	})
	if former != "" {
		t.Fatalf("would ask for %s again", former)
	}
	b.enrol(former)
	b.sync()
	if b.device() == a.device() || b.pending() != 0 || b.rdv(there.Rdv) == nil || b.rdv(here.Rdv) == nil {
		t.Errorf("device %s, %d pending", b.device(), b.pending())
	}
	a.sync()
	if a.rdv(there.Rdv) == nil || m.rdv(here.Rdv).Revision != 1 {
		t.Error("a lost something")
	}
}

// copyKey gives this profile the key of another, as a copied disk does.
func (p *poste) copyKey(from *poste) {
	p.m.t.Helper()
	var seed []byte
	from.read(func(v *store.View) error {
		var err error
		seed, err = v.Setting("sync.key")
		return err
	})
	if err := p.db.WriteDesk(context.Background(), func(tx *store.DeskTx) error { return tx.SetSetting("sync.key", seed) }); err != nil {
		p.m.t.Fatal(err)
	}
}

// An answer lost, then another device: the commands that were done stay done once.
func TestEnrolledAnewAfterALostAnswer(t *testing.T) {
	m := newMonde(t)
	a := m.newPoste(m.alice)
	a.sync()
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	a.do(book)
	a.do(m.moveHere(a, book.Rdv, "10:00"))
	a.client.Transport = losing{a.client.Transport}
	a.connect(m.url)
	if _, err := a.replica.Sync(t.Context()); err == nil {
		t.Fatal("the answer was not lost")
	}
	done := m.rdv(book.Rdv).Revision
	a.client.Transport = a.client.Transport.(losing).RoundTripper
	a.enrol("")
	a.sync()
	if a.pending() != 0 || len(a.review()) != 0 || m.rdv(book.Rdv).Revision != done {
		t.Errorf("%d pending, review %+v, revision %d then %d", a.pending(), a.review(), done, m.rdv(book.Rdv).Revision)
	}
}

// moveHere moves an rdv as a desktop shows it.
func (m *monde) moveHere(p *poste, id agenda.RdvID, hour string) *agenda.MoveRdv {
	r, start := p.rdv(id), at(m.t, hour)
	return &agenda.MoveRdv{Rdv: id, From: r.Slot(), To: agenda.Slot{Start: start, End: start.Add(r.End.Sub(r.Start)), Zone: r.Zone, Lieu: r.Lieu}}
}

// losing lets requests through and loses the answers.
type losing struct{ http.RoundTripper }

func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK { // a challenge is no answer
		return resp, err
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return nil, errors.New("answer lost")
}

// The live stream needs what the desktop holds, and refuses nonsense.
func TestLiveMalformed(t *testing.T) {
	m := newMonde(t)
	d := m.newAppareil(m.alice)
	for name, header := range map[string]string{"nothing": "", "not base64": "é", "not gzip": "aGVsbG8", "too large": strings.Repeat("A", 40<<10)} {
		headers := []string{"Authorization: Bearer " + d.credential}
		if header != "" {
			headers = append(headers, "Permanence-At: "+header)
		}
		if a := m.do("GET", "/sync/v1/live", "", headers...); a.status != http.StatusBadRequest && a.status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", name, a.status)
		}
	}
}
