package agenda

import (
	"strconv"
	"time"
)

func (d *decider) declareAbsence(a *DeclareAbsence) error {
	abs := Clone(&a.Absence)
	abs.Stamp = Stamp{}
	if err := d.fresh(RefOf(abs)); err != nil {
		return err
	}
	return d.putAbsence(nil, abs, editable(NounAbsence))
}

func (d *decider) reviseAbsence(a *ReviseRecord) error {
	abs, err := target[*Absence](d, NounAbsence, a.ID)
	if err != nil {
		return err
	}
	after, changed, err := edit(d, abs, a.Fields)
	if err != nil {
		return err
	}
	return d.putAbsence(abs, after, changed)
}

func (d *decider) liftAbsence(id string) error {
	abs, err := target[*Absence](d, NounAbsence, id)
	if err != nil {
		return err
	}
	if err := d.agendaOf(abs.Agent); err != nil {
		return err
	}
	d.change(abs, nil)
	return nil
}

// putAbsence checks and notes an absence, new when before is nil.
func (d *decider) putAbsence(before, abs *Absence, changed []string) error {
	if err := d.agendaOf(abs.Agent); err != nil {
		return err
	}
	if len(changed) == 0 {
		return nil
	}
	if _, err := need[*Agent](d, NounAgent, string(abs.Agent)); err != nil {
		return err
	}
	if err := abs.Check(); err != nil {
		return err
	}
	if anyOf(changed, "zone", "first_day", "from", "last_day", "to", "rrule", "exdates") {
		d.warnInside(abs)
	}
	d.change(asRecord(before), abs)
	return nil
}

// insideAhead is how far the Rdvs under a recurring absence are looked for: what
// calendars show.
const insideAhead = 12 // months

// warnInside notes, all in one warning, the Rdvs to come that the absence falls
// on: they are worked as a list.
func (d *decider) warnInside(abs *Absence) {
	ahead := Span{d.at, d.at.AddDate(0, insideAhead, 0)}
	if abs.RRule == "" {
		ahead.End = d.at.AddDate(10, 0, 0)
	}
	var inside []Ref
	for _, s := range abs.Spans(ahead) {
		inside = append(inside, d.comingInside(abs.Agent, s)...)
	}
	if inside = once(inside); len(inside) == 0 {
		return
	}
	text := "Un rendez-vous tombe pendant cette absence : il sera à replacer."
	if n := len(inside); n > 1 {
		text = strconv.Itoa(n) + " rendez-vous tombent pendant cette absence : ils seront à replacer."
	}
	d.warn(WarnRdvsInside, text, inside...)
}

// comingInside gives the standing Rdvs of an agent that overlap s and are not
// over at the instant of the act.
func (d *decider) comingInside(a AgentID, s Span) []Ref {
	var refs []Ref
	for _, r := range d.f.Rdvs(RdvQuery{Agent: a, Within: s}) {
		if !r.Cancelled() && r.End.After(d.at) {
			refs = append(refs, RefOf(r))
		}
	}
	return refs
}

// during gives the standing Rdvs of an agent in an organisation that begin
// after the instant: what keeps the agent there.
func (d *decider) during(a AgentID, o OrganisationID, after time.Time) []Ref {
	var refs []Ref
	for _, r := range d.f.Rdvs(RdvQuery{Agent: a, Within: d.coming()}) {
		if r.Organisation == o && !r.Cancelled() && r.Start.After(after) {
			refs = append(refs, RefOf(r))
		}
	}
	return refs
}
