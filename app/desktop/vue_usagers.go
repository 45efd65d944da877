package desktop

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

const (
	mostFound  = 50
	mostRecent = 8
	recently   = 14 * 24 * time.Hour
)

// SearchUsagers finds people of the agent's organisations while one types.
func (p *Poste) SearchUsagers(ctx context.Context, text string, limit int) ([]*agenda.Usager, error) {
	var found []*agenda.Usager
	err := p.read(ctx, func(l *lecture) error {
		var err error
		found, err = l.findUsagers(text, limit)
		return err
	})
	return found, err
}

func (l *lecture) findUsagers(text string, limit int) ([]*agenda.Usager, error) {
	if limit <= 0 {
		limit = mostFound
	}
	var orgs []agenda.OrganisationID
	for _, o := range l.mine() {
		orgs = append(orgs, o.ID)
	}
	if len(orgs) == 0 {
		return nil, nil
	}
	return l.View.SearchUsagers(text, orgs, limit)
}

func (p *Poste) vueUsagers(ctx context.Context, text string, limit int) (VueUsagers, error) {
	vue := VueUsagers{Items: []UsagerBref{}}
	err := p.read(ctx, func(l *lecture) error {
		if strings.TrimSpace(text) == "" {
			vue.Label, vue.Items = "Vues récemment", l.recent(cmp.Or(limit, mostRecent))
			return nil
		}
		found, err := l.findUsagers(text, limit)
		if err != nil {
			return err
		}
		for _, u := range found {
			vue.Items = append(vue.Items, l.brief(u, text))
		}
		vue.Label = plural(len(found), "personne", "personnes") + dot + "nom, téléphone, naissance ou dossier"
		if len(found) == cmp.Or(limit, mostFound) {
			vue.Label = "Les " + plural(len(found), "première personne", "premières personnes") + dot + "précisez le nom, le téléphone ou la naissance"
		}
		return nil
	})
	return vue, err
}

// recent lists the persons that the agent received or awaits in the waiting
// room lately, last first.
func (l *lecture) recent(limit int) []UsagerBref {
	items := []UsagerBref{}
	met := map[agenda.UsagerID]bool{}
	within := agenda.Span{Start: l.now.Add(-recently), End: l.now.Add(12 * time.Hour)}
	rdvs := l.Rdvs(agenda.RdvQuery{Agent: l.agent, Within: within})
	for _, r := range slices.Backward(rdvs) {
		if r.Status != agenda.StatusSeen && l.stateOf(r) != stateWaiting {
			continue
		}
		for _, id := range r.Usagers() {
			u := l.usager(id)
			if u == nil || met[id] || len(items) >= limit {
				continue
			}
			met[id] = true
			b := l.brief(u, "")
			b.Age = l.whenSeen(r)
			items = append(items, b)
		}
	}
	return items
}

// whenSeen gives « 9 h 45 », else « hier », « lun. 9 nov. ».
func (l *lecture) whenSeen(r *agenda.Rdv) string {
	zone := l.zone(r.Zone)
	day, today := zone.Date(r.Start), l.today()
	switch day {
	case today:
		return hourText(timeOf(r.Start, zone))
	case today - 1:
		return "hier"
	}
	return shortDay(day, today)
}

func (l *lecture) brief(u *agenda.Usager, text string) UsagerBref {
	return UsagerBref{ID: u.Key(), Name: u.Name(), Parts: parts(u.Name(), text), Age: ageText(u.BirthDate, l.today()), Detail: l.personDetail(u)}
}

// personDetail tells two persons of one name apart.
func (l *lecture) personDetail(u *agenda.Usager) string {
	if u.Proche() {
		if r := l.usager(u.Responsable); r != nil {
			return "proche de " + r.Name()
		}
		return "proche"
	}
	var said []string
	if !u.BirthDate.IsZero() {
		said = append(said, fullDay(u.BirthDate))
	}
	switch {
	case u.Phone != "":
		said = append(said, agenda.FormatTelephone(u.Phone))
	case u.Email != "":
		said = append(said, agenda.ShowCourriel(u.Email))
	default:
		said = append(said, "sans téléphone")
	}
	if file := l.fileNumber(u.ID); file != "" {
		said = append(said, file)
	}
	return strings.Join(said, dot)
}

// fileNumber is the person's file number where that field exists, else "".
func (l *lecture) fileNumber(id agenda.UsagerID) string {
	for _, o := range l.mine() {
		p := get[*agenda.Profil](l, agenda.NounProfil, string(agenda.ProfilOf(id, o.ID)))
		t := l.territoire(o)
		if p != nil && p.CaseNumber != "" && t != nil && o.Enabled(t, agenda.FieldCaseNumber) {
			return p.CaseNumber
		}
	}
	return ""
}

// parts cuts a name where it answers a search: the first letters of its words,
// accents and case folded.
func parts(name, text string) []Morceau {
	wanted := strings.Fields(agenda.Fold(text))
	all := []Morceau{}
	add := func(s string, hit bool) {
		if n := len(all); n > 0 && all[n-1].Hit == hit {
			all[n-1].Text += s
		} else if s != "" {
			all = append(all, Morceau{s, hit})
		}
	}
	for i, word := range splitWords(name) {
		n := 0
		if i%2 == 0 {
			n = hitLength(word, wanted)
		}
		add(word[:n], true)
		add(word[n:], false)
	}
	return all
}

// splitWords gives words and what stands between them, in turn, a word first.
func splitWords(name string) []string {
	words := []string{""}
	between := false
	for _, r := range name {
		if sep := r == ' ' || r == '-' || r == '\'' || r == '’'; sep != between {
			words = append(words, "")
			between = sep
		}
		words[len(words)-1] += string(r)
	}
	return words
}

// hitLength is how many bytes of a word answer one of the wanted beginnings.
func hitLength(word string, wanted []string) int {
	longest := 0
	for _, w := range wanted {
		for i, r := range word {
			end := i + len(string(r))
			if agenda.Fold(word[:end]) == w {
				longest = max(longest, end)
			}
		}
	}
	return longest
}

// vueChamps draws the fields of a file. Sensitive ones stay masked, unless
// revealed.
func (l *lecture) vueChamps(f fiche, o *agenda.Organisation, reveal bool) []Champ {
	all := []Champ{}
	for _, c := range l.champsOf(o) {
		v := Champ{Code: c.code, Label: c.label, Kind: c.kind, Choices: c.choices, Required: c.required, Sensitive: c.sensitive, Hint: c.hint}
		if v.Choices == nil {
			v.Choices = []Choix{}
		}
		if !c.sensitive || reveal {
			v.Value, v.Shown = f.value(c.code), f.shown(c)
		}
		all = append(all, v)
	}
	return all
}

func (p *Poste) champsUsager(ctx context.Context) ([]Champ, error) {
	all := []Champ{}
	err := p.read(ctx, func(l *lecture) error {
		o := l.home()
		if o == nil {
			return agenda.Refuse(agenda.CodeForbidden, "")
		}
		all = l.vueChamps(l.blank(o), o, true)
		return nil
	})
	return all, err
}

// FicheUsager reads a person's file; its sensitive values are masked unless
// revealed. It refuses (not_found, erased).
func (p *Poste) FicheUsager(ctx context.Context, id string, reveal bool) (FicheUsager, error) {
	var vue FicheUsager
	err := p.read(ctx, func(l *lecture) error {
		f, o, err := l.ficheOf(agenda.UsagerID(id))
		if err != nil {
			return err
		}
		vue, err = l.drawFiche(f, o, reveal)
		return err
	})
	return vue, err
}

func (l *lecture) drawFiche(f fiche, o *agenda.Organisation, reveal bool) (FicheUsager, error) {
	u, today := f.usager, l.today()
	touched, err := l.Touched()
	if err != nil {
		return FicheUsager{}, err
	}
	vue := FicheUsager{
		ID: u.Key(), Name: u.Name(), Initials: initials(u.FirstName, u.LastName), Detail: l.ficheDetail(u, today), Revision: int(u.Revision),
		Pending: len(touched[agenda.RefOf(u)]) > 0 || len(touched[agenda.RefOf(f.profil)]) > 0,
		Champs:  l.vueChamps(f, o, reveal), Proches: []Proche{}, Rdvs: []RdvLigne{}, Messages: []LigneDatee{}, Duplicates: lookalikes(agenda.Lookalikes(l, nil, u)),
		Actions: []string{"edit", "book", "add_proche"},
	}
	if r := l.usager(u.Responsable); u.Proche() {
		vue.Responsable = &Renvoi{Noun: string(agenda.NounUsager), ID: string(u.Responsable), Label: "Responsable"}
		if r != nil {
			vue.Responsable.Label = r.Name()
		}
	}
	for _, p := range l.Usagers(agenda.UsagerQuery{Territoire: u.Territoire, Responsable: u.ID}) {
		vue.Proches = append(vue.Proches, l.proche(p, today))
	}
	rdvs, err := l.RdvsOf(u.ID)
	if err != nil {
		return vue, err
	}
	rdvs = slices.DeleteFunc(rdvs, func(r *agenda.Rdv) bool { return !l.reads(r) })
	for _, r := range inOrder(rdvs, l.now) {
		vue.Rdvs = append(vue.Rdvs, l.rdvLigne(r, u.ID, len(touched[agenda.RefOf(r)]) > 0))
	}
	vue.RdvsLabel = l.tally(rdvs, u.ID)
	vue.Messages, err = l.lastMessages(rdvs, u.ID, touched)
	return vue, err
}

func (l *lecture) ficheDetail(u *agenda.Usager, today civil.Date) string {
	var said []string
	if age := ageText(u.BirthDate, today); age != "" {
		said = append(said, age)
	}
	if !u.CreatedAt.IsZero() {
		said = append(said, "suivi depuis le "+shortDate(l.homeZone().Date(u.CreatedAt), today))
	}
	return strings.Join(said, dot)
}

// lookalikes tells who may be the same person.
func lookalikes(found []agenda.Lookalike) []Avertissement {
	all := []Avertissement{}
	for _, f := range found {
		all = append(all, Avertissement{Code: pageCode(f.Code), Message: f.Usager.Name() + lookalikeText(f.Code),
			Records: []Renvoi{{Noun: string(agenda.NounUsager), ID: f.Usager.Key(), Label: f.Usager.Name()}}})
	}
	return all
}

func lookalikeText(c agenda.Code) string {
	switch c {
	case agenda.WarnSameEmail:
		return " a le même courriel."
	case agenda.WarnSamePhone:
		return " a le même téléphone."
	}
	return " a les mêmes nom, prénom et date de naissance."
}

func (l *lecture) proche(u *agenda.Usager, today civil.Date) Proche {
	p := Proche{ID: u.Key(), Name: u.Name()}
	if !u.BirthDate.IsZero() {
		p.Birth = fullDay(u.BirthDate) + dot + ageText(u.BirthDate, today)
	}
	for _, r := range l.Rdvs(agenda.RdvQuery{Usager: u.ID, Within: agenda.Span{Start: l.now, End: l.now.AddDate(2, 0, 0)}}) {
		if r.Status == agenda.StatusUnknown && l.reads(r) {
			p.Next = momentText(r.Start, l.zone(r.Zone), today)
			break
		}
	}
	return p
}

// inOrder puts coming rdvs first by date, then the past ones, last first.
func inOrder(rdvs []*agenda.Rdv, now time.Time) []*agenda.Rdv {
	var coming, past []*agenda.Rdv
	for _, r := range rdvs {
		if r.End.After(now) {
			coming = append(coming, r)
		} else {
			past = append(past, r)
		}
	}
	slices.Reverse(past)
	return append(coming, past...)
}

func (l *lecture) rdvLigne(r *agenda.Rdv, u agenda.UsagerID, pending bool) RdvLigne {
	zone := l.zone(r.Zone)
	line := RdvLigne{ID: r.Key(), Day: l.homeZone().Date(r.Start).String(), When: momentText(r.Start, zone, l.today()),
		Coming: r.End.After(l.now), Lieu: l.lieuLabel(r.Lieu), State: l.stateOf(r), Pending: pending}
	if s := r.StatusOf(u); s != r.Status && s != agenda.StatusUnknown {
		line.State = string(s)
	}
	line.StateLabel = stateLabel(line.State)
	if m := l.motif(r.Motif); m != nil {
		line.Motif, line.Color = m.Name, colorOf(m.Color)
		if line.Lieu == "" {
			line.Lieu = capital(placeSpoken(m.Place))
		}
	}
	var names []string
	for _, a := range r.Agents {
		names = append(names, l.shortAgent(a))
	}
	line.Agents = joined(names)
	return line
}

// tally gives « 3 à venir · 8 vus, 2 absences, 1 excusé ».
func (l *lecture) tally(rdvs []*agenda.Rdv, u agenda.UsagerID) string {
	var coming, seen, noshow, excused int
	for _, r := range rdvs {
		switch s := r.StatusOf(u); {
		case s == agenda.StatusUnknown && r.End.After(l.now):
			coming++
		case s == agenda.StatusSeen:
			seen++
		case s == agenda.StatusNoShow:
			noshow++
		case s == agenda.StatusExcused:
			excused++
		}
	}
	var past []string
	for _, one := range []struct {
		n         int
		one, many string
	}{{seen, "vu", "vus"}, {noshow, "absence", "absences"}, {excused, "excusé", "excusés"}} {
		if one.n > 0 {
			past = append(past, plural(one.n, one.one, one.many))
		}
	}
	text := plural(coming, "à venir", "à venir")
	if coming == 0 {
		text = "Aucun à venir"
	}
	if len(past) > 0 {
		text += dot + joined(past)
	}
	return text
}
