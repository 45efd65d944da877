package portal

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"permanence/sync/access"
)

//go:embed pages/*.html
var pagesFS embed.FS

var pages = template.Must(template.ParseFS(pagesFS, "pages/*.html"))

// refusalPage says why, and what to do.
type refusalPage struct {
	common
	Message string
}

// refuse words a refusal, of the guard or of a handler, as a page. It is the
// same whatever the link was.
func (p *Portal) refuse(w http.ResponseWriter, r *http.Request, refusal *access.Refusal) {
	title := "Cette page ne peut pas être affichée"
	if refusal.Status == http.StatusForbidden || refusal.Status == http.StatusConflict {
		title = "Votre demande n’a pas été prise en compte"
	}
	p.render(w, r, refusal.Status, "refus", refusalPage{common{Title: title}, refusal.Message})
}

// render lays a page out and answers. A page is complete or not sent at all.
func (p *Portal) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	body, err := layout(name, data)
	if err != nil && name == "refus" {
		w.WriteHeader(http.StatusInternalServerError) // no page left to say it with
		return
	}
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	p.protect(w, referrer(data))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", "fr")
	write(w, status, body)
}

func layout(name string, data any) ([]byte, error) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, data); err != nil {
		return nil, fmt.Errorf("lay out page %s: %w", name, err)
	}
	return body.Bytes(), nil
}

// referrer lets nothing be told to where one goes next, except to ourselves by
// a page with a form: without it browsers would hide where the form comes from.
func referrer(data any) string {
	if page, ok := data.(rdvPage); ok && page.Token != "" {
		return "same-origin"
	}
	return "no-referrer"
}

// protect closes the page to everything but its own style and its own forms.
func (p *Portal) protect(w http.ResponseWriter, referrer string) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+p.style+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", referrer)
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// styleHash names the pages' only style as a policy wants it, from a page as
// it is really sent.
func styleHash() (string, error) {
	page, err := layout("refus", refusalPage{})
	if err != nil {
		return "", err
	}
	_, rest, opened := strings.Cut(string(page), "<style>")
	style, _, closed := strings.Cut(rest, "</style>")
	if !opened || !closed {
		return "", errors.New("portal: the pages have no style")
	}
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

// write answers; when the client has gone there is nobody left to tell.
func write(w http.ResponseWriter, status int, body []byte) {
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
