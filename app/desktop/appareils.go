package desktop

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Appareils lists the desktops of an agent, "" for one's own: the one in use
// first, then those heard of last; closed ones at the end. It waits for the
// network.
func (p *Poste) Appareils(ctx context.Context, agent agenda.AgentID) ([]Appareil, error) {
	all, err := p.line.Appareils(ctx, agent)
	if err != nil {
		return nil, p.turned(ctx, err)
	}
	sortAppareils(all)
	return all, nil
}

// Appareil renames, revokes or has erased a desktop. It waits for the network.
func (p *Poste) Appareil(ctx context.Context, id, geste, name string) error {
	if geste == GesteRenommer {
		if name = strings.TrimSpace(name); name == "" {
			return invalidField("name", "Donnez un nom à ce poste.")
		}
	}
	return p.turned(ctx, p.line.Appareil(ctx, id, geste, name))
}

// vuePostes shows the desktops of an agent.
func (p *Poste) vuePostes(ctx context.Context, agent string) (VuePostes, error) {
	all, err := p.Appareils(ctx, agenda.AgentID(agent))
	if err != nil {
		return VuePostes{}, err
	}
	vue := VuePostes{Items: []PosteVu{}, Agents: []AgentBref{}}
	err = p.read(ctx, func(l *lecture) error {
		zone, today := l.homeZone(), l.today()
		for _, a := range all {
			vue.Items = append(vue.Items, a.vue(zone, today))
		}
		vue.Agents = l.managed()
		return nil
	})
	return vue, err
}

// managed are the other agents whose desktops the agent of the profile looks
// after; none is [].
func (l *lecture) managed() []AgentBref {
	out := []AgentBref{}
	for _, id := range agenda.LooksAfter(l, l.agent) {
		if a := get[*agenda.Agent](l, agenda.NounAgent, string(id)); a != nil {
			out = append(out, l.agentBref(a))
		}
	}
	return out
}

func (a Appareil) vue(zone civil.Zone, today civil.Date) PosteVu {
	v := PosteVu{ID: a.ID, Name: a.Name, Here: a.Here, Open: a.RevokedAt.IsZero() && !a.Copied}
	switch {
	case !a.WipeAt.IsZero() && !a.ToldAt.IsZero():
		v.State = "Effacé, au contact du poste : " + momentText(a.ToldAt, zone, today)
	case !a.WipeAt.IsZero():
		v.State = "Effacement demandé (" + momentText(a.WipeAt, zone, today) + ") : il se fera au prochain contact du poste"
	case !a.RevokedAt.IsZero():
		v.State = "Révoqué (" + momentText(a.RevokedAt, zone, today) + ")"
	case a.Copied:
		v.State = "Fermé : sa session a servi ailleurs"
	}
	v.LastSeen = "Dernier contact : " + momentText(a.SeenAt, zone, today)
	v.State, v.LastSeen = typeset(v.State), typeset(v.LastSeen)
	return v
}

// sortAppareils puts the desktop in use first, closed ones last, and between
// them those heard of last first.
func sortAppareils(all []Appareil) {
	rank := func(a Appareil) int {
		switch {
		case a.Here:
			return 0
		case a.RevokedAt.IsZero() && !a.Copied:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b Appareil) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.SeenAt.Compare(a.SeenAt))
	})
}
