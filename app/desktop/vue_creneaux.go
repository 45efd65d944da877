package desktop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/creneau"
)

// explained is how many lieux without a slot get their ways out; the others are
// explained without.
const explained = 4

// vueCreneaux searches and explains. TookMs is left to who holds the clock.
func (p *Poste) vueCreneaux(ctx context.Context, d DemandeCreneaux) (VueCreneaux, error) {
	var vue VueCreneaux
	err := p.read(ctx, func(l *lecture) error {
		q, err := l.question(d)
		if err != nil {
			return err
		}
		c := &recherche{lecture: l, q: q, motif: l.motif(q.Motif)}
		vue, err = c.draw()
		if err != nil {
			return err
		}
		vue.Notice = l.notice(d.Usager, q)
		return nil
	})
	return vue, err
}

// question reads what the page asks.
func (l *lecture) question(d DemandeCreneaux) (Question, error) {
	q := Question{Motif: agenda.MotifID(d.Motif), Lieux: typed[agenda.LieuID](d.Lieux), Agents: typed[agenda.AgentID](d.Agents),
		Duration: time.Duration(d.DurationMin) * time.Minute, From: l.today()}
	if d.Morning != d.Afternoon {
		q.Half = Morning
		if d.Afternoon {
			q.Half = Afternoon
		}
	}
	var err error
	if d.From != "" {
		if q.From, err = civil.ParseDate(d.From); err != nil {
			return q, invalidField("from", "Ce jour n’existe pas.")
		}
	}
	q.To = q.From + 14
	if d.To != "" {
		if q.To, err = civil.ParseDate(d.To); err != nil {
			return q, invalidField("to", "Ce jour n’existe pas.")
		}
	}
	q.To = min(q.To, q.From.AddMonths(longestSearch))
	return q, l.checkQuestion(q)
}

// recherche is one search on its way to the page.
type recherche struct {
	*lecture
	q      Question
	motif  *agenda.Motif
	plages []*agenda.PlageOuverture // of the motif, at the lieux asked, whoever's
	found  []creneau.Creneau
}

func (c *recherche) office() bool { return c.motif.Place == agenda.PlacePublicOffice }

func (c *recherche) draw() (VueCreneaux, error) {
	found, err := c.search(c.q)
	if err != nil {
		return VueCreneaux{}, err
	}
	c.found, c.plages = found.Creneaux, c.plagesFor(c.q)
	vue := VueCreneaux{From: c.q.From.String(), To: c.q.To.String(), Total: len(c.found), Lieux: []LieuCreneaux{},
		Loads: loads(c.drawCreneaux(c.found, c.motif)), Notice: []Avertissement{}}
	for _, id := range c.places() {
		vue.Lieux = append(vue.Lieux, c.lieuCreneaux(id))
	}
	with := len(slices.DeleteFunc(slices.Clone(vue.Lieux), func(v LieuCreneaux) bool { return v.Count == 0 }))
	vue.Label = countText(vue.Total, with, c.office())
	sortLieux(vue.Lieux)
	if err := c.explain(vue.Lieux); err != nil {
		return vue, err
	}
	vue.First, err = c.firstSlot()
	return vue, err
}

// places gives the lieux to show: those asked, or those that receive the motif;
// all of them when none does.
func (c *recherche) places() []agenda.LieuID {
	if !c.office() {
		return []agenda.LieuID{""}
	}
	if len(c.q.Lieux) > 0 {
		return c.q.Lieux
	}
	var ids []agenda.LieuID
	for _, p := range c.plages {
		if p.Lieu != "" && !slices.Contains(ids, p.Lieu) {
			ids = append(ids, p.Lieu)
		}
	}
	if len(ids) > 0 {
		return ids
	}
	for _, lieu := range c.lieux(c.motif.Organisation) {
		ids = append(ids, lieu.ID)
	}
	return ids
}

// at reports whether a plage or a slot at a lieu is shown under id.
func (c *recherche) at(lieu, id agenda.LieuID) bool { return !c.office() || lieu == id }

func (c *recherche) lieuCreneaux(id agenda.LieuID) LieuCreneaux {
	v := LieuCreneaux{ID: string(id), Days: []JourCreneaux{}}
	if lieu := c.lieu(id); lieu != nil {
		v.Name, v.Detail = lieu.Name, lieu.Address
	}
	if !c.office() {
		v.Name = lieuSaid(c.motif.Place)
	}
	here := slices.DeleteFunc(slices.Clone(c.found), func(f creneau.Creneau) bool { return !c.at(agenda.LieuID(f.Lieu), id) })
	v.Count = len(here)
	v.Days = byDay(c.drawCreneaux(here, c.motif))
	return v
}

// byDay groups slots, which come by start, by their day.
func byDay(all []Creneau) []JourCreneaux {
	days := []JourCreneaux{}
	for _, one := range all {
		at := slices.IndexFunc(days, func(d JourCreneaux) bool { return d.Day == one.Day })
		if at < 0 {
			at = len(days)
			days = append(days, JourCreneaux{Day: one.Day})
		}
		days[at].Creneaux = append(days[at].Creneaux, one)
		days[at].Count++
	}
	return days
}

// loads counts slots by day, without listing them.
func loads(all []Creneau) []JourCreneaux {
	days := byDay(all)
	for i := range days {
		days[i].Creneaux = []Creneau{}
	}
	slices.SortFunc(days, func(a, b JourCreneaux) int { return cmp.Compare(a.Day, b.Day) })
	return days
}

// sortLieux puts lieux with slots first, by their first slot, then the others by
// name.
func sortLieux(lieux []LieuCreneaux) {
	slices.SortStableFunc(lieux, func(a, b LieuCreneaux) int {
		switch {
		case a.Count > 0 && b.Count > 0:
			return cmp.Compare(a.Days[0].Creneaux[0].Start, b.Days[0].Creneaux[0].Start)
		case a.Count > 0:
			return -1
		case b.Count > 0:
			return 1
		}
		return compareNames(a.Name, b.Name)
	})
}

// explain says why the lieux without a slot have none.
func (c *recherche) explain(lieux []LieuCreneaux) error {
	done := 0
	var week map[agenda.AgentID]*occupe
	for i := range lieux {
		if lieux[i].Count > 0 {
			continue
		}
		if week == nil {
			var err error
			if week, err = c.lecture.occupations(agentsOf(c.plages), c.q); err != nil {
				return err
			}
		}
		why, err := c.why(agenda.LieuID(lieux[i].ID), week, done < explained)
		if err != nil {
			return err
		}
		lieux[i].Why = &why
		done++
	}
	return nil
}

func agentsOf(plages []*agenda.PlageOuverture) []agenda.AgentID {
	var ids []agenda.AgentID
	for _, p := range plages {
		if !slices.Contains(ids, p.Agent) {
			ids = append(ids, p.Agent)
		}
	}
	return ids
}

func (c *recherche) why(id agenda.LieuID, week map[agenda.AgentID]*occupe, withWays bool) (Pourquoi, error) {
	s := &soustraction{lecture: c.lecture, q: c.q, motif: c.motif, week: week}
	for _, p := range c.plages {
		if c.at(p.Lieu, id) {
			s.plages = append(s.plages, p)
		}
	}
	if t := c.territoire(c.organisation(c.motif.Organisation)); t != nil {
		if days, err := t.Days(); err == nil {
			s.days = days
		}
	}
	why := s.pourquoi()
	if !withWays {
		why.Ways = []Issue{{Code: "open_plage"}}
		return why, nil
	}
	here := c.q
	if c.office() {
		here.Lieux = []agenda.LieuID{id}
	}
	ways, err := c.ways(here)
	why.Ways = ways
	return why, err
}

// firstSlot is the first free slot from the first day on, even after the last.
func (c *recherche) firstSlot() (*Creneau, error) {
	first, ok := creneau.Creneau{}, false
	if len(c.found) > 0 {
		first, ok = c.found[0], true
	} else {
		var err error
		later := c.q
		later.From = min(c.q.To+1, c.q.From.AddMonths(longestSearch))
		if first, ok, err = c.lecture.first(later); err != nil {
			return nil, err
		}
	}
	if !ok {
		return nil, nil
	}
	return &c.drawCreneaux([]creneau.Creneau{first}, c.motif)[0], nil
}

// notice warns that the person already has a rendez-vous of this motif coming.
func (l *lecture) notice(usager string, q Question) []Avertissement {
	all := []Avertissement{}
	if usager == "" {
		return all
	}
	today := l.today()
	coming := agenda.Span{Start: l.homeZone().Instant(today, 0), End: l.now.AddDate(1, 0, 0)}
	for _, r := range l.Rdvs(agenda.RdvQuery{Usager: agenda.UsagerID(usager), Motif: q.Motif, Within: coming}) {
		if r.Status != agenda.StatusUnknown || !l.reads(r) {
			continue
		}
		zone := l.zone(r.Zone)
		all = append(all, Avertissement{Code: string(agenda.WarnSameMotif),
			Message: l.usagerName(agenda.UsagerID(usager)) + " a déjà un rendez-vous de ce motif " +
				nearDay(zone.Date(r.Start), today) + " à " + hourText(timeOf(r.Start, zone)) + ".",
			Records: []Renvoi{{Noun: KindRdv, ID: r.Key(), Label: momentText(r.Start, zone, today)}}})
	}
	return all
}
