package mailer

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// page is what one mail says, ready to be laid out: the text and the HTML show
// the same page and decide nothing.
type page struct {
	Subject, Preview string
	Organisation     string
	Title, Hello     string
	Intro            string
	When, More       string
	Instead          string // « Au lieu de … »; "" when nothing was told before
	Rows             []row
	Link, LinkLabel  string // "" when there is nothing to see
	Notes            []string
	Phone, Dial      string // as shown, and as dialled
	Hours            string
	Footer           []string
	Privacy          string // address of the privacy page
}

// row is one line of the table: what it is about, the answer, and details.
type row struct {
	Label, Main string
	Small       []string
}

// lay decides the words of a letter. link is the address where its recipient
// sees and cancels the Rdv.
func lay(l Letter, v View, link, base string, now time.Time) page {
	p := page{
		Organisation: plain(v.Organisation.Name),
		Hello:        hello(l),
		Phone:        phone(v.Organisation.Phone),
		Dial:         v.Organisation.Phone,
		Hours:        strings.TrimRight(plain(v.Organisation.Hours), "."),
		Privacy:      base + "/confidentialite",
	}
	switch l.Kind {
	case Booked, Changed:
		p.invite(l, v, link, now)
	case Cancelled:
		p.cancel(l, v, link)
	case Removed:
		p.remove(l)
	case Readdress:
		p.readdress(l)
	}
	return p
}

func hello(l Letter) string {
	if name := plain(l.To.Name); name != "" && l.Kind != Readdress {
		return "Bonjour " + name + ","
	}
	return "Bonjour,"
}

// invite fills a confirmation or a change: complete by itself.
func (p *page) invite(l Letter, v View, link string, now time.Time) {
	start, end := local(v.Rdv.Start, v.Rdv.Zone), local(v.Rdv.End, v.Rdv.Zone)
	moment := civil.FrenchFullDay(start) + around(v.Motif.Place) + civil.FrenchHour(start) + clockOf(v)
	p.When, p.More = moment, "environ "+civil.FrenchDuration(end.Sub(start))+with(v.Agents)
	p.Intro = expectation(v.Motif.Place, l.To) + nbsp + ":"
	p.Title, p.Subject = "Votre rendez-vous est confirmé", "Rendez-vous confirmé"
	if l.Kind == Changed {
		p.change(l, v)
	}
	p.Subject += nbsp + ": " + moment
	p.Preview = "Le " + moment + ", " + where(v) + "."
	p.Rows = rows(l, v)
	p.links(v, link, now)
	p.Footer = []string{
		"Ce lien est personnel" + nbsp + ": ne transférez pas ce message.",
		"Vous le recevez parce qu’un rendez-vous a été pris pour vous.",
	}
}

// change says what differs from what was told, and what it was.
func (p *page) change(l Letter, v View) {
	told := *l.Before
	moved, elsewhere := !told.Start.Equal(v.Rdv.Start), told.Lieu != v.Rdv.Lieu
	switch {
	case moved:
		p.Title, p.Subject = "Votre rendez-vous est déplacé", "Rendez-vous déplacé"
	case elsewhere:
		p.Title, p.Subject = "Votre rendez-vous change de lieu", "Rendez-vous déplacé"
	default:
		p.Title, p.Subject = "Votre rendez-vous change de durée", "Rendez-vous modifié"
	}
	p.Instead = "Au lieu de" + nbsp + ": " + toldMoment(told)
	if elsewhere && told.Where != "" {
		p.Instead += ", " + told.Where
	}
	if !moved && !elsewhere {
		p.Instead = "Au lieu de" + nbsp + ": environ " + civil.FrenchDuration(told.End.Sub(told.Start))
	}
}

// answerNo stands in every invitation until replies are read.
const answerNo = "Répondre «" + fine + "Non" + fine + "» dans votre agenda n’annule pas le rendez-vous" + nbsp + ": utilisez ce lien."

func (p *page) links(v View, link string, now time.Time) {
	p.Link, p.LinkLabel = link, "Voir ou annuler le rendez-vous"
	until := v.Rdv.Start.Add(-v.Organisation.CancelNotice())
	if v.Motif.NoCancel || !now.Before(until) {
		p.LinkLabel = "Voir le rendez-vous"
		p.Notes = append([]string{answerNo}, lines(v.Motif.CancelWarning)...)
		return
	}
	last := local(until, v.Rdv.Zone)
	p.Notes = []string{answerNo + " Vous pouvez annuler en ligne avant le " + civil.FrenchDay(last) + " à" + nbsp + civil.FrenchHour(last) + "."}
}

func (p *page) cancel(l Letter, v View, link string) {
	moment := toldMoment(*l.Before)
	p.Title, p.Subject = "Votre rendez-vous est annulé", "Rendez-vous annulé"+nbsp+": "+moment
	p.Intro = "ce rendez-vous est annulé à votre demande" + nbsp + ":"
	if v.Rdv.Status == agenda.StatusRevoked {
		p.Intro = "le service a dû annuler ce rendez-vous" + nbsp + ":"
	}
	p.When, p.More = moment, l.Before.Where
	p.Preview = "Ce rendez-vous n’aura pas lieu" + nbsp + ": " + moment + "."
	p.Notes = []string{"Vous n’avez rien d’autre à faire. Ce rendez-vous disparaît de votre agenda s’il y était inscrit."}
	p.Link, p.LinkLabel = link, "Voir le rendez-vous annulé"
	p.Footer = []string{"Vous recevez ce message parce que ce rendez-vous avait été pris pour vous."}
}

func (p *page) remove(l Letter) {
	moment := toldMoment(*l.Before)
	p.Title, p.Subject = "Vous n’avez plus à venir à ce rendez-vous", "Rendez-vous annulé pour vous"+nbsp+": "+moment
	p.Intro = "vous ne faites plus partie de ce rendez-vous" + nbsp + ":"
	p.When, p.More = moment, l.Before.Where
	p.Preview = p.Title + nbsp + ": " + moment + "."
	p.Notes = []string{"Ce rendez-vous disparaît de votre agenda s’il y était inscrit."}
	p.Footer = []string{"Vous recevez ce message parce que ce rendez-vous avait été pris pour vous."}
}

// readdress is read by whoever holds the former address: it repeats only what
// was sent there, names nobody and leads nowhere.
func (p *page) readdress(l Letter) {
	moment := toldMoment(*l.Before)
	p.Title, p.Subject = "Ce rendez-vous n’est plus suivi à cette adresse", "Rendez-vous"+nbsp+": changement d’adresse électronique"
	p.Intro = "ce rendez-vous n’est plus suivi à cette adresse électronique" + nbsp + ":"
	p.When = moment
	p.Preview = "Vous ne recevrez plus de message à son sujet ici."
	p.Notes = []string{"Vous ne recevrez plus de message à son sujet ici. Il n’est pas annulé pour autant" + nbsp + ": s’il vous concerne, appelez le service."}
	p.Footer = []string{"Vous recevez ce message parce que cette adresse nous avait été donnée pour ce rendez-vous."}
}

func rows(l Letter, v View) []row {
	var rs []row
	if len(l.To.Proches) > 0 {
		rs = append(rs, row{Label: "Pour", Main: enumere(everyone(l.To))})
	}
	subject := plain(v.Motif.Name)
	if title := plain(v.Rdv.Title); title != "" {
		subject += nbsp + ": " + title
	}
	rs = append(rs, row{Label: "Objet", Main: subject}, place(v))
	if more := lines(v.Motif.Instruction); len(more) > 0 {
		rs = append(rs, row{Label: "À savoir", Main: more[0], Small: more[1:]})
	}
	return rs
}

func everyone(to Recipient) []string {
	var names []string
	if to.Himself {
		names = append(names, plain(to.Name))
	}
	for _, n := range to.Proches {
		names = append(names, plain(n))
	}
	return names
}

func place(v View) row {
	switch v.Motif.Place {
	case agenda.PlacePhone:
		return row{Label: "Où", Main: "Par téléphone", Small: []string{"Le service vous appelle au numéro que vous lui avez donné."}}
	case agenda.PlaceHome:
		return row{Label: "Où", Main: "À votre domicile"}
	case agenda.PlaceVisio:
		return row{Label: "Où", Main: "Par visioconférence"}
	}
	if v.Lieu == nil {
		return row{Label: "Où", Main: plain(v.Organisation.Name)}
	}
	return row{Label: "Où", Main: plain(v.Lieu.Name), Small: lines(v.Lieu.Address)}
}

// where is the place within a sentence, for a preview or for what was told
// before: « à votre domicile », « Maison des services, 4 place du Marché ».
func where(v View) string {
	where := location(v)
	if v.Motif.Place == agenda.PlacePublicOffice {
		return where
	}
	first, rest := utf8.DecodeRuneInString(where)
	return string(unicode.ToLower(first)) + where[rest:]
}

// expectation says what happens at the hour, and for whom.
func expectation(place agenda.Place, to Recipient) string {
	names := enumere(everyone(Recipient{Proches: to.Proches}))
	verb := map[agenda.Place]string{
		agenda.PlacePhone: "nous vous appellerons", agenda.PlaceHome: "nous viendrons chez vous",
		agenda.PlaceVisio: "nous vous retrouverons par visioconférence",
	}[place]
	switch {
	case verb != "" && names != "":
		return verb + ", pour " + names
	case verb != "":
		return verb
	case !to.Himself:
		return "nous attendons " + names
	case names != "":
		return "nous vous attendons, avec " + names
	}
	return "nous vous attendons"
}

// with names who receives; beyond three it would be a list of staff.
func with(agents []agenda.Agent) string {
	if len(agents) == 0 || len(agents) > 3 {
		return ""
	}
	var names []string
	for _, a := range agents {
		names = append(names, plain(a.Name()))
	}
	return ", avec " + enumere(names)
}

// around tells that an hour at home is approximate.
func around(place agenda.Place) string {
	if place == agenda.PlaceHome {
		return " vers" + nbsp
	}
	return " à" + nbsp
}

// clockOf names the clock unless everybody concerned lives by that of Paris.
func clockOf(v View) string {
	if v.Rdv.Zone == "Europe/Paris" && v.Organisation.Zone == "Europe/Paris" {
		return ""
	}
	return " (" + civil.FrenchZone(v.Rdv.Zone) + ")"
}

func toldMoment(t Told) string {
	start := local(t.Start, t.Zone)
	moment := civil.FrenchFullDay(start) + " à" + nbsp + civil.FrenchHour(start)
	if t.Zone != "Europe/Paris" {
		moment += " (" + civil.FrenchZone(t.Zone) + ")"
	}
	return moment
}

// local shows an instant on the wall clock of a zone; an Rdv's zone is known
// to exist, and UTC would be visible at once.
func local(t time.Time, zone string) time.Time {
	z, err := civil.LoadZone(zone)
	if err != nil {
		return t.UTC()
	}
	return t.In(z.Location())
}

// phone shows a number as people read it aloud.
func phone(number string) string {
	return strings.ReplaceAll(plain(agenda.FormatTelephone(number)), " ", fine)
}
