package portal

import (
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// rdvPage is what the page of an rdv shows; its handler sets the first fields.
type rdvPage struct {
	Asked   bool   // the usager asked to cancel: the form is open
	Refusal string // why the counter said no
	Token   string

	common
	State     state
	Day, Hour string // « jeudi 26 novembre 2026 », « à 14 h 30 »
	About     string // « Environ 45 minutes, avec Claire Fournier »
	For       string
	Motif     string // "" when it is not to be seen
	Where     string
	WhereMore []string
	Bring     string
	BringMore []string
	Self      string // address of this page
	Deadline  string // « jeudi 26 novembre à 10 h 30 »
	Warning   []string
	Phone     string // as shown
	Dial      string
	Hours     string
}

// common is what every page shows around its content.
type common struct {
	Title        string
	Organisation string // "" on pages that belong to nobody
	Initials     string
}

// fill takes from v what its usager may see, and no more.
func (p *rdvPage) fill(v View, link string, now time.Time) {
	start, end := local(v.Rdv.Start, v.Rdv.Zone), local(v.Rdv.End, v.Rdv.Zone)
	p.State = stateOf(v, now)
	p.Organisation = plain(v.Organisation.Name)
	p.Initials = initials(v.Organisation.Name)
	p.Title = "Votre rendez-vous du " + civil.FrenchDay(start) + " – " + p.Organisation
	p.Day, p.Hour = civil.FrenchFullDay(start), around(v.Motif.Place)+civil.FrenchHour(start)+clockOf(v)
	p.About = "Environ " + civil.FrenchDuration(end.Sub(start)) + with(v.Agents)
	p.For = enumere(shortNames(v.Usagers))
	p.place(v)
	if v.Motif.Visibility != agenda.Invisible {
		p.Motif = plain(v.Motif.Name)
		if more := lines(v.Motif.Instruction); len(more) > 0 && p.coming() {
			p.Bring, p.BringMore = more[0], more[1:]
		}
		p.Warning = lines(v.Motif.CancelWarning)
	}
	p.Self = "/rdv/" + link
	last := local(v.deadline(), v.Rdv.Zone)
	p.Deadline = civil.FrenchDay(last) + " à" + nbsp + civil.FrenchHour(last)
	p.Phone, p.Dial = phone(v.Organisation.Phone), v.Organisation.Phone
	p.Hours = strings.TrimRight(plain(v.Organisation.Hours), ".")
}

// coming reports whether the usager is still expected.
func (p *rdvPage) coming() bool {
	return p.State == open || p.State == late || p.State == closed
}

func (p *rdvPage) place(v View) {
	switch v.Motif.Place {
	case agenda.PlacePhone:
		p.Where, p.WhereMore = "Par téléphone", []string{"Le service vous appelle au numéro que vous lui avez donné."}
	case agenda.PlaceHome:
		p.Where = "À votre domicile"
	case agenda.PlaceVisio:
		p.Where = "Par visioconférence"
	default:
		p.Where = plain(v.Organisation.Name)
		if v.Lieu != nil {
			p.Where, p.WhereMore = plain(v.Lieu.Name), lines(v.Lieu.Address)
		}
	}
}

// shortNames gives « Nadia H. »: enough for its owner, little for a passer-by.
func shortNames(usagers []agenda.Usager) []string {
	var names []string
	for _, u := range usagers {
		name := plain(u.FirstName)
		if last := []rune(plain(u.LastName)); len(last) > 0 {
			name += nbsp + string(last[0]) + "."
		}
		names = append(names, strings.TrimPrefix(name, nbsp))
	}
	return names
}

// initials gives « CM » for « CCAS de Montrelay ».
func initials(name string) string {
	var letters []rune
	for _, word := range strings.Fields(plain(name)) {
		first := []rune(word)[0]
		if len(letters) < 2 && strings.ToUpper(string(first)) == string(first) && strings.ToLower(string(first)) != string(first) {
			letters = append(letters, first)
		}
	}
	return string(letters)
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
		return "vers" + nbsp
	}
	return "à" + nbsp
}

// clockOf names the clock unless everybody concerned lives by that of Paris.
func clockOf(v View) string {
	if v.Rdv.Zone == "Europe/Paris" && v.Organisation.Zone == "Europe/Paris" {
		return ""
	}
	return " (" + civil.FrenchZone(v.Rdv.Zone) + ")"
}
