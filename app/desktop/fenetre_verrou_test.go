package desktop

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

// later lets days pass without a contact, and the window look at its clock.
func (m *monde) later(days float64) bool {
	m.set(m.clock().Add(time.Duration(days * 24 * float64(time.Hour))))
	return m.f.watchLease(m.f.ctx, m.p)
}

func (m *monde) phase() EtatProfil {
	m.Helper()
	return ok[EtatProfil](m.TB.(*testing.T))(m.Profil())
}

// gone waits until the folder of the profile is no more.
func (m *monde) gone(dir string) {
	m.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && m.f.current() == nil {
			return
		}
	}
	m.Fatal("the profile is still there")
}

func TestLeaseWarnsThenLocksThenOpensAgain(t *testing.T) {
	m := nouveau(t)
	m.later(24)
	if s := ok[EtatSync](t)(m.Sync()); s.Lease != "" {
		t.Errorf("warned on the 24th day: %s", s.Lease)
	}
	m.later(1)
	if s := ok[EtatSync](t)(m.Sync()); !strings.Contains(plain(s.Lease), "depuis 25 jours") || !strings.Contains(plain(s.Lease), "dans 5 jours") {
		t.Errorf("on the 25th day: %q", s.Lease)
	}
	m.later(5)
	if e := m.phase(); e.Phase != "locked" || e.Lock.Code != CodeLeaseLocked || e.Lock.Password || e.Agent != nil || e.Organisation != "" {
		t.Errorf("on the 30th day: %+v", e)
	}
	if _, err := m.SearchUsagers("", 0); ErreurOf(err) == nil || ErreurOf(err).Code != CodeLeaseLocked {
		t.Errorf("a locked profile answers: %v", err)
	}
	m.set(m.clock().Add(-20 * 24 * time.Hour))
	if m.p.Locked() == nil {
		t.Error("a clock set back opens it")
	}
	m.ligne.place.Heard.Contact(m.clock(), 7*24*time.Hour)
	if e := m.phase(); e.Phase != "ready" {
		t.Errorf("after a contact: %s", e.Phase)
	}
	m.later(7)
	if e := m.phase(); e.Phase != "locked" {
		t.Errorf("a week later, with a lease of a week: %s", e.Phase)
	}
}

func TestLeaseErasesAfterTwice(t *testing.T) {
	m := nouveau(t)
	dir := m.p.Dossier().Dir
	if m.later(31) || !m.later(29) {
		t.Fatal("not erased on the 60th day, or before")
	}
	m.gone(dir)
	if e := m.phase(); e.Phase != "first_run" || !strings.Contains(e.Notice, "effacé") {
		t.Errorf("%+v", e)
	}
}

// A program that starts after the time is over erases before it shows anything.
func TestLeaseErasesWhenOpened(t *testing.T) {
	m := nouveau(t)
	d := m.p.Dossier()
	m.later(31)
	if _, err := m.CloseProfil(); err != nil {
		t.Fatal(err)
	}
	m.set(m.clock().Add(29 * 24 * time.Hour))
	_, err := m.OpenProfil(profilID)
	if e := ErreurOf(err); e == nil || e.Code != CodeLeaseExpired {
		t.Fatalf("opened: %v", err)
	}
	m.gone(d.Dir)
}

func TestRevokedLocksUntilLogin(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	if _, err := m.CancelRdv(rdvKey("nadia"), "usager"); err != nil {
		t.Fatal(err)
	}
	m.ligne.echec = Refuser(CodeRevoked)
	if _, err := m.SyncNow(); ErreurOf(err) == nil || ErreurOf(err).Code != CodeRevoked {
		t.Fatalf("%v", err)
	}
	e := m.phase()
	if e.Phase != "locked" || e.Lock.Code != CodeRevoked || !e.Lock.Password || plain(e.Lock.Pending) != "1 modification reste à envoyer : rien n’est perdu." {
		t.Fatalf("%+v", e.Lock)
	}
	if _, err := m.CloseProfil(); err != nil {
		t.Fatal(err)
	}
	if e := ok[EtatProfil](t)(m.OpenProfil(profilID)); e.Phase != "locked" {
		t.Errorf("opened again: %s", e.Phase)
	}
	m.ligne.echec = nil
	m.ligne.enrole = func(Identifiants) (Enrole, error) {
		return Enrole{Agent: agentID("claire"), FirstName: "Claire", LastName: "Fournier", Server: "https://rdv.montrelay.example"}, nil
	}
	if e := ok[EtatProfil](t)(m.Login(profilID, "une phrase assez longue")); e.Phase != "ready" {
		t.Errorf("after the login: %+v", e)
	}
	if at := ok[EtatSync](t)(m.Sync()); at.Pending != 1 {
		t.Errorf("%d pending", at.Pending)
	}
}

func TestWipedErases(t *testing.T) {
	m := nouveau(t)
	dir := m.p.Dossier().Dir
	m.ligne.echec = Refuser(CodeWiped)
	if _, err := m.SyncNow(); ErreurOf(err) == nil || ErreurOf(err).Code != CodeWiped {
		t.Fatalf("%v", err)
	}
	m.gone(dir)
	for end := time.Now().Add(30 * time.Second); m.phase().Notice == "" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if e := m.phase(); e.Phase != "first_run" || !strings.Contains(e.Notice, "demandé") {
		t.Errorf("%+v", e)
	}
}
