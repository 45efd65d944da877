package desktop

import (
	"cmp"
	"context"
	"slices"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Kinds of Entree, and of Item.
const (
	KindRdv     = "rdv"
	KindPlage   = "plage"
	KindAbsence = "absence"
	KindFerie   = "ferie"
	KindBusy    = "busy"
)

// Entree is one thing of an agenda, whole: what a grid cuts by day and by
// agent, and what a script prints as it is.
type Entree struct {
	Kind      string
	ID        string
	Span      agenda.Span // of this occurrence, UTC
	Day       civil.Date  // of a public holiday; of others the first day in Zone
	Zone      civil.Zone  // the record's own
	Agents    []agenda.AgentID
	Title     string
	Rdv       *agenda.Rdv            // of an rdv
	People    []Personne             // of an rdv, in the order of their inscription
	Plage     *agenda.PlageOuverture // of a plage
	Absence   *agenda.Absence        // of an absence
	Pending   bool                   // waits to be sent
	Conflicts []string               // codes, sorted
	Private   bool                   // times only
}

// Personne is one usager's part in an rdv.
type Personne struct {
	ID     agenda.UsagerID
	Name   string
	Status agenda.Status
}

// Entrees gives what agents have between two civil days of home, inclusive, by
// start, then longest first. An agent whose agenda may not be seen is left out;
// none means the agent of the profile.
func (p *Poste) Entrees(ctx context.Context, agents []agenda.AgentID, from, to civil.Date) ([]Entree, error) {
	var found []Entree
	err := p.read(ctx, func(l *lecture) error {
		var err error
		found, err = l.entrees(l.seen(agents), from, to)
		return err
	})
	return found, err
}

// seen keeps the agents whose agenda may be seen, each once, in their order;
// none means the agent of the profile.
func (l *lecture) seen(agents []agenda.AgentID) []agenda.AgentID {
	if len(agents) == 0 {
		agents = []agenda.AgentID{l.agent}
	}
	var kept []agenda.AgentID
	for _, a := range agents {
		if !slices.Contains(kept, a) && l.sees(a) {
			kept = append(kept, a)
		}
	}
	return kept
}

// within is the time from the start of a day to the end of another, at home.
func (l *lecture) within(from, to civil.Date) agenda.Span {
	zone := l.homeZone()
	return agenda.Span{Start: zone.Instant(from, 0), End: zone.Instant(to+1, 0)}
}

func (l *lecture) entrees(agents []agenda.AgentID, from, to civil.Date) ([]Entree, error) {
	span := l.within(from, to)
	week, err := l.Week(agents, span)
	if err != nil {
		return nil, err
	}
	touched, err := l.Touched()
	if err != nil {
		return nil, err
	}
	g := &gerbe{lecture: l, agents: agents, span: span, touched: touched}
	g.absences(week.Absences)
	g.plages(week.Plages)
	if err := g.rdvs(week.Rdvs); err != nil {
		return nil, err
	}
	for _, o := range week.Occupations {
		g.busy(string(o.ID), o.Agent, o.Span(), "")
	}
	if err := g.importes(); err != nil {
		return nil, err
	}
	g.feries(from, to)
	slices.SortStableFunc(g.all, func(a, b Entree) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), b.Span.End.Compare(a.Span.End))
	})
	return g.all, l.Err()
}

// gerbe gathers the entrees of one answer.
type gerbe struct {
	*lecture
	agents  []agenda.AgentID
	span    agenda.Span
	touched map[agenda.Ref][]int64
	all     []Entree
	away    map[agenda.AgentID][]agenda.Span
}

func (g *gerbe) add(e Entree) {
	if e.Day.IsZero() {
		e.Day = e.Zone.Date(e.Span.Start)
	}
	if e.Conflicts == nil {
		e.Conflicts = []string{}
	}
	g.all = append(g.all, e)
}

func (g *gerbe) pending(r agenda.Record) bool { return len(g.touched[agenda.RefOf(r)]) > 0 }

func (g *gerbe) absences(absences []*agenda.Absence) {
	g.away = map[agenda.AgentID][]agenda.Span{}
	for _, a := range absences {
		spans := a.Spans(g.span)
		g.away[a.Agent] = append(g.away[a.Agent], spans...)
		for _, s := range spans {
			g.add(Entree{Kind: KindAbsence, ID: a.Key(), Span: s, Zone: g.zone(a.Zone), Agents: []agenda.AgentID{a.Agent},
				Title: a.Title, Absence: a, Pending: g.pending(a)})
		}
	}
}

func (g *gerbe) plages(plages []*agenda.PlageOuverture) {
	for _, p := range plages {
		title := p.Title
		if lieu := g.lieu(p.Lieu); title == "" && lieu != nil {
			title = lieu.Name
		}
		zone, holidays := g.zone(p.Zone), g.holidaysOf(p.Agent)
		for _, s := range p.Spans(g.span) {
			if holidays.Is(zone.Date(s.Start)) {
				continue // nobody is received
			}
			g.add(Entree{Kind: KindPlage, ID: p.Key(), Span: s, Zone: zone, Agents: []agenda.AgentID{p.Agent},
				Title: title, Plage: p, Pending: g.pending(p)})
		}
	}
}

func (g *gerbe) rdvs(rdvs []*agenda.Rdv) error {
	flagged, err := g.flags(rdvs)
	if err != nil {
		return err
	}
	for _, r := range rdvs {
		if !g.reads(r) {
			if !r.Cancelled() {
				for _, a := range r.Agents {
					g.busy(r.Key(), a, r.Span(), "")
				}
			}
			continue
		}
		g.add(Entree{Kind: KindRdv, ID: r.Key(), Span: r.Span(), Zone: g.zone(r.Zone), Agents: r.Agents, Title: g.titleOf(r),
			Rdv: r, People: g.people(r), Pending: g.pending(r), Conflicts: flagged[r.ID]})
	}
	return nil
}

func (l *lecture) people(r *agenda.Rdv) []Personne {
	all := make([]Personne, 0, len(r.Participations))
	for _, u := range r.Usagers() {
		all = append(all, Personne{u, l.usagerName(u), r.StatusOf(u)})
	}
	return all
}

// busy adds a time without content, when it is of one of the agents asked.
func (g *gerbe) busy(id string, a agenda.AgentID, s agenda.Span, title string) {
	if !slices.Contains(g.agents, a) || !s.Overlaps(g.span) {
		return
	}
	g.add(Entree{Kind: KindBusy, ID: id, Span: s, Zone: g.homeZone(), Agents: []agenda.AgentID{a}, Title: title, Private: title == ""})
}

// importes adds the events of other calendars, which their own agent reads.
func (g *gerbe) importes() error {
	for _, a := range g.agents {
		found, err := g.Importes(a)
		if err != nil {
			return err
		}
		for _, i := range found {
			if i.Transparent {
				continue
			}
			title := ""
			if a == g.agent {
				title = cmp.Or(i.Summary, "Agenda importé")
			}
			for _, s := range i.Spans {
				g.busy(i.Key(), a, s, title)
			}
		}
	}
	return nil
}

// feries adds the public holidays, one for all the agents who keep it.
func (g *gerbe) feries(from, to civil.Date) {
	type key struct {
		day  civil.Date
		name string
	}
	found := map[key]int{}
	zone := g.homeZone()
	for _, a := range g.agents {
		for _, h := range g.holidaysOf(a).Between(from, to) {
			k := key{h.Day, h.Name}
			if at, ok := found[k]; ok {
				g.all[at].Agents = append(g.all[at].Agents, a)
				continue
			}
			g.add(Entree{Kind: KindFerie, ID: "ferie-" + h.Day.String(), Day: h.Day, Zone: zone, Agents: []agenda.AgentID{a}, Title: h.Name,
				Span: agenda.Span{Start: zone.Instant(h.Day, 0), End: zone.Instant(h.Day, civil.EndOfDay)}})
			found[k] = len(g.all) - 1
		}
	}
}

// titleOf says whom an Rdv is with: its usagers, or what a collectif is called.
func (l *lecture) titleOf(r *agenda.Rdv) string {
	if m := l.motif(r.Motif); m != nil && m.Collectif {
		return cmp.Or(r.Title, m.Name)
	}
	names := make([]string, 0, len(r.Participations))
	for _, u := range r.Usagers() {
		names = append(names, l.usagerName(u))
	}
	if len(names) == 0 {
		return cmp.Or(r.Title, "Rendez-vous")
	}
	return joined(names)
}

// joined gives « A, B ».
func joined(words []string) string {
	text := ""
	for i, w := range words {
		if i > 0 {
			text += ", "
		}
		text += w
	}
	return text
}

// flags gives the conflicts of each Rdv: those the server opened, and what this
// desk sees by itself among rdvs whose outcome is not known yet.
func (g *gerbe) flags(rdvs []*agenda.Rdv) (map[agenda.RdvID][]string, error) {
	flagged, err := g.opened()
	if err != nil {
		return nil, err
	}
	flag := func(r *agenda.Rdv, code agenda.Code) {
		if !slices.Contains(flagged[r.ID], string(code)) {
			flagged[r.ID] = append(flagged[r.ID], string(code))
		}
	}
	for _, a := range g.agents {
		of := standing(rdvs, a)
		for i, r := range of {
			for _, o := range of[i+1:] {
				if !o.Start.Before(r.End) {
					break
				}
				flag(r, agenda.WarnOverlap)
				flag(o, agenda.WarnOverlap)
			}
			if slices.ContainsFunc(g.away[a], r.Span().Overlaps) {
				flag(r, agenda.WarnAbsent)
			}
		}
	}
	for _, codes := range flagged {
		slices.Sort(codes)
	}
	return flagged, nil
}

// standing gives the Rdvs of an agent that are still expected, by start.
func standing(rdvs []*agenda.Rdv, a agenda.AgentID) []*agenda.Rdv {
	var kept []*agenda.Rdv
	for _, r := range rdvs {
		if r.Status == agenda.StatusUnknown && slices.Contains(r.Agents, a) {
			kept = append(kept, r)
		}
	}
	return kept
}

// opened gives the codes of the open conflits that name an Rdv.
func (l *lecture) opened() (map[agenda.RdvID][]string, error) {
	conflits, err := l.OpenConflits()
	if err != nil {
		return nil, err
	}
	codes := map[agenda.RdvID][]string{}
	for _, c := range conflits {
		code := string(c.Code)
		if c.Code == agenda.ConflitAbsenceOver {
			code = string(agenda.WarnAbsent)
		}
		for _, side := range c.Sides {
			if id := agenda.RdvID(side.ID); side.Noun == agenda.NounRdv && !slices.Contains(codes[id], code) {
				codes[id] = append(codes[id], code)
			}
		}
	}
	return codes, nil
}
