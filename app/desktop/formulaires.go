package desktop

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Scopes of a change to a series.
const (
	scopeAll = "all"
	scopeOne = "one"
)

// plageForm reads a plage for its form; of a series opened from one of its days,
// the hours are that day's.
func (p *Poste) plageForm(ctx context.Context, id, day string) (PlageForm, error) {
	var f PlageForm
	err := p.read(ctx, func(l *lecture) error {
		plage, err := l.plage(agenda.PlageID(id))
		if err != nil {
			return err
		}
		rule, err := ruleOf(plage.RRule)
		if err != nil {
			return err
		}
		from, to := plage.From, plage.To
		on, err := civil.ParseDate(day)
		if err == nil {
			from, to = civil.Recurrence{Overrides: plage.Overrides}.Hours(on, from, to)
		}
		f = PlageForm{ID: id, Revision: int(plage.Revision), Scope: scopeOf(plage.RRule, day), Day: day, Agent: string(plage.Agent),
			Title: plage.Title, Motifs: texts(plage.Motifs), Lieu: string(plage.Lieu), FirstDay: plage.FirstDay.String(),
			From: from.String(), To: to.String(), BreakMin: plage.BreakMin, Repeat: recurrence(rule, plage.FirstDay),
			Exdates: dates(plage.ExDates), Accept: []string{}}
		if f.Scope == scopeAll {
			f.From, f.To = plage.From.String(), plage.To.String()
		}
		return nil
	})
	return f, err
}

// scopeOf proposes the one occurrence of a series that was opened from a day.
func scopeOf(rrule, day string) string {
	if rrule != "" && day != "" {
		return scopeOne
	}
	return scopeAll
}

func dates(days []civil.Date) []string {
	all := []string{}
	for _, d := range days {
		all = append(all, d.String())
	}
	return all
}

// saisie reads the fields of a form and keeps what is wrong with each.
type saisie struct{ wrong map[string]string }

func newSaisie() *saisie { return &saisie{map[string]string{}} }

func (s *saisie) day(field, text string) civil.Date {
	d, err := civil.ParseDate(text)
	if err != nil {
		s.wrong[field] = "Ce jour n’existe pas."
	}
	return d
}

func (s *saisie) hour(field, text string) civil.Time {
	t, err := civil.ParseTime(text)
	if err != nil {
		s.wrong[field] = "Cette heure n’existe pas."
	}
	return t
}

func (s *saisie) rule(r Recurrence, first civil.Date) string {
	rule, reason := r.rule(first)
	if reason != "" {
		s.wrong["repeat"] = reason
	}
	return rule.String()
}

func (s *saisie) check(ok bool, field, reason string) {
	if !ok && s.wrong[field] == "" {
		s.wrong[field] = reason
	}
}

func (s *saisie) err() error {
	if len(s.wrong) == 0 {
		return nil
	}
	return invalid(s.wrong)
}

// savePlage opens or changes hours, the whole series or one of its days.
func (p *Poste) savePlage(ctx context.Context, f PlageForm) (Acte, error) {
	accord := Accord{Codes: ruleCodes(f.Accept)}
	s := newSaisie()
	from, to := s.hour("from", f.From), s.hour("to", f.To)
	s.check(from < to, "to", "La fin vient avant le début.")
	if f.ID != "" && f.Scope == scopeOne {
		day := s.day("day", f.Day)
		if err := s.err(); err != nil {
			return Acte{}, err
		}
		return p.RevisePlageDay(ctx, agenda.PlageID(f.ID), day, from, to, accord)
	}
	first := s.day("first_day", f.FirstDay)
	plage := agenda.PlageOuverture{ID: agenda.PlageID(f.ID), Agent: agenda.AgentID(f.Agent), Title: f.Title, Lieu: agenda.LieuID(f.Lieu),
		Motifs: typed[agenda.MotifID](f.Motifs), FirstDay: first, From: from, To: to, RRule: s.rule(f.Repeat, first), BreakMin: f.BreakMin}
	s.check(len(f.Motifs) > 0, "motifs", "Choisissez au moins un motif.")
	s.check(f.BreakMin >= 0 && f.BreakMin <= 8*60, "break_min", "La pause va de 0 à 480 minutes.")
	if err := s.err(); err != nil {
		return Acte{}, err
	}
	if f.ID == "" {
		return p.OpenPlage(ctx, plage, accord)
	}
	return p.RevisePlage(ctx, plage, accord)
}

// absenceForm reads an absence for its form.
func (p *Poste) absenceForm(ctx context.Context, id, day string) (AbsenceForm, error) {
	var f AbsenceForm
	err := p.read(ctx, func(l *lecture) error {
		a, err := l.absence(agenda.AbsenceID(id))
		if err != nil {
			return err
		}
		rule, err := ruleOf(a.RRule)
		if err != nil {
			return err
		}
		f = AbsenceForm{ID: id, Revision: int(a.Revision), Scope: scopeOf(a.RRule, day), Day: day, Agent: string(a.Agent), Title: a.Title,
			FirstDay: a.FirstDay.String(), From: a.From.String(), LastDay: a.LastDay.String(), To: a.To.String(),
			Repeat: recurrence(rule, a.FirstDay), Exdates: dates(a.ExDates), Accept: []string{}}
		return nil
	})
	return f, err
}

// saveAbsence declares or changes an absence, the whole series or one of its
// days.
func (p *Poste) saveAbsence(ctx context.Context, f AbsenceForm) (Acte, error) {
	accord := Accord{Codes: ruleCodes(f.Accept)}
	s := newSaisie()
	one := f.ID != "" && f.Scope == scopeOne
	if one {
		f.FirstDay, f.LastDay, f.Repeat = f.Day, f.Day, Recurrence{}
	}
	if f.LastDay == "" {
		f.LastDay = f.FirstDay
	}
	first, last := s.day("first_day", f.FirstDay), s.day("last_day", f.LastDay)
	from, to := s.hour("from", f.From), s.hour("to", f.To)
	s.check(first <= last, "last_day", "La fin vient avant le début.")
	s.check(first < last || from < to, "to", "La fin vient avant le début.")
	a := agenda.Absence{ID: agenda.AbsenceID(f.ID), Agent: agenda.AgentID(f.Agent), Title: f.Title, FirstDay: first, From: from,
		LastDay: last, To: to, RRule: s.rule(f.Repeat, first)}
	s.check(a.RRule == "" || first == last, "repeat", "Une absence qui se répète dure un jour au plus.")
	if err := s.err(); err != nil {
		return Acte{}, err
	}
	switch {
	case one:
		return p.ReviseAbsenceDay(ctx, a.ID, first, a, accord)
	case f.ID == "":
		return p.DeclareAbsence(ctx, a, accord)
	}
	return p.ReviseAbsence(ctx, a, accord)
}

// occurrence reads the day that a deletion is limited to, zero for all.
func (f EffacerForm) occurrence() (civil.Date, error) {
	if f.Scope != scopeOne {
		return 0, nil
	}
	day, err := civil.ParseDate(f.Day)
	if err != nil {
		return 0, invalidField("day", "Ce jour n’existe pas.")
	}
	return day, nil
}

// prise reads a form that books.
func (f RdvForm) prise() (Prise, error) {
	start, err := ParseMoment(f.Start, f.Zone)
	if err != nil {
		return Prise{}, err
	}
	if f.DurationMin < 0 || f.DurationMin > 24*60 {
		return Prise{}, invalidField("duration_min", "Durée de 1 minute à 24 heures.")
	}
	return Prise{Motif: agenda.MotifID(f.Motif), Lieu: agenda.LieuID(f.Lieu), Agents: typed[agenda.AgentID](f.Agents),
		Usagers: typed[agenda.UsagerID](f.Usagers), Start: start, Duration: time.Duration(f.DurationMin) * time.Minute,
		Context: f.Context, Title: f.Title, Seats: f.Seats}, nil
}

// retouche reads a form that edits: only what Set names.
func (f RdvForm) retouche() (Retouche, error) {
	r := Retouche{Rdv: agenda.RdvID(f.ID), Seen: int64(f.Revision)}
	for _, name := range f.Set {
		switch name {
		case "lieu":
			lieu := agenda.LieuID(f.Lieu)
			r.Lieu = &lieu
		case "agents":
			agents := typed[agenda.AgentID](f.Agents)
			r.Agents = &agents
		case "usagers":
			usagers := typed[agenda.UsagerID](f.Usagers)
			r.Usagers = &usagers
		case "context":
			r.Context = &f.Context
		case "title":
			r.Title = &f.Title
		case "seats":
			r.Seats = &f.Seats
		default:
			return r, invalidField(name, "Ce champ ne change pas.")
		}
	}
	return r, nil
}

// deplacement reads a form that moves.
func (f MoveForm) deplacement() (Deplacement, error) {
	start, err := ParseMoment(f.Start, f.Zone)
	if err != nil {
		return Deplacement{}, err
	}
	if f.DurationMin < 0 || f.DurationMin > 24*60 {
		return Deplacement{}, invalidField("duration_min", "Durée de 1 minute à 24 heures.")
	}
	return Deplacement{Rdv: agenda.RdvID(f.ID), Seen: int64(f.Revision), Start: start, Duration: time.Duration(f.DurationMin) * time.Minute,
		Lieu: agenda.LieuID(f.Lieu), From: agenda.AgentID(f.FromAgent), To: agenda.AgentID(f.ToAgent)}, nil
}

// decision reads what was chosen for a case.
func (f DecisionForm) decision() (Decision, error) {
	start, err := ParseMoment(f.Start, "")
	if err != nil {
		return Decision{}, err
	}
	return Decision{Choice: f.Choice, Rdv: agenda.RdvID(f.Rdv), Start: start, Agent: agenda.AgentID(f.Agent), Seance: agenda.RdvID(f.Seance), Fields: f.Fields}, nil
}
