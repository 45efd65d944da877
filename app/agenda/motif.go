package agenda

import (
	"regexp"
	"strings"
	"time"
)

// Place is where a motif takes place; frozen once an Rdv used it.
type Place string

const (
	PlacePublicOffice Place = "public_office"
	PlacePhone        Place = "phone"
	PlaceHome         Place = "home"
	PlaceVisio        Place = "visio"
)

// Valid reports whether p is one of the four kinds of place.
func (p Place) Valid() bool {
	return p == PlacePublicOffice || p == PlacePhone || p == PlaceHome || p == PlaceVisio
}

// Visibility decides what an usager sees and is told of an Rdv.
type Visibility string

const (
	VisibleNotified Visibility = "visible_and_notified"
	VisibleSilent   Visibility = "visible_and_not_notified"
	Invisible       Visibility = "invisible" // never shown, never mailed
)

// Valid reports whether v is one of the three visibilities.
func (v Visibility) Valid() bool {
	return v == VisibleNotified || v == VisibleSilent || v == Invisible
}

// BookableBy is who may take a creneau of a motif.
type BookableBy string

const (
	BookableByAgents        BookableBy = "agents"
	BookableByPrescripteurs BookableBy = "agents_and_prescripteurs"
	BookableByInvited       BookableBy = "agents_and_prescripteurs_and_invited_users"
	BookableByEveryone      BookableBy = "everyone"
)

// Motif is why an usager comes.
type Motif struct {
	ID           MotifID        `json:"id"`
	Organisation OrganisationID `json:"organisation"`
	Service      ServiceID      `json:"service"`
	Name         string         `json:"name"`
	Color        string         `json:"color"` // a name of the ten motif colours ("lagon") or "#rrggbb"
	DurationMin  int            `json:"duration_min"`
	Place        Place          `json:"place"`
	MinDelayS    int64          `json:"min_delay_s"` // binds usagers only
	MaxDelayS    int64          `json:"max_delay_s"` // binds usagers only
	Visibility   Visibility     `json:"visibility"`
	BookableBy   BookableBy     `json:"bookable_by"`
	Collectif    bool           `json:"collectif,omitempty"`

	ForSecretariat bool   `json:"for_secretariat,omitempty"`
	FollowUp       bool   `json:"follow_up,omitempty"`
	Restriction    string `json:"restriction,omitempty"`    // to accept before booking
	Instruction    string `json:"instruction,omitempty"`    // what to bring, told after booking
	CancelWarning  string `json:"cancel_warning,omitempty"` // shown when one cannot cancel online
	NoMove         bool   `json:"no_move,omitempty"`        // usagers may not move it by link
	NoCancel       bool   `json:"no_cancel,omitempty"`      // usagers may not cancel it by link
	Archived       bool   `json:"archived,omitempty"`
	Stamp
}

func (*Motif) Noun() Noun    { return NounMotif }
func (m *Motif) Key() string { return string(m.ID) }

// Duration is the usual length of an Rdv of this motif.
func (m *Motif) Duration() time.Duration { return time.Duration(m.DurationMin) * time.Minute }

// validColor tells a motif colour: a word of the palette or a CSS hex colour.
func validColor(c string) bool {
	ok, err := regexp.MatchString(`^(#[0-9a-f]{6}|[a-z]{3,12})$`, strings.ToLower(c))
	return err == nil && ok
}

func (m *Motif) Check() error {
	switch {
	case !ValidID(m.Key()):
		return Invalid("id")
	case !ValidID(string(m.Organisation)):
		return Invalid("organisation")
	case !ValidID(string(m.Service)):
		return Invalid("service")
	case !plainText(m.Name, 1, 200):
		return Invalid("name")
	case !validColor(m.Color):
		return Invalid("color")
	case m.DurationMin < 1 || m.DurationMin > 24*60:
		return Invalid("duration_min")
	case !m.Place.Valid():
		return Invalid("place")
	case m.Collectif && m.Place != PlacePublicOffice:
		return Invalid("collectif")
	case m.MinDelayS < 0:
		return Invalid("min_delay_s")
	case m.MaxDelayS <= m.MinDelayS:
		return Invalid("max_delay_s")
	case !m.Visibility.Valid():
		return Invalid("visibility")
	case m.ForSecretariat && m.FollowUp:
		return Invalid("follow_up")
	case !longText(m.Restriction):
		return Invalid("restriction")
	case !longText(m.Instruction):
		return Invalid("instruction")
	case !longText(m.CancelWarning):
		return Invalid("cancel_warning")
	}
	return nil
}

// Lieu is where usagers come.
type Lieu struct {
	ID           LieuID         `json:"id"`
	Organisation OrganisationID `json:"organisation"`
	Name         string         `json:"name"`
	Address      string         `json:"address"`
	Phone        string         `json:"phone,omitempty"`
	Zone         string         `json:"zone"` // IANA; the clock on its wall
	Archived     bool           `json:"archived,omitempty"`
	Stamp
}

func (*Lieu) Noun() Noun    { return NounLieu }
func (l *Lieu) Key() string { return string(l.ID) }

func (l *Lieu) Check() error {
	switch {
	case !ValidID(l.Key()):
		return Invalid("id")
	case !ValidID(string(l.Organisation)):
		return Invalid("organisation")
	case !plainText(l.Name, 1, 200):
		return Invalid("name")
	case !plainText(l.Address, 1, 500):
		return Invalid("address")
	case !validZone(l.Zone):
		return Invalid("zone")
	}
	return nil
}
