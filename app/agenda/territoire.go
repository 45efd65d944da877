package agenda

import (
	"slices"
	"time"

	"permanence/app/civil"
)

// Field names one of the optional fields about an usager or an Rdv. Each is
// off until the Territoire permits it and the Organisation enables it
// (rgpd.md C6: data minimisation is the default).
type Field string

const (
	FieldNotes          Field = "notes"
	FieldCaisse         Field = "caisse"
	FieldAffiliation    Field = "numero_allocataire"
	FieldFamily         Field = "situation_familiale"
	FieldChildren       Field = "nombre_enfants"
	FieldLogement       Field = "logement"
	FieldCaseNumber     Field = "numero_dossier"
	FieldAddressDetails Field = "complement_adresse"
	FieldContext        Field = "contexte"
	FieldWaitingMail    Field = "salle_attente_courriel"
	FieldWaitingColor   Field = "salle_attente_couleur"
)

// OptionalFields lists the eleven toggles.
func OptionalFields() []Field {
	return []Field{
		FieldNotes, FieldCaisse, FieldAffiliation, FieldFamily, FieldChildren, FieldLogement,
		FieldCaseNumber, FieldAddressDetails, FieldContext, FieldWaitingMail, FieldWaitingColor,
	}
}

// Territoire is the unit of order, numbering and backup; it decides the
// holidays and which optional fields may exist.
type Territoire struct {
	ID             TerritoireID `json:"id"`
	Name           string       `json:"name"`
	Departement    string       `json:"departement"`               // "62", "974"; not unique
	Zone           string       `json:"zone"`                      // IANA
	Holidays       string       `json:"holidays"`                  // a set of contracts §1, "none" to work on all days
	HolidaysExcept []string     `json:"holidays_except,omitempty"` // civil days or "lundi-pentecote", worked all the same
	Permits        []Field      `json:"permits,omitempty"`
	WindowMonths   int          `json:"window_months,omitempty"` // past months a desktop holds; 0 means 3, at most 24
	LeaseDays      int          `json:"lease_days,omitempty"`    // days a desktop may be read without contact; 0 means 30, 7 to 90
	Stamp
}

func (*Territoire) Noun() Noun    { return NounTerritoire }
func (t *Territoire) Key() string { return string(t.ID) }

// Permitted reports whether the territoire lets its organisations use f.
func (t *Territoire) Permitted(f Field) bool { return slices.Contains(t.Permits, f) }

// Window gives the past months that a desktop holds, 3 unless set.
func (t *Territoire) Window() int {
	if t.WindowMonths == 0 {
		return 3
	}
	return t.WindowMonths
}

// Lease gives how long a desktop may be read without contact, 30 days unless
// set; twice as long erases what it holds.
func (t *Territoire) Lease() time.Duration {
	days := t.LeaseDays
	if days == 0 {
		days = 30
	}
	return time.Duration(days) * 24 * time.Hour
}

// Days gives the public holidays of the territoire. It fails on a set or an
// exception that Check refuses.
func (t *Territoire) Days() (civil.Holidays, error) {
	return civil.NewHolidays(civil.HolidaySet(t.Holidays), t.HolidaysExcept...)
}

func (t *Territoire) Check() error {
	switch {
	case !ValidID(t.Key()):
		return Invalid("id")
	case !plainText(t.Name, 1, 200):
		return Invalid("name")
	case !plainText(t.Departement, 0, 3):
		return Invalid("departement")
	case !validZone(t.Zone):
		return Invalid("zone")
	case t.WindowMonths < 0 || t.WindowMonths > 24:
		return Invalid("window_months")
	case t.LeaseDays != 0 && (t.LeaseDays < 7 || t.LeaseDays > 90):
		return Invalid("lease_days")
	}
	if _, err := t.Days(); err != nil {
		return Invalid("holidays")
	}
	for _, f := range t.Permits {
		if !slices.Contains(OptionalFields(), f) {
			return Invalid("permits")
		}
	}
	return nil
}

// Organisation receives usagers and is the controller of what it records.
type Organisation struct {
	ID         OrganisationID `json:"id"`
	Territoire TerritoireID   `json:"territoire"`
	Name       string         `json:"name"`
	Zone       string         `json:"zone"`              // IANA; lieux may have their own
	Mail       string         `json:"mail,omitempty"`    // ORGANIZER and Reply-To of its invitations; without it nothing is mailed
	Phone      string         `json:"phone,omitempty"`   // E.164 or a four-digit number
	Website    string         `json:"website,omitempty"` // https
	Hours      string         `json:"hours,omitempty"`
	Enables    []Field        `json:"enables,omitempty"`
	// CancelNoticeMin is how long before the start an usager may still cancel,
	// in minutes; nil means 240.
	CancelNoticeMin *int   `json:"cancel_notice_min,omitempty"`
	Controller      string `json:"controller,omitempty"`  // responsable de traitement, as the privacy page names it
	DPOContact      string `json:"dpo_contact,omitempty"` // address of the data protection officer
	PostalAddress   string `json:"postal_address,omitempty"`
	Archived        bool   `json:"archived,omitempty"`
	Stamp
}

func (*Organisation) Noun() Noun    { return NounOrganisation }
func (o *Organisation) Key() string { return string(o.ID) }

// CancelNotice is how long before the start an usager may still cancel.
func (o *Organisation) CancelNotice() time.Duration {
	if o.CancelNoticeMin == nil {
		return 4 * time.Hour
	}
	return time.Duration(*o.CancelNoticeMin) * time.Minute
}

// Enabled reports whether f exists in this organisation: permitted by its
// territoire t and enabled here.
func (o *Organisation) Enabled(t *Territoire, f Field) bool {
	return t.Permitted(f) && slices.Contains(o.Enables, f)
}

func (o *Organisation) Check() error {
	switch {
	case !ValidID(o.Key()):
		return Invalid("id")
	case !ValidID(string(o.Territoire)):
		return Invalid("territoire")
	case !plainText(o.Name, 1, 200):
		return Invalid("name")
	case !validZone(o.Zone):
		return Invalid("zone")
	case !plainText(o.Hours, 0, 500):
		return Invalid("hours")
	case !plainText(o.Website, 0, 500):
		return Invalid("website")
	case o.CancelNoticeMin != nil && (*o.CancelNoticeMin < 0 || *o.CancelNoticeMin > 60*24*60):
		return Invalid("cancel_notice_min")
	}
	if o.Mail != "" && CheckCourriel(o.Mail) != nil {
		return Invalid("mail")
	}
	for _, f := range o.Enables {
		if !slices.Contains(OptionalFields(), f) {
			return Invalid("enables")
		}
	}
	return nil
}

// Service is a trade of the territoire.
type Service struct {
	ID         ServiceID    `json:"id"`
	Territoire TerritoireID `json:"territoire"`
	Name       string       `json:"name"`
	ShortName  string       `json:"short_name,omitempty"`
	Stamp
}

func (*Service) Noun() Noun    { return NounService }
func (s *Service) Key() string { return string(s.ID) }

func (s *Service) Check() error {
	switch {
	case !ValidID(s.Key()):
		return Invalid("id")
	case !ValidID(string(s.Territoire)):
		return Invalid("territoire")
	case !plainText(s.Name, 1, 200):
		return Invalid("name")
	case !plainText(s.ShortName, 0, 40):
		return Invalid("short_name")
	}
	return nil
}

// WindowFrom gives the first day of the Rdvs that a desktop holds at the
// instant now, the first of a civil month in the territoire's zone, and the
// instant at which that day begins.
func (t *Territoire) WindowFrom(now time.Time) (civil.Date, time.Time) {
	zone, err := civil.LoadZone(t.Zone)
	if err != nil {
		zone = civil.Zone{}
	}
	day := zone.Date(now).FirstOfMonth().AddMonths(-t.Window())
	return day, zone.Instant(day, 0)
}
