package desktop

import (
	"cmp"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// soustraction tells why a lieu has no slot: what its plages open, and what took
// from it, ending at zero.
type soustraction struct {
	*lecture
	q      Question
	motif  *agenda.Motif
	plages []*agenda.PlageOuverture // of the motif at this lieu, whoever's
	week   map[agenda.AgentID]*occupe
	days   civil.Holidays
}

// occupe is what takes the time of one agent.
type occupe struct {
	absences, busy []agenda.Span
	rdvs           []*agenda.Rdv
}

// opening is one occurrence of a plage, cut to the half of the day asked.
type opening struct {
	plage *agenda.PlageOuverture
	day   civil.Date
	span  agenda.Span
}

// openings gives the occurrences of the plages in the days asked.
func (s *soustraction) openings() []opening {
	home := s.homeZone()
	within := agenda.Span{Start: home.Instant(s.q.From-1, 0), End: home.Instant(s.q.To+2, 0)}
	var all []opening
	for _, p := range s.plages {
		zone := s.zone(p.Zone)
		for _, span := range p.Spans(within) {
			if d := home.Date(span.Start); d < s.q.From || d > s.q.To {
				continue
			}
			day := zone.Date(span.Start)
			if span = half(span, zone.Instant(day, 12*60), s.q.Half); span.Start.Before(span.End) {
				all = append(all, opening{p, day, span})
			}
		}
	}
	return all
}

// half keeps the half of a span that is asked, noon given.
func half(s agenda.Span, noon time.Time, h Half) agenda.Span {
	if h == Morning && noon.Before(s.End) {
		s.End = noon
	}
	if h == Afternoon && s.Start.Before(noon) {
		s.Start = noon
	}
	return s
}

// pourquoi subtracts, in the order in which the search itself looks.
func (s *soustraction) pourquoi() Pourquoi {
	all := s.openings()
	left := map[string]time.Duration{}
	var open time.Duration
	for _, o := range all {
		open += length(o.span)
		s.subtract(o, left)
	}
	lines := []PourquoiLigne{{Code: "open", Label: s.openLabel(all), Min: int(open.Minutes()), Width: 1000}}
	if open == 0 {
		lines[0].Width = 0
	}
	at := 0
	for _, code := range []string{"other_agent", "ferie", "past", "absence", "rdv", "busy", "too_short"} {
		min := int(left[code].Minutes())
		if min == 0 {
			continue
		}
		width := int(1000 * left[code] / open)
		lines = append(lines, PourquoiLigne{Code: code, Label: s.label(code, all), Min: min, At: at, Width: width})
		at += width
	}
	return Pourquoi{Lines: append(lines, PourquoiLigne{Code: "rest", Label: "Reste"}), Ways: []Issue{}}
}

func length(s agenda.Span) time.Duration { return s.End.Sub(s.Start) }

// subtract shares the time of one occurrence among what takes it.
func (s *soustraction) subtract(o opening, left map[string]time.Duration) {
	switch {
	case len(s.q.Agents) > 0 && !slices.Contains(s.q.Agents, o.plage.Agent):
		left["other_agent"] += length(o.span)
		return
	case s.days.Is(o.day):
		left["ferie"] += length(o.span)
		return
	}
	pieces := []agenda.Span{o.span}
	take := func(code string, spans []agenda.Span) {
		before := total(pieces)
		pieces = without(pieces, spans)
		left[code] += before - total(pieces)
	}
	take("past", []agenda.Span{{Start: o.span.Start.Add(-24 * time.Hour), End: s.now}})
	if b := s.week[o.plage.Agent]; b != nil {
		take("absence", b.absences)
		take("rdv", b.rdvSpans(o))
		take("busy", b.busy)
	}
	left["too_short"] += total(pieces)
}

// rdvSpans gives the time that rdvs take of an occurrence, its break included.
func (b *occupe) rdvSpans(o opening) []agenda.Span {
	rest := time.Duration(o.plage.BreakMin) * time.Minute
	var spans []agenda.Span
	for _, r := range b.rdvs {
		if r.Span().Overlaps(o.span) {
			spans = append(spans, agenda.Span{Start: r.Start, End: r.End.Add(rest)})
		}
	}
	return spans
}

func total(pieces []agenda.Span) time.Duration {
	var sum time.Duration
	for _, p := range pieces {
		sum += length(p)
	}
	return sum
}

// without cuts spans out of pieces.
func without(pieces, spans []agenda.Span) []agenda.Span {
	for _, s := range spans {
		var next []agenda.Span
		for _, p := range pieces {
			if !p.Overlaps(s) {
				next = append(next, p)
				continue
			}
			if p.Start.Before(s.Start) {
				next = append(next, agenda.Span{Start: p.Start, End: s.Start})
			}
			if s.End.Before(p.End) {
				next = append(next, agenda.Span{Start: s.End, End: p.End})
			}
		}
		pieces = next
	}
	return pieces
}

func (s *soustraction) openLabel(all []opening) string {
	if len(all) == 0 {
		return "Aucune plage ouverte à ce motif"
	}
	when := map[Half]string{Morning: " le matin", Afternoon: " l’après-midi"}[s.q.Half]
	return "Ouvert à ce motif" + when + " (" + plural(len(all), "plage", "plages") + ")"
}

// label says what a line takes, and whose it is when that helps.
func (s *soustraction) label(code string, all []opening) string {
	switch code {
	case "other_agent":
		return "Autres agents"
	case "ferie":
		return "Jours fériés"
	case "past":
		return "Déjà passé"
	case "absence":
		return s.absenceLabel(all)
	case "rdv":
		return "Déjà pris (" + plural(s.rdvCount(all), "rendez-vous", "rendez-vous") + ")"
	case "busy":
		return "Pris dans un autre agenda"
	}
	return "Trous de moins de " + minutesText(s.minutes())
}

func (s *soustraction) minutes() int {
	if s.q.Duration > 0 {
		return int(s.q.Duration.Minutes())
	}
	return s.motif.DurationMin
}

// absenceLabel names the agent when there is only one, and the days when few.
func (s *soustraction) absenceLabel(all []opening) string {
	var who []agenda.AgentID
	var days []civil.Date
	for _, o := range all {
		b := s.week[o.plage.Agent]
		if b == nil || !slices.ContainsFunc(b.absences, o.span.Overlaps) {
			continue
		}
		if !slices.Contains(who, o.plage.Agent) {
			who = append(who, o.plage.Agent)
		}
		if !slices.Contains(days, o.day) {
			days = append(days, o.day)
		}
	}
	if len(who) != 1 {
		return "Absences (" + plural(len(who), "agent", "agents") + ")"
	}
	text := "Absence, " + s.agentOf(who[0])
	slices.Sort(days)
	if len(days) > 3 {
		return text
	}
	var said []string
	for _, d := range days {
		said = append(said, shortDayName(d)+" "+dayNumber(d))
	}
	return text + ", " + list(said)
}

func (s *soustraction) rdvCount(all []opening) int {
	met := map[agenda.RdvID]bool{}
	for _, o := range all {
		b := s.week[o.plage.Agent]
		if b == nil {
			continue
		}
		for _, r := range b.rdvs {
			if r.Span().Overlaps(o.span) {
				met[r.ID] = true
			}
		}
	}
	return len(met)
}

// occupations reads what takes the time of some agents over the days asked.
func (l *lecture) occupations(agents []agenda.AgentID, q Question) (map[agenda.AgentID]*occupe, error) {
	home := l.homeZone()
	within := agenda.Span{Start: home.Instant(q.From-1, 0), End: home.Instant(q.To+2, 0)}
	week, err := l.Week(agents, within)
	if err != nil {
		return nil, err
	}
	all := map[agenda.AgentID]*occupe{}
	for _, a := range agents {
		all[a] = &occupe{}
	}
	for _, r := range week.Rdvs {
		for _, a := range r.Agents {
			if all[a] != nil && !r.Cancelled() {
				all[a].rdvs = append(all[a].rdvs, r)
			}
		}
	}
	for _, abs := range week.Absences {
		all[abs.Agent].absences = append(all[abs.Agent].absences, abs.Spans(within)...)
	}
	for _, o := range week.Occupations {
		all[o.Agent].busy = append(all[o.Agent].busy, o.Span())
	}
	for _, a := range agents {
		spans, err := l.imported(a, within)
		if err != nil {
			return nil, err
		}
		all[a].busy = append(all[a].busy, spans...)
	}
	return all, nil
}

// ways gives what would give a slot: a longer period, a shorter rdv, anyone; and
// opening a plage, which always does.
func (l *lecture) ways(q Question) ([]Issue, error) {
	m := l.motif(q.Motif)
	var all []Issue
	try := func(code string, with Question, issue Issue) error {
		found, err := l.search(with)
		if err != nil {
			return err
		}
		if n := len(found.Creneaux); n > 0 {
			issue.Code, issue.Count = code, n
			all = append(all, issue)
		}
		return nil
	}
	longer := q
	longer.To = min(q.To+14, q.From.AddMonths(longestSearch))
	if err := try("extend", longer, Issue{To: longer.To.String()}); err != nil {
		return nil, err
	}
	asked := cmp.Or(int(q.Duration.Minutes()), m.DurationMin)
	for _, min := range []int{30, 20, 15} {
		if min >= asked || len(all) > 0 && all[len(all)-1].Code == "shorter" {
			continue
		}
		shorter := q
		shorter.Duration = time.Duration(min) * time.Minute
		if err := try("shorter", shorter, Issue{DurationMin: min}); err != nil {
			return nil, err
		}
	}
	if len(q.Agents) > 0 {
		anyone := q
		anyone.Agents = nil
		if err := try("any_agent", anyone, Issue{}); err != nil {
			return nil, err
		}
	}
	return append(all, Issue{Code: "open_plage"}), nil
}

// lieuSaid names a place without a lieu by the motif.
func lieuSaid(p agenda.Place) string { return capital(placeSpoken(p)) }

// countText gives « 23 créneaux dans 2 lieux ».
func countText(slots, lieux int, office bool) string {
	if slots == 0 {
		return "Aucun créneau"
	}
	text := plural(slots, "créneau", "créneaux")
	if !office {
		return text
	}
	return text + " dans " + plural(lieux, "lieu", "lieux")
}
