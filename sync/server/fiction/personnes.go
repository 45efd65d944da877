package fiction

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// usagers is how many people the CCAS knows.
const usagers = 120

// welcome makes everybody: those whom the tables name, then strangers.
func (t *town) welcome() error {
	for _, c := range rows(claireRows) {
		for _, name := range list(c[3], ",") {
			if name != proche {
				t.introduce(name)
			}
		}
	}
	t.introduce(intruder)
	t.family()
	strangers := t.strangers()
	for len(t.people) < usagers {
		name, left, more := pop(strangers)
		if !more {
			return fmt.Errorf("pas assez de noms pour %d usagers", usagers)
		}
		strangers = left
		t.stranger(name)
	}
	return nil
}

func pop(names []string) (name string, left []string, more bool) {
	if len(names) == 0 {
		return "", nil, false
	}
	return names[0], names[1:], true
}

// introduce makes a person who can be reached in every way.
func (t *town) introduce(name string) {
	if t.named[name] != nil {
		return
	}
	at, u := t.fiche(name)
	t.register(at, u)
}

// stranger makes a person who did not leave every contact.
func (t *town) stranger(name string) {
	at, u := t.fiche(name)
	if t.chance.often(25) {
		u.Email = ""
	}
	if t.chance.often(10) {
		u.Phone = ""
	}
	if t.chance.often(20) {
		u.Address = ""
	}
	t.register(at, u)
}

// fiche invents one, and when it was opened.
func (t *town) fiche(name string) (time.Time, *agenda.Usager) {
	first, last, _ := strings.Cut(name, " ")
	known := len(t.people)
	at := t.officeHour(t.week(1-founded) + civil.Date(t.chance.IntN(7*(founded-7))))
	return at, &agenda.Usager{
		ID: agenda.UsagerID(t.chance.id(at)), Territoire: t.territoire, FirstName: first, LastName: last, BirthDate: t.birth(name),
		Email:   mailOf(first, last),
		Phone:   fmt.Sprintf("+3335301%04d", 2000+known*37),
		Address: fmt.Sprintf("%d %s, 62990 Val-Fleuri", 1+t.chance.IntN(60), one(t.chance, t.streets)),
	}
}

// birth is the same day for the two fiches of one person.
func (t *town) birth(name string) civil.Date {
	if name == person || name == double {
		return t.today.AddYears(-39) + 240
	}
	return t.today.AddYears(-19-t.chance.IntN(66)) - civil.Date(t.chance.IntN(365))
}

// register notes a fiche, opened by whoever was at the desk.
func (t *town) register(at time.Time, u *agenda.Usager) {
	t.people, t.named[u.Name()] = append(t.people, u), u
	profil := &agenda.Profil{}
	if t.chance.often(40) {
		profil.CaseNumber = fmt.Sprintf("%d-%04d", t.clock.Date(at).Year(), 100+len(t.people)*7)
	}
	if t.chance.often(30) {
		profil.Caisse = one(t.chance, []string{"caf", "msa", "aucune"})
	}
	t.do(at, t.agents["sylvie"].ID, &agenda.AddUsager{Usager: *u, Organisation: t.organisation, Profil: profil})
}

// family makes the children of a person, and the fiche that was opened for them
// a second time.
func (t *town) family() {
	parent := t.named[person]
	for i, name := range []string{proche, sister} {
		first, last, _ := strings.Cut(name, " ")
		at := t.at(t.workday(t.week(-6)+1, 1), civil.Time(10*60+i))
		t.register(at, &agenda.Usager{
			ID: agenda.UsagerID(t.chance.id(at)), Territoire: t.territoire, FirstName: first, LastName: last,
			BirthDate: t.today.AddYears(-8+3*i) - civil.Date(40+90*i), Responsable: parent.ID,
		})
	}
	first, last, _ := strings.Cut(double, " ")
	at := t.at(t.workday(t.week(-1)+1, 1), 11*60)
	t.register(at, &agenda.Usager{
		ID: agenda.UsagerID(t.chance.id(at)), Territoire: t.territoire, FirstName: first, LastName: last,
		BirthDate: t.birth(double), Phone: parent.Phone,
	})
}

// strangers are names nobody bears yet, in no order.
func (t *town) strangers() []string {
	firsts, lasts := strings.Fields(firstNames), strings.Fields(lastNames)
	t.chance.Shuffle(len(firsts), func(i, j int) { firsts[i], firsts[j] = firsts[j], firsts[i] })
	t.chance.Shuffle(len(lasts), func(i, j int) { lasts[i], lasts[j] = lasts[j], lasts[i] })
	var names []string
	for i := range firsts {
		names = append(names, firsts[i]+" "+lasts[i%len(lasts)])
	}
	return slices.DeleteFunc(names, func(n string) bool { return t.named[n] != nil })
}

func streetNames() []string {
	var all []string
	for _, line := range rows(streets) {
		all = append(all, line...)
	}
	return all
}

// somebody is a person who does not come on that day yet, and can be reached as
// the place asks; nil when there is none.
func (t *town) somebody(day civil.Date, place agenda.Place) *agenda.Usager {
	for range 400 {
		u := one(t.chance, t.people)
		if t.scripted(u) || t.taken[takenKey{day, u.ID}] || !reachable(u, place) {
			continue
		}
		t.taken[takenKey{day, u.ID}] = true
		return u
	}
	return nil
}

// scripted are those whom chance does not send anywhere.
func (t *town) scripted(u *agenda.Usager) bool {
	return u.Proche() || u.Name() == double || u.Name() == intruder
}

func reachable(u *agenda.Usager, place agenda.Place) bool {
	switch place {
	case agenda.PlacePhone:
		return u.Phone != ""
	case agenda.PlaceVisio:
		return u.Email != ""
	case agenda.PlaceHome:
		return u.Address != ""
	}
	return true
}
