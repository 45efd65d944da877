package agenda

import (
	"slices"
	"time"

	"permanence/app/civil"
)

// context is what the rules of one Rdv need beside it; a nil field is unknown
// here.
type rdvContext struct {
	motif      *Motif
	lieu       *Lieu
	org        *Organisation
	territoire *Territoire
}

// contextOf reads the records an Rdv names. It refuses those that certainly do
// not exist, and those that do not go together.
func (d *decider) contextOf(o OrganisationID, m MotifID, l LieuID) (rdvContext, error) {
	var c rdvContext
	var err error
	if c.org, err = need[*Organisation](d, NounOrganisation, string(o)); err != nil {
		return c, err
	}
	if c.motif, err = need[*Motif](d, NounMotif, string(m)); err != nil {
		return c, err
	}
	if l != "" {
		if c.lieu, err = need[*Lieu](d, NounLieu, string(l)); err != nil {
			return c, err
		}
	}
	if c.motif != nil && c.motif.Organisation != o || c.lieu != nil && c.lieu.Organisation != o {
		return c, Refuse(CodeMotifMismatch, string(m))
	}
	if c.motif != nil && c.motif.Place == PlacePublicOffice && l == "" {
		return c, Refuse(CodeNoLieu, string(m))
	}
	if c.org != nil {
		c.territoire, _ = Get[*Territoire](d.f, NounTerritoire, string(c.org.Territoire))
	}
	return c, nil
}

// settle gives the slot in the zone it belongs to: the lieu's, else the
// organisation's. When that zone is no longer the one the author read, the
// hour on the wall stays and the instants follow.
func (c rdvContext) settle(s Slot) (Slot, error) {
	zone := s.Zone
	if c.lieu != nil {
		zone = c.lieu.Zone
	} else if s.Lieu == "" && c.org != nil {
		zone = c.org.Zone
	}
	if zone == s.Zone {
		return s, nil
	}
	day, hour, err := wallOf(s.Start, s.Zone)
	if err != nil {
		return s, err
	}
	z, err := civil.LoadZone(zone)
	if err != nil {
		return s, Invalid("zone")
	}
	start := z.Instant(day, hour)
	return Slot{Start: start, End: start.Add(s.End.Sub(s.Start)), Zone: zone, Lieu: s.Lieu}, nil
}

// place writes a slot into r.
func (r *Rdv) place(s Slot) error {
	day, hour, err := wallOf(s.Start, s.Zone)
	if err != nil {
		return err
	}
	r.Start, r.End = s.Start.UTC().Truncate(time.Second), s.End.UTC().Truncate(time.Second)
	r.Zone, r.Day, r.From, r.Lieu = s.Zone, day, hour, s.Lieu
	return nil
}

// Slot is when and where r takes place.
func (r *Rdv) Slot() Slot { return Slot{r.Start, r.End, r.Zone, r.Lieu} }

// same reports whether two slots are the same time and lieu.
func (s Slot) same(o Slot) bool {
	return s.Start.Equal(o.Start) && s.End.Equal(o.End) && s.Lieu == o.Lieu
}

func (d *decider) bookRdv(a *BookRdv) error {
	switch _, ans := d.f.Record(NounRdv, string(a.Rdv)); ans {
	case Yes:
		return Refuse(CodeExists, string(a.Rdv))
	case Erased:
		return Refuse(CodeErased, string(a.Rdv))
	}
	d.revive(NounMotif, string(a.Motif))
	d.revive(NounLieu, string(a.Lieu))
	c, err := d.contextOf(a.Organisation, a.Motif, a.Lieu)
	if err != nil {
		return err
	}
	slot, err := c.settle(Slot{a.Start, a.End, a.Zone, a.Lieu})
	if err != nil {
		return err
	}
	if err := d.mayBook(a, c, slot); err != nil {
		return err
	}
	r := &Rdv{
		ID: a.Rdv, Organisation: a.Organisation, Motif: a.Motif, Address: a.Address,
		Agents: sortedAgents(a.Agents), Participations: a.Participations,
		Status: StatusUnknown, Title: a.Title, Capacity: a.Capacity, Context: a.Context,
		CreatedBy: Creator{d.by.Kind, d.author()}, CreatedAt: d.at,
	}
	if err := r.place(slot); err != nil {
		return err
	}
	if err := d.checkPeople(nil, r, c); err != nil {
		return err
	}
	if err := d.checkDuplicate(r); err != nil {
		return err
	}
	d.warnRdv(nil, r, c)
	d.noteOffer(r, c)
	d.change(nil, r)
	d.attachAll(r)
	d.noteBegan(r)
	return nil
}

// mayBook checks the author's rights and what the organisation keeps off.
func (d *decider) mayBook(a *BookRdv, c rdvContext, slot Slot) error {
	if d.by.Kind == AuthorUsager {
		return d.claimSlot(a, c, slot)
	}
	if err := d.member(a.Organisation); err != nil {
		return err
	}
	if c.motif != nil {
		if err := d.usesMotif(c.motif); err != nil {
			return err
		}
	}
	if a.Context != "" {
		return c.fieldOn(FieldContext)
	}
	return nil
}

// fieldOn refuses an optional field that is certainly off here.
func (c rdvContext) fieldOn(f Field) error {
	if c.org == nil || c.territoire == nil || c.org.Enabled(c.territoire, f) {
		return nil
	}
	r := Refuse(CodeFieldOff, c.org.Key())
	r.Field = string(f)
	return r
}

// checkPeople refuses agents and usagers who cannot take part, and a kind of
// place that nobody could reach.
// before is nil for a new Rdv: who took part already may go on.
func (d *decider) checkPeople(before, r *Rdv, c rdvContext) error {
	if len(r.Agents) == 0 {
		return Refuse(CodeNoAgent, r.Key())
	}
	for _, a := range r.Agents {
		if _, err := need[*Agent](d, NounAgent, string(a)); err != nil {
			return err
		}
		if before != nil && slices.Contains(before.Agents, a) {
			continue
		}
		if err := d.mayTakePart(a, r.Organisation); err != nil {
			return err
		}
	}
	collectif := c.motif != nil && c.motif.Collectif
	if len(r.Participations) == 0 && !collectif {
		return Refuse(CodeNoUsager, r.Key())
	}
	people, err := d.usagersOf(r, c)
	if err != nil {
		return err
	}
	return d.checkReach(r, c, people)
}

// usagersOf reads the participants; those unknown here are left out.
func (d *decider) usagersOf(r *Rdv, c rdvContext) ([]*Usager, error) {
	var people []*Usager
	for i, p := range r.Participations {
		if slices.ContainsFunc(r.Participations[:i], func(q Participation) bool { return q.Usager == p.Usager }) {
			return nil, Invalid("participations")
		}
		u, err := need[*Usager](d, NounUsager, string(p.Usager))
		if err != nil {
			return nil, err
		}
		if u == nil {
			continue
		}
		if c.org != nil && u.Territoire != c.org.Territoire {
			return nil, Refuse(CodeNotFound, u.Key())
		}
		if err := d.knowsUsager(u.ID); err != nil && d.f.Whole() && d.by.Kind != AuthorUsager {
			return nil, err
		}
		people = append(people, u)
	}
	return people, nil
}

// checkReach: a phone motif needs one number among the usagers to call, a
// visio motif an email or a mobile, a home motif an address. People unknown
// here may have them.
func (d *decider) checkReach(r *Rdv, c rdvContext, people []*Usager) error {
	if c.motif == nil || len(people) < len(r.Participations) || len(people) == 0 {
		return nil
	}
	reach := func(ok func(email, phone, address string) bool) bool {
		return slices.ContainsFunc(people, func(u *Usager) bool {
			email, phone, address, _ := Contacts(d.f, u)
			return ok(email, phone, address)
		})
	}
	switch c.motif.Place {
	case PlacePhone:
		if !reach(func(_, phone, _ string) bool { return phone != "" }) {
			return Refuse(CodeNoPhone, r.Key())
		}
	case PlaceVisio:
		if !reach(func(email, phone, _ string) bool { return email != "" || MobileTelephone(phone) }) {
			return Refuse(CodeNoContact, r.Key())
		}
	case PlaceHome:
		if r.Address == "" && !reach(func(_, _, address string) bool { return address != "" }) {
			return Refuse(CodeNoAddress, r.Key())
		}
	}
	return nil
}

// checkDuplicate: exactly the same Rdv is blocked, unless it was made on
// another desk: then both stand and people are told (sync.md §5 row 23). Run
// again on its own desk, it was made: nobody is there to read a warning.
func (d *decider) checkDuplicate(r *Rdv) error {
	if d.mode == Replay && d.c.Device != "" {
		return nil
	}
	for _, o := range d.f.Rdvs(around(r, r.Agents[0])) {
		if o.ID == r.ID || o.Cancelled() || !o.twin(r) {
			continue
		}
		if d.mode == Propose || d.c.Device == "" {
			return Refuse(CodeDuplicate, o.Key())
		}
		d.warn(codeDuplicateRdv, "Le même rendez-vous a été pris sur un autre poste.", RefOf(o))
	}
	return nil
}

// codeDuplicateRdv is found by the server alone.
const codeDuplicateRdv Code = "duplicate_rdv"

// twin reports whether two Rdvs are the same in all but their id.
func (r *Rdv) twin(o *Rdv) bool {
	return r.Organisation == o.Organisation && r.Motif == o.Motif && r.Slot().same(o.Slot()) &&
		slices.Equal(r.Agents, o.Agents) && slices.Equal(sortedUsagers(r), sortedUsagers(o))
}

// attachAll makes the participants, and the responsables of proches, known to
// the organisation.
func (d *decider) attachAll(r *Rdv) {
	for _, p := range r.Participations {
		d.attach(p.Usager, r.Organisation)
		if u, ans := Get[*Usager](d.f, NounUsager, string(p.Usager)); ans == Yes {
			d.attachResponsables(u, r.Organisation)
		}
	}
}

// attach adds the profil that makes u known to o, unless it exists.
func (d *decider) attach(u UsagerID, o OrganisationID) {
	id := ProfilOf(u, o)
	if _, ans := d.f.Record(NounProfil, string(id)); ans == Yes || ans == Erased {
		return
	}
	if slices.ContainsFunc(d.out.Changes, func(c Change) bool { return c.Ref() == Ref{NounProfil, string(id)} }) {
		return
	}
	d.change(nil, &Profil{ID: id, Usager: u, Organisation: o})
	d.refeed(Ref{NounUsager, string(u)})
}

// noteBegan tells the author of an Rdv that the server hears of too late.
func (d *decider) noteBegan(r *Rdv) {
	if d.mode == Authority && d.c.Device != "" && !r.Start.After(d.clock) && r.Start.After(d.at) {
		d.out.Code = CodeBegan
		d.conflit(ConflitBegan, nil, RefOf(r))
	}
}

// rdv reads the Rdv that a command is about.
func (d *decider) rdv(id RdvID) (*Rdv, error) {
	r, err := need[*Rdv](d, NounRdv, string(id))
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, Refuse(CodeNotFound, string(id))
	}
	return r, d.readsRdv(r)
}

// concurrent reports whether another device changed the group of r since the
// author last heard of it. A first proposal is never concurrent.
func (d *decider) concurrent(r *Rdv, group string) bool {
	return d.mode != Propose && d.c.Device != "" && r.changedSince(group, d.seen(r.Key()), d.c.Device)
}

// elsewhere reports whether r is no longer where the author of a command of
// another history saw it.
func (d *decider) elsewhere(r *Rdv, from Slot) bool {
	return d.c.Unseen && !r.Slot().same(from)
}

func (d *decider) moveRdv(a *MoveRdv) error {
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	if d.by.Kind == AuthorUsager {
		return Refuse(CodeForbidden, r.Key())
	}
	if r.Cancelled() {
		return d.moveCancelled(r, a)
	}
	d.revive(NounLieu, string(a.To.Lieu))
	c, err := d.contextOf(r.Organisation, r.Motif, a.To.Lieu)
	if err != nil {
		return err
	}
	to, err := c.settle(a.To)
	if err != nil {
		return err
	}
	if d.concurrent(r, GroupSlot) || d.elsewhere(r, a.From) {
		return d.moveBoth(r, to)
	}
	after := Clone(r)
	if err := after.place(to); err != nil {
		return err
	}
	if err := after.swapAgent(a.FromAgent, a.ToAgent); err != nil {
		return err
	}
	if err := d.checkPeople(r, after, c); err != nil {
		return err
	}
	d.warnRdv(r, after, c)
	d.noteOffer(after, c)
	d.change(r, after)
	d.noteBegan(after)
	return nil
}

// moveCancelled: a cancellation beats a move. Made without knowing, the move is
// kept as what was wanted (row 10); otherwise it is refused.
func (d *decider) moveCancelled(r *Rdv, a *MoveRdv) error {
	if !d.concurrent(r, GroupStatus) {
		return Refuse(CodeAlreadyCancelled, r.Key())
	}
	d.conflit(ConflitCancelledMoved, d.apart(r, GroupStatus, wantedSlot(a.To)), RefOf(r))
	return nil
}

// moveBoth: two people moved it; the first in order stands. To the same place,
// there is nothing to say.
func (d *decider) moveBoth(r *Rdv, to Slot) error {
	if r.Slot().same(to) {
		d.verdict(Merged)
		return nil
	}
	d.conflit(ConflitMoved, d.apart(r, GroupSlot, wantedSlot(to)), RefOf(r))
	return nil
}

func wantedSlot(s Slot) map[string]string {
	return map[string]string{
		"start": s.Start.UTC().Format(time.RFC3339), "end": s.End.UTC().Format(time.RFC3339),
		"zone": s.Zone, "lieu": string(s.Lieu),
	}
}

// swapAgent replaces one agent by another; both empty is no change.
func (r *Rdv) swapAgent(from, to AgentID) error {
	if from == "" && to == "" || from == to {
		return nil
	}
	if !slices.Contains(r.Agents, from) || to == "" {
		return Invalid("from_agent")
	}
	kept := slices.DeleteFunc(slices.Clone(r.Agents), func(a AgentID) bool { return a == from })
	r.Agents = sortedAgents(append(kept, to))
	return nil
}

func (d *decider) reviseRdv(a *ReviseRdv) error {
	if d.by.Kind == AuthorUsager {
		return d.claimSeat(a)
	}
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	c, err := d.contextOf(r.Organisation, r.Motif, r.Lieu)
	if err != nil {
		return err
	}
	after := Clone(r)
	after.reviseAgents(a)
	after.reviseParticipations(a)
	if err := d.reviseTexts(after, a, c); err != nil {
		return err
	}
	if err := d.checkPeople(r, after, c); err != nil {
		return err
	}
	if d.concurrent(r, GroupPeople) || d.concurrent(r, GroupNote) {
		d.verdict(Merged)
	}
	d.warnRdv(r, after, c)
	d.change(r, after)
	d.attachAll(after)
	return nil
}

func (r *Rdv) reviseAgents(a *ReviseRdv) {
	kept := slices.DeleteFunc(slices.Clone(r.Agents), func(id AgentID) bool { return slices.Contains(a.RemoveAgents, id) })
	r.Agents = sortedAgents(append(kept, a.AddAgents...))
}

func (r *Rdv) reviseParticipations(a *ReviseRdv) {
	replaced := func(p Participation) bool {
		return slices.Contains(a.Remove, p.Usager) ||
			slices.ContainsFunc(a.Add, func(q Participation) bool { return q.Usager == p.Usager })
	}
	r.Participations = append(slices.DeleteFunc(r.Participations, replaced), a.Add...)
	for _, u := range a.Remove {
		delete(r.Presence, u)
	}
}

func (d *decider) reviseTexts(r *Rdv, a *ReviseRdv, c rdvContext) error {
	if a.Context != nil {
		if err := c.fieldOn(FieldContext); err != nil && a.Context.Now != "" {
			return err
		}
		r.Context = a.Context.Now
	}
	if a.Title != nil {
		r.Title = a.Title.Now
	}
	if a.Capacity != nil {
		r.Capacity = *a.Capacity
	}
	return nil
}

func (d *decider) deleteRdv(a *DeleteRdv) error {
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	if err := d.admin(r.Organisation); err != nil {
		return err
	}
	if !r.Cancelled() && r.Start.After(d.at) {
		return Refuse(CodeUsed, r.Key()) // cancelled first, so that its usagers are told
	}
	d.change(r, nil)
	return nil
}

func sortedAgents(ids []AgentID) []AgentID {
	s := slices.Clone(ids)
	slices.Sort(s)
	return slices.Compact(s)
}

func sortedUsagers(r *Rdv) []UsagerID {
	ids := r.Usagers()
	slices.Sort(ids)
	return ids
}
