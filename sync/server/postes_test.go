package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

func (d *appareil) ask(method, path, body string) answer {
	d.m.t.Helper()
	return d.m.do(method, "/sync/v1/devices"+path, body, "Authorization: Bearer "+d.credential)
}

// A desktop is looked after by its agent and by the admins of where they work;
// to others it does not exist.
func TestWhoLooksAfterDesktops(t *testing.T) {
	for _, tt := range []struct {
		name string
		who  func(m *monde) agenda.AgentID
		may  bool
	}{
		{"their agent", func(m *monde) agenda.AgentID { return m.bruno }, true},
		{"an admin of their organisation", func(m *monde) agenda.AgentID { return m.alice }, true},
		{"a colleague", func(m *monde) agenda.AgentID { return m.chloe }, false},
		{"an admin elsewhere", func(m *monde) agenda.AgentID { return m.dalil }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde(t)
			target, d := m.newAppareil(m.bruno), m.newAppareil(tt.who(m))
			asks := []struct {
				method, path, body string
				status             int
			}{
				{"GET", "?agent=" + string(m.bruno), "", http.StatusOK},
				{"POST", "/" + target.id + "/rename", `{"name":" Guichet\u0000 3 "}`, http.StatusNoContent},
				{"POST", "/" + target.id + "/revoke", "", http.StatusNoContent},
				{"POST", "/" + target.id + "/wipe", "", http.StatusNoContent},
			}
			for _, a := range asks {
				want := a.status
				if !tt.may {
					want = http.StatusNotFound
				}
				if got := d.ask(a.method, a.path, a.body); got.status != want {
					t.Errorf("%s %s: %d, want %d: %s", a.method, a.path, got.status, want, got.body)
				}
			}
			m.read(func(v *store.View) error {
				kept, err := v.Device(target.id)
				if tt.may != (kept.Name == "Guichet 3") || tt.may == kept.WipeAt.IsZero() {
					t.Errorf("%+v", kept)
				}
				return err
			})
		})
	}
}

func TestDesktopsAsked(t *testing.T) {
	m := newMonde(t)
	d, other := m.newAppareil(m.bruno), m.newAppareil(m.bruno)
	var all wire.Devices
	if err := json.Unmarshal([]byte(d.ask("GET", "", "").body), &all); err != nil || len(all.Items) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, one := range all.Items {
		if one.Here != (one.ID == d.id) || one.Agent != m.bruno || one.EnrolledAt.IsZero() {
			t.Errorf("%+v", one)
		}
	}
	for name, tt := range map[string]struct {
		path, body string
		status     int
	}{
		"nobody's":          {"/" + newID() + "/revoke", "", 404},
		"no id":             {"/..%2fx/revoke", "", 404},
		"no name":           {"/" + other.id + "/rename", `{}`, 422},
		"an unknown key":    {"/" + other.id + "/rename", `{"name":"a","admin":true}`, 422},
		"a list for a name": {"/" + other.id + "/rename", `[]`, 422},
		"something else":    {"/" + other.id + "/sell", "", 404},
	} {
		if got := d.ask("POST", tt.path, tt.body); got.status != tt.status {
			t.Errorf("%s: %d, want %d", name, got.status, tt.status)
		}
	}
	if got := d.ask("POST", "/"+d.id+"/wipe", ""); got.status != http.StatusNoContent {
		t.Fatalf("oneself: %d", got.status)
	}
	if code, _ := refusalOf(t, d.ask("GET", "", "")); code != "device_wiped" {
		t.Errorf("after that: %s", code)
	}
}

// A server restored from a backup forgot the tokens given since: a desktop that
// it knows proves its key, gets in with the token it has, and gets a new one.
func TestRestoredServerKnowsTheKey(t *testing.T) {
	m := newMonde(t)
	a := m.newPoste(m.alice)
	a.sync()
	backup := m.tokens(a.device())
	for range 2 {
		m.clock.advance(25 * time.Hour)
		a.sync()
		a.sync()
	}
	held := a.credential()
	m.restoreTokens(a.device(), backup)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	a.do(book)
	a.sync()
	if a.credential() == held || a.pending() != 0 || m.rdv(book.Rdv) == nil {
		t.Fatalf("new token %v, %d pending", a.credential() != held, a.pending())
	}
	a.sync()
	thief := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	net, err := replica.NewHTTP(m.url, a.credential(), nil, thief, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.Devices(t.Context(), ""); !errors.Is(err, replica.ErrRefused) {
		t.Errorf("the token without the key: %v", err)
	}
}

func (m *monde) tokens(device string) []byte {
	m.t.Helper()
	var tokens []byte
	m.read(func(v *store.View) error {
		d, err := v.Device(device)
		tokens = d.Tokens
		return err
	})
	return tokens
}

// restoreTokens sets the tokens of a device back, and opens other histories.
func (m *monde) restoreTokens(device string, tokens []byte) {
	m.t.Helper()
	m.write(func(tx *store.ServerTx) error {
		for _, t := range []agenda.TerritoireID{m.ccas.territoire, m.mairie.territoire} {
			if _, err := tx.NewEpoch(t); err != nil {
				return err
			}
		}
		return tx.SetTokens(device, tokens)
	})
}

// A desktop enrolled since the backup is unknown: its agent logs in again, and
// what waited goes.
func TestRestoredServerForgotTheDesktop(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	a := m.newPoste(m.alice)
	a.sync()
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	a.do(book)
	before := a.device()
	m.restoreTokens(before, m.tokens(before))
	m.write(func(tx *store.ServerTx) error { return tx.RemoveDevice(before) })
	if _, err := a.replica.Sync(t.Context()); !errors.Is(err, replica.ErrRefused) || a.pending() != 1 {
		t.Fatalf("sync: %v, %d pending", err, a.pending())
	}
	key, err := replica.Key(t.Context(), a.db)
	if err != nil {
		t.Fatal(err)
	}
	e, err := replica.Login(t.Context(), a.client, key, m.url, "fournier@montrelay.example.org", phrase, "Guichet", before)
	if err == nil {
		err = replica.Keep(context.Background(), a.db, m.url, e)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.connect(m.url)
	a.sync()
	if a.pending() != 0 || m.rdv(book.Rdv) == nil || a.device() == before {
		t.Errorf("%d pending, device %s", a.pending(), a.device())
	}
}

// Another key, with the password, is another desktop: the first one keeps its own.
func TestLoginWithAnotherKey(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	a, b := m.newPoste(m.alice), m.newPoste(m.alice)
	a.sync()
	key, err := replica.Key(t.Context(), b.db)
	if err != nil {
		t.Fatal(err)
	}
	e, err := replica.Login(t.Context(), b.client, key, m.url, "fournier@montrelay.example.org", phrase, "Guichet", a.device())
	if err != nil || e.Device == a.device() {
		t.Fatalf("enrolled as %s, %v", e.Device, err)
	}
	a.sync()
}

// The strictest of an agent's territoires tells how long a copy may be read.
func TestLeaseIsTold(t *testing.T) {
	m := newMonde(t)
	d := m.newAppareil(m.alice)
	told := func() int64 {
		for _, f := range framesOf(t, d.send(d.lines(0))) {
			if f.Server != nil {
				return f.Server.LeaseS
			}
		}
		return 0
	}
	if got := told(); got != 30*24*3600 {
		t.Errorf("%d seconds", got)
	}
	m.system(&agenda.ReviseRecord{Noun: agenda.NounTerritoire, ID: string(m.ccas.territoire),
		Fields: map[string]agenda.Edit{"lease_days": {Was: []byte("0"), Now: []byte("7")}}})
	if got := told(); got != 7*24*3600 {
		t.Errorf("%d seconds", got)
	}
}
