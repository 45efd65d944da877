package agenda

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// hole is the longest idle time that nobody can use: 1 to 46 min (reference §1.11).
const hole = 46 * time.Minute

// warnRdv notes what an agent should know before r is saved. Only what the
// change touched is looked at: before is nil for a new Rdv. Running again what
// was decided already, nobody is there to read.
func (d *decider) warnRdv(before, r *Rdv, c rdvContext) {
	if r.Cancelled() || d.mode == Replay || d.by.Kind == AuthorUsager {
		return
	}
	moved := before == nil || before.Cancelled() || !before.Slot().same(r.Slot())
	for _, a := range r.Agents {
		if moved || !slices.Contains(before.Agents, a) {
			d.warnAgent(r, a)
		}
	}
	if moved {
		d.warnDay(r, c)
	}
	for _, u := range r.Usagers() {
		if moved || !before.Has(u) {
			d.warnSameMotif(r, u)
		}
	}
	d.warnSeats(before, r)
	if utf8.RuneCountInString(r.Title) > 50 && (before == nil || before.Title != r.Title) {
		d.warn(WarnTitleLong, "Le titre dépasse 50 caractères : il sera coupé dans les messages courts.")
	}
}

// warnAgent looks at the agenda of one agent around r.
func (d *decider) warnAgent(r *Rdv, a AgentID) {
	around := slices.DeleteFunc(d.f.Rdvs(around(r, a)), func(o *Rdv) bool { return o.ID == r.ID || o.Cancelled() })
	d.warnOverlap(r, around)
	d.warnBusy(r, a, around)
	d.warnAbsent(r, a)
	d.warnOtherLieu(r, a)
	d.warnHole(r, around)
}

// around asks for what an agent does during r and before it, as long as a hole
// may last.
func around(r *Rdv, a AgentID) RdvQuery {
	return RdvQuery{Agent: a, Within: Span{r.Start.Add(-hole), r.End}}
}

func (d *decider) warnOverlap(r *Rdv, around []*Rdv) {
	for _, o := range around {
		if !o.Span().Overlaps(r.Span()) {
			continue
		}
		text := "Un autre rendez-vous occupe déjà cet agent à cette heure."
		if d.readsRdv(o) == nil {
			text = "Un autre rendez-vous de " + frenchHours(o.Span(), r.Zone) + " occupe déjà cet agent."
		}
		d.warn(WarnOverlap, text, RefOf(o))
	}
}

// warnBusy: an occupation that none of the Rdvs read here explains.
func (d *decider) warnBusy(r *Rdv, a AgentID, around []*Rdv) {
	for _, o := range d.f.Occupations(a, r.Span()) {
		known := slices.Contains(r.Occupations, o.ID) ||
			slices.ContainsFunc(around, func(x *Rdv) bool { return slices.Contains(x.Occupations, o.ID) })
		if !known {
			d.warn(WarnBusy, "Cet agent est pris de "+frenchHours(o.Span(), r.Zone)+" dans un autre agenda.", RefOf(o))
		}
	}
}

func (d *decider) warnAbsent(r *Rdv, a AgentID) {
	for _, abs := range d.f.Absences(a) {
		if len(abs.Spans(r.Span())) > 0 {
			d.warn(WarnAbsent, "Cet agent est absent à cette heure.", RefOf(abs))
		}
	}
}

// warnOtherLieu: the agent receives somewhere else at that time.
func (d *decider) warnOtherLieu(r *Rdv, a AgentID) {
	if r.Lieu == "" {
		return
	}
	for _, p := range d.f.Plages(a) {
		if p.Lieu != "" && p.Lieu != r.Lieu && len(p.Spans(r.Span())) > 0 {
			d.warn(WarnOtherLieu, "Cet agent reçoit dans un autre lieu à cette heure.", RefOf(p))
		}
	}
}

// warnHole: an idle time too short to be used is left before r.
func (d *decider) warnHole(r *Rdv, around []*Rdv) {
	var last *Rdv
	for _, o := range around {
		if !o.End.After(r.Start) && (last == nil || o.End.After(last.End)) {
			last = o
		}
	}
	if last == nil {
		return
	}
	if gap := r.Start.Sub(last.End); gap >= time.Minute && gap <= hole {
		d.warn(WarnHole, "Un trou de "+frenchMinutes(gap)+" reste avant ce rendez-vous.", RefOf(last))
	}
}

func (d *decider) warnDay(r *Rdv, c rdvContext) {
	if r.Start.Before(d.at) {
		d.warn(WarnInPast, "Le début est passé : aucun message ne sera envoyé.")
	}
	if c.territoire == nil {
		return
	}
	days, err := c.territoire.Days()
	if err != nil {
		return
	}
	if name := days.Name(r.Day); name != "" {
		d.warn(WarnFerie, "Ce jour est férié : "+name+".")
	}
}

func (d *decider) warnSameMotif(r *Rdv, u UsagerID) {
	day := Span{r.Start.Add(-36 * time.Hour), r.End.Add(36 * time.Hour)}
	for _, o := range d.f.Rdvs(RdvQuery{Usager: u, Motif: r.Motif, Within: day}) {
		if o.ID != r.ID && o.Day == r.Day && !o.Cancelled() && !o.StatusOf(u).Cancelled() {
			d.warn(WarnSameMotif, "Cet usager a déjà un rendez-vous pour ce motif ce jour-là.", RefOf(o))
		}
	}
}

// warnSeats: more participants than seats, by this change. It names everyone
// seated: who accepted it did so knowing them.
func (d *decider) warnSeats(before, r *Rdv) {
	if len(r.Beyond()) == 0 || before != nil && r.Taken() <= before.Taken() && r.Capacity >= before.Capacity {
		return
	}
	var seated []Ref
	for _, u := range r.seats() {
		seated = append(seated, Ref{NounUsager, string(u)})
	}
	text := strconv.Itoa(r.Taken()) + " inscrits pour " + strconv.Itoa(r.Capacity) + " places."
	if r.Capacity == 1 {
		text = strconv.Itoa(r.Taken()) + " inscrits pour une place."
	}
	d.warn(WarnOverbooked, text, seated...)
}
