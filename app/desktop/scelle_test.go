package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePhraseOfTheWindow: no keyring answers, so the page asks for a phrase
// before it makes a profile, and again when the program starts.
func TestThePhraseOfTheWindow(t *testing.T) {
	m := accueil(t)
	m.ring.silent = true
	_, err := m.StartDemonstration()
	refus(t, err, CodeNewPhrase)
	_, err = m.Unlock("", "court")
	refus(t, err, "invalid")
	ok[EtatProfil](t)(m.Unlock("", phraseTest))
	if e := ok[EtatProfil](t)(m.StartDemonstration()); e.Phase != "ready" || e.RecoveryCode != "" {
		t.Fatalf("with a phrase: %+v", e)
	}

	again := New(m.f.cfg)
	defer again.Close()
	if err := m.f.closePoste(); err != nil {
		t.Fatal(err)
	}
	if err := again.Resume(); err != nil {
		t.Fatal(err)
	}
	if e := ok[EtatProfil](t)(again.Agenda().Profil()); e.Phase != "phrase" || e.Profil == nil || e.Profil.ID != demonstrationID {
		t.Fatalf("at the next start: %+v", e)
	}
	_, err = again.Agenda().OpenProfil(demonstrationID)
	refus(t, err, CodePhrase)
	_, err = again.Agenda().Unlock(demonstrationID, "une autre phrase")
	refus(t, err, CodeBadPhrase)
	if e := ok[EtatProfil](t)(again.Agenda().Profil()); e.Phase != "phrase" {
		t.Errorf("after a wrong phrase: %+v", e)
	}
	if e := ok[EtatProfil](t)(again.Agenda().Unlock(demonstrationID, phraseTest)); e.Phase != "ready" {
		t.Errorf("with the phrase: %+v", e)
	}
	_, err = again.Agenda().Unlock("inconnu", phraseTest)
	refus(t, err, "not_found")
}

// TestAFolderThatWasNamed: a profile that is not among those of this computer is
// unlocked like another.
func TestAFolderThatWasNamed(t *testing.T) {
	m := accueil(t)
	m.ring.silent = true
	ok[EtatProfil](t)(m.Unlock("", phraseTest))
	ok[EtatProfil](t)(m.StartDemonstration())
	dir := m.f.current().Dossier().Dir
	if err := m.f.closePoste(); err != nil {
		t.Fatal(err)
	}
	cfg := m.f.cfg
	cfg.Dir = t.TempDir()
	elsewhere := New(cfg)
	defer elsewhere.Close()
	if err := elsewhere.OpenFolder(dir); err != nil {
		t.Fatal(err)
	}
	e := ok[EtatProfil](t)(elsewhere.Agenda().Profil())
	if e.Phase != "phrase" || e.Profil == nil {
		t.Fatalf("%+v", e)
	}
	if e := ok[EtatProfil](t)(elsewhere.Agenda().Unlock(e.Profil.ID, phraseTest)); e.Phase != "ready" {
		t.Errorf("with the phrase: %+v", e)
	}
}

// TestTheCodeOfTheWindow: who joins or founds is given a recovery code once,
// and it opens the profile behind another phrase.
func TestTheCodeOfTheWindow(t *testing.T) {
	m := accueil(t)
	e := ok[EtatProfil](t)(m.StartAlone(SeulForm{Organisation: "CCAS de Valmont", Departement: "62", FirstName: "Claire", LastName: "Fournier", Email: "claire@example.org"}))
	code, profil := e.RecoveryCode, e.Profil.ID
	if len(code) != 39 {
		t.Fatalf("code %q", code)
	}
	if e := ok[EtatProfil](t)(m.Profil()); e.RecoveryCode != "" {
		t.Error("the code is told twice")
	}
	ok[EtatProfil](t)(m.CloseProfil())
	m.ring.held = nil
	_, err := m.OpenProfil(profil)
	refus(t, err, CodeKeyLost)
	_, err = m.Recover(profil, strings.Repeat("0", 32), phraseTest)
	refus(t, err, CodeBadCode)
	_, err = m.Recover("inconnu", code, phraseTest)
	refus(t, err, "not_found")
	if e := ok[EtatProfil](t)(m.Recover(profil, code, phraseTest)); e.Phase != "ready" || e.Profil.ID != profil {
		t.Errorf("recovered: %+v", e)
	}
}

// TestJoinAgainAfterTheKey: a profile whose key is gone begins anew from its
// server.
func TestJoinAgainAfterTheKey(t *testing.T) {
	m := accueil(t)
	form := rejoindre()
	first := ok[EtatProfil](t)(m.Join(form))
	ok[EtatProfil](t)(m.CloseProfil())
	d, _, err := m.f.dossiers.Find(first.Profil.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.DestroyKey(m.ring); err != nil {
		t.Fatal(err)
	}
	_, err = m.OpenProfil(first.Profil.ID)
	refus(t, err, CodeKeyLost)
	e := ok[EtatProfil](t)(m.Join(form))
	if e.Phase != "ready" || e.Profil.ID != first.Profil.ID || e.RecoveryCode == "" || e.RecoveryCode == first.RecoveryCode {
		t.Errorf("joined again: %+v", e)
	}
}

// TestNoNameInTheFolder: what people are called is in no file of the profile,
// while the window works on it and after.
func TestNoNameInTheFolder(t *testing.T) {
	m := nouveau(t)
	dir := profileDir(m)
	made := ok[Fait](t)(m.SaveUsager(UsagerForm{Set: map[string]string{"first_name": "Zénobie", "last_name": "Canarienne",
		"email": "canarienne@example.org", "address": "1 rue de la Canarienne"}}))
	look := func(when string) {
		for _, word := range []string{"Canarienne", "canarienne", "Zénobie", "zenobie"} {
			for _, name := range holding(t, dir, word) {
				t.Errorf("%s: %s holds %q", when, name, word)
			}
		}
	}
	look("added")
	if found := ok[VueUsagers](t)(m.SearchUsagers("Canar", 0)); len(found.Items) != 1 {
		t.Errorf("%d found", len(found.Items))
	}
	look("searched")
	ok[Fait](t)(m.Undo(made.Command))
	look("undone")
	ok[EtatProfil](t)(m.CloseProfil())
	look("closed")
}

// holding lists the files of a folder that hold a word, in UTF-8 or UTF-16.
func holding(t *testing.T, dir, word string) []string {
	t.Helper()
	var wide strings.Builder
	for _, r := range word {
		wide.WriteByte(byte(r))
		wide.WriteByte(byte(r >> 8))
	}
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), word) || strings.Contains(string(body), wide.String()) {
			found = append(found, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
