package fiction

import (
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// tell notes everything that happened about a visit, up to now.
func (t *town) tell(v visit) {
	if v.agent == missing && v.day == t.missingDay() {
		v.outcome = "blank"
	}
	booked := t.bookedAt(v)
	id := agenda.RdvID(t.chance.id(booked))
	t.do(booked, t.booker(v), t.booking(id, v))
	cancelled := t.cancelledAt(v, booked)
	early := 4 + t.chance.IntN(14)
	switch v.outcome {
	case "excused", "revoked":
		by := map[string]string{"excused": "usager", "revoked": "service"}[v.outcome]
		t.do(cancelled, t.agents["sylvie"].ID, &agenda.CancelRdv{Rdv: id, By: by})
		return
	case "seen":
		t.arrive(id, v, early)
		t.mark(id, v, agenda.StatusSeen, 3)
	case "noshow":
		t.mark(id, v, agenda.StatusNoShow, 20)
	}
}

// booking is the command that takes the rdv of a visit.
func (t *town) booking(id agenda.RdvID, v visit) *agenda.BookRdv {
	m := t.motifs[v.motif]
	b := &agenda.BookRdv{
		Rdv: id, Organisation: t.organisation, Motif: m.ID, Zone: zone,
		Agents: []agenda.AgentID{t.agents[v.agent].ID}, Title: v.title, Capacity: t.seats[v.motif], Context: v.context,
	}
	s := t.span(v)
	b.Start, b.End = s.Start, s.End
	if m.Place == agenda.PlacePublicOffice {
		b.Lieu = v.lieu
	}
	if m.Place == agenda.PlaceHome {
		b.Address = v.people[0].Address
	}
	for _, u := range v.people {
		b.Participations = append(b.Participations, agenda.Participation{Usager: u.ID})
	}
	return b
}

// bookedAt is when a visit was taken: days before it, never today.
func (t *town) bookedAt(v visit) time.Time {
	lead, since := civil.Date(5+t.chance.IntN(14)), civil.Date(1+t.chance.IntN(5))
	if v.late {
		return t.at(t.workday(min(v.day, t.today)-1, -1), 17*60+55) // after whatever was cancelled that day
	}
	if v.outcome == "revoked" {
		lead += 5
	}
	return t.officeHour(min(v.day-lead, t.today-since))
}

// cancelledAt is when a visit that does not take place was cancelled: by the
// usager the day before, by the service early enough for another to come.
func (t *town) cancelledAt(v visit, booked time.Time) time.Time {
	day := v.day - 1
	if v.outcome == "revoked" {
		day = v.day - 5
	}
	at := t.officeHour(day)
	if !at.After(booked) {
		return booked.Add(time.Hour)
	}
	return at
}

// booker is who took it: the agent, when their services hold the motif, or the
// secretariat.
func (t *town) booker(v visit) agenda.AgentID {
	role := t.roles[v.agent]
	if role.Takes(t.motifs[v.motif]) && t.chance.often(40) && v.people[0].Name() != intruder {
		return t.agents[v.agent].ID
	}
	return t.agents["sylvie"].ID
}

// arrive notes that somebody sits in the waiting room of today, and has not
// been called yet.
func (t *town) arrive(id agenda.RdvID, v visit, early int) {
	start := t.span(v).Start
	waits := v.day == t.today && t.motifs[v.motif].Place == agenda.PlacePublicOffice && t.seats[v.motif] == 0
	if !waits || before(t.now, calledAfter).After(start) {
		return
	}
	at := before(start, early)
	if soon := before(t.now, 8); at.After(soon) && v.agent == t.team[0] && !t.waiting && start.Sub(t.now) < time.Hour {
		at = soon // somebody waits in the agenda that the demonstration opens
	}
	t.waiting = t.waiting || v.agent == t.team[0]
	t.do(at, t.agents["sylvie"].ID, &agenda.ArriveRdv{Rdv: id, Arrived: true})
}

// calledAfter is how long after the start an usager has been called, in minutes.
const calledAfter = 3

// mark notes the presence, minutes after the start.
func (t *town) mark(id agenda.RdvID, v visit, s agenda.Status, minutes int) {
	at := before(t.span(v).Start, -minutes)
	t.do(at, t.agents[v.agent].ID, &agenda.MarkRdv{Rdv: id, Status: s, Was: agenda.StatusUnknown})
	if t.seats[v.motif] > 2 && len(v.people) > 4 {
		absent := v.people[len(v.people)-1].ID
		t.do(before(at, -20), t.agents[v.agent].ID, &agenda.MarkRdv{Rdv: id, Status: agenda.StatusNoShow, Was: agenda.StatusSeen, Usager: absent})
	}
}
