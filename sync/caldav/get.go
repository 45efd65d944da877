package caldav

import (
	"bytes"
	"net/http"
	"time"
)

const textCollection = "Cette adresse est celle d’un agenda CalDAV : donnez-la à votre application d’agenda.\n"

// get serves one event byte for byte, with its validators, or tells a person
// who opened the address of a calendar what it is for.
func (c *call) get() error {
	r, err := c.open()
	if err != nil {
		return err
	}
	if r.kind != kindItem {
		reply(c.w, http.StatusOK, "text/plain; charset=utf-8", []byte(textCollection))
		return nil
	}
	h := c.w.Header()
	h.Set("Content-Type", itemType)
	h.Set("ETag", quote(r.item.ETag))
	if !r.item.Modified.IsZero() {
		h.Set("Last-Modified", httpDate(r.item.Modified))
	}
	// No time is given to ServeContent: one second is too coarse to say that
	// an event has not changed. The ETag says it.
	http.ServeContent(c.w, c.r, "", time.Time{}, bytes.NewReader(r.item.Data))
	return nil
}

func quote(etag string) string { return `"` + etag + `"` }

func httpDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
