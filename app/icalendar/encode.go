package icalendar

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Calendar is what stands around events. Empty fields are not written.
type Calendar struct {
	ProdID  string        // required: "-//Permanence//FR"
	Method  string        // REQUEST, CANCEL, PUBLISH; "" for what a server stores
	Name    string        // NAME and X-WR-CALNAME
	Zone    string        // IANA: X-WR-TIMEZONE
	Color   string        // #RRGGBB: X-APPLE-CALENDAR-COLOR
	Refresh time.Duration // REFRESH-INTERVAL and X-PUBLISHED-TTL
}

// Event is one VEVENT. Empty fields are not written; UID, Stamp and Start are
// required.
type Event struct {
	UID          string
	Sequence     int
	Stamp        time.Time // DTSTAMP: the last change, so that bytes are stable
	Created      time.Time
	Modified     time.Time
	Start, End   time.Time // instants, half-open; zero End: none written
	Zone         string    // IANA: wall-clock times with a TZID; "" and "UTC": UTC
	AllDay       bool      // Start and End are civil days in Zone, End exclusive
	RecurrenceID time.Time // of an occurrence changed alone; zero otherwise
	Rule         Rule      // the zero Rule: no repetition
	Except       []time.Time
	Summary      string
	Description  string
	Location     string
	URL          string
	Status       Status
	Transparent  bool   // keeps nobody busy
	Class        string // PUBLIC, PRIVATE, CONFIDENTIAL
	Categories   []string
	Color        string // a CSS name (RFC 7986)
	Organizer    Person
	Attendees    []Attendee
	Alarms       []Alarm
}

// Person is a calendar user; without Email nothing is written.
type Person struct{ Name, Email string }

// Attendee is one invited Person. Words are iCalendar's: PARTSTAT
// NEEDS-ACTION, ROLE REQ-PARTICIPANT, CUTYPE INDIVIDUAL; "" is not written.
type Attendee struct {
	Person
	PartStat, Role, CUType string
	RSVP                   RSVP
}

// RSVP says whether a reply is asked for.
type RSVP string

const (
	ReplyUnsaid RSVP = ""
	ReplyWanted RSVP = "TRUE"
	ReplyNot    RSVP = "FALSE"
)

// Alarm is a reminder shown Before the start.
type Alarm struct {
	Before time.Duration
	Text   string // "" shows the event's summary
}

// Encoder writes calendars. It remembers zones, which cost more to load than an
// event to write: one Encoder serves a whole program, any number of goroutines.
type Encoder struct {
	mu     sync.Mutex
	zones  map[string]*time.Location
	blocks map[block][]byte
}

// NewEncoder returns an Encoder that knows no zone yet.
func NewEncoder() *Encoder {
	return &Encoder{zones: make(map[string]*time.Location), blocks: make(map[block][]byte)}
}

// Append writes one VCALENDAR with the VTIMEZONE of every zone that events use,
// then events in their order, and returns the longer dst. The same input gives
// the same bytes. It fails, leaving dst's length as it was, on an unknown zone
// or an event without UID, Stamp or Start.
func (e *Encoder) Append(dst []byte, c Calendar, events ...Event) ([]byte, error) {
	clocks := make([]*time.Location, len(events))
	for i := range events {
		var err error
		if clocks[i], err = e.check(&events[i]); err != nil {
			return dst, err
		}
	}
	w := &lineWriter{dst: dst}
	w.calendarHead(c)
	for _, b := range zonesUsed(events, clocks) {
		w.dst = append(w.dst, e.timezone(b)...)
	}
	for i := range events {
		w.event(&events[i], clocks[i])
	}
	w.raw("END:VCALENDAR")
	return w.dst, nil
}

func (e *Encoder) check(v *Event) (*time.Location, error) {
	if v.UID == "" || v.Stamp.IsZero() || v.Start.IsZero() {
		return nil, fmt.Errorf("write event %q: without UID, DTSTAMP or DTSTART", v.UID)
	}
	clock, err := e.clock(v.Zone)
	if err != nil {
		return nil, fmt.Errorf("write event %q: %w", v.UID, err)
	}
	return clock, nil
}

// clock loads a zone once.
func (e *Encoder) clock(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if loc, ok := e.zones[name]; ok {
		return loc, nil
	}
	if !isIANA(name) {
		return nil, fmt.Errorf("unknown zone %q", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	e.zones[name] = loc
	return loc, nil
}

func (w *lineWriter) calendarHead(c Calendar) {
	w.raw("BEGIN:VCALENDAR")
	w.raw("VERSION:2.0")
	w.text("PRODID:", c.ProdID)
	w.raw("CALSCALE:GREGORIAN")
	w.text("METHOD:", c.Method)
	w.text("NAME:", c.Name)
	w.text("X-WR-CALNAME:", c.Name)
	w.text("X-WR-TIMEZONE:", c.Zone)
	w.text("X-APPLE-CALENDAR-COLOR:", c.Color)
	if c.Refresh > 0 {
		for _, head := range []string{"REFRESH-INTERVAL;VALUE=DURATION:", "X-PUBLISHED-TTL:"} {
			w.begin(head)
			w.line = appendDuration(w.line, c.Refresh)
			w.end()
		}
	}
}

func (w *lineWriter) event(v *Event, clock *time.Location) {
	w.raw("BEGIN:VEVENT")
	w.text("UID:", v.UID)
	w.moment("RECURRENCE-ID", v, clock, v.RecurrenceID)
	w.instant("DTSTAMP:", v.Stamp)
	w.number("SEQUENCE:", v.Sequence)
	w.instant("CREATED:", v.Created)
	w.instant("LAST-MODIFIED:", v.Modified)
	w.moment("DTSTART", v, clock, v.Start)
	w.moment("DTEND", v, clock, v.End)
	if v.Rule.Freq != "" {
		w.begin("RRULE:")
		w.line = v.Rule.append(w.line)
		w.end()
	}
	for _, t := range v.Except {
		w.moment("EXDATE", v, clock, t)
	}
	w.text("SUMMARY:", v.Summary)
	w.text("DESCRIPTION:", v.Description)
	w.text("LOCATION:", v.Location)
	w.uri("URL:", v.URL)
	w.text("STATUS:", string(v.Status))
	if v.Transparent {
		w.raw("TRANSP:TRANSPARENT")
	} else {
		w.raw("TRANSP:OPAQUE")
	}
	w.text("CLASS:", v.Class)
	w.list("CATEGORIES:", v.Categories)
	w.text("COLOR:", v.Color)
	w.person("ORGANIZER", v.Organizer)
	for _, a := range v.Attendees {
		w.attendee(a)
	}
	for _, a := range v.Alarms {
		w.alarm(a, v.Summary)
	}
	w.raw("END:VEVENT")
}

// moment writes a time of v: a civil day, a wall clock with its TZID, or UTC.
// The second pass of an autumn hour has no wall-clock form and is written in UTC.
func (w *lineWriter) moment(name string, v *Event, clock *time.Location, t time.Time) {
	if t.IsZero() {
		return
	}
	w.begin(name)
	local := t.In(clock)
	switch {
	case v.AllDay:
		w.line = appendDay(append(w.line, ";VALUE=DATE:"...), local)
	case clock == time.UTC || !toInstant(wallOf(local), clock).Equal(t.Truncate(time.Second)):
		w.line = appendUTC(append(w.line, ':'), t)
	default:
		w.param("TZID", v.Zone)
		w.line = appendWall(append(w.line, ':'), local)
	}
	w.end()
}

func (w *lineWriter) list(head string, values []string) {
	if len(values) == 0 {
		return
	}
	w.begin(head)
	for i, value := range values {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = appendText(w.line, value)
	}
	w.end()
}

func (w *lineWriter) person(name string, p Person) {
	if p.Email == "" {
		return
	}
	w.begin(name)
	w.param("CN", p.Name)
	w.address(p.Email)
}

func (w *lineWriter) attendee(a Attendee) {
	if a.Email == "" {
		return
	}
	w.begin("ATTENDEE")
	w.param("CN", a.Name)
	w.param("CUTYPE", a.CUType)
	w.param("ROLE", a.Role)
	w.param("PARTSTAT", a.PartStat)
	w.param("RSVP", string(a.RSVP))
	w.address(a.Email)
}

func (w *lineWriter) address(email string) {
	w.line = appendURI(append(w.line, ":mailto:"...), email)
	w.end()
}

func (w *lineWriter) alarm(a Alarm, summary string) {
	w.raw("BEGIN:VALARM")
	w.raw("ACTION:DISPLAY")
	w.text("DESCRIPTION:", cmp.Or(a.Text, summary))
	w.begin("TRIGGER:")
	w.line = appendDuration(w.line, -a.Before)
	w.end()
	w.raw("END:VALARM")
}

// AppendMessage writes the object that a mail carries: one event, one method,
// with everything that a calendar needs to show an invitation (REQUEST) or to
// withdraw it (CANCEL). It fails on a message that some calendar would reject.
func (e *Encoder) AppendMessage(dst []byte, c Calendar, v Event) ([]byte, error) {
	switch {
	case c.Method != "REQUEST" && c.Method != "CANCEL":
		return dst, fmt.Errorf("write message: method %q", c.Method)
	case v.Organizer.Email == "" || len(v.Attendees) == 0:
		return dst, errors.New("write message: without organizer or attendee")
	case v.Summary == "" || v.Status == "":
		return dst, errors.New("write message: without summary or status")
	case (c.Method == "CANCEL") != (v.Status == Cancelled):
		return dst, fmt.Errorf("write message: method %s with status %s", c.Method, v.Status)
	}
	return e.Append(dst, c, v)
}

// ContentType is the MIME type of a calendar with that method; "" for none.
func ContentType(method string) string {
	if method == "" {
		return "text/calendar; charset=utf-8"
	}
	return "text/calendar; charset=utf-8; method=" + method
}
