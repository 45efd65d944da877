package desktop

import (
	"encoding/json"
	"errors"
	"log/slog"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/app/store/coffre"
)

// Codes of Erreur that are not those of a rule.
const (
	CodeNoProfile        = "no_profile"
	CodeFailure          = "failure"
	CodeLocked           = "locked"
	CodeLogin            = "login"
	CodeUpdate           = "update"
	CodeUnreachable      = "unreachable"
	CodeBadCredentials   = "bad_credentials"
	CodeThrottled        = "throttled"
	CodeOtherAgent       = "other_agent"
	CodeNotDemonstration = "not_demonstration"
	CodeStale            = "stale"
	CodeSettled          = "settled"
	CodeUndoneAlready    = "undone_already"
	CodeOvertaken        = "overtaken"
	CodeNotYet           = "not_yet"
	CodePhrase           = coffre.Phrase
	CodeNewPhrase        = coffre.NewPhrase
	CodeBadPhrase        = coffre.BadPhrase
	CodeKeyring          = coffre.KeyringSilent
	CodeKeyLost          = coffre.KeyLost
	CodeBadCode          = coffre.BadCode

	// The profile may not be read until its server is heard of.
	CodeLeaseLocked = "lease_locked"
	CodeRevoked     = "device_revoked"
	CodeCopied      = "device_copied"
	// Its copy was erased.
	CodeLeaseExpired = "lease_expired"
	CodeWiped        = "device_wiped"
)

// Error gives the code, never a name: it may reach a log.
func (e *Erreur) Error() string { return "refused: " + e.Code }

// Refuser answers with a code of this package and its French message.
func Refuser(code string) *Erreur {
	return &Erreur{Code: code, Message: erreurText(code), Warnings: []Avertissement{}, Fields: map[string]string{}}
}

// invalid refuses fields of a form, each with what is wrong with it.
func invalid(fields map[string]string) *Erreur {
	e := Refuser(string(agenda.CodeInvalid))
	e.Fields = fields
	for _, text := range fields {
		if len(fields) == 1 {
			e.Message = text
		}
	}
	return e
}

// invalidField refuses one field.
func invalidField(field, text string) *Erreur { return invalid(map[string]string{field: text}) }

// ErreurOf gives the answer in err that a person can read, nil when err is nil
// or a failure.
func ErreurOf(err error) *Erreur {
	if e, ok := errors.AsType[*Erreur](err); ok {
		return e
	}
	if e := store.ErrorOf(err); e != nil {
		return storeErreur(e)
	}
	return keyErreur(err)
}

// ErrorFormatter gives the page what a rejected promise carries, an Erreur as
// JSON text: the window's library keeps only text of an error. It is its option
// of that name.
func ErrorFormatter(err error) any {
	e := ErreurOf(err)
	if e == nil {
		e = Refuser(CodeFailure)
	}
	text, err := json.Marshal(e)
	if err != nil {
		return e.Message // an Erreur is plain data: this cannot be
	}
	return string(text)
}

// storeErreur says a trouble of the database in the page's terms.
func storeErreur(e *store.Error) *Erreur {
	code := map[string]string{store.CodeInUse: CodeLocked, store.CodeNewer: CodeUpdate}[e.Code]
	if code == "" {
		code = CodeFailure
	}
	out := Refuser(code)
	if e.Message != "" {
		out.Message = e.Message
	}
	return out
}

// answer turns any error into what the page may read, and logs a surprise,
// here and only here. A nil error stays nil.
func answer(log *slog.Logger, method string, err error) error {
	if err == nil {
		return nil
	}
	e := ErreurOf(err)
	if e == nil || e.Code == CodeFailure {
		log.Error("a method of the window failed", "method", method, "error", err.Error())
	}
	if e == nil {
		e = Refuser(CodeFailure)
	}
	return e.typeset()
}

// typeset gives the same with the spaces of French.
func (e *Erreur) typeset() *Erreur {
	out := &Erreur{Code: e.Code, Message: typeset(e.Message), Warnings: []Avertissement{}, Fields: map[string]string{}}
	for _, w := range e.Warnings {
		w.Message = typeset(w.Message)
		out.Warnings = append(out.Warnings, w)
	}
	for field, text := range e.Fields {
		out.Fields[field] = typeset(text)
	}
	return out
}

func erreurText(code string) string {
	switch code {
	case CodeNoProfile:
		return "Aucun agenda n’est ouvert sur ce poste. Choisissez un profil."
	case CodeLocked:
		return "Cet agenda est déjà ouvert dans une autre fenêtre de ce poste."
	case CodeLogin:
		return "Connectez-vous pour ouvrir cet agenda. Ce qui est enregistré sur ce poste est gardé."
	case CodeUpdate:
		return "Mettez l’application à jour pour ouvrir cet agenda ; rien n’est perdu."
	case CodeUnreachable:
		return "Le serveur ne répond pas. Vérifiez son adresse et le réseau, puis recommencez."
	case CodeBadCredentials:
		return "Adresse électronique ou mot de passe inconnus de ce serveur."
	case CodeThrottled:
		return "Trop d’essais de suite. Attendez quelques minutes, puis recommencez."
	case CodeOtherAgent:
		return "Ce profil appartient à un autre agent. Ouvrez un nouveau profil pour ce compte."
	case CodeNotDemonstration:
		return "Cet agenda n’est pas une démonstration : rien n’a été effacé."
	case CodeStale:
		return "Ce rendez-vous a changé depuis son affichage. Relisez-le, puis recommencez."
	case CodeSettled:
		return "Quelqu’un a déjà décidé de ce cas."
	case CodeUndoneAlready:
		return "Ce geste est déjà annulé."
	case CodeOvertaken:
		return "Quelqu’un d’autre a changé la suite depuis : rien n’a été touché."
	case CodeLeaseLocked:
		return "Ce poste n’a pas contacté le serveur depuis trop longtemps : son agenda est verrouillé. Reliez-le au réseau pour l’ouvrir ; ce qui n’est pas encore envoyé est gardé."
	case CodeRevoked:
		return "Ce poste a été révoqué : son agenda est verrouillé. Ce qui n’est pas encore envoyé y est gardé ; connectez-vous de nouveau pour l’ouvrir et l’envoyer."
	case CodeCopied:
		return "La session de ce poste a servi ailleurs : par prudence, son agenda est verrouillé. Connectez-vous de nouveau ; ce qui n’est pas encore envoyé est gardé."
	case CodeLeaseExpired:
		return "Ce poste est resté trop longtemps sans contacter le serveur : l’agenda qu’il gardait a été effacé. Connectez-vous pour le recevoir de nouveau."
	case CodeWiped:
		return "L’effacement de ce poste a été demandé : l’agenda qu’il gardait a été effacé."
	case CodeNotYet:
		return "Il est trop tôt : ce statut se donne le jour du rendez-vous, ou une fois l’heure passée."
	case CodePhrase:
		return "Ce profil est scellé par une phrase de passe : donnez-la pour l’ouvrir (en ligne de commande, par la variable PERMANENCE_PHRASE ou par --phrase-fd)."
	case CodeNewPhrase:
		return "Aucun trousseau de clés ne répond sur cet ordinateur : choisissez une phrase de passe, qui protégera ce profil (en ligne de commande, par la variable PERMANENCE_PHRASE ou par --phrase-fd)."
	case CodeBadPhrase:
		return "Cette phrase de passe n’ouvre pas ce profil. Vérifiez-la ; si elle est perdue, le code de secours permet d’en choisir une autre."
	case CodeKeyring:
		return "Le trousseau de clés de l’ordinateur, qui garde la clé de ce profil, ne répond pas. Déverrouillez-le, puis recommencez ; à défaut, servez-vous du code de secours (permanence recover)."
	case CodeKeyLost:
		return "La clé de ce profil n’est plus sur cet ordinateur : ses données ne peuvent plus être lues. Servez-vous de son code de secours, ou rejoignez de nouveau le serveur : ce profil repartira de zéro (en ligne de commande, permanence recover, ou permanence wipe puis login)."
	case CodeBadCode:
		return "Ce code de secours n’est pas celui de ce profil. Relisez-le : huit groupes de quatre lettres ou chiffres."
	case string(agenda.CodeInvalid):
		return "Certains champs ne conviennent pas. Corrigez-les puis recommencez."
	case string(agenda.CodeNotFound):
		return "Introuvable : cet élément n’existe plus, ou vous n’y avez pas accès."
	case string(agenda.CodeForbidden):
		return "Votre rôle ne permet pas cette action. Demandez à un administrateur de l’organisation."
	}
	return "Permanence n’a pas pu terminer. Ce qui était enregistré l’est toujours ; recommencez, ou fermez la fenêtre et ouvrez-la de nouveau."
}
