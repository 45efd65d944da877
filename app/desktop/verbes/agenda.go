package verbes

import (
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/desktop"
)

type agendaVerb struct {
	From  day      `required:"" placeholder:"JOUR" help:"Premier jour."`
	To    day      `required:"" placeholder:"JOUR" help:"Dernier jour, compris."`
	Agent []string `placeholder:"ID" help:"Agents ; celui du profil sinon."`
}

// agendaItem is one thing of an agenda. Its day and times are read on the wall
// of its zone.
type agendaItem struct {
	Kind      string      `json:"kind"` // rdv, plage, absence, ferie, busy
	ID        string      `json:"id"`
	Start     string      `json:"start"`
	End       string      `json:"end"`
	Zone      string      `json:"zone"`
	Day       string      `json:"day"`
	From      string      `json:"from"`
	To        string      `json:"to"`
	Title     string      `json:"title"`
	Motif     string      `json:"motif"`
	Lieu      string      `json:"lieu"`
	Agents    []string    `json:"agents"`
	Usagers   []rdvUsager `json:"usagers"`
	Status    string      `json:"status"`
	Revision  int64       `json:"revision"`
	Pending   bool        `json:"pending"`
	Conflicts []string    `json:"conflicts"`
}

type rdvUsager struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

func (v *agendaVerb) Run(s *session) error {
	if v.To.Date < v.From.Date {
		return usage("--to : l’agenda finit avant de commencer")
	}
	p, err := s.profile()
	if err != nil {
		return err
	}
	found, err := p.Entrees(s.ctx, typed[agenda.AgentID](v.Agent), v.From.Date, v.To.Date)
	if err != nil {
		return err
	}
	items := []agendaItem{}
	text := counted(len(found), "ligne", "lignes")
	for _, e := range found {
		item := agendaItemOf(e)
		items = append(items, item)
		text += "\n" + item.text()
	}
	return s.print(listOf(items), text)
}

func agendaItemOf(e desktop.Entree) agendaItem {
	_, from := e.Zone.Civil(e.Span.Start)
	_, to := e.Zone.Civil(e.Span.End)
	item := agendaItem{
		Kind: e.Kind, ID: e.ID, Start: e.Span.Start.UTC().Format(time.RFC3339), End: e.Span.End.UTC().Format(time.RFC3339),
		Zone: e.Zone.Name(), Day: e.Day.String(), From: from.String(), To: to.String(), Title: e.Title,
		Agents: texts(e.Agents), Usagers: []rdvUsager{}, Pending: e.Pending, Conflicts: e.Conflicts,
	}
	if to == 0 {
		item.To = "24:00"
	}
	switch {
	case e.Plage != nil:
		item.Lieu, item.Revision = string(e.Plage.Lieu), e.Plage.Revision
	case e.Absence != nil:
		item.Revision = e.Absence.Revision
	case e.Rdv != nil:
		item.Motif, item.Lieu, item.Status, item.Revision = string(e.Rdv.Motif), string(e.Rdv.Lieu), string(e.Rdv.Status), e.Rdv.Revision
		for _, u := range e.People {
			item.Usagers = append(item.Usagers, rdvUsager{string(u.ID), u.Name, string(u.Status)})
		}
	}
	return item
}

func usagersOf(f desktop.FicheRdv) []rdvUsager {
	all := []rdvUsager{}
	for _, u := range f.Usagers {
		all = append(all, rdvUsager{u.ID, u.Name, u.Status})
	}
	return all
}

func (i agendaItem) text() string {
	text := fmt.Sprintf("%s  %s–%s  %s", i.Day, i.From, i.To, i.Title)
	if i.Kind != desktop.KindRdv {
		text += "  (" + i.kindText() + ")"
	}
	if i.Status != "" && i.Status != string(agenda.StatusUnknown) {
		text += "  [" + i.Status + "]"
	}
	if i.Pending {
		text += "  en attente d’envoi"
	}
	if len(i.Conflicts) > 0 {
		text += "  à regarder"
	}
	return text
}

func (i agendaItem) kindText() string {
	switch i.Kind {
	case desktop.KindPlage:
		return "plage d’ouverture"
	case desktop.KindAbsence:
		return "absence"
	case desktop.KindFerie:
		return "jour férié"
	}
	return "occupé"
}

type rdvShow struct {
	ID string `arg:"" help:"Rendez-vous."`
}

// rdvResult is one rdv with its history and its receipts, last ones first.
type rdvResult struct {
	ID        string      `json:"id"`
	Start     string      `json:"start"`
	End       string      `json:"end"`
	Zone      string      `json:"zone"`
	Day       string      `json:"day"`
	From      string      `json:"from"`
	To        string      `json:"to"`
	Title     string      `json:"title"`
	Motif     string      `json:"motif"`
	Lieu      string      `json:"lieu"`
	Where     string      `json:"where"`
	Agents    []string    `json:"agents"`
	Usagers   []rdvUsager `json:"usagers"`
	Status    string      `json:"status"`
	Context   string      `json:"context"`
	Revision  int64       `json:"revision"`
	Sequence  int         `json:"sequence"` // the iCalendar SEQUENCE
	Pending   bool        `json:"pending"`
	Conflicts []warning   `json:"conflicts"`
	History   []datedLine `json:"history"`
	Full      bool        `json:"history_full"` // false: this desk's own part
	Receipts  []datedLine `json:"receipts"`
}

// datedLine is French text: what happened, and when.
type datedLine struct {
	Label   string `json:"label"`
	When    string `json:"when"`
	State   string `json:"state"`
	Pending bool   `json:"pending"`
}

func (v *rdvShow) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	r, err := p.Rdv(s.ctx, v.ID)
	if err != nil {
		return err
	}
	fiche, err := p.FicheRdv(s.ctx, v.ID)
	if err != nil {
		return err
	}
	history, err := p.Histoire(s.ctx, string(agenda.NounRdv), v.ID)
	if err != nil {
		return err
	}
	it := fiche.Item
	out := rdvResult{
		ID: it.ID, Start: it.Start, End: it.End, Zone: r.Zone, Day: r.Day.String(), From: r.From.String(), To: endOf(r, it),
		Title: it.Title, Motif: string(r.Motif), Lieu: string(r.Lieu), Where: fiche.Where, Agents: texts(r.Agents), Usagers: usagersOf(fiche),
		Status: string(r.Status), Context: r.Context, Revision: r.Revision, Sequence: r.Sequence, Pending: it.Pending, Conflicts: []warning{},
		History: historyOf(history), Full: history.Full, Receipts: linesOf(fiche.Messages),
	}
	for _, c := range fiche.Conflict {
		out.Conflicts = append(out.Conflicts, warning{Code: c.Code, Message: c.Message})
	}
	text := it.Title + "\n" + fiche.When + "\n" + fiche.Where
	for _, line := range append(out.History, out.Receipts...) {
		text += "\n  " + line.When + "  " + line.Label
	}
	if history.Notice != "" {
		text += "\n  " + history.Notice
	}
	return s.print(out, text)
}

// historyOf gives what each change was, last first.
func historyOf(h desktop.VueHistoire) []datedLine {
	all := []datedLine{}
	for _, line := range h.Lines {
		all = append(all, datedLine{Label: line.Label, When: line.When, Pending: line.Pending})
	}
	return all
}

// endOf is the end on the rdv's own wall.
func endOf(r *agenda.Rdv, it desktop.Item) string {
	zone, err := civil.LoadZone(r.Zone)
	if err != nil {
		return it.To
	}
	_, to := zone.Civil(r.End)
	return to.String()
}

func linesOf(lines []desktop.LigneDatee) []datedLine {
	all := []datedLine{}
	for _, l := range lines {
		all = append(all, datedLine{l.Label, l.When, l.State, l.Pending})
	}
	return all
}
