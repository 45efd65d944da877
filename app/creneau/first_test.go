package creneau

import (
	"iter"
	"strings"
	"testing"

	"permanence/app/civil"
)

func fields(s string) iter.Seq[string] { return strings.FieldsSeq(s) }

func prepare(t testing.TB, s Scenario) *Query {
	t.Helper()
	q, err := Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// first wants the next slot at an hour of the wall in Paris.
func first(t *testing.T, s Scenario, want string) {
	t.Helper()
	got, found, err := prepare(t, s).First()
	if err != nil || !found || !got.Start.Equal(instant(t, paris, want)) {
		t.Errorf("First = %v, %t, %v; want %s", got, found, err, want)
	}
}

func none(t *testing.T, s Scenario) {
	t.Helper()
	if got, found, err := prepare(t, s).First(); found || err != nil {
		t.Errorf("First = %v, %v; want none", got, err)
	}
}

func TestFirstLooksBeyondTheDaysSearched(t *testing.T) {
	s := question(t, 60, "2026-05-01", "2026-05-03", plageOf(t, paris, "2026-06-15", "09:00-10:00", ""))
	first(t, s, "2026-06-15 09:00")
}

func TestFirstBeginsWithTheDaySearched(t *testing.T) {
	s := question(t, 60, "2026-05-12", "2026-05-12", plageOf(t, paris, "2026-05-04", "09:00-10:00", "FREQ=WEEKLY"))
	first(t, s, "2026-05-18 09:00")
}

func TestFirstDoesNotGoBackBeforeNow(t *testing.T) {
	s := question(t, 60, "2026-01-01", "2026-01-01", plageOf(t, paris, "2025-01-06", "09:00-10:00", "FREQ=WEEKLY"))
	first(t, s, "2026-05-04 09:00")
}

func TestFirstOfSeveralPlages(t *testing.T) {
	later, sooner, elsewhere := plageOf(t, paris, "2026-05-04", "14:00-15:00", ""), plageOf(t, paris, "2026-05-04", "09:00-10:00", ""), plageOf(t, paris, "2026-05-04", "08:00-09:00", "")
	sooner.ID = "p2"
	elsewhere.ID, elsewhere.Lieu = "p3", "l2"
	s := question(t, 60, "2026-05-01", "2026-05-01", later, sooner, elsewhere)
	s.Lieu = "l1"
	first(t, s, "2026-05-04 09:00")
}

func TestFirstForAgentsLooksSixMonthsAhead(t *testing.T) {
	const last, beyond = "2026-10-30", "2026-10-31" // six months from 30 April
	first(t, question(t, 60, "2026-04-30", "2026-04-30", plageOf(t, paris, last, "09:00-10:00", "")), last+" 09:00")
	none(t, question(t, 60, "2026-04-30", "2026-04-30", plageOf(t, paris, beyond, "09:00-10:00", "")))
}

func TestFirstForUsagersStopsAtTheLongestDelay(t *testing.T) {
	s := question(t, 60, "2026-04-30", "2026-04-30", plageOf(t, paris, "2026-07-29", "07:00-10:00", ""))
	s.For = ForUsager // 90 days from 30 April at 8:00
	first(t, s, "2026-07-29 07:00")
	s.Plages[0].From = hour(t, "09:00")
	none(t, s)
}

func TestFirstOfAPlageThatIsFull(t *testing.T) {
	s := question(t, 60, "2026-05-04", "2026-05-04", plageOf(t, paris, "2026-05-04", "09:00-10:00", "FREQ=WEEKLY"))
	s.Absences = []Absence{{
		Agent: "a1", Zone: paris, FirstDay: day(t, "2026-05-04"), LastDay: day(t, "2026-05-04"), From: 480, To: 1080,
		RRule: rule(t, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260610"),
	}}
	first(t, s, "2026-06-15 09:00")
}

func TestFirstPerLieu(t *testing.T) {
	var plages []Plage
	for _, p := range []struct{ id, lieu, day, motif string }{
		{"p1", "l1", "2026-06-01", "m1"}, {"p2", "l2", "2026-05-04", "m1"}, {"p3", "l1", "2026-05-18", "m1"},
		{"p4", "", "2026-05-11", "m1"}, {"p5", "l3", "2026-05-11", "m2"}, {"p6", "l4", "2027-05-11", "m1"},
	} {
		plage := plageOf(t, paris, p.day, "09:00-11:00", "")
		plage.ID, plage.Lieu, plage.Motifs = p.id, Ref(p.lieu), []string{p.motif}
		plages = append(plages, plage)
	}
	got, err := prepare(t, question(t, 60, "2026-05-01", "2026-05-01", plages...)).FirstPerLieu()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, c := range got {
		words = append(words, c.Plage)
	}
	if found, want := strings.Join(words, " "), "p2 p4 p3"; found != want {
		t.Errorf("FirstPerLieu = %s, want %s: the soonest first, one a lieu, none for l3 and l4", found, want)
	}
}

func TestAnAnswerThatWouldNotFitIsRefused(t *testing.T) {
	s := question(t, 1, "2026-05-04", "2126-05-03")
	for range 10 {
		s.Plages = append(s.Plages, plageOf(t, paris, "2026-05-04", "00:00-24:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"))
	}
	_, err := Search(s)
	wantInvalid(t, err, TooLarge, "")
}

func TestAbsencesThatWouldNotFitAreRefused(t *testing.T) {
	s := question(t, 1440, "2026-05-04", "2126-05-03", plageOf(t, paris, "2026-05-04", "09:00-10:00", "FREQ=WEEKLY"))
	s.Motif.DurationMin = 60
	for range 1000 {
		s.Absences = append(s.Absences, Absence{
			Agent: "a1", Zone: paris, FirstDay: day(t, "2026-05-04"), LastDay: day(t, "2026-05-04"), From: 0, To: civil.EndOfDay,
			RRule: rule(t, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
		})
	}
	_, err := Search(s)
	wantInvalid(t, err, TooLarge, "")
}
