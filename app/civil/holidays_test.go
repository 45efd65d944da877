package civil

import (
	"errors"
	"testing"
)

func holidays(t testing.TB, set HolidaySet, except ...string) Holidays {
	t.Helper()
	h, err := NewHolidays(set, except...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestNationalDaysOf2026(t *testing.T) {
	want := []struct{ day, name string }{
		{"2026-01-01", "Jour de l’an"},
		{"2026-04-06", "Lundi de Pâques"},
		{"2026-05-01", "Fête du Travail"},
		{"2026-05-08", "Victoire de 1945"},
		{"2026-05-14", "Ascension"},
		{"2026-05-25", "Lundi de Pentecôte"},
		{"2026-07-14", "Fête nationale"},
		{"2026-08-15", "Assomption"},
		{"2026-11-01", "Toussaint"},
		{"2026-11-11", "Armistice de 1918"},
		{"2026-12-25", "Noël"},
	}
	got := holidays(t, Metropole).Between(day(t, "2026-01-01"), day(t, "2026-12-31"))
	if len(got) != len(want) {
		t.Fatalf("%d days, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if got[i].Day.String() != w.day || got[i].Name != w.name {
			t.Errorf("day %d = %v %s, want %s %s", i, got[i].Day, got[i].Name, w.day, w.name)
		}
	}
}

func TestHolidayNames(t *testing.T) {
	tests := []struct {
		name   string
		set    HolidaySet
		except []string
		day    string
		want   string
	}{
		{"E18 1 May", Metropole, nil, "2026-05-01", "Fête du Travail"},
		{"E18 8 May", Metropole, nil, "2026-05-08", "Victoire de 1945"},
		{"E19 Easter Monday 2026", Metropole, nil, "2026-04-06", "Lundi de Pâques"},
		{"E19 Easter Monday 2027", Metropole, nil, "2027-03-29", "Lundi de Pâques"},
		{"E19 Easter Monday 2028", Metropole, nil, "2028-04-17", "Lundi de Pâques"},
		{"E19 Ascension 2026", Metropole, nil, "2026-05-14", "Ascension"},
		{"E19 the list does not end", Metropole, nil, "2027-01-01", "Jour de l’an"},
		{"E20 Whit Monday 2026", Metropole, nil, "2026-05-25", "Lundi de Pentecôte"},
		{"E20 Whit Monday 2027", Metropole, nil, "2027-05-17", "Lundi de Pentecôte"},
		{"E20 worked this year", Metropole, []string{"2026-05-25"}, "2026-05-25", ""},
		{"E20 but not the next", Metropole, []string{"2026-05-25"}, "2027-05-17", "Lundi de Pentecôte"},
		{"E20 worked every year", Metropole, []string{WhitMondayWorked}, "2027-05-17", ""},
		{"E21 a territory opened on holidays", NoHolidays, nil, "2026-07-14", ""},
		{"the zero set has none", "", nil, "2026-07-14", ""},
		{"E22 Christmas has a name to warn with", Metropole, nil, "2026-12-25", "Noël"},
		{"E23 Good Friday in Alsace-Moselle", AlsaceMoselle, nil, "2026-04-03", "Vendredi saint"},
		{"E23 26 December in Alsace-Moselle", AlsaceMoselle, nil, "2026-12-26", "Saint-Étienne"},
		{"E23 Good Friday elsewhere", Metropole, nil, "2026-04-03", ""},
		{"E23 26 December elsewhere", Metropole, nil, "2026-12-26", ""},
		{"E24 La Réunion", LaReunion, nil, "2026-12-20", "Abolition de l’esclavage"},
		{"E24 Martinique", Martinique, nil, "2026-05-22", "Abolition de l’esclavage"},
		{"E24 Guadeloupe", Guadeloupe, nil, "2026-05-27", "Abolition de l’esclavage"},
		{"E24 Guyane", Guyane, nil, "2026-06-10", "Abolition de l’esclavage"},
		{"E24 Mayotte", Mayotte, nil, "2026-04-27", "Abolition de l’esclavage"},
		{"E24 Saint-Martin", SaintMartin, nil, "2026-05-28", "Abolition de l’esclavage"},
		{"E24 Saint-Barthélemy", SaintBarthelemy, nil, "2026-10-09", "Abolition de l’esclavage"},
		{"E24 in that territory only", Metropole, nil, "2026-05-22", ""},
		{"E24 the national days everywhere", LaReunion, nil, "2026-11-11", "Armistice de 1918"},
		{"two on one day", Metropole, nil, "2008-05-01", "Fête du Travail et Ascension"},
		{"Whit Monday worked, yet the abolition", Martinique, []string{WhitMondayWorked}, "2051-05-22", "Abolition de l’esclavage"},
		{"an ordinary day", Metropole, nil, "2026-05-04", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := holidays(t, tt.set, tt.except...)
			if got := h.Name(day(t, tt.day)); got != tt.want {
				t.Errorf("Name(%s) = %q, want %q", tt.day, got, tt.want)
			}
			if h.Is(day(t, tt.day)) != (tt.want != "") {
				t.Error("Is does not agree with Name")
			}
		})
	}
}

func TestE24EachLocalDayBelongsToOneTerritory(t *testing.T) {
	from, to := day(t, "2026-01-01"), day(t, "2026-12-31")
	want := map[HolidaySet]int{NoHolidays: 0, Metropole: 11, AlsaceMoselle: 13}
	owners := map[Date]int{}
	for _, set := range HolidaySets() {
		n, given := want[set]
		if !given {
			n = 12
		}
		list := holidays(t, set).Between(from, to)
		if len(list) != n {
			t.Errorf("%s has %d days, want %d", set, len(list), n)
		}
		for _, d := range list {
			owners[d.Day]++
		}
	}
	local := 0
	for d, n := range owners {
		if n != 9 && n != 1 {
			t.Errorf("%v is a holiday in %d sets", d, n)
		}
		if n == 1 {
			local++
		}
	}
	if local != 9 {
		t.Errorf("%d local days, want 9", local)
	}
}

func TestBetweenSkipsWorkedDays(t *testing.T) {
	h := holidays(t, Metropole, "2026-05-08", WhitMondayWorked)
	got := h.Between(day(t, "2026-05-01"), day(t, "2026-05-31"))
	if len(got) != 2 || got[0].Name != "Fête du Travail" || got[1].Name != "Ascension" {
		t.Errorf("Between = %v", got)
	}
	if got := h.Between(day(t, "2026-05-31"), day(t, "2026-05-01")); got != nil {
		t.Errorf("Between of an inverted range = %v", got)
	}
}

func TestNewHolidaysRefuses(t *testing.T) {
	tests := []struct {
		name   string
		set    HolidaySet
		except string
		want   error
	}{
		{"an unknown territory", "bretagne", "2026-05-25", ErrHolidays},
		{"a day that does not exist", Metropole, "2026-02-30", ErrDate},
		{"an unknown word", Metropole, "pentecote", ErrDate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewHolidays(tt.set, tt.except); !errors.Is(err, tt.want) {
				t.Errorf("NewHolidays = %v, want %v", err, tt.want)
			}
		})
	}
}

// TestEaster compares with the tables published for these years, the rare
// corrections of the lunar calendar included.
func TestEaster(t *testing.T) {
	for _, want := range []string{
		"1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23", "2019-04-21", "2024-03-31", "2025-04-20",
		"2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2035-03-25", "2038-04-25", "2049-04-18", "2076-04-19",
		"2100-03-28", "2285-03-22", "2299-04-16",
	} {
		d := day(t, want)
		if got := easter(d.Year()); got != d {
			t.Errorf("easter(%d) = %v, want %s", d.Year(), got, want)
		}
	}
}

// TestEasterOfEveryYear compares with the other classical computation, by
// Gauss's remainders as corrected by Lichtenberg.
func TestEasterOfEveryYear(t *testing.T) {
	for y := 1583; y <= 9999; y++ {
		k := y / 100
		m := 15 + (3*k+3)/4 - (8*k+13)/25
		s := 2 - (3*k+3)/4
		a := y % 19
		d := (19*a + m) % 30
		r := (d + a/11) / 29
		og := 21 + d - r
		sz := 7 - floorMod(y+y/4+s, 7)
		oe := 7 - floorMod(og-sz, 7)
		if want := dateOf(y, 3, og+oe); easter(y) != want {
			t.Fatalf("easter(%d) = %v, want %v", y, easter(y), want)
		}
	}
}
