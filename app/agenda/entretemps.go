package agenda

import (
	"slices"
	"time"
)

// What changed between the instant an author saw the agenda and the instant the
// server heard of their command. The Rdv stands as promised; people are told.

// Found by the server alone.
const (
	codeOutside   Code = "outside"
	codeAgentLeft Code = "agent_left"
)

// plagesFor gives the plages, as this decision leaves them, in which one of the
// agents of r receives for its motif, there and then.
func (d *decider) plagesFor(r *Rdv) []*PlageOuverture {
	var found []*PlageOuverture
	for _, a := range r.Agents {
		for _, stored := range d.f.Plages(a) {
			p, ok := d.side(RefOf(stored)).(*PlageOuverture)
			if ok && !d.removed(RefOf(stored)) && p.offers(r) {
				found = append(found, p)
			}
		}
	}
	return found
}

// offers reports whether the plage holds the whole of r, for its motif and lieu.
func (p *PlageOuverture) offers(r *Rdv) bool {
	return p.Lieu == r.Lieu && slices.Contains(p.Motifs, r.Motif) &&
		slices.ContainsFunc(p.Spans(r.Span()), func(s Span) bool { return s.holds(r.Span()) })
}

// noteOffer remembers what the author went by, and on the server tells when it
// is no longer so: the hours they saw no longer hold r, or its motif was put
// away (sync.md §5 row 9).
func (d *decider) noteOffer(r *Rdv, c rdvContext) {
	if d.by.Kind != AuthorAgent || d.mode == Replay {
		return
	}
	holding := d.plagesFor(r)
	for _, p := range holding {
		d.rely(RefOf(p))
	}
	if c.motif != nil {
		d.rely(RefOf(c.motif))
	}
	if d.mode != Authority || d.c.Device == "" {
		return
	}
	if c.motif != nil && c.motif.Archived && d.changedMeanwhile(c.motif) {
		d.warn(codeOutside, "Le motif a été archivé entre-temps.", RefOf(c.motif))
		return
	}
	if len(holding) > 0 {
		return
	}
	if p := d.plageSeen(r); p != nil {
		d.warn(codeOutside, "Les heures d’ouverture ont changé entre-temps.", RefOf(p))
	}
}

// rely notes a record that the author goes by.
func (d *decider) rely(r Ref) {
	if !slices.Contains(d.out.Relied, r) {
		d.out.Relied = append(d.out.Relied, r)
	}
}

// changedMeanwhile reports whether r is not as the author saw it; who saw
// nothing of it cannot have known, nor who saw what has just been revived.
func (d *decider) changedMeanwhile(r Record) bool {
	_, revived := d.index[RefOf(r)]
	return revived || d.seen(r.Key()) < r.Stamped().Revision
}

// plageSeen gives the plage of an agent of r that the author went by, as it was
// last; nil when they booked outside of any.
func (d *decider) plageSeen(r *Rdv) *PlageOuverture {
	for _, id := range sortedKeys(d.c.Seen) {
		p, ans := Get[*PlageOuverture](d.f, NounPlage, id)
		if ans == No {
			p, _ = d.f.Former(NounPlage, id).(*PlageOuverture)
		}
		if p != nil && slices.Contains(r.Agents, p.Agent) {
			return p
		}
	}
	return nil
}

func sortedKeys(m map[string]int64) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// revive brings back, put away, a motif or a lieu that was removed while nobody
// knew of an Rdv that needs it: what was promised stands.
func (d *decider) revive(n Noun, id string) {
	if d.mode != Authority || d.c.Device == "" || id == "" {
		return
	}
	if _, ans := d.f.Record(n, id); ans != No {
		return
	}
	switch r := d.f.Former(n, id).(type) {
	case *Motif:
		r = Clone(r)
		r.Stamp, r.Archived = Stamp{}, true
		d.reborn(r)
	case *Lieu:
		r = Clone(r)
		r.Stamp, r.Archived = Stamp{}, true
		d.reborn(r)
	}
}

// reborn notes a record that comes back and lets the rules that follow see it.
func (d *decider) reborn(r Record) {
	d.change(nil, r)
	if _, seeing := d.f.(*decided); !seeing {
		d.f = &decided{Facts: d.f, d: d, at: map[Ref]int{}}
	}
}

// mayTakePart refuses an agent without a role in the organisation. One who had
// it when a desktop still thought so takes part, and the secretariat is told
// (sync.md §5 row 17).
func (d *decider) mayTakePart(a AgentID, o OrganisationID) error {
	if !d.f.Whole() || len(d.f.Roles(RoleQuery{Agent: a, Organisation: o})) > 0 {
		return nil
	}
	if d.mode != Authority || d.c.Device == "" || d.f.Former(NounRole, string(RoleOf(a, o))) == nil {
		return Refuse(CodeForbidden, string(a))
	}
	d.warn(codeAgentLeft, "Cet agent a quitté l’organisation.", Ref{NounAgent, string(a)})
	return nil
}

// apart adds to what did not stand who wanted it, and who made what stands: the
// last change of a group of r.
func (d *decider) apart(r *Rdv, group string, wanted map[string]string) map[string]string {
	wanted["by"], wanted["at"] = d.authorName(), d.at.Format(time.RFC3339)
	if s := d.signedBy(r, group); s != nil {
		wanted["stood_by"], wanted["stood_at"] = signatureName(*s), s.At.UTC().Format(time.RFC3339)
	}
	return wanted
}

// overruled is apart the other way round: the last change of the group did not
// stand, the author's does.
func (d *decider) overruled(r *Rdv, group string, wanted map[string]string) map[string]string {
	wanted["stood_by"], wanted["stood_at"] = d.authorName(), d.at.Format(time.RFC3339)
	if s := d.signedBy(r, group); s != nil {
		wanted["by"], wanted["at"] = signatureName(*s), s.At.UTC().Format(time.RFC3339)
	}
	return wanted
}

func (d *decider) signedBy(r *Rdv, group string) *Signature {
	if d.mode != Authority {
		return nil
	}
	revision := int64(1)
	if m, ok := r.Groups[group]; ok {
		revision = m.Revision
	}
	return d.f.Signature(RefOf(r), revision)
}

func (d *decider) authorName() string {
	return signatureName(Signature{Kind: d.by.Kind, Agent: d.author()})
}

func signatureName(s Signature) string {
	if s.Agent != "" {
		return string(s.Agent)
	}
	return string(s.Kind)
}

// author is the agent whose command this is: of an accepted one, who gave it.
func (d *decider) author() AgentID {
	if d.first != "" {
		return d.first
	}
	return d.by.Agent
}
