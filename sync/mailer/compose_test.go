package mailer_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
	. "permanence/sync/mailer/queuetest"

	"pgregory.net/rapid"
)

const link = "https://rdv.example.org/rdv/0123456789abcdefghjkmnpqrstvwxyz"

func post(t *testing.T) mailer.Post {
	t.Helper()
	p, err := mailer.NewPost("", "https://rdv.example.org/")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// message is a mail taken apart by the standard library.
type message struct {
	header mail.Header
	from   string
	to     string
	raw    []byte
	parts  map[string]string // "text/plain" → decoded body; "application/ics" is the attachment
	types  map[string]string // the whole Content-Type
	order  []string
}

// write composes the only letter that told and v lead to, and reads it back.
func write(t *testing.T, told []mailer.Told, v mailer.View) message {
	t.Helper()
	letters := mailer.Letters(v, told, Now())
	if len(letters) != 1 {
		t.Fatalf("letters: %q", said(letters))
	}
	return compose(t, post(t), letters[0], v)
}

func compose(t *testing.T, p mailer.Post, l mailer.Letter, v mailer.View) message {
	t.Helper()
	parcel, err := p.Compose(l, v, link, Now())
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(parcel.Raw))
	if err != nil {
		t.Fatal(err)
	}
	msg := message{header: m.Header, from: parcel.From, to: parcel.To, raw: parcel.Raw, parts: map[string]string{}, types: map[string]string{}}
	msg.open(t, m.Header.Get("Content-Type"), "", m.Body)
	return msg
}

func (m *message) open(t *testing.T, contentType, encoding string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	m.order = append(m.order, kind)
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				m.order = append(m.order, "/"+kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m.open(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	m.parts[kind], m.types[kind] = string(text), contentType
}

func (m message) subject(t *testing.T) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plainSpaces lets tests write ordinary spaces, and ignores where text wraps.
func plainSpaces(s string) string {
	s = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// unfolded gives the calendar with its folded lines joined.
func (m message) calendar() string {
	return strings.ReplaceAll(m.parts["text/calendar"], "\r\n ", "")
}

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}

func lacks(t *testing.T, what, text string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q:\n%s", what, w, text)
		}
	}
}

func TestInvitation(t *testing.T) {
	m := write(t, nil, With(Attended(Nadia, Yanis, Lina)))
	want := "multipart/mixed multipart/alternative text/plain text/html text/calendar /multipart/alternative application/ics /multipart/mixed"
	if got := strings.Join(m.order, " "); got != want {
		t.Errorf("tree %s", got)
	}
	if m.types["text/calendar"] != "text/calendar; method=REQUEST; charset=UTF-8" {
		t.Errorf("calendar part is %q", m.types["text/calendar"])
	}
	if m.parts["text/calendar"] != m.parts["application/ics"] {
		t.Error("the attachment is not the calendar of the mail")
	}
	if got := plainSpaces(m.subject(t)); got != "Rendez-vous confirmé : jeudi 26 novembre 2026 à 14 h 30" {
		t.Errorf("subject %q", got)
	}
	for name, want := range map[string]string{
		"From": `CCAS de Montrelay <rdv@montrelay.example.org>`, "Reply-To": `CCAS de Montrelay <rdv@montrelay.example.org>`,
		"To": `Nadia Haddad <nadia.haddad@example.org>`, "Auto-Submitted": "auto-generated", "Date": "Sat, 21 Nov 2026 08:00:00 +0000",
	} {
		if got := m.header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		contains(t, kind, plainSpaces(m.parts[kind]),
			"CCAS de Montrelay", "Votre rendez-vous est confirmé", "Bonjour Nadia Haddad,", "ous vous attendons, avec Yanis et Lina :",
			"jeudi 26 novembre 2026 à 14 h 30", "environ 45 minutes, avec Claire Fournier", "Nadia Haddad, Yanis et Lina",
			"Demande d", "aide", "Maison des services", "4 place du Marché, Montrelay", "Une photo sur votre téléphone convient.", link,
			"agenda n", "annule pas le rendez-vous : utilisez ce lien.", "avant le jeudi 26 novembre à 10 h 30.",
			"01 99 00 18 20", ", du lundi au vendredi, de 9 h à 12 h.", "https://rdv.example.org/confidentialite")
		lacks(t, kind, m.parts[kind], "claire.fournier@")
	}
	contains(t, "the text", plainSpaces(m.parts["text/plain"]), "Répondre « Non » dans votre agenda n'annule pas le rendez-vous : utilisez ce lien.")
	for line := range strings.SplitSeq(m.parts["text/plain"], "\r\n") {
		if n := len([]rune(line)); n > 72 && !strings.Contains(line, "https://") {
			t.Errorf("a line of %d characters in the text: %q", n, line)
		}
	}
	contains(t, "the calendar", m.calendar(), "METHOD:REQUEST\r\n", "UID:"+string(TheRdv)+"\r\n", "SEQUENCE:1\r\n", "STATUS:CONFIRMED\r\n",
		"DTSTART;TZID=Europe/Paris:20261126T143000\r\n", "DTEND;TZID=Europe/Paris:20261126T151500\r\n", "BEGIN:VTIMEZONE",
		"SUMMARY:Rendez-vous – CCAS de Montrelay\r\n", `LOCATION:Maison des services\, 4 place du Marché\, Montrelay`,
		"ORGANIZER;CN=CCAS de Montrelay:mailto:rdv@montrelay.example.org\r\n", "PARTSTAT=ACCEPTED", "RSVP=FALSE:mailto:nadia.haddad@example.org\r\n")
	if n := strings.Count(m.calendar(), "ATTENDEE"); n != 1 {
		t.Errorf("%d attendees", n)
	}
	lacks(t, "the calendar", m.calendar(), "claire.fournier@")
}

func TestMailsByPlace(t *testing.T) {
	at := func(p agenda.Place) func(*mailer.View) {
		return func(v *mailer.View) {
			v.Motif.Place, v.Rdv.Lieu, v.Lieu, v.Rdv.Address = p, "", nil, "8 impasse des Lilas"
		}
	}
	tests := []struct {
		place    agenda.Place
		text     []string
		location string
	}{
		{agenda.PlacePhone, []string{"Nous vous appellerons :", "Par téléphone", "au numéro que vous lui avez donné"}, "Par téléphone"},
		{agenda.PlaceVisio, []string{"Nous vous retrouverons par visioconférence :"}, "Par visioconférence"},
		{agenda.PlaceHome, []string{"Nous viendrons chez vous :", "jeudi 26 novembre 2026 vers 14 h 30", "À votre domicile"}, "À votre domicile"},
	}
	for _, tt := range tests {
		t.Run(string(tt.place), func(t *testing.T) {
			m := write(t, nil, With(at(tt.place)))
			contains(t, "the text", plainSpaces(m.parts["text/plain"]), tt.text...)
			contains(t, "the calendar", m.calendar(), "LOCATION:"+tt.location+"\r\n")
			lacks(t, "the mail", m.parts["text/plain"]+m.parts["text/html"]+m.calendar(), "Lilas") // E108
		})
	}
}

func TestMailElsewhere(t *testing.T) { // E8
	v := With(func(v *mailer.View) {
		v.Organisation.Zone, v.Rdv.Zone = "Indian/Reunion", "Indian/Reunion"
		v.Rdv.Start = time.Date(2027, 7, 6, 5, 0, 0, 0, time.UTC)
		v.Rdv.End = v.Rdv.Start.Add(time.Hour)
	})
	m := write(t, nil, v)
	contains(t, "the text", plainSpaces(m.parts["text/plain"]), "mardi 6 juillet 2027 à 9 h 00 (heure de La Réunion)", "environ 1 heure", "avant le mardi 6 juillet à 5 h 00.")
	contains(t, "the calendar", m.calendar(), "DTSTART;TZID=Indian/Reunion:20270706T090000\r\n")
}

func TestChangedMails(t *testing.T) {
	lieu := func(v *mailer.View) {
		v.Rdv.Lieu, v.Lieu = Annexe, &agenda.Lieu{ID: Annexe, Name: "Mairie annexe", Address: "2 rue Haute"}
	}
	tests := []struct {
		name   string
		now    mailer.View
		wanted []string
	}{
		{"time (E65)", With(Moved(15 * time.Minute)), []string{"Votre rendez-vous est déplacé", "jeudi 26 novembre 2026 à 14 h 45", "Au lieu de : jeudi 26 novembre 2026 à 14 h 30"}},
		{"place", With(lieu), []string{"Votre rendez-vous change de lieu", "Mairie annexe", "Au lieu de : jeudi 26 novembre 2026 à 14 h 30, Maison des services, 4 place du Marché, Montrelay"}},
		{"length", With(func(v *mailer.View) { v.Rdv.End = v.Rdv.End.Add(45 * time.Minute) }), []string{"Votre rendez-vous change de durée", "environ 1 h 30", "Au lieu de : environ 45 minutes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := write(t, toldOf(With()), tt.now)
			for _, kind := range []string{"text/plain", "text/html"} {
				contains(t, kind, plainSpaces(m.parts[kind]), tt.wanted...)
			}
			contains(t, "the calendar", m.calendar(), "METHOD:REQUEST\r\n", "STATUS:CONFIRMED\r\n")
		})
	}
}

func TestCancellations(t *testing.T) {
	told := toldOf(With())
	tests := []struct {
		name    string
		now     mailer.View
		wanted  []string
		lacking []string
	}{
		{"by the service (E69)", With(Ended(agenda.StatusRevoked)),
			[]string{"Votre rendez-vous est annulé", "Le service a dû annuler ce rendez-vous", "Bonjour Nadia Haddad,", link}, nil},
		{"by the usager", With(Ended(agenda.StatusExcused)), []string{"est annulé à votre demande :"}, nil},
		{"removed", With(Attended(Karim), Mailed(Karim, "")), []string{"Vous n'avez plus à venir à ce rendez-vous"}, []string{link}},
		{"another address", With(Mailed(Nadia, "")), []string{"n'est plus suivi à cette adresse", "Il n'est pas annulé pour autant"}, []string{link, "Nadia", "Haddad"}},
		{"moved and address changed: only what was told there", With(Moved(3*time.Hour), Mailed(Nadia, "")), []string{"à 14 h 30"}, []string{"17 h 30", "T173000", "T163000Z"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := write(t, told, tt.now)
			if m.types["text/calendar"] != "text/calendar; method=CANCEL; charset=UTF-8" {
				t.Errorf("calendar part is %q", m.types["text/calendar"])
			}
			for _, kind := range []string{"text/plain", "text/html"} {
				contains(t, kind, plainSpaces(m.parts[kind]), tt.wanted[:1]...)
				lacks(t, kind, m.parts[kind], tt.lacking...)
			}
			contains(t, "the text", plainSpaces(m.parts["text/plain"]), tt.wanted...)
			lacks(t, "the headers", m.header.Get("To"), tt.lacking...)
			lacks(t, "the calendar", plainSpaces(m.calendar()), tt.lacking...)
			contains(t, "the calendar", m.calendar(), "METHOD:CANCEL\r\n", "STATUS:CANCELLED\r\n", "UID:"+string(TheRdv)+"\r\n", "DTSTART;TZID=Europe/Paris:20261126T143000\r\n")
		})
	}
}

func TestASharedMailboxKeepsTheOthersEvent(t *testing.T) {
	couple := With(Attended(Nadia, Karim), Mailed(Karim, nadia))
	m := write(t, toldOf(couple), With(Mailed(Karim, nadia)))
	if got := strings.Join(m.order, " "); got != "multipart/alternative text/plain text/html /multipart/alternative" {
		t.Errorf("tree %s", got)
	}
}

func TestLifeOfAnInvitation(t *testing.T) { // E107
	var told []mailer.Told
	ids := map[string]bool{}
	steps := []struct {
		view   mailer.View
		method string
	}{
		{With(), "REQUEST"},
		{With(Moved(time.Hour)), "REQUEST"},
		{With(Moved(time.Hour), Moved(time.Hour)), "REQUEST"},
		{With(Moved(time.Hour), Moved(time.Hour), Ended(agenda.StatusRevoked)), "CANCEL"},
		{With(Moved(time.Hour), Moved(time.Hour), func(v *mailer.View) { v.Rdv.Sequence += 2 }), "REQUEST"}, // E62
	}
	for i, step := range steps {
		letters := mailer.Letters(step.view, told, Now())
		if len(letters) != 1 {
			t.Fatalf("step %d: %q", i, said(letters))
		}
		m := compose(t, post(t), letters[0], step.view)
		contains(t, "the calendar", m.calendar(), "UID:"+string(TheRdv)+"\r\n", "METHOD:"+step.method+"\r\n", "SEQUENCE:"+string(rune('0'+i))+"\r\n")
		ids[m.header.Get("Message-ID")] = true
		told = []mailer.Told{letters[0].After}
	}
	if len(ids) != len(steps) {
		t.Errorf("%d message ids for %d mails", len(ids), len(steps))
	}
}

func TestCancelWindowInMails(t *testing.T) {
	soon := func(v *mailer.View) { v.Rdv.Start, v.Rdv.End = Now().Add(3*time.Hour), Now().Add(4*time.Hour) }
	never := func(v *mailer.View) {
		v.Motif.NoCancel, v.Motif.CancelWarning = true, "Prévenez votre référent au plus tôt."
	}
	noNotice := func(v *mailer.View) { minutes := 0; v.Organisation.CancelNoticeMin = &minutes }
	tests := []struct {
		name            string
		view            mailer.View
		wanted, lacking string
	}{
		{"in time", With(), "Vous pouvez annuler en ligne avant le jeudi 26 novembre à 10 h 30.", "Prévenez"},
		{"too late already", With(soon), "Voir le rendez-vous", "Vous pouvez annuler"},
		{"a shorter notice is a setting (E66)", With(soon, noNotice), "Vous pouvez annuler en ligne avant le samedi 21 novembre à 12 h 00.", "Prévenez"},
		{"not online (E68)", With(never), "Prévenez votre référent au plus tôt.", "Vous pouvez annuler"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := plainSpaces(write(t, nil, tt.view).parts["text/plain"])
			contains(t, "the text", text, tt.wanted, "annule pas le rendez-vous : utilisez ce lien.")
			lacks(t, "the text", text, tt.lacking)
		})
	}
}

func TestWhoTheMailComesFrom(t *testing.T) {
	tests := []struct{ server, from, envelope string }{
		{"", "rdv@montrelay.example.org", "rdv@montrelay.example.org"},
		{"ne-pas-repondre@montrelay.example.org", "rdv@montrelay.example.org", "ne-pas-repondre@montrelay.example.org"},
		{"rdv@departement.example.org", "rdv@departement.example.org", "rdv@departement.example.org"},
	}
	for _, tt := range tests {
		p, err := mailer.NewPost(tt.server, "https://rdv.example.org")
		if err != nil {
			t.Fatal(err)
		}
		m := compose(t, p, mailer.Letters(With(), nil, Now())[0], With())
		from, err := mail.ParseAddress(m.header.Get("From"))
		if err != nil || from.Address != tt.from || m.from != tt.envelope {
			t.Errorf("with %q: from %v, envelope %s", tt.server, from, m.from)
		}
		if r := m.header.Get("Reply-To"); !strings.Contains(r, "<rdv@montrelay.example.org>") {
			t.Errorf("with %q: reply to %s", tt.server, r)
		}
		contains(t, "the calendar", m.calendar(), "mailto:rdv@montrelay.example.org\r\n")
		if domain := tt.from[strings.Index(tt.from, "@"):] + ">"; !strings.HasSuffix(m.header.Get("Message-ID"), domain) {
			t.Errorf("message id %s", m.header.Get("Message-ID"))
		}
	}
}

func TestWithoutAMailboxNothingIsWritten(t *testing.T) {
	for _, address := range []string{"", "pas une adresse", "a@b@c"} {
		v := With(func(v *mailer.View) { v.Organisation.Mail = address })
		if _, err := post(t).Compose(mailer.Letters(v, nil, Now())[0], v, link, Now()); !errors.Is(err, mailer.ErrNoMailbox) {
			t.Errorf("with %q: %v", address, err)
		}
	}
}

func TestNewPost(t *testing.T) {
	for _, bad := range [][2]string{
		{"rdv@example.org\r\nBcc: evil@x.org", "https://rdv.example.org"}, {"rdv", "https://rdv.example.org"},
		{"", "rdv.example.org"}, {"", "javascript:alert(1)"}, {"", "https://rdv.example.org\r\n"}, {"", ""},
	} {
		if p, err := mailer.NewPost(bad[0], bad[1]); err == nil {
			t.Errorf("NewPost(%q, %q) = %+v, want a refusal", bad[0], bad[1], p)
		}
	}
}

func TestTheMessageIDIsStable(t *testing.T) {
	l := mailer.Letters(With(), nil, Now())[0]
	p := post(t)
	first, again := compose(t, p, l, With()), compose(t, p, l, With())
	if a, b := first.header.Get("Message-ID"), again.header.Get("Message-ID"); a != b || a == "" {
		t.Errorf("%q then %q", a, b)
	}
	lacks(t, "the message id", first.header.Get("Message-ID"), string(TheRdv), "nadia")
}

// Nothing that somebody can type stops a mail: it is written, and reads back
// as one message to one person (build refuses anything else).
func TestAnythingTypedCanBeMailed(t *testing.T) {
	p := post(t)
	rapid.Check(t, func(rt *rapid.T) {
		typed := rapid.StringN(0, 200, 1000)
		v := With(Attended(Nadia, Yanis), func(v *mailer.View) {
			u, child := v.Usagers[Nadia], v.Usagers[Yanis]
			u.FirstName, u.LastName, child.FirstName = typed.Draw(rt, "first"), typed.Draw(rt, "last"), typed.Draw(rt, "child")
			v.Usagers[Nadia], v.Usagers[Yanis] = u, child
			v.Organisation.Name, v.Organisation.Hours, v.Organisation.Phone = typed.Draw(rt, "name"), typed.Draw(rt, "hours"), typed.Draw(rt, "phone")
			v.Motif.Name, v.Motif.Instruction, v.Rdv.Title = typed.Draw(rt, "motif"), typed.Draw(rt, "instruction"), typed.Draw(rt, "title")
			v.Lieu.Name, v.Lieu.Address = typed.Draw(rt, "lieu"), typed.Draw(rt, "address")
		})
		told := toldOf(v)
		moved := v
		Moved(time.Hour)(&moved)
		for _, l := range append(mailer.Letters(v, nil, Now()), mailer.Letters(moved, told, Now())...) {
			if _, err := p.Compose(l, moved, link, Now()); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
