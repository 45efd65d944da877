package access

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Code names a refusal of this package; stable, part of the protocol.
type Code string

const (
	CodeCredentials Code = "bad_credentials" // unknown, wrong, expired or revoked: never said which
	CodeThrottled   Code = "throttled"
	CodeForbidden   Code = "forbidden"
	CodeNotFound    Code = "not_found"
	CodeGone        Code = "link_gone"
	CodeForeign     Code = "foreign_origin"
	CodeMethod      Code = "method_not_allowed"
	CodeTooLarge    Code = "too_large"
	CodeRequest     Code = "bad_request"
	CodeFailure     Code = "failure"
	CodeRevoked     Code = "device_revoked" // this device, by someone
	CodeWiped       Code = "device_wiped"   // this device, by someone: it is to erase itself
	CodeCopied      Code = "device_copied"  // an old token of this device came back
	CodeProof       Code = "proof_required" // sign the nonce that comes with the answer
	CodeKey         Code = "key_required"   // as CodeProof, and show the public key

	CodePasswordShort    Code = "password_short"
	CodePasswordLong     Code = "password_long"
	CodePasswordText     Code = "password_text" // not UTF-8, or control characters
	CodePasswordCommon   Code = "password_common"
	CodePasswordSequence Code = "password_sequence"
	CodePasswordRepeated Code = "password_repeated"
	CodePasswordPersonal Code = "password_personal"
)

// Refusal is an answer to the person who asks, not a failure: it holds a
// French message without any secret or name.
type Refusal struct {
	Code    Code
	Message string        // French, ends with a full stop
	Status  int           // of HTTP
	Wait    time.Duration // before asking again; 0 when waiting changes nothing
	Nonce   string        // to sign when asking again; "" when no proof is asked
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Message }

// ErrUnknown is what a port answers when nothing has this address or this hash.
var ErrUnknown = errors.New("unknown")

func refuse(code Code, status int, message string) *Refusal {
	return &Refusal{Code: code, Message: message, Status: status}
}

// refuseCredentials is the one answer to whoever could not prove who he is.
func refuseCredentials() *Refusal {
	return refuse(CodeCredentials, http.StatusUnauthorized, "Adresse ou mot de passe incorrect.")
}

func refuseWait(wait time.Duration) *Refusal {
	s := max(1, int((wait+time.Second-1)/time.Second))
	r := refuse(CodeThrottled, http.StatusTooManyRequests, fmt.Sprintf("Trop de tentatives. Réessayez dans %d secondes.", s))
	if s == 1 {
		r.Message = "Trop de tentatives. Réessayez dans 1 seconde."
	}
	r.Wait = time.Duration(s) * time.Second
	return r
}

func refuseNotFound() *Refusal {
	return refuse(CodeNotFound, http.StatusNotFound, "Page introuvable.")
}

// refuseLink answers an unknown, expired or revoked link: the same for all.
func refuseLink() *Refusal {
	return refuse(CodeGone, http.StatusNotFound, "Ce lien n’est plus valable. Demandez-en un nouveau au service.")
}

func refuseForbidden() *Refusal {
	return refuse(CodeForbidden, http.StatusForbidden, "Vous n’avez pas accès à cette ressource.")
}

func refuseForeign() *Refusal {
	return refuse(CodeForeign, http.StatusForbidden, "Votre formulaire a expiré. Rechargez la page et recommencez.")
}

func refuseRequest() *Refusal {
	return refuse(CodeRequest, http.StatusBadRequest, "Requête non valable.")
}

// refuseSize answers a body above limit bytes.
func refuseSize(limit int64) *Refusal {
	size := fmt.Sprintf("%d octets", limit)
	switch {
	case limit >= 1<<20:
		size = fmt.Sprintf("%d Mo", limit>>20)
	case limit >= 1<<10:
		size = fmt.Sprintf("%d Ko", limit>>10)
	}
	return refuse(CodeTooLarge, http.StatusRequestEntityTooLarge, "Fichier trop volumineux : "+size+" au maximum.")
}
