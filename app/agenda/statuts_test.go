package agenda

import (
	"slices"
	"testing"
	"time"
)

// E61, E101: what an agent may give, by the day on the wall of the Rdv.
func TestMark(t *testing.T) {
	tests := []struct {
		name   string
		at     string // when the Rdv is; now is Monday 23 November, 9:00
		zone   string
		status Status
		want   Code
	}{
		{"tomorrow, seen", "2026-11-24 09:00", "", StatusSeen, CodeTransition},
		{"tomorrow, absent", "2026-11-24 09:00", "", StatusNoShow, CodeTransition},
		{"today before the start, seen", "2026-11-23 14:00", "", StatusSeen, ""},
		{"today before the start, absent", "2026-11-23 14:00", "", StatusNoShow, CodeTransition},
		{"today after the start, absent", "2026-11-23 08:30", "", StatusNoShow, ""},
		{"yesterday, seen", "2026-11-20 14:00", "", StatusSeen, ""},
		{"yesterday, absent", "2026-11-20 14:00", "", StatusNoShow, ""},
		{"a status that is none", "2026-11-20 14:00", "", "lost", CodeInvalid},
		{"a cancellation is not a mark", "2026-11-20 14:00", "", StatusExcused, CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			r := m.rdv(1, tt.at, m.accueil, []AgentID{m.thomas}, m.nadia)
			_, err := m.do(m.thomas, &MarkRdv{Rdv: r.ID, Status: tt.status, Was: StatusUnknown})
			wants(t, err, tt.want)
		})
	}
}

// E15: "today" is the day of the wall where the Rdv takes place: in Martinique
// at 20:00 it is already tomorrow in Paris.
func TestTodayIsTheDayOfTheLieu(t *testing.T) {
	m := newMonde()
	m.now = time.Date(2026, time.November, 24, 0, 30, 0, 0, time.UTC) // 20:30 on the 23rd at Fort-de-France
	r := m.rdv(1, "2026-11-24 16:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	r.Zone = "America/Martinique"
	if err := r.place(r.Slot()); err != nil {
		t.Fatal(err)
	}
	m.put(r)
	_, err := m.do(m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusSeen, Was: StatusUnknown})
	wants(t, err, CodeTransition)
}

// The known statuses go back to unknown before another is given.
func TestFilledStatusIsTakenBackFirst(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-20 14:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusSeen, Was: StatusUnknown})
	_, err := m.do(m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusNoShow, Was: StatusSeen})
	wants(t, err, CodeTransition)
	m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusUnknown, Was: StatusSeen})
	m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusNoShow, Was: StatusUnknown})
	if got := m.read(t, r.ID); got.Status != StatusNoShow || got.CancelledAt != nil {
		t.Errorf("status %s, cancelled at %v; an absence is no cancellation", got.Status, got.CancelledAt)
	}
}

func TestTransitions(t *testing.T) {
	tests := []struct {
		name                      string
		status                    Status
		collectif, today, started bool
		want                      []Status
	}{
		{"E61 to come", StatusUnknown, false, false, false, []Status{StatusExcused, StatusRevoked}},
		{"E61 today", StatusUnknown, false, true, false, []Status{StatusSeen, StatusExcused, StatusRevoked}},
		{"E61 past", StatusUnknown, false, false, true, []Status{StatusSeen, StatusNoShow, StatusExcused, StatusRevoked}},
		{"collectif to come", StatusUnknown, true, false, false, []Status{StatusRevoked}},
		{"filled", StatusSeen, false, true, true, []Status{StatusUnknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &Rdv{Status: tt.status}
			if got := r.Transitions(tt.collectif, tt.today, tt.started); !slices.Equal(got, tt.want) {
				t.Errorf("Transitions = %v, want %v", got, tt.want)
			}
		})
	}
}

// E66: the notice of the organisation, judged by the clock of who decides.
func TestUsagerCancels(t *testing.T) {
	tests := []struct {
		name   string
		start  time.Duration // from now
		notice *int
		setup  func(m *monde)
		want   Code
	}{
		{"E66 exactly four hours before", 4 * time.Hour, nil, nil, CodeTooLate},
		{"E66 four hours and one minute", 4*time.Hour + time.Minute, nil, nil, ""},
		{"a setting of one day", 23 * time.Hour, new(24 * 60), nil, CodeTooLate},
		{"a setting of none", time.Minute, new(0), nil, ""},
		{"E68 a motif that cannot be cancelled online", 48 * time.Hour, nil, func(m *monde) { m.accueil.NoCancel = true }, CodeNotCancellable},
		{"an invisible motif", 48 * time.Hour, nil, func(m *monde) { m.accueil.Visibility = Invisible }, CodeNotCancellable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			if tt.setup != nil {
				tt.setup(m)
			}
			m.ccas.CancelNoticeMin = tt.notice
			m.put(m.ccas, m.accueil)
			r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			r.Start, r.End = m.now.Add(tt.start), m.now.Add(tt.start+30*time.Minute)
			m.put(r)
			_, err := m.do("", &CancelRdv{Rdv: r.ID, By: "usager"}, byLink(m.nadia, r))
			wants(t, err, tt.want)
		})
	}
}

func byLink(u *Usager, r *Rdv) option {
	return func(o *order) { o.by = Author{Kind: AuthorUsager, Usager: u.ID, Rdv: r.ID} }
}

// A link opens one Rdv, to one usager and the proches they answer for.
func TestLinkOpensNothingElse(t *testing.T) {
	m := newMonde()
	mine := m.rdv(1, "2026-11-25 09:00", m.accueil, []AgentID{m.thomas}, m.sami)
	other := m.rdv(2, "2026-11-25 10:00", m.accueil, []AgentID{m.thomas}, m.jean)
	shared := m.rdv(3, "2026-11-25 11:00", m.accueil, []AgentID{m.thomas}, m.nadia, m.jean)
	tests := []struct {
		name string
		args Args
		by   option
		want Code
	}{
		{"the responsable cancels for her son", &CancelRdv{Rdv: mine.ID, By: "usager"}, byLink(m.nadia, mine), ""},
		{"somebody else's", &CancelRdv{Rdv: other.ID, By: "usager"}, byLink(m.nadia, mine), CodeNotFound},
		{"a link of somebody who takes no part", &CancelRdv{Rdv: other.ID, By: "usager"}, byLink(m.nadia, other), CodeNotFound},
		{"the whole of a shared one", &CancelRdv{Rdv: shared.ID, By: "usager"}, byLink(m.nadia, shared), CodeForbidden},
		{"somebody else's part", &CancelRdv{Rdv: shared.ID, By: "usager", Usager: m.jean.ID}, byLink(m.nadia, shared), CodeForbidden},
		{"her own part", &CancelRdv{Rdv: shared.ID, By: "usager", Usager: m.nadia.ID}, byLink(m.nadia, shared), ""},
		{"as the service would", &CancelRdv{Rdv: shared.ID, By: "service"}, byLink(m.nadia, shared), CodeForbidden},
		{"a move", moveTo(shared, "2026-11-25 15:00"), byLink(m.nadia, shared), CodeForbidden},
		{"a status", &MarkRdv{Rdv: shared.ID, Status: StatusSeen}, byLink(m.nadia, shared), CodeForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := m.do("", tt.args, tt.by)
			wants(t, err, tt.want)
		})
	}
	if got := m.read(t, shared.ID); got.Cancelled() || got.StatusOf(m.nadia.ID) != StatusExcused || got.StatusOf(m.jean.ID) != StatusUnknown {
		t.Errorf("shared: %s, %v", got.Status, got.Presence)
	}
}

// E70: cancelled once is cancelled; nothing is said again.
func TestCancelTwice(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, "", &CancelRdv{Rdv: r.ID, By: "usager"}, byLink(m.nadia, r))
	_, err := m.do(m.thomas, &CancelRdv{Rdv: r.ID, By: "service"})
	wants(t, err, CodeAlreadyCancelled)
	d := m.must(t, m.thomas, &CancelRdv{Rdv: r.ID, By: "service"}, from("desk-1", nil))
	if d.Verdict != Merged || len(d.Changes) != 0 {
		t.Errorf("offline: verdict %s with %d changes, want merged without any", d.Verdict, len(d.Changes))
	}
	if got := m.read(t, r.ID); got.Status != StatusExcused {
		t.Errorf("status %s, want excused: the usager was first", got.Status)
	}
}

// E139, rows 11 and 13: two people say what became of it, both offline.
func TestTwoStatuses(t *testing.T) {
	tests := []struct {
		name          string
		first, second Args
		want          Verdict
		status        Status
		open          ConflitCode
	}{
		{"row 13: seen, then absent", &MarkRdv{Status: StatusSeen}, &MarkRdv{Status: StatusNoShow}, Conflict, StatusNoShow, ConflitStatus},
		{"the same", &MarkRdv{Status: StatusSeen}, &MarkRdv{Status: StatusSeen}, Merged, StatusSeen, ""},
		{"row 11: seen, then cancelled", &MarkRdv{Status: StatusSeen}, &CancelRdv{By: "service"}, Conflict, StatusSeen, ConflitPresence},
		{"row 11: cancelled, then seen", &CancelRdv{By: "usager"}, &MarkRdv{Status: StatusSeen}, Conflict, StatusSeen, ConflitPresence},
		{"row 13: absent, then excused", &MarkRdv{Status: StatusNoShow}, &CancelRdv{By: "usager"}, Conflict, StatusExcused, ConflitStatus},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			r := m.rdv(1, "2026-11-20 14:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			m.must(t, m.sylvie, about(tt.first, r), from("desk-2", nil))
			d := m.must(t, m.thomas, about(tt.second, r), from("desk-1", nil))
			got := m.read(t, r.ID)
			if d.Verdict != tt.want || got.Status != tt.status {
				t.Errorf("verdict %s, status %s; want %s, %s", d.Verdict, got.Status, tt.want, tt.status)
			}
			if open := m.Conflits(RefOf(r)); tt.open != "" && (len(open) != 1 || open[0].Code != tt.open) {
				t.Errorf("conflits %+v, want %s", open, tt.open)
			}
		})
	}
}

// about names the Rdv in a status command.
func about(a Args, r *Rdv) Args {
	switch a := a.(type) {
	case *MarkRdv:
		return &MarkRdv{Rdv: r.ID, Status: a.Status, Was: StatusUnknown}
	case *CancelRdv:
		return &CancelRdv{Rdv: r.ID, By: a.By}
	}
	return a
}

// The waiting room is of the day, and of who has not been received yet.
func TestArrive(t *testing.T) {
	m := newMonde()
	today := m.rdv(1, "2026-11-23 10:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	tomorrow := m.rdv(2, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.sylvie, &ArriveRdv{Rdv: today.ID, Arrived: true})
	if got := m.read(t, today.ID); got.ArrivedAt == nil || got.Sequence != 0 {
		t.Errorf("arrived at %v, sequence %d", got.ArrivedAt, got.Sequence)
	}
	_, err := m.do(m.sylvie, &ArriveRdv{Rdv: tomorrow.ID, Arrived: true})
	wants(t, err, CodeTransition)
}

// A collectif keeps each person's status; one seen makes it seen.
func TestPresenceOfEach(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-20 14:00", m.atelier, []AgentID{m.thomas}, m.nadia, m.jean)
	m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusSeen, Usager: m.nadia.ID})
	m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusNoShow, Usager: m.jean.ID})
	got := m.read(t, r.ID)
	if got.Status != StatusSeen || got.StatusOf(m.nadia.ID) != StatusSeen || got.StatusOf(m.jean.ID) != StatusNoShow {
		t.Errorf("%s, %v", got.Status, got.Presence)
	}
}
