package creneau

import (
	"slices"
	"strconv"
	"time"

	"permanence/app/civil"
)

// The bounds of a scenario.
const (
	maxDurationMin = 7 * 24 * 60
	maxBreakMin    = 24 * 60
	maxDelayS      = 200 * 366 * 24 * 3600
	maxRangeDays   = 100 * 366
	maxIDBytes     = 200
)

// zones loads each zone once.
type zones map[string]civil.Zone

func (z zones) load(name, key string) (civil.Zone, error) {
	if zone, known := z[name]; known {
		return zone, nil
	}
	zone, err := civil.LoadZone(name)
	if err != nil {
		return civil.Zone{}, invalid(BadZone, key, "%v", err)
	}
	z[name] = zone
	return zone, nil
}

// check refuses what no value of a Scenario may be.
func (s Scenario) check() error {
	if err := s.checkQuestion(); err != nil {
		return err
	}
	for i, p := range s.Plages {
		if err := p.check(at("plages", i)); err != nil {
			return err
		}
	}
	for i, a := range s.Absences {
		if err := a.check(at("absences", i)); err != nil {
			return err
		}
	}
	for i, r := range s.Rdvs {
		if err := r.check(at("rdvs", i)); err != nil {
			return err
		}
	}
	for i, b := range s.Busy {
		if err := checkSpan(at("busy", i), b.Start, b.End); err != nil {
			return err
		}
	}
	return nil
}

// at names an element of a list.
func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

func (s Scenario) checkQuestion() error {
	if s.For != ForAgent && s.For != ForUsager {
		return invalid(BadValue, "for", "« agent » ou « usager » attendu")
	}
	if s.From.IsZero() || s.To.IsZero() {
		return invalid(BadDate, "from", "jour manquant")
	}
	if s.To < s.From {
		return invalid(BadRange, "to", "la recherche finit avant de commencer")
	}
	if s.To-s.From >= maxRangeDays || s.To.Year() == 9999 {
		return invalid(BadRange, "to", "au plus cent ans de recherche, jusqu’en 9998")
	}
	return s.Motif.check()
}

func (m Motif) check() error {
	switch {
	case m.DurationMin < 1 || m.DurationMin > maxDurationMin:
		return invalid(BadValue, "motif.duration_min", "durée de 1 à %d minutes", maxDurationMin)
	case m.MinDelayS < 0 || m.MinDelayS > maxDelayS:
		return invalid(BadValue, "motif.min_delay_s", "délai de 0 à %d secondes", int64(maxDelayS))
	case m.MaxDelayS < 0 || m.MaxDelayS > maxDelayS:
		return invalid(BadValue, "motif.max_delay_s", "délai de 0 à %d secondes", int64(maxDelayS))
	}
	return nil
}

func (p Plage) check(key string) error {
	if p.FirstDay.IsZero() {
		return invalid(BadDate, key+".first_day", "jour manquant")
	}
	if p.BreakMin < 0 || p.BreakMin > maxBreakMin {
		return invalid(BadValue, key+".break_min", "pause de 0 à %d minutes", maxBreakMin)
	}
	if err := checkHours(key, p.From, p.To); err != nil {
		return err
	}
	for i, o := range p.Overrides {
		if err := checkHours(key+"."+at("overrides", i), o.From, o.To); err != nil {
			return err
		}
	}
	return nil
}

// checkHours accepts the hours of one day, in order.
func checkHours(key string, from, to civil.Time) error {
	if err := checkClock(key, from, to); err != nil {
		return err
	}
	if to <= from {
		return invalid(BadRange, key+".to", "la fin %v n’est pas après le début %v", to, from)
	}
	return nil
}

func checkClock(key string, from, to civil.Time) error {
	if from < 0 || from >= civil.EndOfDay {
		return invalid(BadTime, key+".from", "un début va de 00:00 à 23:59")
	}
	if to < 0 || to > civil.EndOfDay {
		return invalid(BadTime, key+".to", "une fin va de 00:00 à 24:00")
	}
	return nil
}

func (a Absence) check(key string) error {
	if a.FirstDay.IsZero() || a.LastDay.IsZero() {
		return invalid(BadDate, key+".first_day", "jour manquant")
	}
	if err := checkClock(key, a.From, a.To); err != nil {
		return err
	}
	if a.LastDay < a.FirstDay || (a.LastDay == a.FirstDay && a.To < a.From) {
		return invalid(BadRange, key+".to", "l’absence finit avant de commencer")
	}
	if !a.RRule.IsZero() && a.LastDay != a.FirstDay {
		return invalid(BadRule, key+".rrule", "une absence qui se répète tient en un jour")
	}
	return nil
}

func (r Rdv) check(key string) error {
	if !slices.Contains([]string{"unknown", "seen", "excused", "revoked", "noshow"}, r.Status) {
		return invalid(BadValue, key+".status", "statut inconnu : %s", quote(r.Status))
	}
	return checkSpan(key, r.Start, r.End)
}

func checkSpan(key string, start, end time.Time) error {
	if end.Before(start) {
		return invalid(BadRange, key+".end", "la fin vient avant le début")
	}
	return nil
}
