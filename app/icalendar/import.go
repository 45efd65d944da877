package icalendar

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Options tells how to read a foreign calendar.
type Options struct {
	Zone     string    // IANA: the clock of floating times and of whole days
	From, To time.Time // the window in which series are expanded, half-open
	Owner    string    // email of the agenda's owner: what they declined keeps nobody busy; may be ""
	Limits   Limits    // the zero Limits means FileLimits
}

// Imported is a whole file understood.
type Imported struct {
	Name        string // the calendar's own name, maybe ""
	Events      int    // events and changed occurrences taken, duplicates left out
	Occurrences []Occurrence
	Ignored     Ignored
	Notes       []Note // what was repaired; 100 at most
}

// Ignored counts what is none of an agenda's busy time.
type Ignored struct{ Todos, Journals, FreeBusys, Others int }

// Occurrence is one event, or one time of a series, inside the window. UID and
// RecurrenceID together name it, and name it again at the next import; UID and
// Part name the text it comes from.
type Occurrence struct {
	UID          string
	Part         string    // the RECURRENCE-ID of a text that changes a series, in the form below; "" for the series itself
	RecurrenceID string    // original start: 20261124T080000Z, or 20261124 for whole days; "" outside a series
	Start, End   time.Time // UTC, half-open; one of zero length keeps nobody busy
	AllDay       bool      // whole civil days of Options.Zone
	Zone         string    // IANA; Options.Zone for a clock that only the file defines
	Summary      string    // plain text of any producer: may hold line breaks and markup
	Location     string
	Status       Status
	Transparent  bool
	Sequence     int
	Rule         string // the RRULE of its series; "" outside a series
}

// Busy reports that the occurrence takes its owner's time.
func (o Occurrence) Busy() bool {
	return !o.Transparent && o.Status != Cancelled && o.End.After(o.Start)
}

// maxImported bounds the occurrences of one file.
const maxImported = 50_000

// Import reads a whole .ics file of any producer and expands it in the window
// of o, sorted by start, UID and RecurrenceID. The file goes in whole or is
// refused with a *Refusal; any other error is the caller's: a zone or a window
// that cannot be. A well-formed calendar without event goes in with none, so
// that an agenda emptied elsewhere can be imported again; the caller shows
// Events and Ignored.
//
// Of two texts for one occurrence the higher SEQUENCE wins, then the later
// DTSTAMP; where neither tells, differing texts are refused. An occurrence
// changed alone, whose series the file does not hold, stands by itself unless
// it was moved: then nobody can tell what it replaces, and it is refused.
func Import(data []byte, o Options) (Imported, error) {
	local, ok := loadZone(o.Zone)
	if !ok || !isIANA(o.Zone) {
		return Imported{}, fmt.Errorf("import calendar: unknown zone %q", o.Zone)
	}
	if !o.From.Before(o.To) {
		return Imported{}, errors.New("import calendar: empty window")
	}
	if o.Limits == (Limits{}) {
		o.Limits = FileLimits()
	}
	result, err := importAll(data, local, o)
	if errors.Is(err, errBudget) {
		err = refuse(CodeTooMany, 0, "")
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		refusal.Message += " Rien n’a été importé."
	}
	if err != nil {
		return Imported{}, err
	}
	return result, nil
}

func importAll(data []byte, local zone, o Options) (Imported, error) {
	doc, err := Parse(data, o.Limits)
	if err != nil {
		return Imported{}, err
	}
	work := &budget{left: importBudget}
	var result Imported
	var events []*vevent
	for _, cal := range doc.Calendars {
		method, err := importMethod(cal)
		if err != nil {
			return Imported{}, err
		}
		reader := &eventReader{
			zones: newZoneBook(cal, o, work),
			local: local, owner: strings.ToLower(o.Owner), method: method, doc: doc,
		}
		for _, c := range cal.Kids {
			if c.Name != "VEVENT" {
				result.Ignored.count(c.Name)
				continue
			}
			v, err := reader.read(c)
			if err != nil {
				return Imported{}, err
			}
			events = append(events, v)
		}
		result.Name = cmp.Or(result.Name, calendarName(cal))
	}
	result.Notes = doc.Notes
	return result, result.gather(events, o, work)
}

// importMethod refuses the messages that carry no agenda.
func importMethod(cal *Component) (string, error) {
	p, _ := cal.First("METHOD")
	method := strings.ToUpper(strings.TrimSpace(p.Value))
	switch method {
	case "REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER":
		return "", refuse(CodeUnreadable, p.Line, "c’est une réponse à une invitation, pas un agenda")
	}
	return method, nil
}

func calendarName(cal *Component) string {
	for _, name := range []string{"NAME", "X-WR-CALNAME"} {
		if p, ok := cal.First(name); ok {
			return strings.TrimSpace(Text(p.Value))
		}
	}
	return ""
}

func (i *Ignored) count(name string) {
	switch name {
	case "VTIMEZONE":
	case "VTODO":
		i.Todos++
	case "VJOURNAL":
		i.Journals++
	case "VFREEBUSY":
		i.FreeBusys++
	default:
		i.Others++
	}
}

// gather groups events by UID, settles duplicates and expands every series.
func (result *Imported) gather(events []*vevent, o Options, work *budget) error {
	groups := make(map[string]*series)
	var order []*series
	for _, v := range events {
		s := groups[v.uid]
		if s == nil {
			s = &series{changed: make(map[key]*vevent)}
			groups[v.uid] = s
			order = append(order, s)
		}
		if err := s.take(v); err != nil {
			return err
		}
	}
	for _, s := range order {
		if err := s.settle(); err != nil {
			return err
		}
		found, err := s.expand(o.From, o.To, work)
		if err != nil {
			return err
		}
		result.Events += s.size()
		result.Occurrences = append(result.Occurrences, found...)
		if len(result.Occurrences) > maxImported {
			return refuse(CodeTooMany, 0, thousands(maxImported)+" au maximum pour un fichier")
		}
	}
	slices.SortFunc(result.Occurrences, func(a, b Occurrence) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.UID, b.UID), strings.Compare(a.RecurrenceID, b.RecurrenceID))
	})
	return nil
}

// take files v under its series.
func (s *series) take(v *vevent) (err error) {
	if v.occurrence == nil {
		s.master, err = newer(s.master, v)
		return err
	}
	k := v.occurrence.key()
	s.changed[k], err = newer(s.changed[k], v)
	return err
}

// newer is the text that stands of two for one occurrence; old may be nil.
func newer(old, v *vevent) (*vevent, error) {
	switch {
	case old == nil || Outranks(v.sequence, v.stamp, old.sequence, old.stamp):
		return v, nil
	case Outranks(old.sequence, old.stamp, v.sequence, v.stamp) || old.says(v):
		return old, nil
	}
	return nil, refuse(CodeUnreadable, v.line, fmt.Sprintf("le même évènement qu’à la ligne %d, avec un autre contenu", old.line))
}

// Outranks reports that an iCalendar text of that SEQUENCE and DTSTAMP replaces
// the other (RFC 5546 §2.1.5).
func Outranks(sequence int, stamp time.Time, otherSequence int, otherStamp time.Time) bool {
	if sequence != otherSequence {
		return sequence > otherSequence
	}
	return stamp.After(otherStamp)
}

// says reports that both texts would give the same occurrences.
func (v *vevent) says(w *vevent) bool {
	return v.fingerprint() == w.fingerprint()
}

func (v *vevent) fingerprint() string {
	text := fmt.Sprint(v.start.key(), v.start.date, v.length, v.future, v.status, v.transparent, v.summary, "\x00", v.location)
	for _, r := range slices.Concat(v.rules, v.exrules) {
		text += "\x00" + r.String()
	}
	for _, p := range v.extra {
		text += fmt.Sprint("\x00+", p.start.key())
		if p.length != nil {
			text += "/" + p.length.String()
		}
	}
	for _, at := range v.dropped {
		text += fmt.Sprint("\x00-", at.key())
	}
	return text
}

// settle checks the changed occurrences against their series.
func (s *series) settle() error {
	for _, v := range s.changes() {
		if s.master == nil {
			if v.start.key() != v.occurrence.key() {
				return refuse(CodeUnreadable, v.line, "une occurrence déplacée d’une répétition absente du fichier")
			}
			continue
		}
		if v.occurrence.date != s.master.start.date || (v.future && v.start.date != s.master.start.date) {
			return refuse(CodeUnreadable, v.line, "RECURRENCE-ID et le début de la répétition ne sont pas de même nature (jour ou heure)")
		}
		if !v.future {
			continue
		}
		if v.shift(s.master.start).Abs() > maxSpanDays*24*time.Hour {
			return refuse(CodeBadDate, v.line, "la répétition est déplacée de plus de dix ans")
		}
		s.onward = append(s.onward, v)
	}
	return nil
}

// changes lists the changed occurrences, the earliest original first.
func (s *series) changes() []*vevent {
	return slices.SortedFunc(maps.Values(s.changed), func(a, b *vevent) int {
		return cmp.Compare(a.occurrence.key(), b.occurrence.key())
	})
}

func (s *series) size() int {
	if s.master == nil {
		return len(s.changed)
	}
	return 1 + len(s.changed)
}

// InRange reports that an event meets [from, to), as RFC 4791 §9.9 counts:
// what only touches does not, and one of zero length is met when it starts
// inside. A zero from or to leaves that side open.
func InRange(start, end, from, to time.Time) bool {
	if !to.IsZero() && !start.Before(to) {
		return false
	}
	return from.IsZero() || end.After(from) || (end.Equal(start) && start.Equal(from))
}
