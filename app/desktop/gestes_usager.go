package desktop

import (
	"context"
	"maps"

	"permanence/app/agenda"
)

// AddUsager creates a person's file from what was typed, by the codes of its
// fields, in the organisation shown at first. It refuses (invalid, with fields)
// what cannot be, and as the rule does.
func (p *Poste) AddUsager(ctx context.Context, set map[string]string, accord Accord) (Acte, error) {
	id := agenda.UsagerID(p.ports.NewID())
	var cmd *agenda.AddUsager
	err := p.read(ctx, func(l *lecture) error {
		f, o, err := l.newFiche(id, set)
		if err != nil {
			return err
		}
		cmd = &agenda.AddUsager{Usager: *f.usager, Organisation: o.ID}
		if len(f.profil.FieldUsed()) > 0 {
			cmd.Profil = f.profil
		}
		return nil
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(id), cmd, accord)
}

// newFiche reads what was typed into an empty file.
func (l *lecture) newFiche(id agenda.UsagerID, set map[string]string) (fiche, *agenda.Organisation, error) {
	o := l.home()
	if o == nil {
		return fiche{}, nil, agenda.Refuse(agenda.CodeForbidden, "")
	}
	f := l.blank(o)
	f.usager.ID, f.usager.Territoire = id, o.Territoire
	typed := map[string]string{"first_name": "", "last_name": ""} // required
	maps.Copy(typed, set)
	return f, o, f.fill(typed, l.champsOf(o))
}

// blank is the file of nobody yet.
func (l *lecture) blank(o *agenda.Organisation) fiche {
	return fiche{usager: &agenda.Usager{}, profil: &agenda.Profil{}, region: l.region(o)}
}

func (l *lecture) region(o *agenda.Organisation) string {
	if t := l.territoire(o); t != nil {
		return agenda.RegionTelephone(t.Departement)
	}
	return agenda.RegionTelephone("")
}

// ReviseUsager changes the fields that were typed of a person's file. Identity
// and contacts are one command, what the organisation keeps another.
func (p *Poste) ReviseUsager(ctx context.Context, id agenda.UsagerID, set map[string]string, accord Accord) (Acte, error) {
	var commands []agenda.Args
	err := p.read(ctx, func(l *lecture) error {
		f, o, err := l.ficheOf(id)
		if err != nil {
			return err
		}
		commands, err = l.revisions(f, o, set)
		return err
	})
	acte := Acte{ID: string(id)}
	for _, args := range commands {
		if err != nil {
			break
		}
		var next Acte
		next, err = p.propose(ctx, string(id), args, accord)
		acte = acte.and(next)
	}
	return acte, err
}

// ficheOf reads a person's file as the agent's organisations know it: the
// profil is that of the organisation shown at first when it knows the person,
// else of another of the agent's. It refuses (not_found, erased).
func (l *lecture) ficheOf(id agenda.UsagerID) (fiche, *agenda.Organisation, error) {
	u, ans := agenda.Get[*agenda.Usager](l, agenda.NounUsager, string(id))
	if ans == agenda.Erased {
		return fiche{}, nil, agenda.Refuse(agenda.CodeErased, string(id))
	}
	if ans != agenda.Yes {
		return fiche{}, nil, agenda.Refuse(agenda.CodeNotFound, string(id))
	}
	profils := l.Profils(id)
	for _, o := range l.mine() {
		for _, p := range profils {
			if p.Organisation == o.ID {
				return fiche{usager: u, profil: p, region: l.region(o)}, o, nil
			}
		}
	}
	return fiche{}, nil, agenda.Refuse(agenda.CodeNotFound, string(id))
}

// revisions gives the commands that make a file what was typed.
func (l *lecture) revisions(f fiche, o *agenda.Organisation, set map[string]string) ([]agenda.Args, error) {
	after := f.copied()
	if err := after.fill(set, l.champsOf(o)); err != nil {
		return nil, err
	}
	var commands []agenda.Args
	person, err := edits(f.usager, after.usager)
	if err != nil {
		return nil, err
	}
	if len(person) > 0 {
		commands = append(commands, &agenda.ReviseUsager{Usager: f.usager.ID, Fields: person})
	}
	kept, err := edits(f.profil, after.profil)
	if err != nil {
		return nil, err
	}
	if len(kept) > 0 {
		commands = append(commands, &agenda.ReviseProfil{Usager: f.usager.ID, Organisation: o.ID, Fields: kept})
	}
	return commands, nil
}

// Duplicates finds who may be the same person as what is being typed (id "") or
// as a file with what is being typed over it. It writes nothing; what cannot be
// read yet is left out.
func (p *Poste) Duplicates(ctx context.Context, id agenda.UsagerID, responsable agenda.UsagerID, set map[string]string) ([]agenda.Lookalike, error) {
	var found []agenda.Lookalike
	err := p.read(ctx, func(l *lecture) error {
		o := l.home()
		if o == nil {
			return nil
		}
		f := l.blank(o)
		f.usager.ID, f.usager.Territoire = agenda.UsagerID(agenda.DeriveID(nil, "a file being filled")), o.Territoire
		var before *agenda.Usager
		if id != "" {
			known, _, err := l.ficheOf(id)
			if err != nil {
				return err
			}
			before, f = known.usager, known.copied()
		}
		for code, text := range set {
			f.set(code, text)
		}
		if responsable != "" {
			f.usager.Responsable = responsable
		}
		found = agenda.Lookalikes(l, before, f.usager)
		return nil
	})
	return found, err
}
