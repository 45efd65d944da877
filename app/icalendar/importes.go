package icalendar

import "permanence/app/agenda"

// Importes gathers occurrences, sorted as Import gives them, into the records
// that ImportAgenda takes: one for each text of the file, a series or what
// changes it, with the times it takes place. What is cancelled does not take
// place. Identity, agent and source are the command's to set.
func Importes(occurrences []Occurrence) []agenda.Importe {
	type name struct{ uid, part string }
	var all []agenda.Importe
	at := make(map[name]int)
	for _, o := range occurrences {
		if o.Status == Cancelled {
			continue
		}
		id := name{o.UID, o.Part}
		k, known := at[id]
		if !known {
			k = len(all)
			at[id] = k
			all = append(all, agenda.Importe{
				UID: o.UID, RecurrenceID: o.Part, Summary: o.Summary, Location: o.Location,
				Transparent: o.Transparent, AllDay: o.AllDay, Zone: o.Zone, Series: o.Rule,
			})
		}
		all[k].Spans = append(all[k].Spans, agenda.Span{Start: o.Start, End: o.End})
	}
	return all
}
