package verbes

import (
	"encoding/json"
	"time"

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
	Keep  reviewKeep  `cmd:"" help:"Garde ce qui est."`
	Apply reviewApply `cmd:"" help:"Prend ce qui avait été saisi."`
	Drop  reviewDrop  `cmd:"" help:"Abandonne ce qui avait été saisi, ou annule."`
	Move  reviewMove  `cmd:"" help:"Prend un autre horaire."`
}

type reviewList struct{}

// reviewItem is one case: what was asked, and why it waits for a person.
type reviewItem struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`    // refused, conflict, info
	Command string          `json:"command"` // its name, "" of a conflict
	Code    string          `json:"code"`
	Message string          `json:"message"`
	At      string          `json:"at"`
	Content json.RawMessage `json:"content"` // arguments of the command, or records of the conflict
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
	items := []reviewItem{}
	text := counted(len(cases), "cas à revoir", "cas à revoir")
	for _, c := range cases {
		item, err := reviewItemOf(c)
		if err != nil {
			return err
		}
		items = append(items, item)
		text += "\n  " + item.ID + "  " + item.Code + " : " + item.Message
	}
	return s.print(listOf(items), text)
}

func reviewItemOf(c desktop.Cas) (reviewItem, error) {
	item := reviewItem{ID: c.ID, Kind: c.Kind, Code: string(c.Code), Message: c.Message, At: c.At.UTC().Format(time.RFC3339), Command: c.Command.Name}
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

// caseID names a case of the list.
type caseID struct {
	ID string `arg:"" help:"Cas, tel que « review » le nomme."`
}

func (s *session) settle(id, choice string, to desktop.Deplacement) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Settle(s.ctx, id, choice, to)
	return s.done("Cas réglé", acte, err)
}

type reviewKeep struct{ caseID }

func (v *reviewKeep) Run(s *session) error {
	return s.settle(v.ID, desktop.ChoiceKeep, desktop.Deplacement{})
}

type reviewApply struct{ caseID }

func (v *reviewApply) Run(s *session) error {
	return s.settle(v.ID, desktop.ChoiceApply, desktop.Deplacement{})
}

type reviewDrop struct{ caseID }

func (v *reviewDrop) Run(s *session) error {
	return s.settle(v.ID, desktop.ChoiceDrop, desktop.Deplacement{})
}

type reviewMove struct {
	caseID
	Start moment `required:"" placeholder:"DÉBUT" help:"Nouveau début, écrit comme pour « rdv book »."`
}

func (v *reviewMove) Run(s *session) error {
	return s.settle(v.ID, desktop.ChoiceMove, desktop.Deplacement{Start: v.Start.Moment})
}
