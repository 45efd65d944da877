package simulation

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
)

// model is the oracle: the fold of the commands in the order the server ran
// them, written a second time and with none of the server's code. It knows
// what merges, what stands and what is refused (sync.md §5); it does not know
// rights, warnings or scopes, which the invariants look at by themselves.
type model struct {
	rdvs    map[agenda.RdvID]*modelRdv
	usagers map[agenda.UsagerID]*modelUsager
	erased  map[string]bool
	// by is the device that lets another's command through, "" for one's own.
	by string
}

type modelRdv struct {
	start, end time.Time
	lieu       agenda.LieuID
	status     agenda.Status
	since      time.Time // cancelled
	agents     []agenda.AgentID
	usagers    []agenda.UsagerID
	excused    map[agenda.UsagerID]bool // alone, of those of a séance
	seats      int                      // of a séance
	context    string
	rev        int64
	marks      map[string]agenda.Mark
}

type modelUsager struct {
	fields map[string]string
	rev    int64
	marks  map[string]agenda.Mark
}

func newModel() *model {
	return &model{rdvs: map[agenda.RdvID]*modelRdv{}, usagers: map[agenda.UsagerID]*modelUsager{}, erased: map[string]bool{}}
}

// run gives the verdict that the model expects; a conflict that only a warning
// opens is not its business: Applied then means "applied or flagged". at is the
// instant of the act.
func (m *model) run(c agenda.Command, at time.Time) agenda.Verdict {
	switch a := c.Args.(type) {
	case *agenda.BookRdv:
		return m.book(a)
	case *agenda.MoveRdv:
		return m.move(c, a)
	case *agenda.CancelRdv:
		return m.cancel(c, a, at)
	case *agenda.MarkRdv:
		return m.mark(c, a, at)
	case *agenda.ReviseRdv:
		return m.revise(c, a)
	case *agenda.AddUsager:
		return m.addUsager(a)
	case *agenda.ReviseUsager:
		return m.reviseUsager(c, a)
	case *agenda.EraseUsager:
		return m.erase(c, a)
	case *agenda.Undo:
		return m.undo(c, a, at)
	}
	return "" // no opinion
}

// clone copies the model as it stands.
func (m *model) clone() *model {
	c := newModel()
	for id, r := range m.rdvs {
		own := *r
		own.agents, own.usagers, own.marks = slices.Clone(r.agents), slices.Clone(r.usagers), maps.Clone(r.marks)
		own.excused = maps.Clone(r.excused)
		c.rdvs[id] = &own
	}
	for id, u := range m.usagers {
		c.usagers[id] = &modelUsager{maps.Clone(u.fields), u.rev, maps.Clone(u.marks)}
	}
	c.erased = maps.Clone(m.erased)
	return c
}

// resequence: a restored server writes every rdv to come again, so that its
// SEQUENCE outranks what was sent.
func (m *model) resequence(now time.Time) {
	for _, r := range m.rdvs {
		if r.start.After(now) {
			r.rev++
		}
	}
}

// remember notes those of some erased records that are not here: nobody brings
// them back.
func (m *model) remember(gone []agenda.Ref) {
	for _, r := range gone {
		if m.usagers[agenda.UsagerID(r.ID)] == nil && m.rdvs[agenda.RdvID(r.ID)] == nil {
			m.erased[r.ID] = true
		}
	}
}

func (m *model) book(a *agenda.BookRdv) agenda.Verdict {
	if m.rdvs[a.Rdv] != nil || m.erased[string(a.Rdv)] {
		return agenda.Refused
	}
	var usagers []agenda.UsagerID
	for _, p := range a.Participations {
		if m.usagers[p.Usager] == nil {
			return agenda.Refused
		}
		usagers = append(usagers, p.Usager)
	}
	m.rdvs[a.Rdv] = &modelRdv{
		start: a.Start, end: a.End, lieu: a.Lieu, status: agenda.StatusUnknown, context: a.Context,
		agents: slices.Sorted(slices.Values(a.Agents)), usagers: usagers, rev: 1, marks: map[string]agenda.Mark{},
		seats: a.Capacity, excused: map[agenda.UsagerID]bool{},
	}
	return agenda.Applied
}

// together tells that another device changed the group since c's author heard
// of the record.
func (r *modelRdv) together(c agenda.Command, id agenda.RdvID, group string) bool {
	k, ok := r.marks[group]
	return c.Device != "" && !c.Unseen && ok && k.Revision > c.Seen[string(id)] && k.Device != c.Device
}

// at reports whether the rdv is where a command of another history saw it.
func (r *modelRdv) at(s agenda.Slot) bool {
	return r.start.Equal(s.Start) && r.end.Equal(s.End) && r.lieu == s.Lieu
}

func (m *model) touch(r *modelRdv, c agenda.Command, groups ...string) {
	r.rev++
	for _, g := range groups {
		r.marks[g] = agenda.Mark{Revision: r.rev, Device: m.author(c)}
	}
}

// author is the device that changes a record.
func (m *model) author(c agenda.Command) string { return cmp.Or(m.by, c.Device) }

func cancelled(s agenda.Status) bool { return s == agenda.StatusExcused || s == agenda.StatusRevoked }

func (m *model) move(c agenda.Command, a *agenda.MoveRdv) agenda.Verdict {
	r := m.rdvs[a.Rdv]
	if r == nil {
		return agenda.Refused
	}
	same := r.start.Equal(a.To.Start) && r.end.Equal(a.To.End) && r.lieu == a.To.Lieu
	switch {
	case cancelled(r.status) && r.together(c, a.Rdv, agenda.GroupStatus):
		return agenda.Conflict // row 10
	case cancelled(r.status):
		return agenda.Refused
	}
	if r.together(c, a.Rdv, agenda.GroupSlot) || c.Unseen && !r.at(a.From) {
		if same {
			return agenda.Merged // row 2
		}
		return agenda.Conflict // row 3
	}
	if !same {
		r.start, r.end, r.lieu = a.To.Start, a.To.End, a.To.Lieu
		m.touch(r, c, agenda.GroupSlot)
	}
	return agenda.Applied
}

func (m *model) cancel(c agenda.Command, a *agenda.CancelRdv, at time.Time) agenda.Verdict {
	r := m.rdvs[a.Rdv]
	if r == nil {
		return agenda.Refused
	}
	together := r.together(c, a.Rdv, agenda.GroupStatus)
	verdict := agenda.Applied
	switch {
	case a.Usager != "" && !slices.Contains(r.usagers, a.Usager):
		return agenda.Refused
	case (cancelled(r.status) || r.excused[a.Usager]) && together:
		return agenda.Merged
	case r.excused[a.Usager]:
		return agenda.Refused
	case r.status == agenda.StatusSeen && together:
		return agenda.Conflict // row 11
	case r.status == agenda.StatusNoShow && together:
		verdict = agenda.Conflict // row 13
	case r.status != agenda.StatusUnknown:
		return agenda.Refused
	case r.together(c, a.Rdv, agenda.GroupSlot):
		verdict = agenda.Conflict // row 10, the other way round
	}
	m.touch(r, c, agenda.GroupStatus)
	switch {
	case a.Usager != "" && r.seats > 0:
		r.excused[a.Usager] = true // the séance goes on
	case a.By == "usager":
		r.status, r.since = agenda.StatusExcused, at
	default:
		r.status, r.since = agenda.StatusRevoked, at
	}
	return verdict
}

func (m *model) mark(c agenda.Command, a *agenda.MarkRdv, at time.Time) agenda.Verdict {
	r := m.rdvs[a.Rdv]
	if r == nil {
		return agenda.Refused
	}
	together := r.together(c, a.Rdv, agenda.GroupStatus)
	verdict := agenda.Applied
	switch {
	case r.status == a.Status:
		return agenda.Merged
	case a.Status != agenda.StatusUnknown && r.status != agenda.StatusUnknown && !together:
		return agenda.Refused
	case a.Status != agenda.StatusUnknown && r.tooEarly(a.Status, at):
		return agenda.Refused // row 24: moved meanwhile, the status no longer fits
	case together && cancelled(r.status) && a.Status == agenda.StatusSeen:
		verdict = agenda.Conflict // row 11
	case together && r.status != agenda.StatusUnknown:
		verdict = agenda.Conflict // row 13
	case together:
		verdict = agenda.Merged
	}
	r.status, r.since, r.excused = a.Status, time.Time{}, map[agenda.UsagerID]bool{}
	m.touch(r, c, agenda.GroupStatus)
	return verdict
}

// tooEarly: seen from the day itself on, noshow once started. All rdvs here are
// in Paris, and far from midnight.
func (r *modelRdv) tooEarly(s agenda.Status, at time.Time) bool {
	if s == agenda.StatusNoShow {
		return at.Before(r.start)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return false
	}
	return at.In(paris).Format(time.DateOnly) < r.start.In(paris).Format(time.DateOnly)
}

func (m *model) revise(c agenda.Command, a *agenda.ReviseRdv) agenda.Verdict {
	r := m.rdvs[a.Rdv]
	if r == nil {
		return agenda.Refused
	}
	verdict := agenda.Applied
	if r.together(c, a.Rdv, agenda.GroupNote) || r.together(c, a.Rdv, agenda.GroupPeople) {
		verdict = agenda.Merged // rows 1, 14
	}
	var touched []string
	if a.Context != nil && a.Context.Now != r.context {
		r.context = a.Context.Now
		touched = append(touched, agenda.GroupNote)
	}
	people, ok := m.revised(r, a)
	if !ok {
		return agenda.Refused
	}
	if !slices.Equal(people, r.usagers) {
		r.usagers = people
		touched = append(touched, agenda.GroupPeople)
	}
	for _, u := range a.Remove {
		if r.excused[u] {
			delete(r.excused, u)
			touched = append(touched, agenda.GroupStatus)
		}
	}
	if touched != nil {
		m.touch(r, c, touched...)
	}
	return verdict
}

// revised is who takes part after a revision; false when one of them is nobody.
func (m *model) revised(r *modelRdv, a *agenda.ReviseRdv) ([]agenda.UsagerID, bool) {
	people := slices.DeleteFunc(slices.Clone(r.usagers), func(u agenda.UsagerID) bool {
		return slices.Contains(a.Remove, u) || slices.ContainsFunc(a.Add, func(p agenda.Participation) bool { return p.Usager == u })
	})
	for _, p := range a.Add {
		if m.usagers[p.Usager] == nil {
			return nil, false
		}
		people = append(people, p.Usager)
	}
	return people, len(people) > 0 || r.seats > 0
}

func (m *model) addUsager(a *agenda.AddUsager) agenda.Verdict {
	id := a.Usager.ID
	if m.usagers[id] != nil || m.erased[string(id)] {
		return agenda.Refused
	}
	m.usagers[id] = &modelUsager{rev: 1, marks: map[string]agenda.Mark{}, fields: map[string]string{
		"first_name": a.Usager.FirstName, "last_name": a.Usager.LastName, "email": a.Usager.Email, "phone": a.Usager.Phone, "address": a.Usager.Address,
	}}
	return agenda.Applied
}

func (m *model) reviseUsager(c agenda.Command, a *agenda.ReviseUsager) agenda.Verdict {
	u := m.usagers[a.Usager]
	if u == nil {
		return agenda.Refused // row 19, or never known
	}
	verdict, changed := agenda.Applied, false
	for _, k := range u.marks {
		if !c.Unseen && k.Revision > c.Seen[string(a.Usager)] && k.Device != c.Device {
			verdict = agenda.Merged // rows 1, 14: beside somebody else's change
		}
	}
	for field, e := range a.Fields {
		var text string
		if err := json.Unmarshal(e.Now, &text); err != nil {
			return agenda.Refused
		}
		if u.fields[field] != text {
			u.fields[field], changed = text, true
			u.marks[field] = agenda.Mark{Revision: u.rev + 1, Device: m.author(c)}
		}
	}
	if changed {
		u.rev++
	}
	return verdict
}

// erase removes the person; an rdv of several loses one participation, an rdv
// of nobody goes, a séance stays.
func (m *model) erase(c agenda.Command, a *agenda.EraseUsager) agenda.Verdict {
	if m.usagers[a.Usager] == nil {
		return agenda.Refused
	}
	delete(m.usagers, a.Usager)
	m.erased[string(a.Usager)] = true
	for id, r := range m.rdvs {
		if !slices.Contains(r.usagers, a.Usager) {
			continue
		}
		r.usagers = slices.DeleteFunc(r.usagers, func(u agenda.UsagerID) bool { return u == a.Usager })
		delete(r.excused, a.Usager)
		if len(r.usagers) == 0 && r.seats == 0 {
			delete(m.rdvs, id)
			m.erased[string(id)] = true
			continue
		}
		m.touch(r, c, agenda.GroupPeople, agenda.GroupStatus)
	}
	return agenda.Applied
}
