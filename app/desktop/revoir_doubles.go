package desktop

import (
	"context"
	"slices"

	"permanence/app/agenda"
)

// Two files of one person: what each says, and making one of them.

// bothFiles gives the files of a duplicate, nil for one that is not here.
func (l *lecture) bothFiles(c *agenda.Conflit) (keep, drop *agenda.Usager) {
	people := usagersOf(c)
	if len(people) < 2 {
		return nil, nil
	}
	return l.usager(people[0]), l.usager(people[1])
}

// champsDoubles compares what identifies a person in two files, the fields in
// which neither says anything left out. What only the second says is proposed.
func (l *lecture) champsDoubles(c *agenda.Conflit) []ChampDouble {
	keep, drop := l.bothFiles(c)
	all := []ChampDouble{}
	if keep == nil || drop == nil {
		return all
	}
	for _, field := range personChamps() {
		one, two := fiche{usager: keep}, fiche{usager: drop}
		a, b := one.shown(field), two.shown(field)
		if a == "" && b == "" {
			continue
		}
		all = append(all, ChampDouble{Code: field.code, Label: field.label, Keep: a, Drop: b, Other: a == ""})
	}
	return all
}

// personChamps are the fields of the file itself, not of what an organisation
// keeps beside it.
func personChamps() []champ {
	return slices.DeleteFunc(champs(), func(c champ) bool { return c.toggle != "" })
}

// mergeTwo makes one person of the two files of a duplicate: the first stays,
// with the second's value of the fields named.
func (p *Poste) mergeTwo(ctx context.Context, c *agenda.Conflit, fields []string) (Acte, error) {
	var cmd *agenda.MergeUsagers
	err := p.read(ctx, func(l *lecture) error {
		keep, drop := l.bothFiles(c)
		if keep == nil || drop == nil {
			return refusedChoice()
		}
		cmd = &agenda.MergeUsagers{Keep: keep.ID, Drop: drop.ID}
		var err error
		cmd.Fields, err = takenOver(keep, drop, fields)
		return err
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(cmd.Keep), cmd, Accord{All: true})
}

// takenOver gives the edits that write the second file's values over the
// first's. It refuses (invalid) a field that a file does not have.
func takenOver(keep, drop *agenda.Usager, fields []string) (map[string]agenda.Edit, error) {
	after := fiche{usager: agenda.Clone(keep)}
	from := fiche{usager: drop}
	for _, code := range fields {
		if !slices.ContainsFunc(personChamps(), func(c champ) bool { return c.code == code }) {
			return nil, invalid(map[string]string{code: "Ce champ n’existe pas."})
		}
		if from.value(code) == "" {
			continue
		}
		if reason := after.set(code, from.value(code)); reason != "" {
			return nil, invalid(map[string]string{code: reason})
		}
	}
	found, err := edits(keep, after.usager)
	if len(found) == 0 {
		return nil, err
	}
	return found, err
}
