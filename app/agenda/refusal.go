package agenda

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the stable name of a refusal or a warning: scripts and the window
// rely on it.
type Code string

const (
	CodeInvalid          Code = "invalid"           // a field cannot hold this
	CodeNotFound         Code = "not_found"         // no such record, or not one the author may read
	CodeForbidden        Code = "forbidden"         // the author's role does not allow it
	CodeErased           Code = "erased"            // the person was erased; nothing may bring them back
	CodeExists           Code = "exists"            // the id is taken
	CodeDuplicate        Code = "duplicate"         // exactly the same Rdv stands already
	CodeWarnings         Code = "warnings"          // to be accepted first; Refusal.Warnings lists them
	CodeAlreadyCancelled Code = "already_cancelled" //
	CodeTooLate          Code = "too_late"          // an usager, less than the notice before the start
	CodeNotCancellable   Code = "not_cancellable"   // the motif cannot be cancelled online
	CodeTransition       Code = "transition"        // this status cannot follow the present one, or not yet
	CodeNoAgent          Code = "no_agent"          // an Rdv keeps one agent at least
	CodeNoUsager         Code = "no_usager"         // an individual Rdv keeps one usager at least
	CodeNoPhone          Code = "no_phone"          // a phone motif needs someone to call
	CodeNoContact        Code = "no_contact"        // a visio motif needs an email or a mobile
	CodeNoAddress        Code = "no_address"        // a home motif needs an address
	CodeNoLieu           Code = "no_lieu"           // a public_office motif needs a lieu
	CodeMotifMismatch    Code = "motif_mismatch"    // motif, lieu and organisation do not go together
	CodeFrozen           Code = "frozen"            // used already: this field no longer changes
	CodeUsed             Code = "used"              // something still refers to it
	CodeResponsableCycle Code = "responsable_cycle" // nobody is one's own responsable, near or far
	CodeLastAdmin        Code = "last_admin"        // an organisation keeps one admin at least
	CodeEmailTaken       Code = "email_taken"       // login emails are unique
	CodeNameTaken        Code = "name_taken"        //
	CodeFieldOff         Code = "field_off"         // the territoire or the organisation keeps this field off
	CodeNothingToUndo    Code = "nothing_to_undo"   // changed since, or never done
	CodeSlotTaken        Code = "slot_taken"        // an usager's claim lost
	CodeFull             Code = "full"              // an usager's claim of a seat lost
	CodeNotOffered       Code = "not_offered"       // not, or no longer, proposed to usagers
	CodeUnknownCommand   Code = "unknown_command"   // of a version not understood here
)

// The overridable warnings of contracts §2.
const (
	WarnOverlap      Code = "overlap"
	WarnAbsent       Code = "absent"
	WarnBusy         Code = "busy"
	WarnOtherLieu    Code = "other_lieu"
	WarnFerie        Code = "ferie"
	WarnHole         Code = "hole"
	WarnSameMotif    Code = "same_motif_same_day"
	WarnInPast       Code = "in_past"
	WarnTitleLong    Code = "title_long"
	WarnSameIdentity Code = "same_identity" // usager: same names and birth date
	WarnSamePhone    Code = "same_phone"
	WarnSameEmail    Code = "same_email"
	WarnPlageOverlap Code = "plage_overlap"
	WarnMotifTooLong Code = "motif_too_long" // longer than the plage
	WarnRdvsInside   Code = "rdvs_inside"    // an absence over existing Rdvs
	WarnOverbooked   Code = "overbooked"     // a collectif: more participants than seats
)

// Warning is something the author must have seen before going on. Records
// names what it is about; accepting the code for other records is no acceptance.
type Warning struct {
	Code    Code   `json:"code"`
	Message string `json:"message"` // French, without a name the author may not read
	Records []Ref  `json:"records,omitempty"`
}

// Refusal is an answer, not a failure: Code is stable, Message is French and
// says what to do.
type Refusal struct {
	Code     Code      `json:"code"`
	Message  string    `json:"message"`
	Record   string    `json:"record,omitempty"` // the id it is about
	Field    string    `json:"field,omitempty"`  // for CodeInvalid and CodeFieldOff
	Warnings []Warning `json:"warnings,omitempty"`
}

// Error gives the code and the record, never a name: it may reach a log.
func (r *Refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("refused: %s %s %s", r.Code, r.Field, r.Record))
}

// Refuse answers with code about the record id, "" when about none.
func Refuse(code Code, id string) *Refusal {
	return &Refusal{Code: code, Message: refusalText(code), Record: id}
}

// Invalid refuses the value of a field, named by its JSON key.
func Invalid(field string) *Refusal {
	return &Refusal{Code: CodeInvalid, Field: field, Message: "La valeur de « " + fieldLabel(field) + " » ne convient pas. Corrigez-la puis recommencez."}
}

// RefusalOf gives the refusal in err, nil when err is a failure or nil.
func RefusalOf(err error) *Refusal {
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		return nil
	}
	return r
}

// refusalText is what a person reads.
func refusalText(c Code) string {
	switch c {
	case CodeNotFound:
		return "Introuvable : cet élément n’existe pas, ou vous n’y avez pas accès."
	case CodeForbidden:
		return "Votre rôle ne permet pas cette action. Demandez à un administrateur de l’organisation."
	case CodeErased:
		return "Dossier effacé à la demande de l’usager ou en fin de conservation : rien ne peut plus y être ajouté."
	case CodeExists:
		return "Cet élément existe déjà."
	case CodeDuplicate:
		return "Ce rendez-vous existe déjà : mêmes usagers, mêmes agents, même motif, même heure."
	case CodeWarnings:
		return "À confirmer avant d’enregistrer."
	case CodeAlreadyCancelled:
		return "Ce rendez-vous est déjà annulé."
	case CodeTooLate:
		return "Il est trop tard pour annuler en ligne : appelez le service."
	case CodeNotCancellable:
		return "Ce rendez-vous ne peut pas être annulé en ligne : appelez le service."
	case CodeTransition:
		return "Ce statut ne peut pas être donné maintenant à ce rendez-vous."
	case CodeNoAgent:
		return "Un rendez-vous garde au moins un agent."
	case CodeNoUsager:
		return "Un rendez-vous individuel garde au moins un usager."
	case CodeNoPhone:
		return "Ce motif se passe au téléphone : ajoutez un numéro à l’usager ou à son responsable."
	case CodeNoContact:
		return "Ce motif se passe en visio : ajoutez un courriel ou un mobile à l’usager ou à son responsable."
	case CodeNoAddress:
		return "Ce motif se passe à domicile : ajoutez l’adresse de l’usager."
	case CodeNoLieu:
		return "Ce motif se passe sur place : choisissez un lieu."
	case CodeMotifMismatch:
		return "Le motif, le lieu et l’organisation ne vont pas ensemble."
	case CodeFrozen:
		return "Déjà utilisé par des rendez-vous : ce champ ne change plus. Créez-en un nouveau."
	case CodeUsed:
		return "Encore utilisé : archivez-le plutôt que de le supprimer."
	case CodeResponsableCycle:
		return "Une personne ne peut pas être son propre responsable, ni celui de son responsable."
	case CodeLastAdmin:
		return "Une organisation garde au moins un administrateur."
	case CodeEmailTaken:
		return "Cette adresse sert déjà à un autre compte."
	case CodeNameTaken:
		return "Ce nom est déjà pris."
	case CodeFieldOff:
		return "Ce champ n’est pas activé dans votre organisation."
	case CodeNothingToUndo:
		return "Rien à annuler : modifié depuis, ou déjà annulé."
	case CodeSlotTaken:
		return "Ce créneau vient d’être pris. Choisissez-en un autre."
	case CodeFull:
		return "Il n’y a plus de place. Choisissez une autre séance."
	case CodeNotOffered:
		return "Ce créneau n’est plus proposé. Choisissez-en un autre."
	case CodeUnknownCommand:
		return "Mettez à jour l’application ; rien n’est perdu."
	}
	return "Refusé."
}

// fieldLabel gives the French name of a field that a person typed.
func fieldLabel(field string) string {
	labels := map[string]string{
		"first_name": "prénom", "last_name": "nom", "birth_name": "nom de naissance", "birth_date": "date de naissance",
		"email": "courriel", "phone": "téléphone", "address": "adresse", "name": "nom", "zone": "fuseau horaire",
		"start": "début", "end": "fin", "duration_min": "durée", "first_day": "premier jour", "last_day": "dernier jour",
		"from": "de", "to": "à", "rrule": "répétition", "title": "titre", "motifs": "motifs", "color": "couleur",
		"mail": "boîte de l’organisation", "context": "contexte", "notes": "remarques", "capacity": "places",
		"break_min": "pause", "responsable": "responsable", "organisation": "organisation",
	}
	if l, ok := labels[field]; ok {
		return l
	}
	return field
}
