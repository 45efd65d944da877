package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

// restore stops the server, puts a backup back as the command line does, and
// starts it again.
func (m *monde) restore(copied string, grace time.Duration) {
	m.t.Helper()
	m.stop()
	body, err := os.ReadFile(copied)
	if err != nil {
		m.t.Fatal(err)
	}
	err = errors.Join(os.RemoveAll(m.cfg.DB+"-wal"), os.RemoveAll(m.cfg.DB+"-shm"), os.WriteFile(m.cfg.DB, body, 0o600))
	if err != nil {
		m.t.Fatal(err)
	}
	db, err := store.Open(m.cfg.DB, nil, store.Options{Kind: store.Server, Check: true})
	if err != nil {
		m.t.Fatal(err)
	}
	_, err = Restored(context.Background(), db, m.clock.Now().UTC(), grace)
	if err := errors.Join(err, db.Close()); err != nil {
		m.t.Fatal(err)
	}
	m.start()
}

func (m *monde) backup() string {
	m.t.Helper()
	path := filepath.Join(m.t.TempDir(), "copie.db")
	if err := m.srv.db.Backup(context.Background(), path); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// times counts how often the journal tells that a command changed an rdv.
func (m *monde) times(r agenda.RdvID, command string) int {
	n := 0
	m.read(func(v *store.View) error {
		lines, err := v.History(agenda.Ref{Noun: agenda.NounRdv, ID: string(r)})
		for _, l := range lines {
			if l.Command == command {
				n++
			}
		}
		return err
	})
	return n
}

// A server set back to a backup gets what its desktops did since, once, in
// order; nobody is written to twice.
func TestRestoredGetsTheWorkBack(t *testing.T) {
	m := newMonde(t, func(c *Config) { c.MailDelay = 0 })
	before := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.system(before)
	a, b := m.newPoste(m.alice), m.newPoste(m.bruno)
	a.sync()
	b.sync()
	known := a.do(m.booking("09:30", []agenda.AgentID{m.alice}, m.karim)) // known to the backup
	a.sync()
	eventually(t, "the first mails", func() bool { return m.mails(m.nadia) == 1 && m.mails(m.karim) == 1 })
	copied := m.backup()

	book := m.booking("14:00", []agenda.AgentID{m.alice}, m.nadia)
	booked := a.do(book)
	a.sync()
	moved := a.do(m.moveTo(before.Rdv, "10:00"))
	b.sync()
	other := b.do(m.booking("15:00", []agenda.AgentID{m.bruno}, m.karim))
	a.sync()
	b.sync()
	marked := b.do(&agenda.CancelRdv{Rdv: book.Rdv, By: "service"}) // on what only alice offers again
	b.sync()
	eventually(t, "the mails of the day", func() bool { return m.mails(m.nadia) == 4 && m.mails(m.karim) == 2 })
	a.sync()
	b.sync()
	sent := [2]int{m.mails(m.nadia), m.mails(m.karim)}

	m.restore(copied, time.Minute)
	late := a.do(m.booking("16:00", []agenda.AgentID{m.alice}, m.nadia)) // not sent before
	a.connect(m.url)
	b.connect(m.url)
	a.sync()
	b.sync()
	a.sync()
	a.same()
	b.same()
	for name, n := range map[string]int{
		"known":  m.times(known.Command.Args.(*agenda.BookRdv).Rdv, known.Command.ID),
		"booked": m.times(book.Rdv, booked.Command.ID),
		"moved":  m.times(before.Rdv, moved.Command.ID),
		"other":  m.times(other.Command.Args.(*agenda.BookRdv).Rdv, other.Command.ID),
		"marked": m.times(book.Rdv, marked.Command.ID),
		"late":   m.times(late.Command.Args.(*agenda.BookRdv).Rdv, late.Command.ID),
	} {
		if n != 1 {
			t.Errorf("%s ran %d times", name, n)
		}
	}
	if r := m.rdv(before.Rdv); !r.Start.Equal(at(t, "10:00")) || r.Sequence < resequenced {
		t.Errorf("moved: %v, sequence %d", r.Start, r.Sequence)
	}
	if r := m.rdv(book.Rdv); !r.Cancelled() {
		t.Error("the cancellation is lost")
	}
	if len(a.review())+len(b.review()) > 0 || a.pending()+b.pending() > 0 {
		t.Errorf("left: %+v %+v", a.review(), b.review())
	}
	m.clock.advance(2 * time.Minute)
	a.do(m.booking("17:00", []agenda.AgentID{m.alice}, m.karim))
	a.sync()
	eventually(t, "mail after the grace", func() bool { return m.mails(m.karim) == 1 })
	eventually(t, "nothing more is due", func() bool { return m.nothingDue() })
	// The box of the server that was started again is empty at first.
	if m.mails(m.nadia) != 1 || m.mails(m.karim) != 1 {
		t.Errorf("before %v; since the restoration nadia got %d, karim %d: want what is new alone", sent, m.mails(m.nadia), m.mails(m.karim))
	}
}

func (m *monde) nothingDue() bool {
	empty := false
	m.read(func(v *store.View) error {
		at, err := v.NextDue()
		empty = at.IsZero()
		return err
	})
	return empty
}

// mails counts those that this process sent to an usager.
func (m *monde) mails(u agenda.UsagerID) int {
	address := strings.ToLower(map[agenda.UsagerID]string{m.nadia: "nadia", m.karim: "karim"}[u]) + "@example.org"
	n := 0
	for _, mail := range m.srv.capture.Mails() {
		if len(mail.To) == 1 && mail.To[0] == address {
			n++
		}
	}
	return n
}

// A desktop that enrolled after the backup is unknown to the restored server: it
// logs in again, and nothing of its queue or of its week is lost.
func TestRestoredDoesNotKnowTheDevice(t *testing.T) {
	m := newMonde(t)
	copied := m.backup()
	a := m.newPoste(m.alice)
	a.sync()
	book := m.booking("14:00", []agenda.AgentID{m.alice}, m.nadia)
	booked := a.do(book)
	a.sync()
	moved := a.do(m.moveTo(book.Rdv, "15:00"))
	m.restore(copied, 0)
	a.connect(m.url)
	if _, err := a.replica.Sync(t.Context()); !errors.Is(err, replica.ErrRefused) {
		t.Fatalf("an unknown device: %v", err)
	}
	a.enrol("")
	a.sync()
	a.sync()
	a.same()
	if m.times(book.Rdv, booked.Command.ID) != 1 || m.times(book.Rdv, moved.Command.ID) != 1 || !m.rdv(book.Rdv).Start.Equal(at(t, "15:00")) {
		t.Errorf("booked %d, moved %d times", m.times(book.Rdv, booked.Command.ID), m.times(book.Rdv, moved.Command.ID))
	}
	if len(a.review()) > 0 {
		t.Errorf("left: %+v", a.review())
	}
}

// Somebody erased since the backup stays erased, and so does who came and was
// erased since: the desktop that had added them offers them again.
func TestRestoredPurges(t *testing.T) {
	m := newMonde(t)
	m.system(m.booking("14:00", []agenda.AgentID{m.alice}, m.nadia))
	a := m.newPoste(m.alice)
	a.sync()
	copied := m.backup()
	add := &agenda.AddUsager{Usager: agenda.Usager{ID: agenda.UsagerID(newID()), Territoire: m.ccas.territoire, FirstName: "Zoé",
		LastName: "Caron", Origin: agenda.OriginAgent, CreatedAt: m.clock.Now().UTC()}, Organisation: m.ccas.id}
	a.do(add)
	booked := m.booking("15:00", []agenda.AgentID{m.alice}, add.Usager.ID)
	a.do(booked)
	a.sync()
	for _, u := range []agenda.UsagerID{m.nadia, add.Usager.ID} {
		m.system(&agenda.EraseUsager{Usager: u, Reason: "request"})
	}
	var gone []agenda.Ref
	m.read(func(v *store.View) (err error) {
		gone, err = v.Erased()
		return err
	})
	m.restore(copied, 0)
	if n, err := Purge(context.Background(), m.srv.db, gone, m.clock.Now()); err != nil || n != 1 {
		t.Fatalf("purged %d: %v", n, err)
	}
	a.connect(m.url)
	a.sync()
	a.sync()
	a.same()
	m.read(func(v *store.View) error {
		for _, ref := range gone {
			if _, ans := v.Record(ref.Noun, ref.ID); ans != agenda.Erased {
				t.Errorf("%s %s: %v", ref.Noun, ref.ID, ans)
			}
		}
		return nil
	})
	if len(gone) != 4 {
		t.Errorf("erased: %v, want two people and their two rdvs", gone)
	}
	for _, r := range a.review() {
		if r.Code != agenda.CodeErased || r.Content != nil {
			t.Errorf("left: %+v", r)
		}
	}
}
