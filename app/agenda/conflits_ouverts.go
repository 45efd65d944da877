package agenda

import (
	"cmp"
	"slices"
	"strings"
)

// conflit opens what two people must look at, about the given records; wanted
// keeps what did not stand. On a desktop it only lifts the verdict: the server
// alone writes conflits.
func (d *decider) conflit(code ConflitCode, wanted map[string]string, sides ...Ref) {
	d.verdict(Conflict)
	if d.mode != Authority {
		return
	}
	busy := slices.DeleteFunc(slices.Clone(sides), func(r Ref) bool { return r.Noun != NounOccupation })
	sides = slices.DeleteFunc(slices.Clone(sides), func(r Ref) bool { return r.Noun == NounOccupation })
	slices.SortFunc(sides, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Noun, b.Noun), cmp.Compare(a.ID, b.ID)) })
	c := &Conflit{
		ID:   ConflitID(d.f.Derive("conflit", string(code), keysOf(slices.Concat(sides, busy)), wantedKey(d.c.ID, wanted))),
		Code: code, Sides: sides, Command: d.c.ID, OpenedAt: d.clock, Wanted: wanted,
		Territoire: d.territoireOf(sides), Authors: d.informed(sides),
	}
	if code == ConflitBegan {
		c.Authors = sortedAgents([]AgentID{d.author()})
	}
	for _, r := range busy {
		c.Busy = append(c.Busy, OccupationID(r.ID))
	}
	d.openConflit(c)
}

// wantedKey sets apart two commands that wanted different things of the same
// record; an overlap, which wants nothing, is the same whoever finds it.
func wantedKey(command string, wanted map[string]string) string {
	if wanted == nil {
		return ""
	}
	return command
}

// openConflit adds c, or opens again the same one closed earlier.
func (d *decider) openConflit(c *Conflit) {
	d.refeedAgents(c)
	old, ans := Get[*Conflit](d.f, NounConflit, c.Key())
	if ans != Yes {
		d.change(nil, c)
		return
	}
	if old.Open() {
		return
	}
	c.Stamp = old.Stamp
	d.change(old, c)
}

func keysOf(refs []Ref) string {
	var b strings.Builder
	for _, r := range refs {
		b.WriteString(string(r.Noun) + " " + r.ID + "\n")
	}
	return b.String()
}

// territoireOf is that of the first side that tells it.
func (d *decider) territoireOf(sides []Ref) TerritoireID {
	for _, s := range sides {
		if u, ok := d.side(s).(*Usager); ok {
			return u.Territoire
		}
		for _, pl := range Readers(d.f, d.side(s)) {
			return pl.Territoire
		}
	}
	return ""
}

// side reads a record as this decision leaves it.
func (d *decider) side(r Ref) Record {
	for _, c := range d.out.Changes {
		if c.Ref() == r && c.After != nil {
			return c.After
		}
	}
	rec, _ := d.f.Record(r.Noun, r.ID)
	return rec
}

// informed lists the author and the agents of every Rdv concerned.
func (d *decider) informed(sides []Ref) []AgentID {
	var ids []AgentID
	ids = append(ids, d.by.Agent, d.author())
	for _, s := range sides {
		switch r := d.side(s).(type) {
		case *Rdv:
			ids = append(ids, r.Agents...)
			ids = append(ids, r.CreatedBy.Agent)
		case *Absence:
			ids = append(ids, r.Agent)
		}
	}
	ids = slices.DeleteFunc(ids, func(a AgentID) bool { return a == "" })
	return sortedAgents(ids)
}

// flag turns a warning that its author had not seen into a conflit. Those
// about comfort (a hole, a long title, the past) are no conflict of anyone.
func (d *decider) flag(w Warning) {
	code, ok := map[Code]ConflitCode{
		WarnOverlap: ConflitOverlap, WarnBusy: ConflitOverlap, WarnAbsent: ConflitAbsent,
		WarnRdvsInside: ConflitAbsenceOver, codeDuplicateRdv: ConflitDuplicateRdv,
		WarnOverbooked: ConflitOverbooked, codeOutside: ConflitOutside, codeAgentLeft: ConflitAgentLeft,
		WarnSameIdentity: ConflitDuplicateUsager, WarnSamePhone: ConflitDuplicateUsager, WarnSameEmail: ConflitDuplicateUsager,
	}[w.Code]
	if !ok {
		return
	}
	if code == ConflitOverbooked {
		d.conflit(code, nil, d.subject()) // one an Rdv, whoever came last
		return
	}
	d.conflit(code, nil, append([]Ref{d.subject()}, w.Records...)...)
}

// subject is the record that the command is about: the first changed.
func (d *decider) subject() Ref {
	for _, c := range d.out.Changes {
		if oneOf(string(c.Ref().Noun), string(NounRdv), string(NounUsager), string(NounAbsence)) {
			return c.Ref()
		}
	}
	return Ref{}
}

// removed reports whether this decision removes the record.
func (d *decider) removed(r Ref) bool {
	return slices.ContainsFunc(d.out.Changes, func(c Change) bool { return c.Ref() == r && c.After == nil })
}

// refeedAgents notes again the agents that a conflit names: they are read with
// it, as long as it is open.
func (d *decider) refeedAgents(c *Conflit) {
	for _, s := range c.Sides {
		if s.Noun == NounAgent && d.mode == Authority {
			d.refeed(s)
		}
	}
}
