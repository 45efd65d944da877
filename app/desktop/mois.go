package desktop

import (
	"context"
	"slices"
	"strconv"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// mois draws a month of the small calendar: whole weeks, and how full each day
// is for the agents.
func (p *Poste) mois(ctx context.Context, month string, agents []string) (MiniMois, error) {
	first, err := civil.ParseDate(month + "-01")
	if err != nil {
		return MiniMois{}, invalidField("month", "Ce mois n’existe pas.")
	}
	var vue MiniMois
	err = p.read(ctx, func(l *lecture) error {
		vue = l.drawMonth(first, l.seen(typed[agenda.AgentID](agents)))
		return nil
	})
	return vue, err
}

func (l *lecture) drawMonth(first civil.Date, agents []agenda.AgentID) MiniMois {
	last := first.LastOfMonth()
	from, to := first.Monday(), last.Monday()+6
	taken := l.taken(agents, from, to)
	vue := MiniMois{Month: monthKey(first), Label: monthName(first) + " " + strconv.Itoa(first.Year()),
		Previous: monthKey(first.AddMonths(-1)), Next: monthKey(first.AddMonths(1)), Weeks: []MiniSemaine{}}
	var holidays civil.Holidays
	if len(agents) > 0 {
		holidays = l.holidaysOf(agents[0])
	}
	for monday := from; monday <= to; monday += 7 {
		_, number := monday.ISOWeek()
		week := MiniSemaine{Number: number, Days: []MiniJour{}}
		for day := monday; day < monday+7; day++ {
			_, _, n := day.YMD()
			one := MiniJour{Day: day.String(), Number: n, Out: day < first || day > last, Today: day == l.today(),
				Load: load(taken[day], len(agents))}
			name := holidays.Name(day)
			one.Holiday = name != ""
			one.Label = longDay(day) + loadText(one.Load)
			if one.Holiday {
				one.Label += ", férié, " + name
			}
			week.Days = append(week.Days, one)
		}
		vue.Weeks = append(vue.Weeks, week)
	}
	return vue
}

// taken sums, by day, the minutes that the rdvs of the agents take.
func (l *lecture) taken(agents []agenda.AgentID, from, to civil.Date) map[civil.Date]int {
	zone, within := l.homeZone(), l.within(from, to)
	sum := map[civil.Date]int{}
	for _, a := range agents {
		for _, r := range l.Rdvs(agenda.RdvQuery{Agent: a, Within: within}) {
			if !r.Cancelled() && slices.Contains(r.Agents, a) {
				sum[zone.Date(r.Start)] += int(r.End.Sub(r.Start).Minutes())
			}
		}
	}
	return sum
}

// load is 0 for an empty day, then 1 to 3 below two hours, below four, beyond.
func load(minutes, agents int) int {
	if minutes == 0 || agents == 0 {
		return 0
	}
	return 1 + min(2, minutes/agents/120)
}

func loadText(load int) string {
	return [4]string{"", ", peu chargé", ", chargé", ", très chargé"}[load]
}

func monthKey(d civil.Date) string { return d.String()[:7] }
