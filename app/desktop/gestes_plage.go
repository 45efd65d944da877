package desktop

import (
	"context"
	"slices"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// OpenPlage opens hours. The organisation is that of the first motif; the zone
// follows from the lieu. What is empty is the agent of the profile.
func (p *Poste) OpenPlage(ctx context.Context, plage agenda.PlageOuverture, accord Accord) (Acte, error) {
	plage.ID = agenda.PlageID(p.ports.NewID())
	err := p.read(ctx, func(l *lecture) error {
		if plage.Agent == "" {
			plage.Agent = l.agent
		}
		return l.placePlage(&plage)
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(plage.ID), &agenda.OpenPlage{Plage: plage}, accord)
}

// placePlage gives a plage its organisation and zone. It refuses (invalid) one
// without a motif that is known here.
func (l *lecture) placePlage(plage *agenda.PlageOuverture) error {
	for _, id := range plage.Motifs {
		if m := l.motif(id); m != nil {
			plage.Organisation = m.Organisation
			plage.Zone = l.zoneFor(plage.Lieu, m.Organisation)
			return nil
		}
	}
	return invalidField("motifs", "Choisissez au moins un motif.")
}

// RevisePlage makes a plage what it is given, as a whole series.
func (p *Poste) RevisePlage(ctx context.Context, plage agenda.PlageOuverture, accord Accord) (Acte, error) {
	var cmd *agenda.ReviseRecord
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.plage(plage.ID)
		if err != nil {
			return err
		}
		after := agenda.Clone(before)
		after.Title, after.Lieu, after.Motifs = plage.Title, plage.Lieu, plage.Motifs
		after.FirstDay, after.From, after.To, after.RRule, after.BreakMin = plage.FirstDay, plage.From, plage.To, plage.RRule, plage.BreakMin
		cmd, err = revisingRecord(before, after)
		return err
	})
	return p.proposeRecord(ctx, string(plage.ID), cmd, accord, err)
}

// RevisePlageDay gives other hours to one occurrence of a plage.
func (p *Poste) RevisePlageDay(ctx context.Context, id agenda.PlageID, day civil.Date, from, to civil.Time, accord Accord) (Acte, error) {
	var cmd *agenda.ReviseRecord
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.plage(id)
		if err != nil {
			return err
		}
		if !occurs(before.FirstDay, before.RRule, before.ExDates, day) {
			return invalidField("day", "Cette plage n’a pas lieu ce jour-là.")
		}
		after := agenda.Clone(before)
		after.Overrides = slices.DeleteFunc(after.Overrides, func(o civil.Override) bool { return o.Day == day })
		if from != before.From || to != before.To {
			after.Overrides = append(after.Overrides, civil.Override{Day: day, From: from, To: to})
		}
		cmd, err = revisingRecord(before, after)
		return err
	})
	return p.proposeRecord(ctx, string(id), cmd, accord, err)
}

// occurs reports whether a series has a day.
func occurs(first civil.Date, rrule string, out []civil.Date, day civil.Date) bool {
	var rule civil.Rule
	if rrule != "" {
		var err error
		if rule, err = civil.ParseRule(rrule); err != nil {
			return false
		}
	}
	return civil.Recurrence{FirstDay: first, Rule: rule, ExDates: out}.Has(day)
}

// ClosePlage deletes a series, or takes one day out of it (day not zero).
func (p *Poste) ClosePlage(ctx context.Context, id agenda.PlageID, day civil.Date) (Acte, error) {
	var cmd agenda.Args
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.plage(id)
		if err != nil {
			return err
		}
		if day.IsZero() || before.RRule == "" {
			cmd, err = removing(before)
			return err
		}
		if !occurs(before.FirstDay, before.RRule, before.ExDates, day) {
			return invalidField("day", "Cette plage n’a pas lieu ce jour-là.")
		}
		after := agenda.Clone(before)
		after.ExDates = append(after.ExDates, day)
		cmd, err = revisingRecord(before, after)
		return err
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(id), cmd, Accord{All: true})
}

func (l *lecture) plage(id agenda.PlageID) (*agenda.PlageOuverture, error) {
	if r := get[*agenda.PlageOuverture](l, agenda.NounPlage, string(id)); r != nil {
		return r, nil
	}
	return nil, agenda.Refuse(agenda.CodeNotFound, string(id))
}

// DeclareAbsence adds an absence on the wall of home. What is empty is the
// agent of the profile.
func (p *Poste) DeclareAbsence(ctx context.Context, a agenda.Absence, accord Accord) (Acte, error) {
	a.ID = agenda.AbsenceID(p.ports.NewID())
	err := p.read(ctx, func(l *lecture) error {
		if a.Agent == "" {
			a.Agent = l.agent
		}
		if a.Zone == "" {
			a.Zone = l.homeZone().Name()
		}
		return nil
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(a.ID), &agenda.DeclareAbsence{Absence: a}, accord)
}

// ReviseAbsence makes an absence what it is given, as a whole series.
func (p *Poste) ReviseAbsence(ctx context.Context, a agenda.Absence, accord Accord) (Acte, error) {
	var cmd *agenda.ReviseRecord
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.absence(a.ID)
		if err != nil {
			return err
		}
		after := agenda.Clone(before)
		after.Title, after.FirstDay, after.From = a.Title, a.FirstDay, a.From
		after.LastDay, after.To, after.RRule = a.LastDay, a.To, a.RRule
		cmd, err = revisingRecord(before, after)
		return err
	})
	return p.proposeRecord(ctx, string(a.ID), cmd, accord, err)
}

// ReviseAbsenceDay replaces one occurrence of a recurring absence by one of its
// own: that day is taken out of the series, then declared by itself.
func (p *Poste) ReviseAbsenceDay(ctx context.Context, id agenda.AbsenceID, day civil.Date, alone agenda.Absence, accord Accord) (Acte, error) {
	alone.RRule, alone.ExDates = "", nil
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.absence(id)
		if err != nil {
			return err
		}
		alone.Agent, alone.Zone = before.Agent, before.Zone
		if !occurs(before.FirstDay, before.RRule, before.ExDates, day) {
			return invalidField("day", "Cette absence n’a pas lieu ce jour-là.")
		}
		return nil
	})
	if err != nil {
		return Acte{}, err
	}
	declared, err := p.DeclareAbsence(ctx, alone, accord)
	if err != nil {
		return declared, err
	}
	taken, err := p.LiftAbsence(ctx, id, day)
	return declared.and(taken), err
}

// LiftAbsence deletes a series, or takes one day out of it (day not zero).
func (p *Poste) LiftAbsence(ctx context.Context, id agenda.AbsenceID, day civil.Date) (Acte, error) {
	var cmd agenda.Args
	err := p.read(ctx, func(l *lecture) error {
		before, err := l.absence(id)
		if err != nil {
			return err
		}
		if day.IsZero() || before.RRule == "" {
			cmd, err = removing(before)
			return err
		}
		if !occurs(before.FirstDay, before.RRule, before.ExDates, day) {
			return invalidField("day", "Cette absence n’a pas lieu ce jour-là.")
		}
		after := agenda.Clone(before)
		after.ExDates = append(after.ExDates, day)
		cmd, err = revisingRecord(before, after)
		return err
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(id), cmd, Accord{All: true})
}

func (l *lecture) absence(id agenda.AbsenceID) (*agenda.Absence, error) {
	if r := get[*agenda.Absence](l, agenda.NounAbsence, string(id)); r != nil {
		return r, nil
	}
	return nil, agenda.Refuse(agenda.CodeNotFound, string(id))
}

// revisingRecord makes the command that turns before into after, nil when they
// are the same.
func revisingRecord(before, after agenda.Record) (*agenda.ReviseRecord, error) {
	fields, err := edits(before, after)
	if err != nil || len(fields) == 0 {
		return nil, err
	}
	return &agenda.ReviseRecord{Noun: before.Noun(), ID: before.Key(), Fields: fields}, nil
}

func removing(r agenda.Record) (*agenda.RemoveRecord, error) {
	was, err := agenda.Encode(r)
	return &agenda.RemoveRecord{Noun: r.Noun(), ID: r.Key(), Was: was}, err
}

// proposeRecord proposes a revision unless reading failed or nothing changes.
func (p *Poste) proposeRecord(ctx context.Context, id string, cmd *agenda.ReviseRecord, accord Accord, err error) (Acte, error) {
	if err != nil || cmd == nil {
		return Acte{ID: id}, err
	}
	return p.propose(ctx, id, cmd, accord)
}
