package agenda

import (
	"slices"
	"strconv"
	"time"
)

func (d *decider) grantRole(a *GrantRole) error {
	r := Clone(&a.Role)
	r.Stamp = Stamp{}
	slices.Sort(r.Services)
	r.Services = slices.Compact(r.Services)
	if err := d.admin(r.Organisation); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	if err := d.checkRole(r); err != nil {
		return err
	}
	before, ans := Get[*Role](d.f, NounRole, r.Key())
	if ans == Yes {
		r.Stamp = before.Stamp
	} else {
		before = nil
	}
	return d.putRole(before, r)
}

// checkRole refuses an agent, an organisation or a service that does not exist,
// and a service of another territoire.
func (d *decider) checkRole(r *Role) error {
	if _, err := need[*Agent](d, NounAgent, string(r.Agent)); err != nil {
		return err
	}
	org, err := need[*Organisation](d, NounOrganisation, string(r.Organisation))
	if err != nil {
		return err
	}
	for _, id := range r.Services {
		s, err := need[*Service](d, NounService, string(id))
		if err != nil {
			return err
		}
		if s != nil && org != nil && s.Territoire != org.Territoire {
			return Invalid("services")
		}
	}
	return nil
}

// putRole notes a role, new when before is nil, and what it makes visible.
func (d *decider) putRole(before, r *Role) error {
	if before != nil {
		changed, err := changedKeys(before, r)
		if err != nil {
			return err
		}
		d.noteBeside(before)
		if len(changed) == 0 {
			return nil
		}
		if before.Level == LevelAdmin && r.Level != LevelAdmin {
			if err := d.keepsAdmin(before); err != nil {
				return err
			}
		}
	}
	d.change(asRecord(before), r)
	if before == nil {
		d.wake(r.Agent)
	}
	if before == nil || !slices.Equal(before.Services, r.Services) {
		d.refeedAgent(r.Agent)
	}
	return nil
}

// keepsAdmin refuses to lose the last admin of an organisation.
func (d *decider) keepsAdmin(r *Role) error {
	for _, o := range d.f.Roles(RoleQuery{Organisation: r.Organisation}) {
		if o.Level == LevelAdmin && o.ID != r.ID {
			return nil
		}
	}
	return Refuse(CodeLastAdmin, string(r.Organisation))
}

// wake takes an agent who gets a role out of the archive.
func (d *decider) wake(a AgentID) {
	agent, ans := Get[*Agent](d.f, NounAgent, string(a))
	if ans != Yes || !agent.Archived {
		return
	}
	after := Clone(agent)
	after.Archived = false
	d.change(agent, after)
}

// refeedAgent notes again what is read through an agent's roles and services:
// the agent, what they plan, and their busy time.
func (d *decider) refeedAgent(a AgentID) {
	if d.mode != Authority {
		return
	}
	d.refeed(Ref{NounAgent, string(a)})
	for _, p := range d.f.Plages(a) {
		d.refeed(RefOf(p))
		d.refeedThrough(RefOf(p))
	}
	for _, abs := range d.f.Absences(a) {
		d.refeed(RefOf(abs))
		d.refeedThrough(RefOf(abs))
	}
	ever := Span{time.Date(2018, time.January, 1, 0, 0, 0, 0, time.UTC), d.coming().End}
	for _, o := range d.f.Occupations(a, ever) {
		d.refeed(RefOf(o))
	}
	for _, i := range d.f.Records(NounImporte, string(a)) {
		d.refeed(RefOf(i))
	}
}

// revokeRole takes an agent out of an organisation: refused while Rdvs to come
// keep them there (CodeUsed, listing them). Their plages there go; with the
// last role, on the server, their absences and imports too, and the agent is
// archived: past Rdvs keep the name.
func (d *decider) revokeRole(a *RevokeRole) error {
	if err := d.admin(a.Organisation); err != nil {
		return err
	}
	r, err := target[*Role](d, NounRole, string(RoleOf(a.Agent, a.Organisation)))
	if err != nil {
		return err
	}
	if r.Level == LevelAdmin {
		if err := d.keepsAdmin(r); err != nil {
			return err
		}
	}
	if err := d.freeOfRdvs(r); err != nil {
		return err
	}
	last := d.f.Whole() && len(d.f.Roles(RoleQuery{Agent: a.Agent})) == 1
	d.change(r, nil)
	d.refeedAgent(a.Agent)
	for _, p := range d.f.Plages(a.Agent) {
		if p.Organisation == a.Organisation {
			d.change(p, nil)
		}
	}
	if last {
		d.archive(a.Agent)
	}
	return nil
}

// freeOfRdvs refuses while standing Rdvs of the agent are to come there.
func (d *decider) freeOfRdvs(r *Role) error {
	refs := d.during(r.Agent, r.Organisation, d.at)
	if len(refs) == 0 {
		return nil
	}
	return stillUsed(r.Key(), rdvsToCome(len(refs))+" dans cette organisation : réaffectez ou annulez d’abord.", refs)
}

// stillUsed refuses with what still refers to the record.
func stillUsed(id, text string, refs []Ref) *Refusal {
	refusal := Refuse(CodeUsed, id)
	refusal.Message = text
	refusal.Warnings = []Warning{{Code: CodeUsed, Message: text, Records: refs}}
	return refusal
}

// rdvsToCome writes "Un rendez-vous est à venir", "3 rendez-vous sont à venir".
func rdvsToCome(n int) string {
	if n == 1 {
		return "Un rendez-vous est à venir"
	}
	return strconv.Itoa(n) + " rendez-vous sont à venir"
}

// archive leaves of an agent without a role the name that past Rdvs show.
func (d *decider) archive(a AgentID) {
	for _, abs := range d.f.Absences(a) {
		d.change(abs, nil)
	}
	for _, i := range d.f.Records(NounImporte, string(a)) {
		d.change(i, nil)
	}
	if agent, ans := Get[*Agent](d.f, NounAgent, string(a)); ans == Yes && !agent.Archived {
		after := Clone(agent)
		after.Archived = true
		d.change(agent, after)
	}
}
