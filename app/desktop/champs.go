package desktop

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// champ describes one field of a person's file. Those with a toggle belong to
// the profil and exist only where the territoire and the organisation want them.
type champ struct {
	code, label, kind, hint string
	toggle                  agenda.Field // "" for what every file has
	required, sensitive     bool
	choices                 []Choix
}

// Codes of the fields that are not a JSON key of the record.
const champMail = "notify_by_email"

func champs() []champ {
	caisses := []Choix{{"", ""}, {"aucune", "Aucune"}, {"caf", "CAF"}, {"msa", "MSA"}}
	familles := []Choix{{"", ""}, {"seul", "Vit sans conjoint"}, {"couple", "En couple"}, {"divorce", "Divorce ou séparation"}}
	logements := []Choix{{"", ""}, {"sdf", "Sans domicile"}, {"heberge", "Hébergement"}, {"accession", "Accession"},
		{"proprietaire", "Propriétaire"}, {"locataire", "Location"}, {"autre", "Autre"}}
	return []champ{
		{code: "first_name", label: "Prénom", kind: "text", required: true},
		{code: "last_name", label: "Nom", kind: "text", required: true},
		{code: "birth_name", label: "Nom de naissance", kind: "text"},
		{code: "birth_date", label: "Naissance", kind: "date"},
		{code: "phone", label: "Téléphone", kind: "tel"},
		{code: "email", label: "Courriel", kind: "email"},
		{code: "address", label: "Adresse", kind: "text"},
		{code: champMail, label: "Prévenir par courriel", kind: "bool"},
		{code: "complement_adresse", label: "Complément d’adresse", kind: "text", toggle: agenda.FieldAddressDetails},
		{code: "numero_dossier", label: "N° de dossier", kind: "text", toggle: agenda.FieldCaseNumber},
		{code: "caisse", label: "Caisse", kind: "choice", toggle: agenda.FieldCaisse, sensitive: true, choices: caisses},
		{code: "numero_allocataire", label: "N° d’allocataire", kind: "text", toggle: agenda.FieldAffiliation, sensitive: true},
		{code: "situation_familiale", label: "Situation familiale", kind: "choice", toggle: agenda.FieldFamily, sensitive: true, choices: familles},
		{code: "nombre_enfants", label: "Nombre d’enfants", kind: "number", toggle: agenda.FieldChildren, sensitive: true},
		{code: "logement", label: "Logement", kind: "choice", toggle: agenda.FieldLogement, sensitive: true, choices: logements},
		{code: "notes", label: "Remarques", kind: "long", toggle: agenda.FieldNotes, sensitive: true,
			hint: "Ni santé, ni opinion, ni rien qui ne serve à l’accompagnement."},
	}
}

// champsOf gives the fields that exist in an organisation.
func (l *lecture) champsOf(o *agenda.Organisation) []champ {
	t := l.territoire(o)
	return slices.DeleteFunc(champs(), func(c champ) bool {
		return c.toggle != "" && (o == nil || t == nil || !o.Enabled(t, c.toggle))
	})
}

// fiche is what one organisation may read of a person: the file and its own
// profil, either of which may be new.
type fiche struct {
	usager *agenda.Usager
	profil *agenda.Profil
	region string // whose phone numbers are dialled without country
}

// value gives a field as the form holds it.
func (f fiche) value(code string) string {
	u, p := f.usager, f.profil
	switch code {
	case "first_name":
		return u.FirstName
	case "last_name":
		return u.LastName
	case "birth_name":
		return u.BirthName
	case "birth_date":
		return u.BirthDate.String()
	case "phone":
		return u.Phone
	case "email":
		return agenda.ShowCourriel(u.Email)
	case "address":
		return u.Address
	case champMail:
		return strconv.FormatBool(!u.NoMail)
	case "responsable":
		return string(u.Responsable)
	case "nombre_enfants":
		if p.Children == nil {
			return ""
		}
		return strconv.Itoa(*p.Children)
	}
	if text := f.profilText(code); text != nil {
		return *text
	}
	return ""
}

// profilText gives a text of the profil by its code, nil when there is none.
func (f fiche) profilText(code string) *string {
	p := f.profil
	switch code {
	case "caisse":
		return &p.Caisse
	case "numero_allocataire":
		return &p.Affiliation
	case "situation_familiale":
		return &p.Family
	case "logement":
		return &p.Logement
	case "numero_dossier":
		return &p.CaseNumber
	case "complement_adresse":
		return &p.AddressMore
	case "notes":
		return &p.Notes
	}
	return nil
}

// shown gives a field as it is read.
func (f fiche) shown(c champ) string {
	value := f.value(c.code)
	switch c.kind {
	case "date":
		if f.usager.BirthDate.IsZero() {
			return ""
		}
		return fullDay(f.usager.BirthDate)
	case "tel":
		return agenda.FormatTelephone(value)
	case "bool":
		if value == "true" {
			return "Oui"
		}
		return "Non"
	case "choice":
		for _, one := range c.choices {
			if one.Value == value {
				return one.Label
			}
		}
	}
	return value
}

// set reads what was typed into a field. It gives the French reason when that
// cannot be, "" when it can; an empty text clears.
func (f fiche) set(code, typed string) string {
	u := f.usager
	typed = strings.TrimSpace(typed)
	switch code {
	case "first_name":
		return setName(&u.FirstName, typed, true)
	case "last_name":
		return setName(&u.LastName, typed, true)
	case "birth_name":
		return setName(&u.BirthName, typed, false)
	case "birth_date":
		return setBirth(&u.BirthDate, typed)
	case "phone":
		return f.setPhone(typed)
	case "email":
		return setEmail(&u.Email, typed)
	case "address":
		u.Address = typed
	case champMail:
		u.NoMail = typed == "false"
	case "responsable":
		u.Responsable = agenda.UsagerID(typed)
	case "nombre_enfants":
		return f.setChildren(typed)
	default:
		text := f.profilText(code)
		if text == nil {
			return "Ce champ n’existe pas."
		}
		*text = typed
	}
	return ""
}

func setName(to *string, typed string, required bool) string {
	*to = ""
	if typed == "" && !required {
		return ""
	}
	name, err := agenda.ParseNom(typed)
	if err != nil {
		return capital(after(err.Error(), " : ")) + "."
	}
	*to = name
	return ""
}

// after gives what follows the separator, or the whole.
func after(text, separator string) string {
	if _, rest, ok := strings.Cut(text, separator); ok {
		return rest
	}
	return text
}

func setBirth(to *civil.Date, typed string) string {
	*to = 0
	if typed == "" {
		return ""
	}
	day, ok := parseBirth(typed)
	if !ok {
		return "Cette date n’existe pas. Écrivez-la 4/3/1987."
	}
	*to = day
	return ""
}

// parseBirth reads 1987-03-04, 4/3/1987 and 4.3.1987.
func parseBirth(typed string) (civil.Date, bool) {
	if day, err := civil.ParseDate(typed); err == nil {
		return day, true
	}
	parts := strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune("/.- ", r) })
	if len(parts) != 3 || len(parts[2]) != 4 {
		return 0, false
	}
	for i := range 2 {
		if len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	day, err := civil.ParseDate(parts[2] + "-" + parts[1] + "-" + parts[0])
	return day, err == nil
}

func (f fiche) setPhone(typed string) string {
	f.usager.Phone = ""
	if typed == "" {
		return ""
	}
	phone, err := agenda.ParseTelephone(typed, f.region)
	if err != nil {
		return "Ce numéro n’existe pas. Écrivez-le 06 12 34 56 78, ou avec son pays : +352…"
	}
	f.usager.Phone = phone
	return ""
}

func setEmail(to *string, typed string) string {
	*to = ""
	if typed == "" {
		return ""
	}
	email, err := agenda.ParseCourriel(typed)
	if e, ok := errors.AsType[*agenda.CourrielError](err); ok && e.Proposal != "" {
		return "Cette adresse ne convient pas. Vouliez-vous dire " + e.Proposal + " ?"
	}
	if err != nil {
		return "Cette adresse électronique ne convient pas."
	}
	*to = email
	return ""
}

func (f fiche) setChildren(typed string) string {
	f.profil.Children = nil
	if typed == "" {
		return ""
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 || n > 40 {
		return "Écrivez un nombre."
	}
	f.profil.Children = &n
	return ""
}

// fill sets every field typed, and refuses (invalid) naming each at fault. A
// field that does not exist here is one.
func (f fiche) fill(typed map[string]string, known []champ) error {
	wrong := map[string]string{}
	for code, text := range typed {
		exists := code == "responsable" || slices.ContainsFunc(known, func(c champ) bool { return c.code == code })
		reason := "Ce champ n’est pas activé dans votre organisation."
		if exists {
			reason = f.set(code, text)
		}
		if reason != "" {
			wrong[code] = reason
		}
	}
	if len(wrong) > 0 {
		return invalid(wrong)
	}
	return nil
}

// copied gives a fiche that may be changed.
func (f fiche) copied() fiche {
	return fiche{usager: agenda.Clone(f.usager), profil: agenda.Clone(f.profil), region: f.region}
}

// edits gives the fields of a record that differ, as a command carries them.
func edits(before, after agenda.Record) (map[string]agenda.Edit, error) {
	was, err := keysOf(before)
	if err != nil {
		return nil, err
	}
	now, err := keysOf(after)
	if err != nil {
		return nil, err
	}
	found := map[string]agenda.Edit{}
	for _, fields := range []map[string]json.RawMessage{was, now} {
		for key := range fields {
			if string(was[key]) != string(now[key]) {
				found[key] = agenda.Edit{Was: orNull(was[key]), Now: orNull(now[key])}
			}
		}
	}
	return found, nil
}

func keysOf(r agenda.Record) (map[string]json.RawMessage, error) {
	body, err := agenda.Encode(r)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	return fields, json.Unmarshal(body, &fields)
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}
