package portal

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
)

func TestHeaders(t *testing.T) {
	s := site(t, newDesk())
	for path, referrer := range map[string]string{
		page: "same-origin", cancel: "same-origin", page + "/rendez-vous.ics": "no-referrer",
		"/confidentialite": "no-referrer", "/accessibilite": "no-referrer", "/rdv/inconnu": "no-referrer",
	} {
		a := get(t, s, path)
		csp := a.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") || strings.Contains(csp, "script") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": referrer, "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store",
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Set-Cookie": "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		for _, foreign := range []string{"<script", "style=", "onclick", "http://", "https://", "<img", "@import"} {
			if strings.Contains(a.body, foreign) {
				t.Errorf("%s holds %q", path, foreign)
			}
		}
	}
}

// Every link that opens nothing gets one answer, word for word.
func TestUnknownLinks(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	first := get(t, s, "/rdv/"+strings.Repeat("0", 32))
	first.says(t, "Ce lien n'est plus valable. Demandez-en un nouveau au service.")
	if first.status != 404 {
		t.Errorf("status %d", first.status)
	}
	paths := []string{
		"/rdv/" + secret[:31], "/rdv/" + secret + "0", "/rdv/x", "/rdv/EXEMPLE", "/rdv/" + secret[:31] + "0", // WEB-014, AUTH-008
		"/rdv/" + strings.Repeat("0", 32) + "/annuler", "/rdv/..%2f..%2fetc", "/rdv/%00", "/rdv/" + strings.Repeat("a", 5000),
	}
	for _, path := range paths {
		a := get(t, s, path)
		if a.status != 404 || a.body != first.body {
			t.Errorf("%.60s: %d, %s", path, a.status, a.text())
		}
	}
	d.gone = true
	if a := get(t, s, page); a.status != 404 || a.body != first.body {
		t.Errorf("an rdv that is no more is told apart: %d %s", a.status, a.text())
	}
}

func TestGuessingIsSlowedDown(t *testing.T) { // AUTH-020
	s := site(t, newDesk())
	throttled := 0
	for i := range 100 {
		a := get(t, s, fmt.Sprintf("/rdv/%032d", i))
		if a.status == http.StatusTooManyRequests {
			throttled++
			a.says(t, "Trop de tentatives. Réessayez dans")
			if a.header.Get("Retry-After") == "" {
				t.Fatal("no Retry-After")
			}
		}
	}
	if throttled < 70 {
		t.Errorf("only %d of 100 guesses were slowed down", throttled)
	}
	if a := get(t, s, page); a.status != 200 {
		t.Errorf("who has the link is kept out: %d", a.status)
	}
}

func TestForeignForms(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	good := tokenOf(t, s)
	token := strings.TrimPrefix(good, "jeton=")
	const expired = "Votre formulaire a expiré. Rechargez la page et recommencez."
	const forbidden = "Ce champ contient des caractères interdits."
	tests := []struct {
		name, body string
		headers    []string
		status     int
		says       string
	}{
		{"without token (WEB-011)", "", nil, 403, expired},
		{"an empty token", "jeton=", nil, 403, expired},
		{"a token of nothing", "jeton=AAAA", nil, 403, expired},
		{"a token cut", "jeton=" + token[:len(token)-4], nil, 403, expired},
		{"a token changed", "jeton=" + token[:20] + "zzzz" + token[24:], nil, 403, expired},
		{"another origin (WEB-013)", good, []string{"Origin", "https://evil.example"}, 403, expired},
		{"another site", good, []string{"Sec-Fetch-Site", "cross-site"}, 403, expired},
		{"a neighbour of the site", good, []string{"Sec-Fetch-Site", "same-site"}, 403, expired},
		{"another type of content (WEB-026)", good, []string{"Content-Type", "text/plain"}, 415, expired},
		{"no type of content", good, []string{"Content-Type", ""}, 415, expired},
		{"a form of files", good, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, expired},
		{"fields that are tables (WEB-027)", "nom[]=a&nom[b]=c&" + good, nil, 422, forbidden},
		{"a field given twice", good + "&" + good, nil, 422, forbidden},
		{"a control character", good + "&nom=a%00b", nil, 422, forbidden},
		{"not UTF-8", good + "&nom=%ff", nil, 422, forbidden},
		{"a broken escape", "jeton=%zz", nil, 422, forbidden},
		{"a name without end", strings.Repeat("a", 300) + "=1&" + good, nil, 422, forbidden},
		{"a body without end", "nom=" + strings.Repeat("a", 5000) + "&" + good, nil, 413, "Fichier trop volumineux"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := postForm(t, s, cancel, tt.body, tt.headers...)
			if a.status != tt.status {
				t.Errorf("status %d", a.status)
			}
			a.says(t, tt.says)
		})
	}
	if d.cancels != 0 {
		t.Fatalf("cancelled %d times", d.cancels)
	}
	// Forged fields of other forms are left alone (WEB-017, WEB-018); this one is good.
	if a := postForm(t, s, cancel, good+"&duree=999999&debut=2001-01-01T09%3A00%3A00"); a.status != http.StatusSeeOther {
		t.Errorf("status %d", a.status)
	}
}

func TestAFormServesOneLinkAndNotForLong(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	form := tokenOf(t, s)
	d.mu.Lock()
	d.view.Rdv.Sequence++ // moved since: the page showed another time
	d.mu.Unlock()
	if a := postForm(t, s, cancel, form); a.status != 403 {
		t.Errorf("a form of the former time: %d", a.status)
	}
	form = tokenOf(t, s)
	d.mu.Lock()
	d.now = d.now.Add(tokenLife)
	d.mu.Unlock()
	if a := postForm(t, s, cancel, form); a.status != 403 {
		t.Errorf("a form left open: %d", a.status)
	}
	d.view.Rdv.ID = "01930000-0000-7000-8000-0000000000bb"
	if a := postForm(t, s, cancel, form); a.status != 403 {
		t.Errorf("a form of another rdv: %d", a.status)
	}
	if d.cancels != 0 {
		t.Errorf("cancelled %d times", d.cancels)
	}
}

func TestOtherMethods(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "ANNULER"} {
		r, err := http.NewRequest(method, s.URL+page, strings.NewReader(url.Values{"jeton": {"x"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if a := ask(t, r); a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, a.status)
		}
	}
	if d.view.Rdv.Cancelled() {
		t.Error("cancelled")
	}
}

// What agents type is text on the page, in every field (WEB-001 to WEB-005).
func TestHostileTexts(t *testing.T) {
	values := []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "</textarea><svg onload=alert(1)>",
		"</style><script>alert(1)</script>", "{{.Token}}", "a\u202eb\x00c", "\xff", strings.Repeat("W", 3000),
	}
	for _, value := range values {
		d := newDesk(func(d *desk) {
			v := &d.view
			v.Motif.Name, v.Motif.Instruction, v.Motif.CancelWarning, v.Rdv.Title = value, value, value, value
			v.Lieu.Name, v.Lieu.Address = value, value
			v.Organisation.Name, v.Organisation.Phone, v.Organisation.Hours = value, value, value
			v.Agents[0].FirstName, v.Usagers[0].FirstName, v.Usagers[0].LastName = value, value, value
		})
		for _, closed := range []bool{false, true} {
			d.view.Motif.NoCancel = closed
			a := get(t, site(t, d), page)
			if a.status != 200 {
				t.Errorf("%.20q: %d", value, a.status)
			}
			for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "<svg onload", `href="javascript`, "\u202e", "\x00"} {
				if strings.Contains(a.body, bad) {
					t.Errorf("%.20q: the page holds %q", value, bad)
				}
			}
			if n := strings.Count(a.body, "<style>") + strings.Count(a.body, "</style>"); n != 2 {
				t.Errorf("%.20q: %d style marks", value, n)
			}
		}
	}
}

func TestStateOfNeverOffersWhatIsOver(t *testing.T) {
	for _, s := range []agenda.Status{agenda.StatusSeen, agenda.StatusNoShow, agenda.StatusExcused, agenda.StatusRevoked} {
		d := newDesk()
		d.view.Rdv.Status = s
		if got := stateOf(d.view, d.now); got == open {
			t.Errorf("%s is open", s)
		}
	}
	d := newDesk()
	if got := stateOf(d.view, d.view.Rdv.Start.Add(-4*time.Hour-time.Second)); got != open {
		t.Errorf("one second before the notice: %s", got)
	}
}
