package desktop

import (
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/creneau"
)

// longestSearch bounds what is searched at once, in civil months.
const longestSearch = 6

// Question asks for the slots of a motif; agents are bound by no delay.
type Question struct {
	Motif    agenda.MotifID
	Lieux    []agenda.LieuID  // none: all
	Agents   []agenda.AgentID // none: all whose agenda may be seen
	From, To civil.Date       // at home, inclusive
	Duration time.Duration    // 0: the motif's
	Half     Half
}

// Half is a half of the day, by the wall where the slot starts.
type Half int

const (
	WholeDay  Half = iota
	Morning        // before 12:00
	Afternoon      // from 12:00 on
)

// holds reports whether a slot that starts then is in the half.
func (h Half) holds(at civil.Time) bool {
	return h == WholeDay || (at < 12*60) == (h == Morning)
}

// Creneaux searches the free slots of a motif, and says why a plage offers
// none. It refuses (invalid) days out of order or too far apart, and (not_found)
// a motif that is not here.
func (p *Poste) Creneaux(ctx context.Context, q Question) (creneau.Result, error) {
	var found creneau.Result
	err := p.read(ctx, func(l *lecture) error {
		if err := l.checkQuestion(q); err != nil {
			return err
		}
		var err error
		found, err = l.search(q)
		return err
	})
	return found, err
}

func (l *lecture) checkQuestion(q Question) error {
	switch {
	case l.motif(q.Motif) == nil:
		return agenda.Refuse(agenda.CodeNotFound, string(q.Motif))
	case q.From.IsZero():
		return invalidField("from", "Ce jour n’existe pas.")
	case q.To < q.From:
		return invalidField("to", "La recherche finit avant de commencer.")
	case q.To > q.From.AddMonths(longestSearch):
		return invalidField("to", "Au plus six mois de recherche à la fois.")
	case q.Duration < 0 || q.Duration > 24*time.Hour:
		return invalidField("duration_min", "Durée de 1 minute à 24 heures.")
	}
	return nil
}

// search answers a question from what this desk holds.
func (l *lecture) search(q Question) (creneau.Result, error) {
	s, err := l.scenario(q, l.plagesFor(q))
	if err != nil {
		return creneau.Result{}, err
	}
	found, err := creneau.Search(s)
	if err != nil {
		return creneau.Result{}, invalidField("to", "La recherche est trop vaste : réduisez la période ou le nombre de lieux.")
	}
	if q.Half != WholeDay {
		found.Creneaux = slices.DeleteFunc(found.Creneaux, func(c creneau.Creneau) bool {
			return !q.Half.holds(timeOf(c.Start, l.slotZone(c)))
		})
	}
	return found, nil
}

// slotZone is the wall on which a slot is read.
func (l *lecture) slotZone(c creneau.Creneau) civil.Zone {
	if p := get[*agenda.PlageOuverture](l, agenda.NounPlage, c.Plage); p != nil {
		return l.zone(p.Zone)
	}
	return l.homeZone()
}

// plagesFor gives the plages of the motif's organisation at the lieux asked, of
// agents whose agenda may be seen, by id. A motif without office may be
// received from anywhere.
func (l *lecture) plagesFor(q Question) []*agenda.PlageOuverture {
	m := l.motif(q.Motif)
	var all []*agenda.PlageOuverture
	for _, r := range l.Records(agenda.NounPlage, string(m.Organisation)) {
		p := r.(*agenda.PlageOuverture)
		l.records[agenda.RefOf(p)] = p
		wanted := len(q.Lieux) == 0 || m.Place != agenda.PlacePublicOffice || slices.Contains(q.Lieux, p.Lieu)
		if wanted && slices.Contains(p.Motifs, q.Motif) && l.sees(p.Agent) {
			all = append(all, p)
		}
	}
	return all
}

// scenario is the plain form of a question about some plages, with everything
// that occupies their agents in every organisation.
func (l *lecture) scenario(q Question, plages []*agenda.PlageOuverture) (creneau.Scenario, error) {
	m := l.motif(q.Motif)
	zone := l.homeZone()
	s := creneau.Scenario{
		Now: l.now, Zone: zone.Name(), For: creneau.ForAgent, From: q.From, To: q.To,
		Motif:  creneau.Motif{ID: string(m.ID), DurationMin: m.DurationMin, MinDelayS: m.MinDelayS, MaxDelayS: m.MaxDelayS},
		Agents: texts(q.Agents), Plages: []creneau.Plage{},
	}
	if q.Duration > 0 {
		s.Motif.DurationMin = int(q.Duration.Minutes())
	}
	if t := l.territoire(l.organisation(m.Organisation)); t != nil {
		s.Holidays, s.HolidaysExcept = civil.HolidaySet(t.Holidays), t.HolidaysExcept
	}
	var agents []agenda.AgentID
	for _, p := range plages {
		ready, ok := plainPlage(p)
		if !ok {
			continue
		}
		s.Plages = append(s.Plages, ready)
		taken := len(q.Agents) == 0 || slices.Contains(q.Agents, p.Agent)
		if taken && !slices.Contains(agents, p.Agent) {
			agents = append(agents, p.Agent)
		}
	}
	return s, l.occupy(&s, agents, agenda.Span{Start: zone.Instant(q.From-2, 0), End: zone.Instant(q.To+3, 0)})
}

// plainPlage is a plage in the plain form, ok false when its rule cannot be read.
func plainPlage(p *agenda.PlageOuverture) (creneau.Plage, bool) {
	rule, err := ruleOf(p.RRule)
	return creneau.Plage{
		ID: p.Key(), Agent: string(p.Agent), Lieu: creneau.Ref(p.Lieu), Motifs: texts(p.Motifs), Zone: p.Zone,
		FirstDay: p.FirstDay, From: p.From, To: p.To, RRule: rule, ExDates: p.ExDates, Overrides: p.Overrides, BreakMin: p.BreakMin,
	}, err == nil
}

// ruleOf reads a stored rule; "" is that one day.
func ruleOf(text string) (civil.Rule, error) {
	if text == "" {
		return civil.Rule{}, nil
	}
	return civil.ParseRule(text)
}

// occupy adds what occupies the agents over a span.
func (l *lecture) occupy(s *creneau.Scenario, agents []agenda.AgentID, within agenda.Span) error {
	week, err := l.Week(agents, within)
	if err != nil {
		return err
	}
	for _, r := range week.Rdvs {
		s.Rdvs = append(s.Rdvs, creneau.Rdv{Agents: texts(r.Agents), Start: r.Start, End: r.End, Status: string(r.Status)})
	}
	for _, a := range week.Absences {
		rule, err := ruleOf(a.RRule)
		if err != nil {
			continue
		}
		s.Absences = append(s.Absences, creneau.Absence{Agent: string(a.Agent), Zone: a.Zone, FirstDay: a.FirstDay, From: a.From,
			LastDay: a.LastDay, To: a.To, RRule: rule, ExDates: a.ExDates})
	}
	for _, o := range week.Occupations {
		s.Busy = append(s.Busy, creneau.Busy{Agent: string(o.Agent), Start: o.Start, End: o.End})
	}
	for _, a := range agents {
		spans, err := l.imported(a, within)
		if err != nil {
			return err
		}
		for _, span := range spans {
			s.Busy = append(s.Busy, creneau.Busy{Agent: string(a), Start: span.Start, End: span.End})
		}
	}
	return nil
}

// imported gives the times that an agent's other calendars take over a span.
func (l *lecture) imported(a agenda.AgentID, within agenda.Span) ([]agenda.Span, error) {
	found, err := l.Importes(a)
	if err != nil {
		return nil, err
	}
	var spans []agenda.Span
	for _, i := range found {
		for _, span := range i.Spans {
			if !i.Transparent && span.Overlaps(within) {
				spans = append(spans, span)
			}
		}
	}
	return spans, nil
}

// first gives the next slot from a question's first day on, within six months,
// false when there is none: four weeks at a time, so that it costs what it
// looks at.
func (l *lecture) first(q Question) (creneau.Creneau, bool, error) {
	const weeks = 28
	last := q.From.AddMonths(longestSearch)
	for from := q.From; from <= last; from += weeks {
		q.From, q.To = from, min(from+weeks-1, last)
		found, err := l.search(q)
		if err != nil {
			return creneau.Creneau{}, false, err
		}
		if len(found.Creneaux) > 0 {
			return found.Creneaux[0], true, nil
		}
	}
	return creneau.Creneau{}, false, nil
}

// drawCreneaux gives slots as the page shows them, each on the wall where it
// takes place.
func (l *lecture) drawCreneaux(found []creneau.Creneau, m *agenda.Motif) []Creneau {
	all := make([]Creneau, 0, len(found))
	for _, c := range found {
		zone := l.slotZone(c)
		day, from := zone.Civil(c.Start)
		one := Creneau{Start: instantText(c.Start), End: instantText(c.End), Day: day.String(), From: from.String(),
			To: timeOf(c.End, zone).String(), Zone: zone.Name(), Agent: c.Agent, AgentLabel: l.shortAgent(agenda.AgentID(c.Agent)),
			Plage: c.Plage}
		if m != nil && m.Place == agenda.PlacePublicOffice {
			one.Lieu = string(c.Lieu)
		}
		all = append(all, one)
	}
	return all
}
