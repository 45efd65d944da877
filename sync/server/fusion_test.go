package server

import (
	"testing"

	"permanence/app/agenda"
)

// A fiche is merged into another while a desktop without network books for it:
// the booking follows, on the server and here.
func TestBookedForAMergedFiche(t *testing.T) {
	m := newMonde(t)
	double := m.usager("Nadja", "Hadad", m.ccas)
	a := m.newPoste(m.bruno)
	a.sync()
	book := m.booking("14:00", []agenda.AgentID{m.bruno}, double)
	a.do(book)
	m.system(&agenda.MergeUsagers{Keep: m.nadia, Drop: double})
	a.sync()
	a.same()
	if len(a.review()) > 0 || a.pending() > 0 {
		t.Fatalf("to review: %+v", a.review())
	}
	for where, r := range map[string]*agenda.Rdv{"server": m.rdv(book.Rdv), "desktop": a.rdv(book.Rdv)} {
		if r == nil || len(r.Participations) != 1 || r.Participations[0].Usager != m.nadia {
			t.Errorf("%s: %+v", where, r)
		}
	}
}
