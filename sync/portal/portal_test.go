package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// desk is the agenda behind the door, for one link: it holds the rdv and obeys
// the counter's rule of notice, motif and status.
type desk struct {
	mu      sync.Mutex
	view    View
	now     time.Time
	cancels int
	broken  error
	gone    bool
}

const secret = "0123456789abcdefghjkmnpqrstvwxyz"

func (d *desk) LinkByHash(_ context.Context, h access.Hash) (access.Link, error) {
	s, _ := access.ParseSecret(access.KindLink, secret)
	if !h.Equal(s.Hash()) {
		return access.Link{}, access.ErrUnknown
	}
	return access.Link{ID: "lien-1", Usager: "nadia", Rdv: d.view.Rdv.ID, Expires: d.now.AddDate(1, 0, 0)}, nil
}

func (d *desk) Rdv(_ context.Context, s access.Session) (View, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.broken != nil:
		return View{}, d.broken
	case d.gone || s.Rdv != d.view.Rdv.ID || s.Usager != "nadia":
		return View{}, access.ErrUnknown
	}
	return d.view, nil
}

func (d *desk) Cancel(_ context.Context, s access.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &d.view
	switch {
	case s.Author().Kind != agenda.AuthorUsager:
		return agenda.Refuse(agenda.CodeForbidden, string(v.Rdv.ID))
	case v.Rdv.Cancelled():
		return agenda.Refuse(agenda.CodeAlreadyCancelled, string(v.Rdv.ID))
	case v.Motif.NoCancel:
		return agenda.Refuse(agenda.CodeNotCancellable, string(v.Rdv.ID))
	case v.Rdv.Start.Sub(d.now) <= v.Organisation.CancelNotice():
		return agenda.Refuse(agenda.CodeTooLate, string(v.Rdv.ID))
	}
	v.Rdv.Status = agenda.StatusExcused
	v.Rdv.Sequence++
	d.cancels++
	return nil
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// newDesk holds an invented rdv: Thursday 26 November 2026 at 14 h 30 in Paris,
// read on Saturday 21.
func newDesk(changes ...func(*desk)) *desk {
	start := time.Date(2026, 11, 26, 13, 30, 0, 0, time.UTC)
	d := &desk{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), view: View{
		Rdv: agenda.Rdv{ID: "01930000-0000-7000-8000-0000000000aa", Start: start, End: start.Add(45 * time.Minute), Zone: "Europe/Paris",
			Status: agenda.StatusUnknown, ChangedAt: start.AddDate(0, 0, -8), Sequence: 3},
		Motif: agenda.Motif{Name: "Demande d’aide", Place: agenda.PlacePublicOffice, Visibility: agenda.VisibleNotified,
			Instruction: "Apportez votre dernier avis d’imposition.\nUne photo convient."},
		Organisation: agenda.Organisation{Name: "CCAS de Montrelay", Zone: "Europe/Paris", Mail: "rdv@montrelay.example.org",
			Phone: "+33199001820", Hours: "du lundi au vendredi, de 9 h à 12 h."},
		Lieu:    &agenda.Lieu{Name: "Maison des services", Address: "4 place du Marché\nMontrelay"},
		Agents:  []agenda.Agent{{FirstName: "Claire", LastName: "Fournier"}},
		Usagers: []agenda.Usager{{ID: "nadia", FirstName: "Nadia", LastName: "Haddad"}, {ID: "yanis", FirstName: "Yanis", LastName: "Haddad"}},
	}}
	for _, c := range changes {
		c(d)
	}
	return d
}

// site is the portal behind the guard, as the server has it.
func site(t *testing.T, d *desk) *httptest.Server {
	t.Helper()
	legal := Legal{Organisations: func(context.Context) ([]agenda.Organisation, error) { return nil, nil }}
	return serve(t, d, legal)
}

func serve(t *testing.T, d *desk, legal Legal) *httptest.Server {
	t.Helper()
	p, err := New(d, legal, []byte(strings.Repeat("k", 32)), d.clock)
	if err != nil {
		t.Fatal(err)
	}
	way := access.LinkWay{Links: d, Failures: access.NewFailures(d.clock), Now: d.clock}
	guard := access.NewGuard(access.GuardConfig{
		Ways: map[access.Policy]access.Way{access.PolicyLink: way}, Now: d.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	h, err := guard.Handler(p.Routes())
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// answer is what a browser that follows no redirection gets.
type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, r *http.Request) answer {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

func get(t *testing.T, s *httptest.Server, path string) answer {
	t.Helper()
	r, err := http.NewRequest("GET", s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, r)
}

func postForm(t *testing.T, s *httptest.Server, path, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest("POST", s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return ask(t, r)
}

const (
	page   = "/rdv/" + secret
	cancel = page + "/annuler"
)

// tokenOf reads the form of the page.
func tokenOf(t *testing.T, s *httptest.Server) string {
	t.Helper()
	m := regexp.MustCompile(`name="jeton" value="([^"]+)"`).FindStringSubmatch(get(t, s, page).body)
	if m == nil {
		t.Fatal("no form on the page")
	}
	return "jeton=" + url.QueryEscape(m[1])
}

// text is what is read: spaces made plain, tags gone.
func (a answer) text() string {
	_, body, _ := strings.Cut(a.body, "</head>")
	body = regexp.MustCompile(`</?(a|strong)\b[^>]*>`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")
	body = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "&nbsp;", " ", "&#8239;", " ", "’", "'", "&#39;", "'").Replace(body)
	return strings.Join(strings.Fields(body), " ")
}

func (a answer) says(t *testing.T, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(a.text(), w) {
			t.Errorf("the page does not say %q:\n%s", w, a.text())
		}
	}
}

func (a answer) hides(t *testing.T, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(a.text(), w) || strings.Contains(a.body, w) {
			t.Errorf("the page says %q:\n%s", w, a.text())
		}
	}
}

func TestThePageByState(t *testing.T) {
	starts := func(in time.Duration) func(*desk) {
		return func(d *desk) { d.view.Rdv.Start, d.view.Rdv.End = d.now.Add(in), d.now.Add(in+time.Hour) }
	}
	status := func(s agenda.Status) func(*desk) { return func(d *desk) { d.view.Rdv.Status = s } }
	notice := func(minutes int) func(*desk) {
		return func(d *desk) { d.view.Organisation.CancelNoticeMin = &minutes }
	}
	noCancel := func(warning string) func(*desk) {
		return func(d *desk) { d.view.Motif.NoCancel, d.view.Motif.CancelWarning = true, warning }
	}
	const form, phone, confirmed = "Annuler mon rendez-vous", "appelez le 01 99 00 18 20, du lundi au vendredi, de 9 h à 12 h.", "Il est confirmé."
	tests := []struct {
		name   string
		desk   *desk
		wanted []string
		hidden []string
	}{
		{"to come", newDesk(), []string{confirmed, "jeudi 26 novembre 2026 à 14 h 30", "Environ 45 minutes, avec Claire Fournier",
			"Pour Nadia H. et Yanis H.", "Objet Demande d'aide", "Maison des services 4 place du Marché Montrelay", "Apportez votre dernier avis",
			"Ajouter à mon agenda", form, "avant le jeudi 26 novembre à 10 h 30.", phone}, []string{"Haddad"}},
		{"4 h 01 before (E66)", newDesk(starts(4*time.Hour + time.Minute)), []string{confirmed, form}, nil},
		{"4 h 00 before (E66)", newDesk(starts(4 * time.Hour)), []string{confirmed, "Il n'est plus possible d'annuler en ligne", phone}, []string{form}},
		{"a shorter notice is a setting", newDesk(starts(4*time.Hour), notice(60)), []string{form}, nil},
		{"a longer one too", newDesk(starts(47*time.Hour), notice(48*60)), []string{"il fallait le faire avant le"}, []string{form}},
		{"never online (E68)", newDesk(noCancel("Prévenez votre référent.\nAu plus tôt.")), []string{confirmed, "Prévenez votre référent.", "Au plus tôt.", phone}, []string{form}},
		{"never online, without words", newDesk(noCancel("")), []string{"Ce rendez-vous ne s'annule pas en ligne.", phone}, []string{form}},
		{"motif not visible", newDesk(func(d *desk) { d.view.Motif.Visibility = agenda.Invisible }), []string{confirmed, phone}, []string{"Demande d", "Apportez", form}},
		{"motif visible, not notified", newDesk(func(d *desk) { d.view.Motif.Visibility = agenda.VisibleSilent }), []string{"Demande d'aide", form}, nil},
		{"cancelled by the usager", newDesk(status(agenda.StatusExcused)), []string{"Il est annulé, à votre demande.", "Mettre mon agenda à jour"}, []string{form, confirmed, "Apportez"}},
		{"cancelled by the service", newDesk(status(agenda.StatusRevoked)), []string{"Il est annulé par le service.", phone}, []string{form, confirmed}},
		{"this family excused, others come", newDesk(func(d *desk) {
			d.view.Rdv.Presence = map[agenda.UsagerID]agenda.Status{"nadia": agenda.StatusExcused, "yanis": agenda.StatusExcused}
		}), []string{"Il est annulé, à votre demande."}, []string{form}},
		{"one of the family excused", newDesk(func(d *desk) {
			d.view.Rdv.Presence = map[agenda.UsagerID]agenda.Status{"yanis": agenda.StatusExcused}
		}), []string{confirmed, form}, nil},
		{"past", newDesk(starts(-time.Minute)), []string{"Il est passé."}, []string{form, confirmed, "Ajouter à mon agenda"}},
		{"seen", newDesk(status(agenda.StatusSeen)), []string{"Il est passé."}, []string{form}},
		{"no phone", newDesk(starts(time.Hour), func(d *desk) { d.view.Organisation.Phone = "" }), []string{"adressez-vous au service qui vous reçoit."}, []string{"tel:"}},
		{"by phone", newDesk(func(d *desk) { d.view.Motif.Place, d.view.Lieu = agenda.PlacePhone, nil }), []string{"Par téléphone"}, nil},
		{"at home: never the address", newDesk(func(d *desk) {
			d.view.Motif.Place, d.view.Lieu, d.view.Rdv.Address = agenda.PlaceHome, nil, "8 impasse des Lilas"
		}), []string{"À votre domicile", "vers 14 h 30"}, []string{"Lilas"}},
		{"in La Réunion (E8)", newDesk(func(d *desk) {
			d.view.Rdv.Zone, d.view.Organisation.Zone = "Indian/Reunion", "Indian/Reunion"
			d.view.Rdv.Start = time.Date(2027, 7, 6, 5, 0, 0, 0, time.UTC)
			d.view.Rdv.End = d.view.Rdv.Start.Add(time.Hour)
		}), []string{"mardi 6 juillet 2027 à 9 h 00 (heure de La Réunion)"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, site(t, tt.desk), page)
			if a.status != 200 {
				t.Fatalf("status %d", a.status)
			}
			a.says(t, tt.wanted...)
			a.hides(t, tt.hidden...)
		})
	}
}

func TestLookingChangesNothing(t *testing.T) { // WEB-012
	d := newDesk()
	s := site(t, d)
	for _, path := range []string{page, cancel, cancel + "?jeton=x", page + "/rendez-vous.ics", page + "?annuler=1"} {
		for _, method := range []string{"GET", "HEAD"} {
			r, err := http.NewRequest(method, s.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if a := ask(t, r); a.status != 200 {
				t.Errorf("%s %s: %d", method, path, a.status)
			}
		}
	}
	if d.cancels != 0 || d.view.Rdv.Cancelled() {
		t.Error("a look cancelled the rdv")
	}
	if a := get(t, s, cancel); !strings.Contains(a.body, "<details open>") {
		t.Error("the form is not open")
	}
}

func TestCancelling(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	form := tokenOf(t, s)
	a := postForm(t, s, cancel, form, "Sec-Fetch-Site", "same-origin", "Origin", s.URL)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != page {
		t.Fatalf("status %d to %q: %s", a.status, a.header.Get("Location"), a.text())
	}
	get(t, s, page).says(t, "Il est annulé, à votre demande.")
	if again := postForm(t, s, cancel, form); again.status != http.StatusSeeOther {
		t.Errorf("a second click: %d", again.status)
	}
	if d.cancels != 1 {
		t.Errorf("cancelled %d times", d.cancels)
	}
}

func TestADoubleClickCancelsOnce(t *testing.T) { // WEB-019
	d := newDesk()
	s := site(t, d)
	form := tokenOf(t, s)
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			r, err := http.NewRequest("POST", s.URL+cancel, strings.NewReader(form))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := http.DefaultClient.Do(r) // follows to the page
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != 200 {
				t.Errorf("status %d", res.StatusCode)
			}
		})
	}
	clicks.Wait()
	if d.cancels != 1 {
		t.Errorf("cancelled %d times", d.cancels)
	}
}

func TestTheCounterSaysNo(t *testing.T) {
	tests := []struct {
		name   string
		after  func(*desk) // between the form and the click
		status int
		says   []string
	}{
		{"too late meanwhile", func(d *desk) { d.now = d.view.Rdv.Start.Add(-4 * time.Hour) }, 403, []string{"Votre formulaire a expiré."}},
		{"the notice became longer meanwhile", func(d *desk) { n := 60 * 24 * 30; d.view.Organisation.CancelNoticeMin = &n }, 409,
			[]string{"Rien n'a changé.", "Il est trop tard pour annuler en ligne : appelez le service.", "appelez le 01 99 00 18 20"}},
		{"the motif closed meanwhile", func(d *desk) { d.view.Motif.NoCancel = true }, 409, []string{"Ce rendez-vous ne peut pas être annulé en ligne"}},
		{"gone meanwhile", func(d *desk) { d.gone = true }, 404, []string{"Ce lien n'est plus valable. Demandez-en un nouveau au service."}},
		{"the database failed", func(d *desk) { d.broken = errors.New("disk on fire") }, 500, []string{"Rien n'a été perdu"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk()
			s := site(t, d)
			form := tokenOf(t, s)
			tt.after(d)
			a := postForm(t, s, cancel, form)
			if a.status != tt.status {
				t.Errorf("status %d", a.status)
			}
			a.says(t, tt.says...)
			a.hides(t, "disk on fire")
			if d.cancels != 0 {
				t.Error("cancelled all the same")
			}
		})
	}
}

// E119: the link of the first mail opens the rdv after it was moved and mailed again.
func TestAnOldLinkStillOpens(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	for range 3 {
		d.view.Rdv.Start, d.view.Rdv.Sequence = d.view.Rdv.Start.Add(time.Hour), d.view.Rdv.Sequence+1
	}
	get(t, s, page).says(t, "à 17 h 30")
	if a := postForm(t, s, cancel, tokenOf(t, s)); a.status != http.StatusSeeOther {
		t.Errorf("status %d", a.status)
	}
}

func TestTheCalendarFile(t *testing.T) {
	d := newDesk()
	s := site(t, d)
	a := get(t, s, page+"/rendez-vous.ics")
	if ct, cd := a.header.Get("Content-Type"), a.header.Get("Content-Disposition"); !strings.HasPrefix(ct, "text/calendar") || cd != `attachment; filename="rendez-vous.ics"` {
		t.Errorf("%s, %s", ct, cd)
	}
	wanted := []string{"UID:01930000-0000-7000-8000-0000000000aa", "SEQUENCE:3", "DTSTART;TZID=Europe/Paris:20261126T143000", "STATUS:CONFIRMED",
		`LOCATION:Maison des services\, 4 place du Marché\, Montrelay`, "BEGIN:VTIMEZONE"}
	for _, w := range wanted {
		if !strings.Contains(strings.ReplaceAll(a.body, "\r\n ", ""), w+"\r\n") {
			t.Errorf("no %q in\n%s", w, a.body)
		}
	}
	d.view.Rdv.Status = agenda.StatusExcused
	if a := get(t, s, page+"/rendez-vous.ics"); !strings.Contains(a.body, "STATUS:CANCELLED\r\n") {
		t.Errorf("cancelled, but\n%s", a.body)
	}
	for _, hidden := range []string{"Haddad", "Nadia", "Demande"} {
		if strings.Contains(a.body, hidden) {
			t.Errorf("the file says %q", hidden)
		}
	}
}

func TestNewNeedsAKey(t *testing.T) {
	if _, err := New(newDesk(), Legal{}, []byte("short"), time.Now); err == nil {
		t.Error("a short key was taken")
	}
}

func TestLegalPages(t *testing.T) {
	full := agenda.Organisation{ID: "a", Name: "CCAS de Montrelay", Controller: "Commune de Montrelay", DPOContact: "dpo@montrelay.example.org", PostalAddress: "1 place de la Mairie\n62999 Montrelay"}
	half := agenda.Organisation{ID: "b", Name: "Mairie annexe", Controller: "Commune de Montrelay"}
	closed := agenda.Organisation{ID: "c", Name: "Ancien service", Archived: true}
	all := []agenda.Organisation{full, half, closed}
	if got := Missing(all); fmt.Sprint(got) != "[b]" {
		t.Errorf("Missing = %v", got)
	}
	s := serve(t, newDesk(), Legal{
		Organisations: func(context.Context) ([]agenda.Organisation, error) { return all, nil },
		Kept:          []Kept{{"Vos rendez-vous", "24 mois après leur date"}},
		Processors:    []string{"Hébergement : département de l’exemple"},
		Checked:       []string{"Contrôle automatique de chaque page."},
	})
	a := get(t, s, "/confidentialite")
	a.says(t, "Vos données et vos droits", "Responsable de traitement : Commune de Montrelay", "62999 Montrelay", "dpo@montrelay.example.org",
		"Mairie annexe Les coordonnées du responsable de traitement ne sont pas encore renseignées.", "Vos rendez-vous : 24 mois après leur date.",
		"Hébergement : département", "sous un mois", "CNIL", "aucun cookie")
	a.hides(t, "Ancien service")
	a = get(t, s, "/accessibilite")
	a.says(t, "Accessibilité : non conforme", "Contrôle automatique de chaque page.", "Défenseur des droits")

	empty := site(t, newDesk())
	get(t, empty, "/confidentialite").says(t, "Aucune organisation n'est encore inscrite ici.", "Les durées ne sont pas encore réglées", "Aucun autre intervenant")
	get(t, empty, "/accessibilite").says(t, "Rien n'a encore été vérifié.")
}
