package desktop

import (
	"context"
	"slices"
	"strconv"

	"permanence/app/agenda"
)

// FicheRdv reads one Rdv in full. It refuses (not_found).
func (p *Poste) FicheRdv(ctx context.Context, id string) (FicheRdv, error) {
	var vue FicheRdv
	err := p.read(ctx, func(l *lecture) error {
		r, err := l.readable(id)
		if err != nil {
			return err
		}
		vue, err = l.drawRdv(r)
		return err
	})
	return vue, err
}

// Rdv reads the record itself. It refuses (not_found).
func (p *Poste) Rdv(ctx context.Context, id string) (*agenda.Rdv, error) {
	var r *agenda.Rdv
	err := p.read(ctx, func(l *lecture) error {
		var err error
		r, err = l.readable(id)
		return err
	})
	return r, err
}

func (l *lecture) drawRdv(r *agenda.Rdv) (FicheRdv, error) {
	e, err := l.entree(r)
	if err != nil {
		return FicheRdv{}, err
	}
	g := grille{l, l.homeZone()}
	day := g.zone.Date(r.Start)
	agent := r.Agents[0]
	if slices.Contains(r.Agents, l.agent) {
		agent = l.agent
	}
	item, _ := g.item(e, day, agent)
	m := l.motif(r.Motif)
	vue := FicheRdv{
		Item: item, When: spanText(r.Start, r.End, l.zone(r.Zone), l.today()), Where: l.where(r, m), Banner: l.banner(r, item),
		Usagers: []RdvUsager{}, Agents: []Renvoi{}, Context: r.Context, Actions: l.actions(r, m), Conflict: l.conflictsOf(r, e.Conflicts),
	}
	if item.LocalLabel != "" {
		vue.When += " " + cityOf(r.Zone)
	}
	if m != nil {
		vue.Told = m.Instruction
	}
	for _, u := range r.Usagers() {
		vue.Usagers = append(vue.Usagers, l.rdvUsager(r, u))
	}
	for _, a := range r.Agents {
		vue.Agents = append(vue.Agents, Renvoi{Noun: string(agenda.NounAgent), ID: string(a), Label: l.agentOf(a)})
	}
	if vue.Messages, err = l.messages(r, "", e.Pending); err != nil {
		return vue, err
	}
	for i := range vue.Conflict {
		vue.Conflict[i].Message = typeset(vue.Conflict[i].Message)
	}
	vue.History, err = l.history(r)
	return vue, err
}

// entree reads one Rdv as the agenda shows it, with every conflict of its own
// agents.
func (l *lecture) entree(r *agenda.Rdv) (Entree, error) {
	week, err := l.Week(r.Agents, r.Span())
	if err != nil {
		return Entree{}, err
	}
	touched, err := l.Touched()
	if err != nil {
		return Entree{}, err
	}
	g := &gerbe{lecture: l, agents: r.Agents, span: r.Span(), touched: touched}
	g.absences(week.Absences)
	if err := g.rdvs(week.Rdvs); err != nil {
		return Entree{}, err
	}
	for _, e := range g.all {
		if e.Rdv != nil && e.Rdv.ID == r.ID {
			return e, nil
		}
	}
	return Entree{}, agenda.Refuse(agenda.CodeNotFound, r.Key())
}

func (l *lecture) where(r *agenda.Rdv, m *agenda.Motif) string {
	if lieu := l.lieu(r.Lieu); lieu != nil {
		return lieu.Name + ", " + lieu.Address
	}
	if m == nil {
		return ""
	}
	text := capital(placeSpoken(m.Place))
	if address := l.homeAddress(r); m.Place == agenda.PlaceHome && address != "" {
		text += ", " + address
	}
	return text
}

// banner says what matters most now, nil for nothing.
func (l *lecture) banner(r *agenda.Rdv, it Item) *Annonce {
	zone, today := l.homeZone(), l.today()
	switch {
	case r.Cancelled() && r.CancelledAt != nil:
		by := "par le service"
		if r.Status == agenda.StatusExcused {
			by = "par l’usager"
		}
		return &Annonce{"warn", "Annulé " + by + ", " + momentText(*r.CancelledAt, zone, today)}
	case it.State == stateWaiting:
		return &Annonce{"info", "En salle d’attente depuis " + hourText(timeOf(*r.ArrivedAt, zone))}
	case len(it.Conflicts) > 0:
		return &Annonce{"warn", "À regarder" + noBreak + ": voir plus bas."}
	case it.State == stateTodo:
		return &Annonce{"warn", "Statut à renseigner"}
	}
	return nil
}

func (l *lecture) rdvUsager(r *agenda.Rdv, id agenda.UsagerID) RdvUsager {
	v := RdvUsager{ID: string(id), Name: l.usagerName(id), Status: string(r.StatusOf(id))}
	u := l.usager(id)
	if u == nil {
		return v
	}
	email, phone, _, responsable := agenda.Contacts(l, u)
	v.Age, v.Phone, v.Email = ageWithBirth(u.BirthDate, l.today()), agenda.FormatTelephone(phone), agenda.ShowCourriel(email)
	v.File = l.fileNumber(id)
	if responsable != nil {
		v.Relation = "responsable" + noBreak + ": " + responsable.Name()
	}
	return v
}

// actions gives what may be done with an Rdv now. The day is that of the wall
// where it takes place.
func (l *lecture) actions(r *agenda.Rdv, m *agenda.Motif) []string {
	today := l.zone(r.Zone).Date(l.now) == r.Day
	started := !r.Start.After(l.now)
	collectif := m != nil && m.Collectif
	all := texts(r.Transitions(collectif, today, started))
	if r.Status == agenda.StatusUnknown {
		switch {
		case l.stateOf(r) == stateWaiting:
			all = append(all, "arrived_not")
		case today:
			all = append(all, "waiting")
		}
	}
	if !r.Cancelled() {
		all = append(all, "move", "edit")
	}
	return append(all, "copy")
}

// conflictsOf explains each conflict of an Rdv and names what it met.
func (l *lecture) conflictsOf(r *agenda.Rdv, codes []string) []Avertissement {
	all := []Avertissement{}
	for _, c := range l.Conflits(agenda.RefOf(r)) {
		all = append(all, Avertissement{Code: string(c.Code), Message: l.conflitTitle(c) + ". " + l.conflitText(c), Records: l.otherSides(c, r)})
	}
	if slices.Contains(codes, string(agenda.WarnOverlap)) && !hasCode(all, string(agenda.WarnOverlap)) {
		all = append(all, l.overlaps(r))
	}
	if slices.Contains(codes, string(agenda.WarnAbsent)) && !hasCode(all, string(agenda.ConflitAbsent)) && !hasCode(all, string(agenda.ConflitAbsenceOver)) {
		all = append(all, Avertissement{Code: string(agenda.WarnAbsent), Message: "L’agent est absent à cette heure.", Records: []Renvoi{}})
	}
	return all
}

func hasCode(all []Avertissement, code string) bool {
	return slices.ContainsFunc(all, func(a Avertissement) bool { return a.Code == code })
}

func (l *lecture) otherSides(c *agenda.Conflit, r *agenda.Rdv) []Renvoi {
	all := []Renvoi{}
	for _, side := range c.Sides {
		if side != agenda.RefOf(r) {
			all = append(all, l.renvoi(side))
		}
	}
	return all
}

// overlaps names the rdvs of the same agents at the same time, as far as the
// agent may read them.
func (l *lecture) overlaps(r *agenda.Rdv) Avertissement {
	a := Avertissement{Code: string(agenda.WarnOverlap), Records: []Renvoi{}}
	met := map[agenda.RdvID]bool{r.ID: true}
	for _, agent := range r.Agents {
		for _, o := range standing(l.Rdvs(agenda.RdvQuery{Agent: agent, Within: r.Span()}), agent) {
			if !met[o.ID] {
				met[o.ID] = true
				a.Records = append(a.Records, l.renvoi(agenda.RefOf(o)))
			}
		}
	}
	a.Message = strconv.Itoa(len(met)) + " usagers à la même heure."
	if len(a.Records) == 1 {
		a.Message = "Deux usagers à la même heure : " + l.titleOf(r) + " et " + a.Records[0].Label + "."
	}
	return a
}

// renvoi points at a record and says it in a few words; of what the agent may
// not read, that it is there.
func (l *lecture) renvoi(ref agenda.Ref) Renvoi {
	out := Renvoi{Noun: string(ref.Noun), ID: ref.ID, Label: "Occupé"}
	r, _ := l.Record(ref.Noun, ref.ID)
	switch r := r.(type) {
	case *agenda.Rdv:
		if l.reads(r) {
			out.Label = l.titleOf(r) + ", " + momentText(r.Start, l.zone(r.Zone), l.today())
		} else {
			out.Label = "Autre rendez-vous, " + momentText(r.Start, l.zone(r.Zone), l.today())
		}
	case *agenda.Usager:
		out.Label = r.Name()
	case *agenda.Absence:
		out.Label = "Absence, " + l.agentOf(r.Agent)
	case *agenda.PlageOuverture:
		out.Label = "Plage d’ouverture"
		if lieu := l.lieuLabel(r.Lieu); lieu != "" {
			out.Label += ", " + lieu
		}
	case *agenda.Occupation:
		out.Label = "Occupé, " + spanText(r.Start, r.End, l.homeZone(), l.today())
	}
	return out
}
