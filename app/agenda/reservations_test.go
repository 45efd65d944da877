package agenda

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// online is the author of what an usager does by a link about one Rdv.
func online(u *Usager, r RdvID) option {
	return func(o *order) { o.by = Author{Kind: AuthorUsager, Usager: u.ID, Rdv: r} }
}

// opened is a monde where the motifs are proposed to everyone and Thomas
// receives every Tuesday morning.
func opened() *monde {
	m := newMonde()
	for _, x := range []*Motif{m.accueil, m.atelier} {
		x.BookableBy = BookableByEveryone
		m.put(x)
	}
	m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil)
	return m
}

// claim is an Rdv that an usager asks for online: 30 minutes with Thomas.
func (m *monde) claim(n int, at string, people ...*Usager) *BookRdv {
	a := &BookRdv{Rdv: RdvID(id('r', n)), Organisation: m.ccas.ID, Motif: m.accueil.ID, Lieu: m.mairie.ID, Start: paris(at),
		End: paris(at).Add(30 * time.Minute), Zone: "Europe/Paris", Agents: []AgentID{m.thomas}}
	for _, u := range people {
		a.Participations = append(a.Participations, Participation{Usager: u.ID})
	}
	return a
}

func TestUsagersClaimOneSlot(t *testing.T) {
	tests := []struct {
		name  string
		given func(m *monde, a *BookRdv)
		want  Code
	}{
		{"free and proposed", nil, ""},
		{"for a proche", func(m *monde, a *BookRdv) { a.Participations = []Participation{{Usager: m.sami.ID}} }, ""},
		{"for somebody else", func(m *monde, a *BookRdv) { a.Participations = []Participation{{Usager: m.jean.ID}} }, CodeForbidden},
		{"for nobody", func(m *monde, a *BookRdv) { a.Participations = nil }, CodeForbidden},
		{"with a note between agents", func(m *monde, a *BookRdv) { a.Context = "Urgent" }, CodeForbidden},
		{"an agent booked it meanwhile", func(m *monde, _ *BookRdv) {
			m.rdv(9, "2026-11-24 10:15", m.accueil, []AgentID{m.thomas}, m.jean)
		}, CodeSlotTaken},
		{"it was cancelled since", func(m *monde, _ *BookRdv) {
			r := m.rdv(9, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.jean)
			m.must(panics{}, m.claire, &CancelRdv{Rdv: r.ID, By: "service"})
		}, ""},
		{"absent then", func(m *monde, _ *BookRdv) { m.absence(1, m.thomas, "2026-11-24", "10:00", "11:00") }, CodeSlotTaken},
		{"busy elsewhere", func(m *monde, _ *BookRdv) {
			m.put(&Occupation{ID: OccupationID(id('e', 1)), Agent: m.thomas, Start: paris("2026-11-24 10:20"), End: paris("2026-11-24 10:40")})
		}, CodeSlotTaken},
		{"in the break after an rdv", func(m *monde, _ *BookRdv) {
			p := m.Plages(m.thomas)[0]
			p.BreakMin = 15
			m.put(p)
			m.rdv(9, "2026-11-24 09:30", m.accueil, []AgentID{m.thomas}, m.jean)
		}, CodeSlotTaken},
		{"outside the plage", func(_ *monde, a *BookRdv) { shift(a, 3*time.Hour) }, CodeNotOffered},
		{"half outside", func(_ *monde, a *BookRdv) { shift(a, 105*time.Minute) }, CodeNotOffered},
		{"longer than the motif", func(_ *monde, a *BookRdv) { a.End = a.End.Add(time.Hour) }, CodeInvalid},
		{"another agent", func(m *monde, a *BookRdv) { a.Agents = []AgentID{m.aissatou} }, CodeNotOffered},
		{"too far ahead", func(_ *monde, a *BookRdv) { shift(a, 20*7*24*time.Hour) }, CodeNotOffered},
		{"a motif for agents", func(m *monde, _ *BookRdv) { m.accueil.BookableBy = BookableByAgents; m.put(m.accueil) }, CodeNotOffered},
		{"an archived motif", func(m *monde, _ *BookRdv) { m.accueil.Archived = true; m.put(m.accueil) }, CodeNotOffered},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := opened()
			a := m.claim(1, "2026-11-24 10:00", m.nadia)
			if tt.given != nil {
				tt.given(m, a)
			}
			d, err := m.do("", a, online(m.nadia, a.Rdv))
			wants(t, err, tt.want)
			if err == nil && (d.Verdict != Applied || len(m.Conflits(Ref{NounRdv, string(a.Rdv)})) != 0) {
				t.Errorf("verdict = %s, want applied without a conflit", d.Verdict)
			}
		})
	}
}

func shift(a *BookRdv, by time.Duration) { a.Start, a.End = a.Start.Add(by), a.End.Add(by) }

func TestOneSlotHasOneWinner(t *testing.T) {
	m := opened()
	won := 0
	for n, u := range []*Usager{m.nadia, m.elodie, m.jean} {
		a := m.claim(n+1, "2026-11-24 10:00", u)
		_, err := m.do("", a, online(u, a.Rdv))
		if err == nil {
			won++
			continue
		}
		wants(t, err, CodeSlotTaken)
	}
	if won != 1 {
		t.Errorf("%d won one slot", won)
	}
	a := m.claim(9, "2026-11-24 10:30", m.elodie)
	wants(t, second(m.do("", a, online(m.elodie, RdvID(id('r', 8))))), CodeForbidden)
}

// session is a collectif of Thomas with seats, and who came first.
func (m *monde) session(n, seats int, people ...*Usager) *Rdv {
	r := m.rdv(n, "2026-11-24 14:00", m.atelier, []AgentID{m.thomas}, people...)
	r.Capacity = seats
	m.put(r)
	return r
}

func TestUsagersClaimTheLastSeat(t *testing.T) {
	join := func(r *Rdv, u *Usager) *ReviseRdv {
		return &ReviseRdv{Rdv: r.ID, Add: []Participation{{Usager: u.ID}}}
	}
	m := opened()
	r := m.session(1, 2, m.jean)
	m.must(t, "", join(r, m.nadia), online(m.nadia, r.ID))
	wants(t, second(m.do("", join(r, m.elodie), online(m.elodie, r.ID))), CodeFull)
	m.must(t, "", join(r, m.sami), online(m.nadia, r.ID)) // the child in the place of the mother
	if got := look(t, m, r).Usagers(); !slices.Equal(got, []UsagerID{m.jean.ID, m.sami.ID}) {
		t.Errorf("participants = %v", got)
	}
	m.must(t, "", &CancelRdv{Rdv: r.ID, By: "usager", Usager: m.sami.ID}, online(m.nadia, r.ID))
	m.must(t, "", join(r, m.elodie), online(m.elodie, r.ID))
	wants(t, second(m.do("", join(r, m.sami), online(m.nadia, r.ID))), CodeFull)
	m.must(t, m.thomas, &CancelRdv{Rdv: r.ID, By: "service", Usager: m.jean.ID})
	m.must(t, "", join(r, m.sami), online(m.nadia, r.ID)) // back after leaving
	now := look(t, m, r)
	if now.Taken() != 2 || now.StatusOf(m.sami.ID) != StatusUnknown || now.Cancelled() {
		t.Errorf("session = %+v", now)
	}
	wants(t, second(m.do("", join(r, m.nadia), online(m.elodie, r.ID))), CodeForbidden)
	wants(t, second(m.do("", join(r, m.nadia), online(m.nadia, RdvID(id('r', 7))))), CodeNotFound)
	wants(t, second(m.do("", &ReviseRdv{Rdv: r.ID, Add: join(r, m.nadia).Add, Context: &TextEdit{Now: "x"}}, online(m.nadia, r.ID))), CodeForbidden)
	m.must(t, "", &CancelRdv{Rdv: r.ID, By: "usager"}, online(m.elodie, r.ID))
	if now := look(t, m, r); now.Cancelled() || now.Taken() != 1 {
		t.Errorf("an usager leaves the session, and does not cancel it: %+v", now)
	}
}

func TestALastParticipantLeavesTheSessionOpen(t *testing.T) {
	m := opened()
	r := m.session(1, 2, m.jean)
	m.must(t, m.thomas, &CancelRdv{Rdv: r.ID, By: "usager", Usager: m.jean.ID})
	if now := look(t, m, r); now.Cancelled() || now.Taken() != 0 {
		t.Errorf("session = %+v", now)
	}
}

// panics is for what a test sets up before its own t.
type panics struct{}

func (panics) Helper() {}

func (panics) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
