package agenda

import (
	"slices"

	"permanence/app/civil"
)

// PlageOuverture is when an agent receives, for some motifs, at one lieu or at
// none. It is wall-clock time in its zone: 9 h stays 9 h after the clocks change.
type PlageOuverture struct {
	ID           PlageID          `json:"id"`
	Organisation OrganisationID   `json:"organisation"`
	Agent        AgentID          `json:"agent"`
	Title        string           `json:"title,omitempty"`
	Lieu         LieuID           `json:"lieu,omitempty"` // empty: phone, visio and home motifs only
	Motifs       []MotifID        `json:"motifs"`
	Zone         string           `json:"zone"`
	FirstDay     civil.Date       `json:"first_day"`
	From         civil.Time       `json:"from"`
	To           civil.Time       `json:"to"`              // "24:00" allowed
	RRule        string           `json:"rrule,omitempty"` // the subset of contracts §1; empty: FirstDay only
	ExDates      []civil.Date     `json:"exdates,omitempty"`
	Overrides    []civil.Override `json:"overrides,omitempty"`
	BreakMin     int              `json:"break_min,omitempty"` // minutes left after each Rdv
	Stamp
}

func (*PlageOuverture) Noun() Noun    { return NounPlage }
func (p *PlageOuverture) Key() string { return string(p.ID) }

func (p *PlageOuverture) Check() error {
	switch {
	case !ValidID(p.Key()):
		return Invalid("id")
	case !ValidID(string(p.Organisation)):
		return Invalid("organisation")
	case !ValidID(string(p.Agent)):
		return Invalid("agent")
	case p.Lieu != "" && !ValidID(string(p.Lieu)):
		return Invalid("lieu")
	case !plainText(p.Title, 0, 200):
		return Invalid("title")
	case len(p.Motifs) == 0 || len(p.Motifs) > 200:
		return Invalid("motifs")
	case !validZone(p.Zone):
		return Invalid("zone")
	case p.From >= p.To:
		return Invalid("to")
	case !plausible(p.FirstDay):
		return Invalid("first_day")
	case p.BreakMin < 0 || p.BreakMin > 8*60:
		return Invalid("break_min")
	}
	if _, err := ruleOf(p.RRule); err != nil {
		return Invalid("rrule")
	}
	for _, o := range p.Overrides {
		if o.From >= o.To {
			return Invalid("overrides")
		}
	}
	return nil
}

// Absence is when an agent does not receive, in every organisation. A
// recurring absence is single-day.
type Absence struct {
	ID       AbsenceID    `json:"id"`
	Agent    AgentID      `json:"agent"`
	Title    string       `json:"title,omitempty"`
	Zone     string       `json:"zone"`
	FirstDay civil.Date   `json:"first_day"`
	From     civil.Time   `json:"from"`
	LastDay  civil.Date   `json:"last_day"`
	To       civil.Time   `json:"to"` // on LastDay; "24:00" allowed
	RRule    string       `json:"rrule,omitempty"`
	ExDates  []civil.Date `json:"exdates,omitempty"`
	Stamp
}

func (*Absence) Noun() Noun    { return NounAbsence }
func (a *Absence) Key() string { return string(a.ID) }

func (a *Absence) Check() error {
	switch {
	case !ValidID(a.Key()):
		return Invalid("id")
	case !ValidID(string(a.Agent)):
		return Invalid("agent")
	case !plainText(a.Title, 0, 200):
		return Invalid("title")
	case !validZone(a.Zone):
		return Invalid("zone")
	case !plausible(a.FirstDay):
		return Invalid("first_day")
	case a.LastDay < a.FirstDay || !plausible(a.LastDay):
		return Invalid("last_day")
	case a.LastDay == a.FirstDay && a.From >= a.To:
		return Invalid("to")
	case a.RRule != "" && a.LastDay != a.FirstDay:
		return Invalid("rrule")
	}
	if _, err := ruleOf(a.RRule); err != nil {
		return Invalid("rrule")
	}
	return nil
}

// ruleOf reads a stored rule; "" is that one day.
func ruleOf(s string) (civil.Rule, error) {
	if s == "" {
		return civil.Rule{}, nil
	}
	return civil.ParseRule(s)
}

// Spans gives the times of the absence that may overlap within, earliest
// first. A rule or zone that cannot be read gives none: Check refuses both.
func (a *Absence) Spans(within Span) []Span {
	zone, err := civil.LoadZone(a.Zone)
	if err != nil {
		return nil
	}
	if a.RRule == "" {
		return overlapping([]Span{{zone.Instant(a.FirstDay, a.From), zone.Instant(a.LastDay, a.To)}}, within)
	}
	rule, err := ruleOf(a.RRule)
	if err != nil {
		return nil
	}
	var spans []Span
	days := civil.Recurrence{FirstDay: a.FirstDay, Rule: rule, ExDates: a.ExDates}
	for day := range days.Days(zone.Date(within.Start)-1, zone.Date(within.End)) {
		spans = append(spans, Span{zone.Instant(day, a.From), zone.Instant(day, a.To)})
	}
	return overlapping(spans, within)
}

// Spans gives the times of the plage that may overlap within, earliest first,
// holidays included. A rule or zone that cannot be read gives none.
func (p *PlageOuverture) Spans(within Span) []Span {
	zone, err := civil.LoadZone(p.Zone)
	if err != nil {
		return nil
	}
	rule, err := ruleOf(p.RRule)
	if err != nil {
		return nil
	}
	var spans []Span
	days := civil.Recurrence{FirstDay: p.FirstDay, Rule: rule, ExDates: p.ExDates, Overrides: p.Overrides}
	for day := range days.Days(zone.Date(within.Start)-1, zone.Date(within.End)) {
		from, to := days.Hours(day, p.From, p.To)
		spans = append(spans, Span{zone.Instant(day, from), zone.Instant(day, to)})
	}
	return overlapping(spans, within)
}

// overlapping keeps the spans that share an instant with within.
func overlapping(spans []Span, within Span) []Span {
	return slices.DeleteFunc(spans, func(s Span) bool { return !s.Overlaps(within) })
}
