package verbes

import (
	"permanence/app/desktop"
)

// list is how several things are answered.
type list[T any] struct {
	Items []T `json:"items"`
}

func listOf[T any](items []T) list[T] { return list[T]{items} }

// printList answers items, each with the line that a person reads.
func printList[T any](s *session, items []T, one, many string, line func(T) string) error {
	text := counted(len(items), one, many)
	for _, item := range items {
		text += "\n  " + line(item)
	}
	return s.print(listOf(items), text)
}

func (s *session) referentiel() (desktop.Referentiel, error) {
	p, err := s.profile()
	if err != nil {
		return desktop.Referentiel{}, err
	}
	return p.Referentiel(s.ctx)
}

type motifsVerb struct{}

func (*motifsVerb) Run(s *session) error {
	ref, err := s.referentiel()
	if err != nil {
		return err
	}
	return printList(s, ref.Motifs, "motif", "motifs", func(m desktop.Motif) string {
		return m.ID + "  " + m.Name + ", " + itoa(m.DurationMin) + " min"
	})
}

type lieuxVerb struct{}

func (*lieuxVerb) Run(s *session) error {
	ref, err := s.referentiel()
	if err != nil {
		return err
	}
	return printList(s, ref.Lieux, "lieu", "lieux", func(l desktop.Lieu) string {
		return l.ID + "  " + l.Name + ", " + l.Address
	})
}

type agentsVerb struct{}

func (*agentsVerb) Run(s *session) error {
	ref, err := s.referentiel()
	if err != nil {
		return err
	}
	return printList(s, ref.Agents, "agent", "agents", func(a desktop.AgentBref) string {
		return a.ID + "  " + a.Name
	})
}

// organisation is one where the agent of the profile works.
type organisation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Zone string `json:"zone"`
}

func organisationsOf(ref desktop.Referentiel) []organisation {
	all := []organisation{}
	for _, o := range ref.Organisations {
		all = append(all, organisation{o.ID, o.Name, o.Role, o.Zone})
	}
	return all
}

type organisationsVerb struct{}

func (*organisationsVerb) Run(s *session) error {
	ref, err := s.referentiel()
	if err != nil {
		return err
	}
	return printList(s, organisationsOf(ref), "organisation", "organisations", func(o organisation) string {
		return o.ID + "  " + o.Name + ", " + o.Role
	})
}
