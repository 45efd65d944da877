package capture

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"permanence/sync/access"
)

//go:embed courriels.html
var courrielsHTML string

var courriels = template.Must(template.New("courriels.html").Funcs(template.FuncMap{
	"heure": func(t time.Time) string { return t.Format("02/01/2006 15:04:05") + " UTC" },
	"join":  func(to []string) string { return strings.Join(to, ", ") },
}).Parse(courrielsHTML))

// Routes are the box's pages, for this machine only: the list, one mail with
// its text and its calendar, the same as HTML, and everything as JSON.
func (b *Box) Routes() []access.Route {
	return []access.Route{
		{Pattern: "GET /demo/courriel.json", Policy: access.PolicyLocal, Handler: http.HandlerFunc(b.serveJSON)},
		{Pattern: "GET /demo/courriel", Policy: access.PolicyLocal, Handler: http.HandlerFunc(b.serveList)},
		{Pattern: "GET /demo/courriel/{n}", Policy: access.PolicyLocal, Handler: http.HandlerFunc(b.serveOne)},
		{Pattern: "GET /demo/courriel/{n}/html", Policy: access.PolicyLocal, Handler: http.HandlerFunc(b.serveHTML)},
	}
}

func (b *Box) serveJSON(w http.ResponseWriter, r *http.Request) {
	raw, err := json.Marshal(b.Mails())
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	write(w, http.StatusOK, append(raw, '\n'))
}

// list is what the page shows: every mail, newest first, or one.
type list struct {
	Mails []entry
	One   *one
	Gone  bool // the number is not held (any more)
}

type entry struct {
	N int
	Mail
}

type one struct {
	entry
	parts
}

func (b *Box) serveList(w http.ResponseWriter, r *http.Request) {
	mails, first := b.numbered()
	var page list
	for i, m := range slices.Backward(mails) {
		page.Mails = append(page.Mails, entry{first + i, m})
	}
	show(w, r, http.StatusOK, page)
}

func (b *Box) serveOne(w http.ResponseWriter, r *http.Request) {
	n, m, ok := b.asked(r)
	if !ok {
		show(w, r, http.StatusNotFound, list{Gone: true})
		return
	}
	show(w, r, http.StatusOK, list{One: &one{entry{n, m}, open(m.Raw)}})
}

// serveHTML shows the HTML of a mail as a mail program would: its inline styles
// hold, nothing is fetched and nothing runs.
func (b *Box) serveHTML(w http.ResponseWriter, r *http.Request) {
	_, m, ok := b.asked(r)
	html := open(m.Raw).HTML
	if !ok || html == "" {
		show(w, r, http.StatusNotFound, list{Gone: true})
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	write(w, http.StatusOK, []byte(html))
}

func (b *Box) asked(r *http.Request) (int, Mail, bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return 0, Mail{}, false
	}
	m, ok := b.mail(n)
	return n, m, ok
}

func show(w http.ResponseWriter, r *http.Request, status int, page list) {
	var out bytes.Buffer
	if err := courriels.Execute(&out, page); err != nil {
		access.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash(out.String())+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	write(w, status, out.Bytes())
}

// styleHash names the page's only style as a policy wants it.
func styleHash(page string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// write answers; when the client has gone there is nobody left to tell.
func write(w http.ResponseWriter, status int, body []byte) {
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
