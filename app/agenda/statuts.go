package agenda

import (
	"maps"
	"slices"
)

func (d *decider) cancelRdv(a *CancelRdv) error {
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	if err := d.mayCancel(r, a); err != nil {
		return err
	}
	if a.Usager != "" && r.StatusOf(a.Usager).Cancelled() || r.Cancelled() {
		return d.cancelAgain(r)
	}
	if r.Status == StatusSeen || r.Status == StatusNoShow {
		return d.cancelFilled(r, a)
	}
	if d.concurrent(r, GroupSlot) {
		d.conflit(ConflitCancelledMoved, d.overruled(r, GroupSlot, wantedSlot(r.Slot())), RefOf(r))
	}
	d.change(r, r.cancelled(d, a))
	return nil
}

// mayCancel: by By and, for an usager, by the notice, the motif and the clock
// of who decides.
func (d *decider) mayCancel(r *Rdv, a *CancelRdv) error {
	if !oneOf(a.By, "usager", "service") {
		return Invalid("by")
	}
	if a.Usager != "" && !r.Has(a.Usager) {
		return Refuse(CodeNotFound, string(a.Usager))
	}
	if d.by.Kind != AuthorUsager {
		return nil
	}
	if a.By != "usager" {
		return Refuse(CodeForbidden, r.Key())
	}
	theirs := AnsweredFor(d.f, r, d.by.Usager)
	if a.Usager != "" && !slices.Contains(theirs, a.Usager) || a.Usager == "" && len(theirs) < len(r.Participations) && !d.collectif(r) {
		return Refuse(CodeForbidden, r.Key())
	}
	return d.usagerMayCancel(r)
}

func (d *decider) usagerMayCancel(r *Rdv) error {
	c, err := d.contextOf(r.Organisation, r.Motif, r.Lieu)
	if err != nil {
		return err
	}
	if r.Cancelled() {
		return Refuse(CodeAlreadyCancelled, r.Key())
	}
	if c.motif != nil && (c.motif.NoCancel || c.motif.Visibility == Invisible) {
		return Refuse(CodeNotCancellable, r.Key())
	}
	if c.org != nil && r.Start.Sub(d.clock) <= c.org.CancelNotice() {
		return Refuse(CodeTooLate, r.Key())
	}
	return nil
}

// cancelAgain: cancelled meanwhile by somebody else is what was wanted;
// otherwise there is nothing to cancel.
func (d *decider) cancelAgain(r *Rdv) error {
	if !d.concurrent(r, GroupStatus) {
		return Refuse(CodeAlreadyCancelled, r.Key())
	}
	d.verdict(Merged)
	return nil
}

// cancelFilled: presence noted meanwhile wins over a cancellation (row 11); an
// absence noted meanwhile yields to the later word (row 13). A status already
// known must be taken back first.
func (d *decider) cancelFilled(r *Rdv, a *CancelRdv) error {
	if !d.concurrent(r, GroupStatus) {
		return Refuse(CodeTransition, r.Key())
	}
	if r.Status == StatusSeen {
		d.conflit(ConflitPresence, d.apart(r, GroupStatus, wantedStatus(a.status(), r.Status)), RefOf(r))
		return nil
	}
	d.conflit(ConflitStatus, d.overruled(r, GroupStatus, wantedStatus(r.Status, a.status())), RefOf(r))
	d.change(r, r.cancelled(d, a))
	return nil
}

// status is what a cancellation leaves.
func (a *CancelRdv) status() Status {
	if a.By == "usager" {
		return StatusExcused
	}
	return StatusRevoked
}

// oneOfSeveral reports whether a status given to an usager is theirs alone: a
// collectif stays open when the last of its participants leaves.
func (d *decider) oneOfSeveral(r *Rdv, u UsagerID) bool {
	return u != "" && (len(r.Participations) > 1 || d.collectif(r))
}

// collectif reports whether several families share r.
func (d *decider) collectif(r *Rdv) bool {
	m, ans := Get[*Motif](d.f, NounMotif, string(r.Motif))
	return ans == Yes && m.Collectif
}

// cancelled gives r cancelled, as a whole or for one usager of several. An
// usager cancels their part in a session, never the session.
func (r *Rdv) cancelled(d *decider, a *CancelRdv) *Rdv {
	after := Clone(r)
	if d.by.Kind == AuthorUsager && a.Usager == "" && d.collectif(r) {
		for _, u := range AnsweredFor(d.f, r, d.by.Usager) {
			after.setPresence(u, a.status())
		}
		return after
	}
	if d.oneOfSeveral(r, a.Usager) {
		after.setPresence(a.Usager, a.status())
		return after
	}
	at := d.at
	after.Status, after.CancelledAt, after.ArrivedAt = a.status(), &at, nil
	maps.DeleteFunc(after.Presence, func(_ UsagerID, s Status) bool { return !s.Cancelled() })
	return after
}

func (r *Rdv) setPresence(u UsagerID, s Status) {
	if r.Presence == nil {
		r.Presence = map[UsagerID]Status{}
	}
	r.Presence[u] = s
	if s == r.Status {
		delete(r.Presence, u)
	}
	if len(r.Presence) == 0 {
		r.Presence = nil
	}
}

func (d *decider) markRdv(a *MarkRdv) error {
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	switch {
	case d.by.Kind == AuthorUsager:
		return Refuse(CodeForbidden, r.Key())
	case !oneOf(string(a.Status), "seen", "noshow", "unknown"):
		return Invalid("status")
	case a.Usager != "" && !r.Has(a.Usager):
		return Refuse(CodeNotFound, string(a.Usager))
	}
	if d.oneOfSeveral(r, a.Usager) {
		return d.markOne(r, a)
	}
	if r.Status == a.Status {
		d.verdict(Merged)
		return nil
	}
	return d.markAll(r, a)
}

// markAll follows the transitions offered to agents (reference §1.11): a known
// status is taken back to unknown before another is given, unless somebody
// else set it meanwhile: then the later word stands and presence beats a
// cancellation.
func (d *decider) markAll(r *Rdv, a *MarkRdv) error {
	together := d.concurrent(r, GroupStatus)
	if a.Status != StatusUnknown {
		if r.Status != StatusUnknown && !together {
			return Refuse(CodeTransition, r.Key())
		}
		if err := d.mayFill(r, a.Status); err != nil {
			return err
		}
	}
	switch overruled := wantedStatus(r.Status, a.Status); {
	case together && r.Cancelled() && a.Status == StatusSeen:
		d.conflit(ConflitPresence, d.overruled(r, GroupStatus, overruled), RefOf(r))
	case together && r.Status != StatusUnknown:
		d.conflit(ConflitStatus, d.overruled(r, GroupStatus, overruled), RefOf(r))
	case together:
		d.verdict(Merged)
	}
	after := Clone(r)
	after.Status, after.CancelledAt, after.Presence = a.Status, nil, nil
	c, err := d.contextOf(r.Organisation, r.Motif, r.Lieu)
	if err != nil {
		return err
	}
	if r.Cancelled() {
		d.warnRdv(r, after, c)
	}
	d.change(r, after)
	return nil
}

// wantedStatus tells the status that did not stand, and the one that does.
func wantedStatus(lost, stood Status) map[string]string {
	return map[string]string{"status": string(lost), "stood": string(stood)}
}

// markOne sets one usager's status; any seen makes the whole seen.
func (d *decider) markOne(r *Rdv, a *MarkRdv) error {
	if a.Status != StatusUnknown {
		if err := d.mayFill(r, a.Status); err != nil {
			return err
		}
	}
	if had := r.StatusOf(a.Usager); d.concurrent(r, GroupStatus) && had != a.Was && had != a.Status && had != StatusUnknown {
		wanted := d.overruled(r, GroupStatus, wantedStatus(had, a.Status))
		wanted["usager"] = string(a.Usager)
		d.conflit(ConflitStatus, wanted, RefOf(r))
	}
	after := Clone(r)
	after.setPresence(a.Usager, a.Status)
	if a.Status == StatusSeen && r.Status == StatusUnknown {
		after.fillSeen()
	}
	d.warnSeats(r, after)
	d.change(r, after)
	return nil
}

// fillSeen makes r seen; who was not yet keeps what they had.
func (r *Rdv) fillSeen() {
	presence := map[UsagerID]Status{}
	for _, u := range r.Usagers() {
		if s := r.StatusOf(u); s != StatusSeen {
			presence[u] = s
		}
	}
	r.Status, r.Presence = StatusSeen, presence
}

// mayFill: seen from the day itself on, noshow once the start has passed. The
// day is the wall's where the Rdv takes place.
func (d *decider) mayFill(r *Rdv, s Status) error {
	today, _, err := wallOf(d.at, r.Zone)
	if err != nil {
		return err
	}
	if today < r.Day || s == StatusNoShow && d.at.Before(r.Start) {
		return Refuse(CodeTransition, r.Key())
	}
	return nil
}

func (d *decider) arriveRdv(a *ArriveRdv) error {
	r, err := d.rdv(a.Rdv)
	if err != nil {
		return err
	}
	if d.by.Kind == AuthorUsager {
		return Refuse(CodeForbidden, r.Key())
	}
	today, _, err := wallOf(d.at, r.Zone)
	if err != nil {
		return err
	}
	if a.Arrived && (today != r.Day || r.Status != StatusUnknown) {
		return Refuse(CodeTransition, r.Key())
	}
	after := Clone(r)
	after.ArrivedAt = nil
	if at := d.at; a.Arrived {
		after.ArrivedAt = &at
	}
	d.change(r, after)
	return nil
}

// Transitions gives what an agent may do with r now, in the order a menu shows
// it: "seen", "noshow", "excused", "revoked", "unknown".
func (r *Rdv) Transitions(collectif bool, today, started bool) []Status {
	if r.Status != StatusUnknown {
		return []Status{StatusUnknown}
	}
	var s []Status
	if today || started {
		s = append(s, StatusSeen)
	}
	if started && !collectif {
		s = append(s, StatusNoShow)
	}
	if !collectif {
		s = append(s, StatusExcused)
	}
	return append(s, StatusRevoked)
}
