package verbes

import (
	"encoding/json"
	"time"

	"permanence/app/agenda"
	"permanence/app/desktop"
)

type undoVerb struct {
	Command string `arg:"" optional:"" help:"Geste à défaire ; le dernier sinon."`
}

func (v *undoVerb) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Undo(s.ctx, v.Command)
	return s.done("Geste défait", acte, err)
}

type reviewVerbs struct {
	List  reviewList  `cmd:"" default:"1" hidden:""`
	Keep  reviewKeep  `cmd:"" help:"Garde ce qui est ; des deux fiches, dit que ce sont deux personnes."`
	Apply reviewApply `cmd:"" help:"Prend ce qui avait été saisi : l’autre horaire, une place de plus, une seule fiche."`
	Drop  reviewDrop  `cmd:"" help:"Abandonne ce qui avait été saisi, ou annule et prévient."`
	Move  reviewMove  `cmd:"" help:"Prend un autre horaire, un autre agent ou une autre séance."`
}

type reviewList struct{}

// reviewItem is one case: what was asked, and why it waits for a person.
type reviewItem struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`    // refused, conflict, info
	Command string          `json:"command"` // its name, "" of a conflict
	Code    string          `json:"code"`
	Title   string          `json:"title"`
	Message string          `json:"message"`
	At      string          `json:"at"`
	Urgency string          `json:"urgency"` // today, soon, later
	Content json.RawMessage `json:"content"` // arguments of the command, or records of the conflict
	Choices []reviewChoice  `json:"choices"`
	Depends []string        `json:"depends,omitempty"` // what was entered on top of it
}

// reviewChoice is one way to settle a case, with what may go with it.
type reviewChoice struct {
	Choice string   `json:"choice"`
	Label  string   `json:"label"`
	Starts []string `json:"starts,omitempty"` // for move
	Agents []string `json:"agents,omitempty"` // for assign: ids
	Rdvs   []string `json:"rdvs,omitempty"`   // for join: ids of the sessions
	Rdv    string   `json:"rdv,omitempty"`    // of several under one absence, the one it is about
}

func (*reviewList) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	cases, err := p.Review(s.ctx)
	if err != nil {
		return err
	}
	vue, err := p.VueRevoir(s.ctx)
	if err != nil {
		return err
	}
	items := []reviewItem{}
	text := counted(len(vue.Items), "cas à revoir", "cas à revoir")
	for _, shown := range vue.Items {
		for _, c := range cases {
			if c.ID != shown.ID {
				continue
			}
			item, err := reviewItemOf(c, shown)
			if err != nil {
				return err
			}
			items = append(items, item)
			text += item.text()
		}
	}
	return s.print(listOf(items), text)
}

// text says a case as a secretary would read it.
func (i reviewItem) text() string {
	text := "\n  " + i.ID + "  " + i.Code + " : " + i.Title + "\n      " + i.Message
	for _, d := range i.Depends {
		text += "\n      avec : " + d
	}
	for _, c := range i.Choices {
		text += "\n      " + c.Choice + " : " + c.Label
		for _, more := range [][]string{c.Starts, c.Agents, c.Rdvs} {
			for _, one := range more {
				text += " · " + one
			}
		}
	}
	return text
}

func reviewItemOf(c desktop.Cas, shown desktop.CasRevoir) (reviewItem, error) {
	item := reviewItem{ID: c.ID, Kind: c.Kind, Code: string(c.Code), Title: shown.Title, Message: shown.Message, At: c.At.UTC().Format(time.RFC3339),
		Urgency: shown.Urgency, Command: c.Command.Name, Choices: []reviewChoice{}, Depends: shown.Depends}
	item.add("", shown.Choices)
	for _, row := range shown.Rows {
		item.add(row.Rdv, row.Choices)
	}
	var content any = struct{}{}
	switch {
	case c.Conflit != nil:
		content = c.Conflit
	case c.Command.Args != nil:
		content = c.Command.Args
	}
	var err error
	item.Content, err = json.Marshal(content)
	return item, err
}

func (i *reviewItem) add(rdv string, choices []desktop.CasChoix) {
	for _, c := range choices {
		one := reviewChoice{Choice: c.Code, Label: c.Label, Rdv: rdv}
		for _, slot := range c.Creneaux {
			one.Starts = append(one.Starts, slot.Start)
		}
		for _, a := range c.Agents {
			one.Agents = append(one.Agents, a.ID)
		}
		for _, r := range c.Seances {
			one.Rdvs = append(one.Rdvs, r.ID)
		}
		i.Choices = append(i.Choices, one)
	}
}

// caseID names a case of the list.
type caseID struct {
	ID  string `arg:"" help:"Cas, tel que « review » le nomme."`
	Rdv string `placeholder:"ID" help:"Rendez-vous, quand le cas en tient plusieurs ; le premier sinon."`
}

func (s *session) settle(c caseID, d desktop.Decision) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	d.Rdv = agenda.RdvID(c.Rdv)
	acte, err := p.Settle(s.ctx, c.ID, d)
	if err == nil && acte.Dropped != "" {
		return s.print(actOf(acte), "Saisie abandonnée : "+acte.ID)
	}
	return s.done("Cas réglé", acte, err)
}

type reviewKeep struct{ caseID }

func (v *reviewKeep) Run(s *session) error {
	return s.settle(v.caseID, desktop.Decision{Choice: desktop.ChoiceKeep})
}

type reviewApply struct {
	caseID
	Fields []string `name:"field" placeholder:"CHAMP" help:"De deux fiches, champs pris dans la seconde."`
	Lift   bool     `help:"Lève l’absence, si c’en est une."`
}

func (v *reviewApply) Run(s *session) error {
	if v.Lift {
		return s.settle(v.caseID, desktop.Decision{Choice: desktop.ChoiceLift})
	}
	return s.settle(v.caseID, desktop.Decision{Choice: desktop.ChoiceApply, Fields: v.Fields})
}

type reviewDrop struct{ caseID }

func (v *reviewDrop) Run(s *session) error {
	return s.settle(v.caseID, desktop.Decision{Choice: desktop.ChoiceDrop})
}

type reviewMove struct {
	caseID
	Start  moment `placeholder:"DÉBUT" help:"Nouveau début, écrit comme pour « rdv book »."`
	Agent  string `placeholder:"ID" help:"Agent qui reçoit à la place."`
	Seance string `name:"to" placeholder:"ID" help:"Autre séance d’un rendez-vous collectif."`
}

func (v *reviewMove) Run(s *session) error {
	if v.Start.IsZero() && v.Agent == "" && v.Seance == "" {
		return usage("dites où déplacer : --start, --agent ou --to")
	}
	return s.settle(v.caseID, desktop.Decision{Choice: desktop.ChoiceMove, Start: v.Start.Moment, Agent: agenda.AgentID(v.Agent), Seance: agenda.RdvID(v.Seance)})
}
