package creneau

import (
	"errors"

	"permanence/app/civil"
)

// Decode reads the JSON form of a Scenario: one object, nothing after it. It
// refuses (*Invalid) unknown, duplicate and missing keys at any depth, values
// of another type, and days, hours, instants and rules that do not exist; what
// needs the whole to be judged is for Prepare. null stands for a key left out
// where that is allowed.
func Decode(data []byte) (Scenario, error) {
	var s Scenario
	d := &decoder{data: data}
	d.scenario(&s)
	d.end()
	if d.err != nil {
		return Scenario{}, d.err
	}
	return s, nil
}

// UnmarshalJSON is Decode.
func (s *Scenario) UnmarshalJSON(data []byte) error {
	decoded, err := Decode(data)
	if err != nil {
		return err
	}
	*s = decoded
	return nil
}

func (d *decoder) scenario(s *Scenario) {
	d.object(func(key string) bool {
		switch key {
		case "now":
			s.Now = d.instant()
		case "zone":
			s.Zone = d.text()
		case "holidays":
			d.optional(func() { s.Holidays = parsed(d, civil.ParseHolidaySet, BadHolidays) })
		case "holidays_except":
			d.optional(func() { s.HolidaysExcept = list(d, d.text) })
		case "for":
			s.For = Audience(d.text())
		case "from":
			s.From = d.date()
		case "to":
			s.To = d.date()
		case "motif":
			s.Motif = d.motif()
		case "lieu":
			d.optional(func() { s.Lieu = Ref(d.id()) })
		case "agents":
			d.optional(func() { s.Agents = list(d, d.id) })
		case "plages":
			s.Plages = list(d, d.plage)
		case "absences":
			d.optional(func() { s.Absences = list(d, d.absence) })
		case "rdvs":
			d.optional(func() { s.Rdvs = list(d, d.rdv) })
		case "busy":
			d.optional(func() { s.Busy = list(d, d.occupation) })
		default:
			return false
		}
		return true
	}, "now zone for from to motif plages")
}

func (d *decoder) motif() (m Motif) {
	d.object(func(key string) bool {
		switch key {
		case "id":
			m.ID = d.id()
		case "duration_min":
			m.DurationMin = d.minutes()
		case "min_delay_s":
			m.MinDelayS = d.integer()
		case "max_delay_s":
			m.MaxDelayS = d.integer()
		default:
			return false
		}
		return true
	}, "id duration_min min_delay_s max_delay_s")
	return m
}

func (d *decoder) plage() (p Plage) {
	d.object(func(key string) bool {
		switch key {
		case "id":
			p.ID = d.id()
		case "agent":
			p.Agent = d.id()
		case "lieu":
			d.optional(func() { p.Lieu = Ref(d.id()) })
		case "motifs":
			p.Motifs = list(d, d.id)
		case "zone":
			p.Zone = d.text()
		case "first_day":
			p.FirstDay = d.date()
		case "from":
			p.From = d.hour()
		case "to":
			p.To = d.hour()
		case "rrule":
			d.optional(func() { p.RRule = parsed(d, civil.ParseRule, BadRule) })
		case "exdates":
			d.optional(func() { p.ExDates = list(d, d.date) })
		case "overrides":
			d.optional(func() { p.Overrides = list(d, d.override) })
		case "break_min":
			d.optional(func() { p.BreakMin = d.minutes() })
		default:
			return false
		}
		return true
	}, "id agent motifs zone first_day from to")
	return p
}

func (d *decoder) override() (o civil.Override) {
	d.object(func(key string) bool {
		switch key {
		case "day":
			o.Day = d.date()
		case "from":
			o.From = d.hour()
		case "to":
			o.To = d.hour()
		default:
			return false
		}
		return true
	}, "day from to")
	return o
}

func (d *decoder) absence() (a Absence) {
	d.object(func(key string) bool {
		switch key {
		case "agent":
			a.Agent = d.id()
		case "zone":
			a.Zone = d.text()
		case "first_day":
			a.FirstDay = d.date()
		case "from":
			a.From = d.hour()
		case "last_day":
			a.LastDay = d.date()
		case "to":
			a.To = d.hour()
		case "rrule":
			d.optional(func() { a.RRule = parsed(d, civil.ParseRule, BadRule) })
		case "exdates":
			d.optional(func() { a.ExDates = list(d, d.date) })
		default:
			return false
		}
		return true
	}, "agent zone first_day from last_day to")
	return a
}

func (d *decoder) rdv() (r Rdv) {
	d.object(func(key string) bool {
		switch key {
		case "agents":
			d.optional(func() { r.Agents = list(d, d.id) })
		case "start":
			r.Start = d.instant()
		case "end":
			r.End = d.instant()
		case "status":
			r.Status = d.text()
		default:
			return false
		}
		return true
	}, "start end status")
	return r
}

func (d *decoder) occupation() (b Busy) {
	d.object(func(key string) bool {
		switch key {
		case "agent":
			b.Agent = d.id()
		case "start":
			b.Start = d.instant()
		case "end":
			b.End = d.instant()
		default:
			return false
		}
		return true
	}, "agent start end")
	return b
}

// optional reads a value that null may stand for.
func (d *decoder) optional(read func()) {
	if !d.null() {
		read()
	}
}

// list reads the elements of a list; an empty one is not nil.
func list[T any](d *decoder, element func() T) []T {
	all := []T{}
	d.array(func() { all = append(all, element()) })
	return all
}

// parsed reads a text that parse understands.
func parsed[T any](d *decoder, parse func(string) (T, error), code Code) T {
	at := d.at
	value, err := parse(d.text())
	if d.err == nil && err != nil {
		d.at = at
		d.fail(code, "%v", err)
	}
	return value
}

func (d *decoder) date() civil.Date { return parsed(d, civil.ParseDate, BadDate) }

func (d *decoder) hour() civil.Time { return parsed(d, civil.ParseTime, BadTime) }

// id reads an id: any text that is short enough to be repeated with each slot.
func (d *decoder) id() string { return parsed(d, parseID, BadValue) }

func parseID(s string) (string, error) {
	if s == "" || len(s) > maxIDBytes {
		return "", errors.New("identifiant vide ou trop long")
	}
	return s, nil
}

// minutes reads a number of minutes; what no int holds everywhere is refused by
// check as any other number out of bounds.
func (d *decoder) minutes() int {
	const beyond = maxDurationMin + 1
	return int(max(-1, min(d.integer(), beyond)))
}
