package caldav

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"permanence/sync/access"
)

// problem is a request answered by something else than its result: a status,
// perhaps a condition (an XML element ready to be written), and what a person
// may read, in French.
type problem struct {
	status    int
	condition string
	message   string
}

func (p *problem) Error() string { return strconv.Itoa(p.status) + " " + p.condition }

const calendarType = "text/calendar; charset=utf-8"

const (
	textBadXML   = "Requête XML refusée."
	textBadDate  = "Date non valable."
	textReadOnly = "Cet agenda est en lecture seule dans les applications d’agenda. Modifiez le rendez-vous dans Permanence."
)

func badXML() error { return &problem{http.StatusBadRequest, "", textBadXML} }

// forbid answers 403 with a condition of RFC 3253 §1.6.
func forbid(condition, message string) error {
	return &problem{http.StatusForbidden, condition, message}
}

// tooMuch refuses an answer that would not be bounded.
func tooMuch() error {
	return &problem{http.StatusInsufficientStorage, "<D:number-of-matches-within-limits/>",
		"Trop de résultats : réduisez la période demandée."}
}

// tooLarge refuses a body above bodyMax.
func tooLarge() error {
	return &problem{http.StatusRequestEntityTooLarge, "<C:max-resource-size/>", "Fichier trop volumineux : 1 Mo au maximum."}
}

// fail answers err once, in the words of HTTP.
func (c *call) fail(err error) {
	if p := problemOf(err); p != nil {
		p.write(c.w)
		return
	}
	if c.r.Context().Err() != nil {
		return // nobody is waiting any more
	}
	c.log.ErrorContext(context.WithoutCancel(c.r.Context()), "dav request failed",
		"method", c.r.Method, "agent", c.who.Agent, "calendar", c.at.slug, "err", err)
	c.w.Header().Set("Retry-After", "30")
	(&problem{http.StatusServiceUnavailable, "", "Le service est momentanément indisponible. Réessayez dans un instant."}).write(c.w)
}

// problemOf translates what is an answer; nil for a failure.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if r, ok := errors.AsType[*Refusal](err); ok {
		return &problem{http.StatusForbidden, conditionOf(r), r.Message}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return &problem{http.StatusNotFound, "", "Page introuvable."}
	case errors.Is(err, ErrInvalidToken):
		return &problem{http.StatusForbidden, "<D:valid-sync-token/>", "Repère de synchronisation périmé : relisez tout l’agenda."}
	case errors.Is(err, ErrPrecondition):
		return &problem{http.StatusPreconditionFailed, "", "L’événement a changé entre-temps."}
	}
	return nil
}

// refused writes what the guard before the tree refuses, for clients that read
// no JSON.
func refused(w http.ResponseWriter, _ *http.Request, r *access.Refusal) {
	p := &problem{r.Status, "", r.Message}
	if r.Code == access.CodeTooLarge {
		p.condition = "<C:max-resource-size/>"
	}
	p.write(w)
}

// write sends an error document when there is a condition to name, else the
// sentence alone.
func (p *problem) write(w http.ResponseWriter) {
	if p.condition == "" {
		reply(w, p.status, "text/plain; charset=utf-8", []byte(p.message+"\n"))
		return
	}
	x := &xmlWriter{}
	x.raw(xmlHeader + "<D:error" + xmlNamespaces + ">" + p.condition + `<P:message xml:lang="fr">`)
	x.text(p.message)
	x.raw("</P:message></D:error>\n")
	reply(w, p.status, xmlType, x.b)
}

const xmlType = "application/xml; charset=utf-8"

// reply sends a whole answer; every path ends here or in GET.
func reply(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // a client that has gone is no error of ours
}

// conditionOf names the condition of a write's refusal, when it has one.
func conditionOf(r *Refusal) string {
	if !word(r.Condition) {
		return ""
	}
	return "<C:" + r.Condition + "/>"
}
