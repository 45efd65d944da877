package mailer

import (
	"strings"

	"permanence/app/icalendar"
)

// ProdID names the program in every calendar it mails.
const ProdID = "-//Permanence//Permanence//FR"

// Invitation writes the iCalendar object of a letter: one event whose UID is
// the Rdv's id, its recipient as only attendee, the organisation's mailbox as
// organizer. What is withdrawn from one person only repeats what that person
// was told. It refuses (ErrNoMailbox) an organisation without mailbox.
func (p Post) Invitation(l Letter, v View, link string) ([]byte, error) {
	mailbox, err := v.Mailbox()
	if err != nil {
		return nil, err
	}
	e := icalendar.Event{
		UID: string(v.Rdv.ID), Sequence: v.Rdv.Sequence,
		Stamp: v.Rdv.ChangedAt, Modified: v.Rdv.ChangedAt,
		Start: v.Rdv.Start, End: v.Rdv.End, Zone: v.Rdv.Zone,
		Summary:   "Rendez-vous – " + plain(v.Organisation.Name),
		Location:  location(v),
		Status:    icalendar.Confirmed,
		Organizer: icalendar.Person{Name: plain(v.Organisation.Name), Email: mailbox.Address},
		Attendees: []icalendar.Attendee{{
			Person:   icalendar.Person{Name: addressName(l), Email: l.Address},
			PartStat: "ACCEPTED", Role: "REQ-PARTICIPANT", CUType: "INDIVIDUAL", RSVP: icalendar.ReplyNot,
		}},
	}
	if l.Kind.Method() == Request {
		e.Description, e.URL = description(l, v, link), link
	} else {
		e.Status, e.Transparent = icalendar.Cancelled, true
	}
	if !l.Kind.linked() {
		e.Start, e.End, e.Zone, e.Location = l.Before.Start, l.Before.End, l.Before.Zone, l.Before.Where
	}
	method := string(l.Kind.Method())
	return icalendar.NewEncoder().AppendMessage(nil, icalendar.Calendar{ProdID: ProdID, Method: method}, e)
}

// location is where the event is, in the very words that calendars serve.
func location(v View) string {
	return plain(icalendar.Location(v.Motif.Place, v.Lieu, v.Organisation.Name))
}

// description is for calendars that show nothing of the mail around it.
func description(l Letter, v View, link string) string {
	var lines []string
	for _, r := range rows(l, v) {
		if r.Label != "Où" {
			lines = append(lines, r.Label+nbsp+": "+strings.Join(append([]string{r.Main}, r.Small...), " "))
		}
	}
	lines = append(lines, "Voir ou annuler"+nbsp+": "+link, answerNo)
	if v.Organisation.Phone != "" {
		lines = append(lines, "Une question"+fine+"? "+phone(v.Organisation.Phone))
	}
	return strings.Join(lines, "\n")
}
