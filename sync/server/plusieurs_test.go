package server

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/storetest/pgtest"
	"permanence/sync/access"
	"permanence/sync/mailer/queuetest"
)

// onPostgres puts a monde on a PostgreSQL database of its own.
func onPostgres(t *testing.T) func(*Config) {
	t.Helper()
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	return func(c *Config) { c.DB = address }
}

// neighbour is another server of the same database, at an address of its own.
func (m *monde) neighbour() *monde {
	m.t.Helper()
	n := *m
	n.cfg.Listen, n.halt = "127.0.0.1:0", nil
	n.start()
	m.t.Cleanup(n.stop)
	return &n
}

// longWait is how long a busy machine may take; nothing waits as long.
const longWait = 2 * time.Minute

// Two servers of one database: what is booked at one is on the screens that
// listen to the other, in its calendars and feeds, and a right withdrawn at one
// counts at the other.
func TestSeveralServers(t *testing.T) {
	m := newMonde(t, onPostgres(t))
	n := m.neighbour()
	here, there := m.newPoste(m.alice), n.newPoste(m.bruno)
	here.sync()
	defer there.follow()()
	eventually(t, "the other desktop is online", func() bool { return there.replica.Health().Online && there.complete() })
	feed, _ := m.secret(access.KindFeed, m.bruno, access.ContentMotif)
	calendar := func() string { return n.do("GET", "/ics/"+feed+".ics", "").body }
	if strings.Contains(calendar(), "BEGIN:VEVENT") {
		t.Fatal("an event before any")
	}
	first := m.booking("14:30", []agenda.AgentID{m.bruno}, m.nadia)
	here.do(first)
	here.sync()
	eventually(t, "the other desktop shows it", func() bool { return there.rdv(first.Rdv) != nil })
	if !strings.Contains(calendar(), "DTSTART;TZID=Europe/Paris:20261124T143000") {
		t.Errorf("the feed of the other server: %s", calendar())
	}
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.moveTo(first.Rdv, "16:00"))
	eventually(t, "the move arrives", func() bool { return there.rdv(first.Rdv).Start.Equal(at(t, "16:00")) })
	if !strings.Contains(calendar(), "T160000") {
		t.Errorf("the feed after the move: %s", calendar())
	}
	m.system(&agenda.ReviseRdv{Rdv: first.Rdv, AddAgents: []agenda.AgentID{m.alice}, RemoveAgents: []agenda.AgentID{m.bruno}})
	m.system(&agenda.RevokeRole{Agent: m.bruno, Organisation: m.ccas.id})
	eventually(t, "the right is withdrawn there too", func() bool { return there.rdv(first.Rdv) == nil })
}

// A server that dies is not missed: its desktops go on with another, with what
// they had not sent.
func TestOneOfTheServersDies(t *testing.T) {
	m := newMonde(t, onPostgres(t))
	n := m.neighbour()
	p := m.newPoste(m.alice)
	p.sync()
	first := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	p.do(first)
	m.stop()
	if _, err := p.replica.Sync(t.Context()); err == nil {
		t.Fatal("synced with a server that is gone")
	}
	p.connect(n.url) // the same address in front of both, for a desktop
	p.sync()
	if p.pending() != 0 || n.rdv(first.Rdv).Revision != 1 {
		t.Errorf("%d pending after the other server took over", p.pending())
	}
}

// The same request given to two servers at once is done once.
func TestSentToTwoServersAtOnce(t *testing.T) {
	m := newMonde(t, onPostgres(t))
	n := m.neighbour()
	d := m.newAppareil(m.alice)
	twin := *d
	twin.m = n
	for _, hour := range []string{"09:00", "10:00", "11:00", "14:00"} {
		body := d.lines(0, d.command(m.booking(hour, []agenda.AgentID{m.alice}, m.nadia)))
		answers := make(chan answer, 2)
		go func() { answers <- d.send(body) }()
		go func() { answers <- twin.send(body) }()
		one, two := <-answers, <-answers
		if one.status != http.StatusOK || two.status != http.StatusOK {
			t.Fatalf("%d and %d: %.300s %.300s", one.status, two.status, one.body, two.body)
		}
	}
	m.read(func(v *store.View) error {
		all, err := v.All(agenda.NounRdv)
		known, err2 := v.Device(d.id)
		if len(all) != 4 || known.LastN != 4 {
			t.Errorf("%d rdvs of 4, last command %d", len(all), known.LastN)
		}
		for _, r := range all {
			if len(v.Conflits(agenda.RefOf(r))) > 0 {
				t.Error("an rdv meets itself")
			}
		}
		return errors.Join(err, err2, v.Err())
	})
}

// Several mailers of one database send each mail once.
func TestMailLeavesOnce(t *testing.T) {
	m := newMonde(t, onPostgres(t), func(c *Config) { c.MailDelay = 0 })
	n := m.neighbour()
	o := n.neighbour()
	for _, hour := range []string{"09:00", "09:30", "10:00", "10:30", "11:00", "11:30"} {
		m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking(hour, []agenda.AgentID{m.alice}, m.nadia, m.karim))
	}
	sent := func() int {
		return len(m.srv.capture.Mails()) + len(n.srv.capture.Mails()) + len(o.srv.capture.Mails())
	}
	quiet := func() bool {
		done := false
		m.read(func(v *store.View) error {
			_, waiting, err := v.NextMail()
			due, err2 := v.NextDue()
			passed, err3 := v.Bookmarks(follower)
			heads, err4 := v.Heads()
			done = !waiting && due.IsZero()
			for _, h := range heads {
				done = done && passed[h.Territoire] == h.Number
			}
			return errors.Join(err, err2, err3, err4)
		})
		return done
	}
	eventually(t, "everything is sent", func() bool { return sent() >= 12 && quiet() })
	if sent() != 12 {
		t.Errorf("%d mails for 12 invitations", sent())
	}
}

func TestTheQueueKeepsItsContractOnPostgres(t *testing.T) {
	cluster := pgtest.Shared(t)
	queuetest.Contract(t, func(t *testing.T) queuetest.House {
		db, err := store.Open(cluster.Address(cluster.Database(t)), nil, store.Options{Kind: store.Server})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return housedIn(t, db)
	})
}

// housedIn is the mailer's queue over a database.
func housedIn(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := &house{post{db, guichet.NewCounter(db.Ledger(), queuetest.Now), queuetest.Now, newID}, t}
	h.write(func(tx *store.ServerTx) error {
		return tx.Put(&agenda.Territoire{ID: queuetest.TheTerritoire, Name: "Montrelay", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole"})
	})
	return h
}
