package agenda

import (
	"encoding/json"
	"maps"
	"slices"
)

// A fiche merged meanwhile lives on in another: what a command still says of it
// is meant for the person, and follows them.

// follow gives the arguments with every merged fiche replaced by the one that
// stays.
func (d *decider) follow(args Args) Args {
	switch a := args.(type) {
	case *BookRdv:
		b := *a
		b.Participations = d.followAll(a.Participations)
		return &b
	case *ReviseRdv:
		b := *a
		b.Add = d.followAll(a.Add)
		b.Remove = slices.Clone(a.Remove)
		for i, u := range b.Remove {
			b.Remove[i] = d.surviving(u)
		}
		return &b
	case *CancelRdv:
		b := *a
		b.Usager = d.surviving(a.Usager)
		return &b
	case *MarkRdv:
		b := *a
		b.Usager = d.surviving(a.Usager)
		return &b
	case *AddUsager:
		b := *a
		b.Usager.Responsable = d.surviving(a.Usager.Responsable)
		return &b
	case *ReviseUsager:
		return &ReviseUsager{Usager: d.surviving(a.Usager), Fields: d.followResponsable(a.Fields)}
	case *AttachUsager:
		return &AttachUsager{Usager: d.surviving(a.Usager), Organisation: a.Organisation}
	case *ReviseProfil:
		return &ReviseProfil{Usager: d.surviving(a.Usager), Organisation: a.Organisation, Fields: a.Fields}
	case *EraseUsager:
		return &EraseUsager{Usager: d.surviving(a.Usager), Reason: a.Reason}
	}
	return args
}

// surviving gives who a fiche was merged into; the fiche itself when it is
// here, was erased, or is not known to have been merged.
func (d *decider) surviving(id UsagerID) UsagerID {
	if id == "" {
		return id
	}
	if _, ans := d.f.Record(NounUsager, string(id)); ans == Yes || ans == Erased {
		return id
	}
	for _, u := range d.f.Usagers(UsagerQuery{Merged: id}) {
		d.verdict(Merged)
		return u.ID
	}
	return id
}

// followAll follows each participant; two fiches of one person take one part.
func (d *decider) followAll(ps []Participation) []Participation {
	kept := slices.Clone(ps)
	moved := map[UsagerID]bool{}
	for i, p := range kept {
		kept[i].Usager = d.surviving(p.Usager)
		moved[kept[i].Usager] = moved[kept[i].Usager] || kept[i].Usager != p.Usager
	}
	met := map[UsagerID]bool{}
	return slices.DeleteFunc(kept, func(p Participation) bool {
		again := met[p.Usager] && moved[p.Usager]
		met[p.Usager] = true
		return again
	})
}

// followResponsable follows the responsable that an edit gives.
func (d *decider) followResponsable(fields map[string]Edit) map[string]Edit {
	e, ok := fields["responsable"]
	var id UsagerID
	if !ok || json.Unmarshal(e.Now, &id) != nil {
		return fields
	}
	followed := d.surviving(id)
	if followed == id {
		return fields
	}
	now, err := json.Marshal(followed)
	if err != nil {
		return fields
	}
	copied := maps.Clone(fields)
	copied["responsable"] = Edit{Was: e.Was, Now: now}
	return copied
}
