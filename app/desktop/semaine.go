package desktop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// longestRange is how many days one view may show.
const longestRange = 42

// vueAgenda draws days × agents. saturday says whether a week shows its Saturday
// even when nothing is there.
func (p *Poste) vueAgenda(ctx context.Context, d DemandeAgenda, saturday bool) (VueAgenda, error) {
	var vue VueAgenda
	err := p.read(ctx, func(l *lecture) error {
		period, err := l.period(d)
		if err != nil {
			return err
		}
		agents := l.seen(typed[agenda.AgentID](d.Agents))
		all, err := l.entrees(agents, period.from, period.to)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(e Entree) bool { return !d.shows(e) })
		if d.Span == "week" {
			period.to = l.lastShown(all, period, saturday)
		}
		vue = l.draw(all, agents, period)
		return nil
	})
	return vue, err
}

// period is a range of days and the ones around it.
type period struct {
	from, to, previous, next civil.Date
}

func (l *lecture) period(d DemandeAgenda) (period, error) {
	if d.Span == "" {
		return d.between()
	}
	day := l.today()
	if d.Day != "" {
		var err error
		if day, err = civil.ParseDate(d.Day); err != nil {
			return period{}, invalidField("day", "Ce jour n’existe pas.")
		}
	}
	switch d.Span {
	case "day":
		return period{day, day, day - 1, day + 1}, nil
	case "week":
		monday := day.Monday()
		return period{monday, monday + 6, monday - 7, monday + 7}, nil
	}
	return period{}, invalidField("span", "Vue inconnue.")
}

func (d DemandeAgenda) between() (period, error) {
	from, err := civil.ParseDate(d.From)
	if err != nil {
		return period{}, invalidField("from", "Ce jour n’existe pas.")
	}
	to, err := civil.ParseDate(d.To)
	if err != nil {
		return period{}, invalidField("to", "Ce jour n’existe pas.")
	}
	n := to - from + 1
	if n < 1 || n > longestRange {
		return period{}, invalidField("to", "Au plus 42 jours à la fois, dans l’ordre.")
	}
	return period{from, to, from - n, to + 1}, nil
}

// shows reports whether the demand keeps an entree.
func (d DemandeAgenda) shows(e Entree) bool {
	if e.Rdv != nil && e.Rdv.Cancelled() && !d.ShowCancelled {
		return false
	}
	if len(d.Lieux) == 0 && !d.Elsewhere {
		return true
	}
	var lieu agenda.LieuID
	switch {
	case e.Rdv != nil:
		lieu = e.Rdv.Lieu
	case e.Plage != nil:
		lieu = e.Plage.Lieu
	default:
		return true
	}
	if lieu == "" {
		return d.Elsewhere
	}
	return slices.Contains(d.Lieux, string(lieu))
}

// lastShown is the last day of a week worth a column: Friday, Saturday when it
// is preferred, and the weekend whenever an rdv stands there.
func (l *lecture) lastShown(all []Entree, p period, saturday bool) civil.Date {
	last := p.from + 4
	if saturday {
		last++
	}
	zone := l.homeZone()
	for _, e := range all {
		if e.Rdv != nil && !e.Rdv.Cancelled() {
			last = max(last, min(p.to, zone.Date(e.Span.Start)))
		}
	}
	return last
}

func (l *lecture) draw(all []Entree, agents []agenda.AgentID, p period) VueAgenda {
	g := grille{l, l.homeZone()}
	_, week := p.from.ISOWeek()
	vue := VueAgenda{
		From: p.from.String(), To: p.to.String(), Label: l.periodLabel(p), Week: week,
		Previous: p.previous.String(), Next: p.next.String(), Zone: g.zone.Name(), Present: l.present(), Columns: []Colonne{},
	}
	for day := p.from; day <= p.to; day++ {
		for _, a := range agents {
			vue.Columns = append(vue.Columns, g.column(all, day, a))
		}
	}
	vue.Waiting = waiting(vue.Columns)
	vue.Opens, vue.Closes = hoursWorth(vue.Columns)
	vue.StepMin = step(all)
	return vue
}

func (l *lecture) periodLabel(p period) string {
	if p.from != p.to {
		return periodText(p.from, p.to)
	}
	text := longDay(p.from)
	if p.from.Year() != l.today().Year() {
		text = dayName(p.from) + " " + fullDay(p.from)
	}
	return text
}

func (g grille) column(all []Entree, day civil.Date, agent agenda.AgentID) Colonne {
	c := Colonne{Key: day.String() + "/" + string(agent), Day: day.String(), Agent: string(agent), Today: day == g.today(), Items: []Item{}}
	var lieux []string
	absent := false
	for _, e := range all {
		if !slices.Contains(e.Agents, agent) {
			continue
		}
		it, ok := g.item(e, day, agent)
		if !ok {
			continue
		}
		c.Items = append(c.Items, it)
		switch {
		case e.Rdv != nil && !e.Rdv.Cancelled():
			c.Rdvs++
		case e.Kind == KindFerie:
			c.Holiday = true
		case e.Kind == KindAbsence:
			absent = true
		case e.Plage != nil && it.LieuLabel != "" && !slices.Contains(lieux, it.LieuLabel):
			lieux = append(lieux, it.LieuLabel)
		}
	}
	slices.SortStableFunc(c.Items, func(a, b Item) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	c.Detail = columnDetail(lieux, c.Holiday, absent)
	return c
}

func columnDetail(lieux []string, holiday, absent bool) string {
	switch {
	case holiday:
		return "Jour férié"
	case len(lieux) > 0:
		return joined(lieux)
	case absent:
		return "absence"
	}
	return ""
}

// waiting counts the rdvs in the waiting room, each once.
func waiting(columns []Colonne) int {
	met := map[string]bool{}
	for _, c := range columns {
		for _, it := range c.Items {
			if it.State == stateWaiting {
				met[it.ID] = true
			}
		}
	}
	return len(met)
}

// hoursWorth gives the whole hours that hold the rdvs and the plages, and the
// usual ones at least.
func hoursWorth(columns []Colonne) (opens, closes string) {
	first, last := civil.Time(8*60), civil.Time(19*60)
	for _, c := range columns {
		for _, it := range c.Items {
			if it.Kind != KindRdv && it.Kind != KindPlage {
				continue
			}
			from, _ := civil.ParseTime(it.From)
			to, _ := civil.ParseTime(it.To)
			first, last = min(first, from), max(last, to)
		}
	}
	first = first / 60 * 60
	last = min(civil.EndOfDay, (last+59)/60*60)
	return first.String(), last.String()
}

// step is by how many minutes an rdv moves: 5 when one does not fall on a
// quarter of an hour, else 15.
func step(all []Entree) int {
	const quarter = 15 * time.Minute
	for _, e := range all {
		if e.Rdv != nil && (!e.Span.Start.Equal(e.Span.Start.Truncate(quarter)) || !e.Span.End.Equal(e.Span.End.Truncate(quarter))) {
			return 5
		}
	}
	return 15
}

// present is the program's clock on the wall of home.
func (l *lecture) present() Present { return presentIn(l.now, l.homeZone()) }

func presentIn(now time.Time, zone civil.Zone) Present {
	day, at := zone.Civil(now)
	return Present{Now: instantText(now), Day: day.String(), Time: at.String(), Zone: zone.Name()}
}
