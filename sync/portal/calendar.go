package portal

import (
	"net/http"

	"permanence/app/icalendar"
	"permanence/sync/access"
)

// calendar answers with the rdv as a file for any agenda. Its UID is that of
// the invitation, so that an agenda which has it brings it up to date.
func (p *Portal) calendar(w http.ResponseWriter, r *http.Request) {
	v, err := p.read(r, access.From(r.Context()))
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	body, err := event(v)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	p.protect(w, "no-referrer")
	w.Header().Set("Content-Type", icalendar.ContentType("PUBLISH"))
	w.Header().Set("Content-Disposition", `attachment; filename="rendez-vous.ics"`)
	write(w, http.StatusOK, body)
}

func event(v View) ([]byte, error) {
	e := icalendar.Event{
		UID: string(v.Rdv.ID), Sequence: v.Rdv.Sequence, Stamp: v.Rdv.ChangedAt, Modified: v.Rdv.ChangedAt,
		Start: v.Rdv.Start, End: v.Rdv.End, Zone: v.Rdv.Zone,
		Summary: "Rendez-vous – " + plain(v.Organisation.Name), Location: icalendar.Location(v.Motif.Place, v.Lieu, v.Organisation.Name),
		Status:    icalendar.Confirmed,
		Organizer: icalendar.Person{Name: plain(v.Organisation.Name), Email: v.Organisation.Mail},
	}
	if v.status().Cancelled() {
		e.Status, e.Transparent = icalendar.Cancelled, true
	}
	return icalendar.NewEncoder().Append(nil, icalendar.Calendar{ProdID: "-//Permanence//Permanence//FR", Method: "PUBLISH"}, e)
}
