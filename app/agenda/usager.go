package agenda

import (
	"time"

	"permanence/app/civil"
)

// Usager is a person received. Identity and contacts belong to the person, who
// belongs to one territoire; what an organisation records about them is a
// Profil. The fields are exactly those of the two privacy policies.
type Usager struct {
	ID          UsagerID     `json:"id"`
	Territoire  TerritoireID `json:"territoire"`
	FirstName   string       `json:"first_name"`
	LastName    string       `json:"last_name"`
	BirthName   string       `json:"birth_name,omitempty"`
	BirthDate   civil.Date   `json:"birth_date,omitzero"`
	Email       string       `json:"email,omitempty"` // lower case, not unique
	Phone       string       `json:"phone,omitempty"` // E.164
	Address     string       `json:"address,omitempty"`
	NoMail      bool         `json:"no_mail,omitempty"` // asked not to be mailed
	NoSMS       bool         `json:"no_sms,omitempty"`
	Responsable UsagerID     `json:"responsable,omitempty"` // set: this is a proche
	Origin      UsagerOrigin `json:"origin,omitempty"`
	CreatedAt   time.Time    `json:"created_at"`             // UTC
	ConfirmedAt *time.Time   `json:"confirmed_at,omitempty"` // identity last collected again
	// Merged names the fiches that were merged into this one: a command that
	// still names one of them means this person. Sorted.
	Merged []UsagerID `json:"merged,omitempty"`
	Stamp
}

// UsagerOrigin is how a fiche came to be.
type UsagerOrigin string

const (
	OriginAgent  UsagerOrigin = "agent"
	OriginUsager UsagerOrigin = "usager"
	OriginImport UsagerOrigin = "import"
)

func (*Usager) Noun() Noun    { return NounUsager }
func (u *Usager) Key() string { return string(u.ID) }

// Name is what agents read: "Nadia Haddad".
func (u *Usager) Name() string { return joinName(u.FirstName, u.LastName) }

// Proche reports whether contacts are those of a responsable.
func (u *Usager) Proche() bool { return u.Responsable != "" }

func (u *Usager) Check() error {
	switch {
	case !ValidID(u.Key()):
		return Invalid("id")
	case !ValidID(string(u.Territoire)):
		return Invalid("territoire")
	case CheckNom(u.FirstName) != nil:
		return Invalid("first_name")
	case CheckNom(u.LastName) != nil:
		return Invalid("last_name")
	case u.BirthName != "" && CheckNom(u.BirthName) != nil:
		return Invalid("birth_name")
	case u.Email != "" && CheckCourriel(u.Email) != nil:
		return Invalid("email")
	case u.Phone != "" && CheckTelephone(u.Phone) != nil:
		return Invalid("phone")
	case !plainText(u.Address, 0, 500):
		return Invalid("address")
	case u.Responsable == u.ID:
		return Refuse(CodeResponsableCycle, u.Key())
	case u.Responsable != "" && !ValidID(string(u.Responsable)):
		return Invalid("responsable")
	}
	return nil
}

// Profil is what one organisation keeps about one usager (rgpd.md C6): never
// shared with another. Its id is ProfilOf(usager, organisation); that it exists
// is what makes the usager known to the organisation.
type Profil struct {
	ID           ProfilID       `json:"id"`
	Usager       UsagerID       `json:"usager"`
	Organisation OrganisationID `json:"organisation"`
	Caisse       string         `json:"caisse,omitempty"` // aucune, caf, msa
	Affiliation  string         `json:"numero_allocataire,omitempty"`
	Family       string         `json:"situation_familiale,omitempty"` // seul, couple, divorce
	Children     *int           `json:"nombre_enfants,omitempty"`
	Logement     string         `json:"logement,omitempty"` // sdf, heberge, accession, proprietaire, locataire, autre
	CaseNumber   string         `json:"numero_dossier,omitempty"`
	AddressMore  string         `json:"complement_adresse,omitempty"`
	Notes        string         `json:"notes,omitempty"` // remarques, between agents
	Stamp
}

func (*Profil) Noun() Noun    { return NounProfil }
func (p *Profil) Key() string { return string(p.ID) }

func (p *Profil) Check() error {
	switch {
	case p.ID != ProfilOf(p.Usager, p.Organisation):
		return Invalid("id")
	case !ValidID(string(p.Usager)):
		return Invalid("usager")
	case !ValidID(string(p.Organisation)):
		return Invalid("organisation")
	case !oneOf(p.Caisse, "", "aucune", "caf", "msa"):
		return Invalid("caisse")
	case !plainText(p.Affiliation, 0, 40):
		return Invalid("numero_allocataire")
	case !oneOf(p.Family, "", "seul", "couple", "divorce"):
		return Invalid("situation_familiale")
	case p.Children != nil && (*p.Children < 0 || *p.Children > 40):
		return Invalid("nombre_enfants")
	case !oneOf(p.Logement, "", "sdf", "heberge", "accession", "proprietaire", "locataire", "autre"):
		return Invalid("logement")
	case !plainText(p.CaseNumber, 0, 40):
		return Invalid("numero_dossier")
	case !plainText(p.AddressMore, 0, 200):
		return Invalid("complement_adresse")
	case !longText(p.Notes):
		return Invalid("notes")
	}
	return nil
}

// FieldUsed names the optional fields that hold something in p.
func (p *Profil) FieldUsed() []Field {
	var used []Field
	note := func(f Field, is bool) {
		if is {
			used = append(used, f)
		}
	}
	note(FieldCaisse, p.Caisse != "")
	note(FieldAffiliation, p.Affiliation != "")
	note(FieldFamily, p.Family != "")
	note(FieldChildren, p.Children != nil)
	note(FieldLogement, p.Logement != "")
	note(FieldCaseNumber, p.CaseNumber != "")
	note(FieldAddressDetails, p.AddressMore != "")
	note(FieldNotes, p.Notes != "")
	return used
}
