package creneau

import (
	"encoding/json"
	"time"

	"permanence/app/civil"
)

// Scenario is a question: which slots of a motif do these plages still offer?
// Its JSON form is a contract; Decode reads it strictly.
type Scenario struct {
	Now            time.Time        `json:"now"`  // the present instant
	Zone           string           `json:"zone"` // of From and To, IANA
	Holidays       civil.HolidaySet `json:"holidays,omitempty"`
	HolidaysExcept []string         `json:"holidays_except,omitempty"` // days, or civil.WhitMondayWorked
	For            Audience         `json:"for"`
	From           civil.Date       `json:"from"` // first day searched, in Zone
	To             civil.Date       `json:"to"`   // last day, inclusive
	Motif          Motif            `json:"motif"`
	Lieu           Ref              `json:"lieu"`             // "" for any
	Agents         []string         `json:"agents,omitempty"` // empty for all
	Plages         []Plage          `json:"plages"`
	Absences       []Absence        `json:"absences,omitempty"`
	Rdvs           []Rdv            `json:"rdvs,omitempty"`
	Busy           []Busy           `json:"busy,omitempty"`
}

// Audience is who is looking for a slot: delays bind usagers, never agents.
type Audience string

// The audiences.
const (
	ForAgent  Audience = "agent"
	ForUsager Audience = "usager"
)

// Ref is an id that may be missing: "" in Go, null in JSON.
type Ref string

// MarshalJSON writes null for "".
func (r Ref) MarshalJSON() ([]byte, error) {
	if r == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(r))
}

// Motif is what one comes for.
type Motif struct {
	ID          string `json:"id"`
	DurationMin int    `json:"duration_min"` // minutes, at least 1
	MinDelayS   int64  `json:"min_delay_s"`  // seconds from now to the first start offered to an usager
	MaxDelayS   int64  `json:"max_delay_s"`  // seconds from now to the last
}

// Plage is when an agent receives for some motifs, on the wall clock of a zone.
type Plage struct {
	ID        string           `json:"id"`
	Agent     string           `json:"agent"`
	Lieu      Ref              `json:"lieu"`
	Motifs    []string         `json:"motifs"`
	Zone      string           `json:"zone"`
	FirstDay  civil.Date       `json:"first_day"`
	From      civil.Time       `json:"from"`
	To        civil.Time       `json:"to"` // after From; "24:00" for midnight
	RRule     civil.Rule       `json:"rrule"`
	ExDates   []civil.Date     `json:"exdates,omitempty"`
	Overrides []civil.Override `json:"overrides,omitempty"`
	BreakMin  int              `json:"break_min,omitempty"` // minutes of rest after each Rdv
}

func (p Plage) recurrence() civil.Recurrence {
	return civil.Recurrence{FirstDay: p.FirstDay, Rule: p.RRule, ExDates: p.ExDates, Overrides: p.Overrides}
}

// Absence is when an agent is away, in every organisation. With a rule it lasts
// one day at most: LastDay equals FirstDay.
type Absence struct {
	Agent    string       `json:"agent"`
	Zone     string       `json:"zone"`
	FirstDay civil.Date   `json:"first_day"`
	From     civil.Time   `json:"from"`
	LastDay  civil.Date   `json:"last_day"`
	To       civil.Time   `json:"to"`
	RRule    civil.Rule   `json:"rrule"`
	ExDates  []civil.Date `json:"exdates,omitempty"`
}

func (a Absence) recurrence() civil.Recurrence {
	return civil.Recurrence{FirstDay: a.FirstDay, Rule: a.RRule, ExDates: a.ExDates}
}

// Rdv occupies its agents unless its status is excused or revoked.
type Rdv struct {
	Agents []string  `json:"agents"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Status string    `json:"status"` // unknown, seen, excused, revoked, noshow
}

// blocks reports whether the agents are taken.
func (r Rdv) blocks() bool { return r.Status != "excused" && r.Status != "revoked" }

// Busy occupies an agent for a reason that is not told.
type Busy struct {
	Agent string    `json:"agent"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Result answers a Scenario. Its lists are never nil.
type Result struct {
	Creneaux []Creneau `json:"creneaux"` // by start, agent, plage
	Without  []Without `json:"without"`  // by day, plage
}

// Creneau is a slot that can be offered.
type Creneau struct {
	Start time.Time `json:"start"` // UTC
	End   time.Time `json:"end"`
	Agent string    `json:"agent"`
	Lieu  Ref       `json:"lieu"`
	Plage string    `json:"plage"`
}

// Without says why a plage offers nothing on a day (in the plage's zone).
type Without struct {
	Plage  string     `json:"plage"`
	Day    civil.Date `json:"day"`
	Reason Reason     `json:"reason"`
}

// Reason is why a day of a plage gives no slot: the first of this list that
// holds, and of the last three the one that took most time.
type Reason string

// The reasons, in their order.
const (
	OtherAgent Reason = "other_agent" // the agent is not among those asked for
	OtherLieu  Reason = "other_lieu"
	OtherMotif Reason = "other_motif"
	Ferie      Reason = "ferie"     // a public holiday
	TooShort   Reason = "too_short" // shorter than the motif, or emptied by a clock change
	Past       Reason = "past"
	Delay      Reason = "delay" // sooner or later than the motif lets usagers book
	ByAbsence  Reason = "absence"
	ByRdv      Reason = "rdv"
	ByBusy     Reason = "busy"
)
