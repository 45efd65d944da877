package civil

import (
	"strings"
	"testing"
	"time"
)

func TestFrenchWords(t *testing.T) {
	reunion, err := LoadZone("Indian/Reunion")
	if err != nil {
		t.Fatal(err)
	}
	new1 := time.Date(2026, 12, 31, 20, 5, 0, 0, time.UTC).In(reunion.Location()) // 1 January there
	plain := strings.NewReplacer(frenchSpace, "_", frenchThin, "~").Replace
	for _, tt := range []struct{ name, got, want string }{
		{"a day of another zone", FrenchFullDay(new1), "vendredi 1er_janvier 2027"},
		{"an ordinary day", FrenchDay(time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)), "jeudi 19_novembre"},
		{"its hour there", FrenchHour(new1), "0~h~05"},
		{"a wall time", Time(14*60 + 30).French(), "14~h~30"},
		{"the last month", FrenchMonth(time.December) + " " + FrenchMonthShort(time.December), "décembre déc."},
		{"the first month", FrenchMonth(time.January) + " " + FrenchMonthShort(time.January), "janvier janv."},
		{"one minute", FrenchDuration(time.Minute), "1_minute"},
		{"minutes", FrenchDuration(45 * time.Minute), "45_minutes"},
		{"an hour", FrenchDuration(time.Hour), "1_heure"},
		{"hours", FrenchDuration(3 * time.Hour), "3_heures"},
		{"an hour and a half", FrenchDuration(90 * time.Minute), "1~h~30"},
		{"a clock overseas", FrenchZone("Indian/Reunion"), "heure de La Réunion"},
		{"a clock without a name of ours", FrenchZone("America/New_York"), "fuseau New York"},
	} {
		if plain(tt.got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, plain(tt.got), tt.want)
		}
	}
}
