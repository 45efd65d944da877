package agenda

import (
	"slices"
	"time"
)

// What a change elsewhere does to Rdvs that are published or announced: they
// are noted again, so that calendars, feeds and the mailer read them anew. Only
// the server publishes.

// published is the window that calendars and feeds show, −1/+12 months, and a
// day on each side for the zones.
func (d *decider) published() Span {
	return Span{d.clock.AddDate(0, -1, -1), d.clock.AddDate(1, 0, 1)}
}

// coming is all the future.
func (d *decider) coming() Span {
	return Span{d.clock, time.Date(2101, time.January, 1, 0, 0, 0, 0, time.UTC)} // no Rdv lies beyond: see plausible
}

// refeedRdvs notes the Rdvs that meet q again.
func (d *decider) refeedRdvs(q RdvQuery) {
	if d.mode != Authority {
		return
	}
	for _, r := range d.f.Rdvs(q) {
		d.refeed(RefOf(r))
	}
}

// changeReaders notes the Rdvs that meet q again, which others read from now on,
// with all that is read through them.
func (d *decider) changeReaders(q RdvQuery) {
	if d.mode != Authority {
		return
	}
	for _, r := range d.f.Rdvs(q) {
		d.refeed(RefOf(r))
		d.refeedThrough(RefOf(r))
	}
}

// refeedUsager notes the Rdvs of a person again when what their event shows
// changed. When it is where or whether messages go, theirs and those of who
// inherits from them, all the future ones get a higher sequence: an invitation
// sent to a new address, or again to a former one, outranks what was told there.
func (d *decider) refeedUsager(u *Usager, changed []string) {
	if d.mode != Authority {
		return
	}
	if anyOf(changed, "first_name", "last_name", "phone") {
		d.refeedRdvs(RdvQuery{Usager: u.ID, Within: d.published()})
	}
	if !anyOf(changed, "email", "no_mail", "no_sms", "responsable") {
		return
	}
	for _, person := range append([]*Usager{u}, proches(d.f, u)...) {
		for _, r := range d.f.Rdvs(RdvQuery{Usager: person.ID, Within: d.coming()}) {
			d.readdress(r)
		}
	}
}

// readdress notes an Rdv to come again and raises its sequence, unless it is
// cancelled; one that this decision changes already is left to it.
func (d *decider) readdress(r *Rdv) {
	d.refeed(RefOf(r))
	if r.Cancelled() || !r.Start.After(d.clock) {
		return
	}
	if slices.ContainsFunc(d.out.Changes, func(c Change) bool { return c.Ref() == RefOf(r) }) {
		return
	}
	after := Clone(r)
	after.Sequence++
	d.change(r, after)
}

// rdvsOf gives the Rdvs of an organisation within a span, by motif: each has one.
func (d *decider) rdvsOf(o OrganisationID, within Span) []*Rdv {
	var found []*Rdv
	for _, m := range d.f.Records(NounMotif, string(o)) {
		found = append(found, d.f.Rdvs(RdvQuery{Motif: MotifID(m.Key()), Within: within})...)
	}
	return found
}

// keepWallClock gives each Rdv to come the zone of its lieu or organisation as
// c has it: the hour on the wall stays, the instants follow. What has begun
// keeps its instant.
func (d *decider) keepWallClock(c rdvContext, rdvs []*Rdv) error {
	for _, r := range rdvs {
		slot, err := c.settle(r.Slot())
		if err != nil {
			return err
		}
		if !r.Start.After(d.clock) || slot.Zone == r.Zone {
			continue
		}
		after := Clone(r)
		if err := after.place(slot); err != nil {
			return err
		}
		d.change(r, after)
	}
	return nil
}
