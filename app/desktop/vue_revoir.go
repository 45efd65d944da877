package desktop

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Urgencies of a case.
const (
	urgentToday = "today" // today or tomorrow
	urgentSoon  = "soon"  // within a week
	urgentLater = "later"
)

// VueRevoir shows what waits for a person, the most urgent first, and what was
// decided lately.
func (p *Poste) VueRevoir(ctx context.Context) (VueRevoir, error) {
	vue := VueRevoir{Items: []CasRevoir{}, Closed: []CasRegle{}}
	err := p.read(ctx, func(l *lecture) error {
		cases, err := l.cases()
		if err != nil {
			return err
		}
		l.byUrgency(cases)
		for _, c := range cases {
			one := l.drawCase(c)
			one.typeset()
			vue.Items = append(vue.Items, one)
		}
		if vue.Closed, err = l.closedCases(); err != nil {
			return err
		}
		vue.Back, err = l.back(cases)
		return err
	})
	return vue, err
}

// typeset gives the texts of a case the spaces of French.
func (c *CasRevoir) typeset() {
	c.Title, c.Message = typeset(c.Title), typeset(c.Message)
	for i := range c.Sides {
		c.Sides[i].Label, c.Sides[i].Note = typeset(c.Sides[i].Label), typeset(c.Sides[i].Note)
	}
	for i := range c.Depends {
		c.Depends[i] = typeset(c.Depends[i])
	}
}

// byUrgency orders cases: today's first, then by the day they are about, then
// as they came.
func (l *lecture) byUrgency(cases []Cas) {
	rank := map[string]int{urgentToday: 0, urgentSoon: 1, urgentLater: 2}
	about := map[string]time.Time{}
	for _, c := range cases {
		about[c.ID] = l.about(c)
	}
	slices.SortStableFunc(cases, func(a, b Cas) int {
		x, y := about[a.ID], about[b.ID]
		return cmp.Or(cmp.Compare(rank[l.urgency(x)], rank[l.urgency(y)]), compareAbout(x, y), a.At.Compare(b.At))
	})
}

// compareAbout orders what is about an instant before what is about none.
func compareAbout(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		if a.IsZero() {
			return 1
		}
		return -1
	}
	return a.Compare(b)
}

// about is the start of the first rdv of a case, zero for none.
func (l *lecture) about(c Cas) time.Time {
	if c.Conflit != nil {
		if r := l.firstSide(c.Conflit); r != nil {
			return r.Start
		}
		return time.Time{}
	}
	if start := startOf(c.Command.Args); !start.IsZero() {
		return start
	}
	if r := get[*agenda.Rdv](l, agenda.NounRdv, subjectOfArgs(c.Command.Args)); r != nil {
		return r.Start
	}
	return time.Time{}
}

func (l *lecture) urgency(about time.Time) string {
	if about.IsZero() {
		return urgentLater
	}
	day, today := l.homeZone().Date(about), l.today()
	switch {
	case day < today, day > today+7:
		return urgentLater
	case day <= today+1:
		return urgentToday
	}
	return urgentSoon
}

func (l *lecture) drawCase(c Cas) CasRevoir {
	out := CasRevoir{ID: c.ID, Kind: c.Kind, Code: string(c.Code), Urgency: l.urgency(l.about(c)), Mine: true, Message: c.Message,
		When: momentText(c.At, l.homeZone(), l.today()), Sides: []Cote{}, Rows: []CasLigne{}, Champs: []ChampDouble{}, Depends: []string{}, Choices: []CasChoix{}}
	if c.Conflit != nil {
		l.drawConflit(&out, c.Conflit)
		return out
	}
	out.Title = l.commandTitle(c.Command.Args)
	if side, ok := l.commandSide(c); ok {
		out.Sides = append(out.Sides, side)
	}
	for _, d := range c.Depends {
		out.Depends = append(out.Depends, l.dependText(d))
	}
	if c.Kind == caseRefused {
		out.Choices = l.refusedChoices(c)
	}
	l.whereToLook(&out, c.Command.Args)
	return out
}

// dependText says what was entered on top of a refused command.
func (l *lecture) dependText(c Cas) string {
	text := l.commandTitle(c.Command.Args)
	if side, ok := l.commandSide(c); ok && side.Detail != "" {
		text += ", " + side.Detail
	}
	return text
}

// whereToLook names the record that a command was about, as far as it is here.
func (l *lecture) whereToLook(out *CasRevoir, args agenda.Args) {
	id := subjectOfArgs(args)
	if r := get[*agenda.Rdv](l, agenda.NounRdv, id); r != nil && l.reads(r) {
		out.Rdv, out.Day = r.Key(), l.homeZone().Date(r.Start).String()
	}
	if l.usager(agenda.UsagerID(id)) != nil {
		out.Usager = id
	}
	if a, ok := args.(*agenda.BookRdv); ok {
		out.Motif = string(a.Motif)
		for _, p := range a.Participations {
			if l.usager(p.Usager) != nil {
				out.Usager = string(p.Usager)
			}
		}
	}
}

const mostRows = 30

func (l *lecture) drawConflit(out *CasRevoir, c *agenda.Conflit) {
	out.Title, out.Mine = l.conflitTitle(c), l.mineToAnswer(c)
	out.Choices = l.conflitChoices(c)
	if c.Code == agenda.ConflitAbsenceOver {
		out.Rows = l.absenceRows(c)
	} else {
		out.Sides = l.conflitSides(c)
	}
	if c.Code == agenda.ConflitDuplicateUsager {
		out.Champs = l.champsDoubles(c)
		for _, id := range usagersOf(c) {
			if l.usager(id) != nil {
				out.Usager = string(id)
				break
			}
		}
	}
	if r := l.firstSide(c); r != nil {
		out.Rdv, out.Day = r.Key(), l.homeZone().Date(r.Start).String()
	}
}

// mineToAnswer reports whether a conflit is the agent's own to answer: they made
// one of its sides, or receive.
func (l *lecture) mineToAnswer(c *agenda.Conflit) bool {
	return slices.Contains(c.Authors, l.agent) || l.authored(c.Command) ||
		slices.ContainsFunc(l.sides(c), func(r *agenda.Rdv) bool { return slices.Contains(r.Agents, l.agent) })
}

// conflitSides shows both sides: of a move what stands and what was wanted, else
// the records that met.
func (l *lecture) conflitSides(c *agenda.Conflit) []Cote {
	today := l.today()
	sides := []Cote{}
	if c.Code == agenda.ConflitMoved || c.Code == agenda.ConflitCancelledMoved {
		return l.movedSides(c)
	}
	if c.Code == agenda.ConflitQuarantined {
		return l.waitingSides(c)
	}
	for _, r := range l.sides(c) {
		sides = append(sides, l.sideOf(r, today))
	}
	if away := l.absenceOf(c); away != nil {
		sides = append(sides, l.absenceSide(away))
	}
	for _, id := range usagersOf(c) {
		if c.Code == agenda.ConflitDuplicateUsager {
			sides = append(sides, l.personSide(id, today))
		}
	}
	return sides
}

// movedSides puts what was wanted beside what stands.
func (l *lecture) movedSides(c *agenda.Conflit) []Cote {
	sides := []Cote{}
	r := l.firstSide(c)
	if r == nil {
		return sides
	}
	zone, today := l.zone(r.Zone), l.today()
	if start, end, ok := wantedTimes(c.Wanted); ok {
		label := capital(l.wanted(c))
		if at, err := time.Parse(time.RFC3339, c.Wanted["at"]); err == nil {
			label += l.dayAndHour(at)
		}
		wanted := Cote{Label: label, Title: l.titleOf(r), Detail: spanText(start, end, zone, today)}
		if place := l.lieuLabel(agenda.LieuID(c.Wanted["lieu"])); place != "" && c.Wanted["lieu"] != string(r.Lieu) {
			wanted.Note = place
		}
		sides = append(sides, wanted)
	}
	stands := l.sideOf(r, today)
	stands.Label = "Ce qui est gardé"
	if act := l.actSaid(c.Wanted["stood_by"], c.Wanted["stood_at"]); act != "" {
		stands.Label += "," + act
	}
	return append(sides, stands)
}

// waitingSides shows what was entered by somebody who had lost the right to.
func (l *lecture) waitingSides(c *agenda.Conflit) []Cote {
	cmd, err := agenda.DecodeCommand(c.Content)
	if err != nil {
		return []Cote{} // of a version that is not understood here
	}
	side, ok := l.commandSide(Cas{Command: cmd})
	if !ok {
		return []Cote{}
	}
	side.Label = "Saisie " + of(l.whoever(agenda.AgentID(c.Wanted["agent"]))) + ", " + l.dayAndHour(cmd.At)
	return []Cote{side}
}

func (l *lecture) absenceSide(a *agenda.Absence) Cote {
	c := Cote{Label: "Absence", Title: l.agentOf(a.Agent), Note: a.Title}
	zone := l.zone(a.Zone)
	if a.RRule == "" {
		c.Detail = spanText(zone.Instant(a.FirstDay, a.From), zone.Instant(a.LastDay, a.To), zone, l.today())
	} else {
		c.Detail = hourText(a.From) + dash + hourText(a.To) + ", chaque semaine"
	}
	return c
}

// absenceRows are the rdvs still to be replaced, each with what may be done.
func (l *lecture) absenceRows(c *agenda.Conflit) []CasLigne {
	rows := []CasLigne{}
	for _, r := range l.sides(c) {
		if len(rows) == mostRows {
			break
		}
		if !l.reads(r) {
			continue
		}
		row := CasLigne{Rdv: r.Key(), Title: l.titleOf(r), Detail: spanText(r.Start, r.End, l.zone(r.Zone), l.today())}
		if m := l.motif(r.Motif); m != nil {
			row.Detail += dot + m.Name
		}
		row.Choices = slices.Concat(l.assignChoices(c, r), []CasChoix{l.moveChoice(r), l.dropChoice(r)})
		rows = append(rows, row)
	}
	return rows
}

// commandTitle says in a few words what was asked.
func (l *lecture) commandTitle(args agenda.Args) string {
	who := ""
	if r := get[*agenda.Rdv](l, agenda.NounRdv, subjectOfArgs(args)); r != nil && l.reads(r) {
		who = " : " + l.titleOf(r)
	}
	switch a := args.(type) {
	case *agenda.BookRdv:
		var names []string
		for _, p := range a.Participations {
			names = append(names, l.usagerName(p.Usager))
		}
		return "Rendez-vous pris : " + joined(names)
	case *agenda.MoveRdv:
		return "Rendez-vous déplacé" + who
	case *agenda.ReviseRdv:
		return "Rendez-vous modifié" + who
	case *agenda.CancelRdv:
		return "Rendez-vous annulé" + who
	case *agenda.MarkRdv, *agenda.ArriveRdv:
		return "Statut noté" + who
	case *agenda.AddUsager:
		return "Fiche créée : " + a.Usager.Name()
	case *agenda.ReviseUsager:
		return "Fiche modifiée : " + l.usagerName(a.Usager)
	case *agenda.ReviseProfil:
		return "Fiche modifiée : " + l.usagerName(a.Usager)
	case *agenda.MergeUsagers:
		return "Fiches fusionnées : " + l.usagerName(a.Keep)
	case *agenda.OpenPlage:
		return "Plage d’ouverture ajoutée"
	case *agenda.DeclareAbsence:
		return "Absence ajoutée"
	case *agenda.ReviseRecord:
		return recordLabel(a.Noun) + " : modification"
	case *agenda.RemoveRecord:
		return recordLabel(a.Noun) + " : suppression"
	case *agenda.Undo:
		return "Geste annulé"
	case *agenda.CloseConflit:
		return "Cas réglé"
	case nil:
		return "Saisie dont le contenu a été effacé"
	}
	return "Saisie"
}

// recordLabel gives the French name of a setting, a plage or an absence.
func recordLabel(n agenda.Noun) string {
	labels := map[agenda.Noun]string{agenda.NounPlage: "Plage d’ouverture", agenda.NounAbsence: "Absence", agenda.NounMotif: "Motif",
		agenda.NounLieu: "Lieu", agenda.NounAgent: "Agent", agenda.NounService: "Service", agenda.NounOrganisation: "Organisation", agenda.NounTerritoire: "Territoire"}
	if label, ok := labels[n]; ok {
		return label
	}
	return "Réglage"
}

// commandSide tells what was entered, ok false when there is nothing to show.
func (l *lecture) commandSide(c Cas) (Cote, bool) {
	today := l.today()
	side := Cote{Label: "Votre saisie, " + l.dayAndHour(c.Command.At), Title: l.commandTitle(c.Command.Args)}
	switch a := c.Command.Args.(type) {
	case *agenda.BookRdv:
		side.Detail = spanText(a.Start, a.End, l.zone(a.Zone), today)
		if m := l.motif(a.Motif); m != nil {
			side.Motif, side.Color = m.Name, colorOf(m.Color)
		}
		side.Note = a.Context
	case *agenda.MoveRdv:
		side.Detail = spanText(a.To.Start, a.To.End, l.zone(a.To.Zone), today)
		side.Note = "Auparavant " + spanText(a.From.Start, a.From.End, l.zone(a.From.Zone), today)
	case *agenda.ReviseRdv:
		if a.Context != nil {
			side.Note = "Texte saisi : « " + a.Context.Now + " »"
		}
	case *agenda.AddUsager:
		side.Detail = l.personDetail(&a.Usager)
	case *agenda.ReviseUsager:
		side.Note = fieldsText(a.Fields)
	case *agenda.ReviseProfil:
		side.Note = fieldsText(a.Fields)
	case *agenda.ReviseRecord:
		side.Note = fieldsText(a.Fields)
	case *agenda.DeclareAbsence:
		side.Detail = periodText(a.Absence.FirstDay, a.Absence.LastDay)
		side.Note = a.Absence.Title
	case *agenda.OpenPlage:
		side.Detail = fullDay(a.Plage.FirstDay) + ", " + hourText(a.Plage.From) + dash + hourText(a.Plage.To)
	case nil:
		return Cote{}, false
	}
	return side, true
}

// fieldsText keeps in sight what was typed into the fields of a record: « nom :
// Accueil ». What is not a plain value is left out.
func fieldsText(fields map[string]agenda.Edit) string {
	var said []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		var value any
		if json.Unmarshal(fields[key].Now, &value) != nil {
			continue
		}
		label := agenda.FieldLabel(key)
		switch value := value.(type) {
		case string:
			said = append(said, label+" : « "+value+" »")
		case float64:
			said = append(said, label+" : "+strconv.FormatFloat(value, 'f', -1, 64))
		case nil:
			said = append(said, label+" : vide")
		}
	}
	return list(said)
}

// whenText gives « à 10 h », « à 10 h demain », « à 10 h le lun. 16 nov. ».
func whenText(at time.Time, zone civil.Zone, today civil.Date) string {
	return "à " + plainWhen(at, zone, today)
}
