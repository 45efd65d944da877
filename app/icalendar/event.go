package icalendar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What one foreign event may hold.
const (
	maxUID   = 1024 // octets
	maxTitle = 4096 // characters of a title or a place
)

// vevent is a VEVENT understood, its times still on the wall.
type vevent struct {
	line        int
	uid         string
	start       moment
	length      span
	occurrence  *moment // RECURRENCE-ID; nil for the whole series
	future      bool    // RANGE=THISANDFUTURE
	sequence    int
	stamp       time.Time // DTSTAMP; zero when absent or unreadable
	rules       []Rule
	ruleLine    int
	exrules     []Rule
	extra       []period // RDATE
	dropped     []moment // EXDATE
	summary     string
	location    string
	status      Status
	transparent bool
}

// moment is a stamp with its clock.
type moment struct {
	stamp
	zone zone
}

func (m moment) instant() time.Time { return toInstant(m.wall, m.clock(m.zone.loc)) }

// period is one more occurrence, with a length of its own or nil.
type period struct {
	start  moment
	length *time.Duration
}

// eventReader reads the events of one calendar.
type eventReader struct {
	zones  *zoneBook
	local  zone // of floating times and whole days
	owner  string
	method string
	doc    *Document
}

func (e *eventReader) read(c *Component) (*vevent, error) {
	v := &vevent{line: c.Line, status: Confirmed}
	for _, step := range []func(*Component, *vevent) error{
		e.readTimes, e.readIdentity, e.readRules, e.readDates, e.readTexts,
	} {
		if err := step(c, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (e *eventReader) readTimes(c *Component, v *vevent) (err error) {
	p, ok := c.First("DTSTART")
	if !ok {
		return refuse(CodeUnreadable, c.Line, "cet évènement n’a pas de début (DTSTART)")
	}
	if v.start, err = e.moment(p, p.Value, e.local); err != nil {
		return err
	}
	if p, ok := c.First("RECURRENCE-ID"); ok {
		at, err := e.moment(p, p.Value, v.start.zone)
		if err != nil {
			return err
		}
		v.occurrence, v.future = &at, strings.EqualFold(p.Param("RANGE"), "THISANDFUTURE")
	}
	if p, ok := c.First("DTEND"); ok {
		return e.readEnd(p, v)
	}
	if p, ok := c.First("DURATION"); ok {
		v.length, ok = parseSpan(p.Value)
		if !ok || v.length.days < 0 || v.length.rest < 0 {
			return refuse(CodeBadDate, p.Line, "la durée "+quote(p.Value))
		}
	}
	if v.start.date {
		v.length = span{days: max(1, v.length.days+int(v.length.rest/(24*time.Hour)))}
	}
	return nil
}

// readEnd turns DTEND into a length. A whole day that ends where it begins
// lasts that day, as several producers mean it.
func (e *eventReader) readEnd(p Property, v *vevent) error {
	end, err := e.moment(p, p.Value, v.start.zone)
	if err != nil {
		return err
	}
	if end.date != v.start.date {
		return refuse(CodeBadDate, p.Line, "le début et la fin ne sont pas de même nature (jour ou heure)")
	}
	if v.start.date {
		v.length.days = int(dayOf(end.wall) - dayOf(v.start.wall))
	} else {
		v.length.rest = end.instant().Sub(v.start.instant())
		if v.length.rest < 0 && end.zone == v.start.zone {
			v.length.rest = end.wall.Sub(v.start.wall) // a start in the hour that spring leaves out
		}
	}
	if v.length.days < 0 || v.length.rest < 0 {
		return refuse(CodeBadDate, p.Line, "la fin "+quote(p.Value)+" précède le début")
	}
	if v.length.days > maxSpanDays || v.length.rest > maxSpanDays*24*time.Hour {
		return refuse(CodeBadDate, p.Line, "cet évènement dure plus de dix ans")
	}
	if v.start.date {
		v.length.days = max(1, v.length.days)
	}
	return nil
}

// moment reads one value of p. floating is the clock of a time that names none.
func (e *eventReader) moment(p Property, value string, floating zone) (moment, error) {
	at, ok := parseStamp(value)
	if !ok {
		return moment{}, refuse(CodeBadDate, p.Line, quote(value))
	}
	if strings.EqualFold(p.Param("VALUE"), "DATE") {
		y, m, d := at.wall.Date()
		at = stamp{wall: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), date: true}
	}
	if at.date {
		return moment{at, e.local}, nil
	}
	if at.utc {
		return moment{at, utcZone}, nil
	}
	tzid := p.Param("TZID")
	if tzid == "" {
		return moment{at, floating}, nil
	}
	z, err := e.zones.find(tzid, p.Line)
	return moment{at, z}, err
}

func (e *eventReader) readIdentity(c *Component, v *vevent) error {
	if p, ok := c.First("SEQUENCE"); ok {
		n, err := strconv.ParseUint(strings.TrimSpace(p.Value), 10, 31)
		if err != nil {
			return refuse(CodeUnreadable, p.Line, "le numéro de version (SEQUENCE) "+quote(p.Value))
		}
		v.sequence = int(n)
	}
	if p, ok := c.First("DTSTAMP"); ok {
		if at, ok := parseStamp(p.Value); ok {
			v.stamp = at.wall // only ever compared with another of the same event
		}
	}
	p, ok := c.First("UID")
	v.uid = strings.TrimSpace(Text(p.Value))
	if !ok || v.uid == "" {
		v.uid = contentUID(c)
		e.doc.note(c.Line, "Évènement sans identifiant (UID)"+nbsp+": il est reconnu à son contenu.")
	}
	if len(v.uid) > maxUID {
		return refuse(CodeFieldTooLong, p.Line, thousands(maxUID)+" octets au maximum pour un identifiant")
	}
	return nil
}

// contentUID names an event that has no UID, so that importing the same file
// again finds it again.
func contentUID(c *Component) string {
	sum := sha256.New()
	for _, name := range []string{"DTSTART", "DTEND", "DURATION", "RRULE", "SUMMARY", "LOCATION"} {
		p, _ := c.First(name)
		fmt.Fprintf(sum, "%s;%s:%s\n", name, p.Param("TZID"), p.Value)
	}
	return "sans-uid-" + hex.EncodeToString(sum.Sum(nil)[:16])
}

func (e *eventReader) readRules(c *Component, v *vevent) error {
	for _, name := range []string{"RRULE", "EXRULE"} {
		for _, p := range c.All(name) {
			rule, err := ParseRule(p.Value)
			if v.start.date {
				rule.byHour, rule.byMinute, rule.bySecond = nil, nil, nil // days have no hours
			}
			if err == nil {
				err = rule.bounded(v.start, e.zones.work)
			}
			if errors.Is(err, errBudget) {
				return err
			}
			if err != nil {
				return refuse(CodeBadRule, p.Line, err.Error())
			}
			if name == "EXRULE" {
				v.exrules = append(v.exrules, rule)
				continue
			}
			v.rules, v.ruleLine = append(v.rules, rule), p.Line
		}
	}
	return nil
}

func (e *eventReader) readDates(c *Component, v *vevent) error {
	for p, value := range values(c, "EXDATE") {
		at, err := e.moment(p, value, v.start.zone)
		if err != nil {
			return err
		}
		v.dropped = append(v.dropped, v.like(at))
	}
	for p, value := range values(c, "RDATE") {
		at, err := e.period(p, value, v.start.zone)
		if err != nil {
			return err
		}
		at.start = v.like(at.start)
		v.extra = append(v.extra, at)
	}
	return nil
}

// values yields each value of the lists of that name; empty ones are left out.
func values(c *Component, name string) iter.Seq2[Property, string] {
	return func(yield func(Property, string) bool) {
		for _, p := range c.All(name) {
			for value := range strings.SplitSeq(p.Value, ",") {
				if strings.TrimSpace(value) != "" && !yield(p, value) {
					return
				}
			}
		}
	}
}

// like gives at the nature of v's start: a day named in a series of hours means
// that day's occurrence, an hour named in a series of days means its day.
func (v *vevent) like(at moment) moment {
	switch {
	case at.date == v.start.date:
		return at
	case v.start.date:
		at.wall, at.zone = dayOf(at.wall).wall(), v.start.zone
	default:
		at.wall, at.zone = at.wall.Add(v.start.wall.Sub(dayOf(v.start.wall).wall())), v.start.zone
	}
	at.date, at.utc = v.start.date, v.start.utc
	return at
}

// period reads an RDATE value: a moment, start/end or start/duration.
func (e *eventReader) period(p Property, value string, floating zone) (period, error) {
	from, to, long := strings.Cut(value, "/")
	start, err := e.moment(p, from, floating)
	if err != nil || !long {
		return period{start: start}, err
	}
	length, ok := parseSpan(to)
	if ok {
		exact := time.Duration(length.days)*24*time.Hour + length.rest
		if exact < 0 {
			return period{}, refuse(CodeBadDate, p.Line, "la durée "+quote(to))
		}
		return period{start, &exact}, nil
	}
	end, err := e.moment(p, to, floating)
	if err != nil {
		return period{}, err
	}
	exact := end.instant().Sub(start.instant())
	if exact < 0 || exact > maxSpanDays*24*time.Hour {
		return period{}, refuse(CodeBadDate, p.Line, "la période "+quote(value))
	}
	return period{start, &exact}, nil
}

func (e *eventReader) readTexts(c *Component, v *vevent) error {
	for _, field := range []struct {
		name string
		into *string
	}{{"SUMMARY", &v.summary}, {"LOCATION", &v.location}} {
		p, _ := c.First(field.name)
		*field.into = strings.TrimSpace(Text(p.Value))
		if utf8.RuneCountInString(*field.into) > maxTitle {
			return refuse(CodeFieldTooLong, p.Line, thousands(maxTitle)+" caractères au maximum")
		}
	}
	v.status = e.statusOf(c)
	v.transparent = e.isTransparent(c)
	return nil
}

func (e *eventReader) statusOf(c *Component) Status {
	p, _ := c.First("STATUS")
	status := Status(strings.ToUpper(strings.TrimSpace(p.Value)))
	if status == Cancelled || e.method == "CANCEL" {
		return Cancelled
	}
	if status == Tentative {
		return Tentative
	}
	return Confirmed
}

// isTransparent reports what keeps nobody busy: TRANSP, Outlook's own word
// where TRANSP is absent, or the owner's refusal to come.
func (e *eventReader) isTransparent(c *Component) bool {
	for _, p := range c.All("ATTENDEE") {
		address := strings.TrimPrefix(strings.ToLower(p.Value), "mailto:")
		if e.owner != "" && address == e.owner && strings.EqualFold(p.Param("PARTSTAT"), "DECLINED") {
			return true
		}
	}
	if p, ok := c.First("TRANSP"); ok {
		return sameName(p.Value, "TRANSPARENT")
	}
	p, _ := c.First("X-MICROSOFT-CDO-BUSYSTATUS")
	return sameName(p.Value, "FREE")
}
