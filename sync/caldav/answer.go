package caldav

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
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
	textNotFound = "Page introuvable."
	textBadXML   = "Requête XML refusée."
	textBadDate  = "Date non valable."
	textReadOnly = "Cet agenda est en lecture seule dans les applications d’agenda. Modifiez le rendez-vous dans Permanence."
	textLater    = "Le service est momentanément indisponible. Réessayez dans un instant."
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

// fail answers err once, in the words of HTTP.
func (c *call) fail(err error) {
	var p *problem
	var throttled *Throttled
	var refusal *Refusal
	switch {
	case errors.As(err, &p):
	case errors.Is(err, ErrNotFound):
		p = &problem{http.StatusNotFound, "", textNotFound}
	case errors.Is(err, ErrRefused):
		c.w.Header().Set("WWW-Authenticate", `Basic realm="Permanence", charset="UTF-8"`)
		p = &problem{http.StatusUnauthorized, "", "Adresse ou mot de passe incorrect."}
	case errors.As(err, &throttled):
		c.w.Header().Set("Retry-After", seconds(throttled.After))
		p = &problem{http.StatusTooManyRequests, "", "Trop d’essais. Attendez avant de recommencer."}
	case errors.Is(err, ErrInvalidToken):
		p = &problem{http.StatusForbidden, "<D:valid-sync-token/>", "Repère de synchronisation périmé : relisez tout l’agenda."}
	case errors.Is(err, ErrPrecondition):
		p = &problem{http.StatusPreconditionFailed, "", "L’événement a changé entre-temps."}
	case errors.As(err, &refusal):
		p = &problem{http.StatusForbidden, conditionOf(refusal), refusal.Message}
	case c.r.Context().Err() != nil:
		return // nobody is waiting any more
	default:
		c.failed(err)
		p = &problem{http.StatusServiceUnavailable, "", textLater}
	}
	c.send(p)
}

// failed logs a surprise and asks the client to come back.
func (c *call) failed(err error) {
	c.log.ErrorContext(context.WithoutCancel(c.r.Context()), "dav request failed",
		"method", c.r.Method, "agent", string(c.p.Agent), "calendar", c.at.slug, "error", err)
	c.w.Header().Set("Retry-After", "30")
}

// send writes a problem: an error document when there is a condition to name,
// else the sentence alone.
func (c *call) send(p *problem) {
	if p.condition == "" {
		c.reply(p.status, "text/plain; charset=utf-8", []byte(p.message+"\n"))
		return
	}
	x := &xmlWriter{}
	x.raw(xmlHeader + "<D:error" + xmlNamespaces + ">" + p.condition + `<P:message xml:lang="fr">`)
	x.text(p.message)
	x.raw("</P:message></D:error>\n")
	c.reply(p.status, xmlType, x.b)
}

const xmlType = "application/xml; charset=utf-8"

// reply sends a whole answer; every path of a call ends here or in GET.
func (c *call) reply(status int, contentType string, body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	c.w.Write(body) // a client that has gone is no error of ours
}

// conditionOf names the condition of a write's refusal, when it has one.
func conditionOf(r *Refusal) string {
	if !word(r.Condition) {
		return ""
	}
	return "<C:" + r.Condition + "/>"
}

// seconds rounds a wait up to what Retry-After can say; one at least.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}
