package agenda

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"
)

// CodeQuarantined tells that a command waits for the word of the organisation's
// admins or secretariat: its author lost, meanwhile, the right to give it.
const CodeQuarantined Code = "quarantined"

// WithRole gives facts in which a role stands as it once did.
func WithRole(f Facts, r *Role) Facts { return formerly{f, r} }

type formerly struct {
	Facts
	role *Role
}

func (f formerly) Roles(q RoleQuery) []*Role {
	found := slices.DeleteFunc(f.Facts.Roles(q), func(r *Role) bool { return r.ID == f.role.ID })
	if (q.Agent == "" || q.Agent == f.role.Agent) && (q.Organisation == "" || q.Organisation == f.role.Organisation) {
		found = append(found, Clone(f.role))
	}
	slices.SortFunc(found, func(a, b *Role) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return found
}

// QuarantineOf names the conflit that keeps a command aside.
func QuarantineOf(f Facts, command string) ConflitID {
	return ConflitID(f.Derive("conflit", string(ConflitQuarantined), command))
}

// Quarantine gives the decision that keeps a command aside, for the admins and
// the secretariat of the organisation in which its author had a role: one
// conflit, with its content. would is what the command would have done; clock is
// the server's. The verdict is Waiting.
func Quarantine(f Facts, c Command, by Author, role *Role, would Decision, clock time.Time) (Decision, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return Decision{}, err
	}
	d := &decider{f: f, c: c, by: by, mode: Authority, at: clock.UTC().Truncate(time.Microsecond), clock: clock.UTC()}
	k := &Conflit{
		ID: QuarantineOf(f, c.ID), Code: ConflitQuarantined, Command: c.ID,
		Organisation: role.Organisation, Sides: concernedBy(f, role, would, raw), Content: raw, OpenedAt: clock.UTC(),
		Wanted: map[string]string{"agent": string(by.Agent), "name": c.Name, "at": c.At.UTC().Format(time.RFC3339)},
	}
	if org, ans := Get[*Organisation](f, NounOrganisation, string(role.Organisation)); ans == Yes {
		k.Territoire = org.Territoire
	}
	d.openConflit(k)
	d.out.Verdict, d.out.Code = Waiting, CodeQuarantined
	return d.out, d.finish()
}

// concernedBy lists the organisation and the author, then what a command would
// have changed and the people it names: erasing one of them takes the command
// with them.
func concernedBy(f Facts, role *Role, would Decision, raw []byte) []Ref {
	sides := []Ref{{NounOrganisation, string(role.Organisation)}, {NounAgent, string(role.Agent)}}
	for _, c := range would.Changes {
		if c.Before != nil && Historical(c.Ref().Noun) {
			sides = append(sides, c.Ref())
		}
		if p, ok := c.After.(*Profil); ok {
			sides = append(sides, Ref{NounUsager, string(p.Usager)})
		}
	}
	for _, id := range regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).FindAllString(string(raw), -1) {
		sides = append(sides, Ref{NounUsager, id})
	}
	return slices.DeleteFunc(once(sides), func(r Ref) bool {
		_, ans := f.Record(r.Noun, r.ID)
		return ans != Yes
	})
}

// settleWaiting runs a quarantined command with the rights of who accepts it, as
// its author's; or rejects it. Settled already, the first word stands.
func (d *decider) settleWaiting(a *SettleWaiting) error {
	k, err := target[*Conflit](d, NounConflit, string(a.Conflit))
	if err != nil {
		return err
	}
	if err := d.concerned(k); err != nil {
		return err
	}
	if k.Code != ConflitQuarantined {
		return Invalid("conflit")
	}
	if !k.Open() {
		d.verdict(Merged)
		return nil
	}
	if !a.Accept {
		return d.endWaiting(k, "rejected")
	}
	inner, err := DecodeCommand(k.Content)
	if err != nil {
		return err
	}
	inner.Accepted = slices.Concat(inner.Accepted, d.c.Accepted)
	outer := d.c
	d.c, d.at, d.first = inner, capAt(inner.At, d.at), AgentID(k.Wanted["agent"])
	err = d.dispatch()
	d.c.ID = outer.ID
	if err != nil {
		return err
	}
	return d.endWaiting(k, "accepted")
}

// capAt is the earlier of two instants, as acts are dated.
func capAt(at, limit time.Time) time.Time {
	if at.After(limit) {
		return limit
	}
	return at.UTC().Truncate(time.Microsecond)
}

// endWaiting closes the conflit of a quarantined command, whose content goes.
func (d *decider) endWaiting(k *Conflit, choice string) error {
	after := d.closed(k, choice)
	after.Content = nil
	d.change(k, after)
	return nil
}
