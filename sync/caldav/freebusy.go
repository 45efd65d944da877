package caldav

import (
	"net/http"
	"slices"
	"strings"

	"permanence/app/agenda"
)

// freeBusy answers free-busy-query: when the owner is taken, and nothing else.
// Both bounds are needed. What is transparent or cancelled takes no time.
func (c *call) freeBusy(r *resource, doc *node) error {
	n := doc.kid(nsCalDAV, "time-range")
	if n == nil {
		return badXML()
	}
	within, err := parseRange(n, true)
	if err != nil {
		return err
	}
	var firm, tentative []agenda.Span
	for item, err := range c.agendas.Items(c.r.Context(), c.who, r.slug, within, true) {
		if err != nil {
			return err
		}
		taken := overlaps(item.Spans, within)
		switch busyType(parseCalendar(item.Data)) {
		case "BUSY":
			firm = append(firm, taken...)
		case "BUSY-TENTATIVE":
			tentative = append(tentative, taken...)
		}
	}
	reply(c.w, http.StatusOK, calendarType, c.freeBusyObject(within, firm, tentative))
	return nil
}

// overlaps cuts to within the spans that last some time in it.
func overlaps(spans []agenda.Span, within agenda.Span) []agenda.Span {
	var cut []agenda.Span
	for _, s := range spans {
		if s = overlapOf(s, within); s.Start.Before(s.End) {
			cut = append(cut, s)
		}
	}
	return cut
}

// busyType says how an event takes time: "BUSY", "BUSY-TENTATIVE", or "".
func busyType(cal *component) string {
	if cal == nil {
		return ""
	}
	for _, k := range cal.kids {
		if k.name != "VEVENT" {
			continue
		}
		transp, _ := k.find("TRANSP")
		status, _ := k.find("STATUS")
		switch {
		case strings.EqualFold(transp.value, "TRANSPARENT"), strings.EqualFold(status.value, "CANCELLED"):
			return ""
		case strings.EqualFold(status.value, "TENTATIVE"):
			return "BUSY-TENTATIVE"
		}
		return "BUSY"
	}
	return ""
}

func (c *call) freeBusyObject(within agenda.Span, firm, tentative []agenda.Span) []byte {
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Permanence//CalDAV//FR", "BEGIN:VFREEBUSY",
		"DTSTAMP:" + c.now().UTC().Format(instantForm),
		"DTSTART:" + within.Start.Format(instantForm),
		"DTEND:" + within.End.Format(instantForm),
	}
	lines = append(lines, periods("FREEBUSY:", firm)...)
	lines = append(lines, periods("FREEBUSY;FBTYPE=BUSY-TENTATIVE:", tentative)...)
	lines = append(lines, "END:VFREEBUSY", "END:VCALENDAR", "")
	return []byte(strings.Join(lines, "\r\n"))
}

// periods writes spans, merged where they meet, one a line.
func periods(head string, spans []agenda.Span) []string {
	slices.SortFunc(spans, func(a, b agenda.Span) int { return a.Start.Compare(b.Start) })
	var merged []agenda.Span
	for _, s := range spans {
		last := len(merged) - 1
		if last >= 0 && !s.Start.After(merged[last].End) {
			if s.End.After(merged[last].End) {
				merged[last].End = s.End
			}
			continue
		}
		merged = append(merged, s)
	}
	lines := make([]string, len(merged))
	for i, s := range merged {
		lines[i] = head + s.Start.UTC().Format(instantForm) + "/" + s.End.UTC().Format(instantForm)
	}
	return lines
}
