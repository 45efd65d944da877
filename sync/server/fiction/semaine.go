package fiction

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Weeks of rdvs, counted from the present one.
const (
	firstWeek = -2
	lastWeek  = 2
)

// opening is one line of plageRows.
type opening struct {
	agent    string
	days     []civil.Date // after Monday
	from, to civil.Time
	lieu     agenda.LieuID
	motifs   []string
}

func (t *town) openings() ([]opening, error) {
	var all []opening
	for _, c := range rows(plageRows) {
		o := opening{agent: c[0], motifs: list(c[4], ",")}
		var err error
		if o.days, err = weekdays(c[1]); err != nil {
			return nil, err
		}
		if o.from, o.to, err = hours(c[2]); err != nil {
			return nil, err
		}
		if c[3] != "" {
			o.lieu = t.lieux[c[3]].ID
		}
		all = append(all, o)
	}
	return all, nil
}

// open opens the plages.
func (t *town) open(all []opening) {
	for i, o := range all {
		at := t.at(t.week(-founded), civil.Time(11*60+i))
		p := agenda.PlageOuverture{
			ID: agenda.PlageID(t.chance.id(at)), Organisation: t.organisation, Agent: t.agents[o.agent].ID, Lieu: o.lieu, Zone: zone,
			FirstDay: t.week(-founded), From: o.from, To: o.to, RRule: ruleOf(o.days),
		}
		for _, m := range o.motifs {
			p.Motifs = append(p.Motifs, t.motifs[m].ID)
		}
		t.do(at, "", &agenda.OpenPlage{Plage: p})
	}
}

// away declares the absences of the table, known for long.
func (t *town) away() error {
	for i, c := range rows(absenceRows) {
		week, err := number(c[1])
		if err != nil {
			return err
		}
		days, err := weekdays(c[2] + "," + c[3])
		if err != nil {
			return err
		}
		a := &agenda.Absence{Agent: t.agents[c[0]].ID, Title: c[5], Zone: zone, FirstDay: t.week(week) + days[0], LastDay: t.week(week) + days[1]}
		if a.From, a.To, err = hours(c[4]); err != nil {
			return err
		}
		if c[6] == "oui" {
			a.RRule = ruleOf(days[:1])
		}
		at := t.at(t.week(-9), civil.Time(9*60+i))
		a.ID = agenda.AbsenceID(t.chance.id(at))
		shown := agenda.Span{Start: t.at(t.week(firstWeek), 0), End: t.at(t.week(lastWeek+1), 0)}
		t.absences[a.Agent] = append(t.absences[a.Agent], a.Spans(shown)...)
		t.do(at, a.Agent, &agenda.DeclareAbsence{Absence: *a})
	}
	return nil
}

// absent reports whether an agent is away during a span.
func (t *town) absent(a agenda.AgentID, s agenda.Span) bool {
	return slices.ContainsFunc(t.absences[a], s.Overlaps)
}

// visit is an rdv to be told: who, when, for what, and what becomes of it.
type visit struct {
	agent    string
	day      civil.Date
	from, to civil.Time
	motif    string
	lieu     agenda.LieuID
	people   []*agenda.Usager
	outcome  string // seen, noshow, excused, revoked, blank
	title    string
	context  string
	late     bool // booked only days before, in a place that got free
}

// fill puts visits into every opening, fewer as the weeks go on.
func (t *town) fill(all []opening) {
	for week := firstWeek; week <= lastWeek; week++ {
		for day := t.week(week); day < t.week(week)+5; day++ {
			for _, o := range all {
				if slices.Contains(o.days, day-t.week(week)) && t.works(day) && !(o.agent == "claire" && week == 0) {
					t.fillOpening(o, day, week)
				}
			}
		}
	}
}

// busyShare is how many places in a hundred are taken, week by week.
func busyShare(week int) int {
	switch {
	case week < 0:
		return 84
	case week == 0:
		return 80
	case week == 1:
		return 58
	}
	return 34
}

// fillOpening goes through one occurrence of an opening from its start, as
// slots are offered.
func (t *town) fillOpening(o opening, day civil.Date, week int) {
	for at := o.from; at < o.to; {
		motif := one(t.chance, o.motifs)
		m := t.motifs[motif]
		to := at + civil.Time(m.DurationMin)
		if to > o.to {
			return
		}
		v := visit{agent: o.agent, day: day, from: at, to: to, motif: motif, lieu: o.lieu, outcome: t.outcome()}
		at = to
		if !t.chance.often(busyShare(week)) || t.absent(t.agents[o.agent].ID, t.span(v)) {
			continue
		}
		if u := t.somebody(day, m.Place); u != nil {
			v.people = []*agenda.Usager{u}
			t.tell(v)
		}
	}
}

// outcome draws what becomes of a visit.
func (t *town) outcome() string {
	switch n := t.chance.IntN(100); {
	case n < 78:
		return "seen"
	case n < 86:
		return "noshow"
	case n < 92:
		return "excused"
	case n < 96:
		return "revoked"
	}
	return "blank"
}

func (t *town) span(v visit) agenda.Span {
	return agenda.Span{Start: t.at(v.day, v.from), End: t.at(v.day, v.to)}
}

// claireWeek tells the present week of the agenda that the demonstration opens.
func (t *town) claireWeek(all []opening) error {
	for _, c := range rows(claireRows) {
		after, err := weekday(c[0])
		if err != nil {
			return err
		}
		v := visit{agent: "claire", day: t.week(0) + after, motif: c[2], outcome: c[4]}
		if v.from, v.to, err = hours(c[1]); err != nil {
			return err
		}
		v.lieu = lieuAt(all, v)
		for _, name := range list(c[3], ",") {
			u := t.named[name]
			if u == nil {
				return fmt.Errorf("usager inconnu : %q", name)
			}
			t.taken[takenKey{v.day, u.ID}] = true
			v.people = append(v.people, u)
		}
		v.late = strings.HasPrefix(c[3], "Anne ")
		if c[3] == person+", "+proche {
			v.context = "Deux absences en juin : relancer par téléphone."
		}
		if t.works(v.day) {
			t.tell(v)
		}
	}
	t.tell(t.clash(all))
	return nil
}

// lieuAt is where the agent of v receives at that hour.
func lieuAt(all []opening, v visit) agenda.LieuID {
	for _, o := range all {
		if o.agent == v.agent && slices.Contains(o.days, v.day-v.day.Monday()) && o.from <= v.from && v.from < o.to {
			return o.lieu
		}
	}
	return ""
}

// clash is a second person at 14 h, taken by a colleague without looking: today
// or, when the CCAS is closed, on the day before in this week, else on the next.
func (t *town) clash(all []opening) visit {
	day := t.today
	for !t.works(day) && day > t.week(0) {
		day--
	}
	day = t.workday(day, 1)
	v := visit{agent: "claire", day: day, from: 14 * 60, to: 14*60 + 30, motif: "domiciliation", people: []*agenda.Usager{t.named[intruder]}, outcome: "blank"}
	v.lieu = lieuAt(all, v)
	return v
}

// ateliers are the collective rdvs.
func (t *town) ateliers() error {
	for _, c := range rows(atelierRows) {
		week, err := number(c[1])
		if err != nil {
			return err
		}
		after, err := weekday(c[2])
		if err != nil {
			return err
		}
		from, err := civil.ParseTime(c[3])
		if err != nil {
			return err
		}
		inscribed, err := number(c[6])
		if err != nil {
			return err
		}
		v := visit{agent: c[0], day: t.week(week) + after, from: from, to: from + 120, motif: "atelier", lieu: t.lieux[c[4]].ID, title: c[5], outcome: "seen"}
		for range inscribed {
			if u := t.somebody(v.day, agenda.PlacePublicOffice); u != nil {
				v.people = append(v.people, u)
			}
		}
		if t.works(v.day) {
			t.tell(v)
		}
	}
	return nil
}

// missing is who is absent on a day whose rdvs were taken already.
const missing = "aissatou"

// missingDay is the first day from today on.
func (t *town) missingDay() civil.Date { return t.workday(t.today, 1) }

// unexpected is an absence noted too late: the rdvs are to be placed again.
func (t *town) unexpected() {
	day := t.missingDay()
	at := t.at(t.workday(t.today-1, -1), 17*60+50)
	t.do(at, t.agents["sylvie"].ID, &agenda.DeclareAbsence{Absence: agenda.Absence{
		ID: agenda.AbsenceID(t.chance.id(at)), Agent: t.agents[missing].ID, Title: "Absence imprévue", Zone: zone,
		FirstDay: day, From: 8 * 60, LastDay: day, To: 18 * 60,
	}})
}

// elsewhere is what an agent imported from another calendar.
func (t *town) elsewhere() {
	at := t.at(t.workday(t.week(-1)+2, 1), 12*60)
	day := t.workday(t.week(1)+3, 1)
	t.do(at, t.agents["claire"].ID, &agenda.ImportAgenda{
		Agent: t.agents["claire"].ID, Source: "Agenda personnel.ics",
		Events: []agenda.Importe{{
			UID: "rencontre@example.org", Summary: "Rencontre avec l’école", Zone: zone,
			Spans: []agenda.Span{{Start: t.at(day, 12*60+15), End: t.at(day, 13*60)}},
		}},
	})
}

// before is the instant some minutes earlier.
func before(at time.Time, minutes int) time.Time {
	return at.Add(-time.Duration(minutes) * time.Minute)
}
