package caldav

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Writing goes through one Writer, which turns what a calendar application
// changed into commands. Without a Writer, or in a calendar that is not
// writable, every write is refused with the condition that clients look for
// and a reason a person can read.

func (c *call) put() error {
	data, err := c.body()
	if err != nil {
		return err
	}
	if err := c.mayWrite("D:bind"); err != nil {
		return err
	}
	if kind := c.r.Header.Get("Content-Type"); kind != "" && !isCalendar(kind) {
		return forbid("<C:supported-calendar-data/>", "Seul le format text/calendar est accepté.")
	}
	created, err := c.writer.Put(c.r.Context(), c.who, c.at.slug, c.at.name, data, c.condition())
	if err != nil {
		return err
	}
	if created {
		return c.noContent(http.StatusCreated)
	}
	return c.noContent(http.StatusNoContent)
}

func (c *call) delete() error {
	if err := c.mayWrite("D:unbind"); err != nil {
		return err
	}
	if err := c.writer.Delete(c.r.Context(), c.who, c.at.slug, c.at.name, c.condition()); err != nil {
		return err
	}
	return c.noContent(http.StatusNoContent)
}

// noContent says done. No ETag goes with it: what is stored may say more than
// what was sent, and the client must read it again.
func (c *call) noContent(status int) error {
	c.w.Header().Set("Content-Length", "0")
	c.w.WriteHeader(status)
	return nil
}

// mayWrite refuses a write that no Writer could take, naming the privilege
// that lacks. What does not exist for the reader stays not found.
func (c *call) mayWrite(privilege string) error {
	if c.at.slug == "" {
		return lacks(c.at.href(), privilege, textReadOnly)
	}
	calendar, err := c.calendar()
	if err != nil {
		return err
	}
	if c.at.kind != kindItem || !calendar.Writable {
		return lacks(c.at.href(), privilege, textReadOnly)
	}
	return nil
}

// lacks refuses for want of a privilege at an address.
func lacks(href, privilege, message string) error {
	x := &xmlWriter{}
	x.raw("<D:need-privileges><D:resource>")
	x.href(href)
	putPrivilege(x, privilege)
	x.raw("</D:resource></D:need-privileges>")
	return forbid(string(x.b), message)
}

// mkcalendar refuses a new calendar: where one stands already, where none may
// stand, and elsewhere because there is nothing to hold it.
func (c *call) mkcalendar() error {
	if _, err := c.document(); err != nil {
		return err
	}
	if c.at.kind != kindCalendar {
		return forbid("<C:calendar-collection-location-ok/>", "Un agenda ne peut pas être créé à cette adresse.")
	}
	_, err := c.calendar()
	if err == nil {
		return &problem{http.StatusMethodNotAllowed, "<D:resource-must-be-null/>", "Un agenda existe déjà à cette adresse."}
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	return lacks(homeHref(c.who.Agent), "D:bind", "Les agendas se créent dans Permanence, pas depuis une application d’agenda.")
}

// transfer refuses COPY and MOVE: an event of the agenda is moved in time, not
// from one calendar to another. A destination elsewhere is not even looked at.
func (c *call) transfer() error {
	if _, err := c.open(); err != nil {
		return err
	}
	u, err := url.Parse(c.r.Header.Get("Destination"))
	if err != nil || u.Path == "" {
		return &problem{http.StatusBadRequest, "", "Requête non valable."}
	}
	to, ok := locate(u.EscapedPath())
	if !ok || !to.belongsTo(c.who.Agent) || u.Host != "" && u.Host != c.r.Host {
		return &problem{http.StatusForbidden, "", "Vous n’avez pas accès à cette ressource."}
	}
	return lacks(c.at.href(), "D:unbind", textReadOnly)
}

// condition reads If-Match and If-None-Match.
func (c *call) condition() Condition {
	var when Condition
	for _, v := range c.r.Header.Values("If-Match") {
		for _, etag := range strings.Split(v, ",") {
			when.IfMatch = append(when.IfMatch, strings.Trim(strings.TrimSpace(etag), `"`))
		}
	}
	when.IfNew = strings.TrimSpace(c.r.Header.Get("If-None-Match")) == "*"
	return when
}

func isCalendar(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "text/calendar"
}
