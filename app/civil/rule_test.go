package civil

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseRule(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"weekly on Mondays", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261209", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261209"},
		{"parts in another order", "UNTIL=20261209;BYDAY=WE,MO;FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE;UNTIL=20261209"},
		{"Monday comes first", "FREQ=WEEKLY;BYDAY=SU,SA,MO", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,SA,SU"},
		{"weekly, the first day's weekday", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=1"},
		{"a day said twice", "FREQ=WEEKLY;BYDAY=MO,MO", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"},
		{"second Wednesday", "FREQ=MONTHLY;BYDAY=2WE", "FREQ=MONTHLY;INTERVAL=1;BYDAY=2WE"},
		{"with a plus sign", "FREQ=MONTHLY;BYDAY=+2WE", "FREQ=MONTHLY;INTERVAL=1;BYDAY=2WE"},
		{"last Friday, every other month", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR"},
		{"empty", "", ""},
		{"no frequency", "INTERVAL=2", ""},
		{"daily", "FREQ=DAILY", ""},
		{"yearly", "FREQ=YEARLY", ""},
		{"lower case", "freq=weekly", ""},
		{"COUNT", "FREQ=WEEKLY;COUNT=10", ""},
		{"BYSETPOS", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", ""},
		{"WKST", "FREQ=WEEKLY;WKST=SU", ""},
		{"trailing semicolon", "FREQ=WEEKLY;", ""},
		{"property name", "RRULE:FREQ=WEEKLY", ""},
		{"a part twice", "FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", ""},
		{"interval 0", "FREQ=WEEKLY;INTERVAL=0", ""},
		{"negative interval", "FREQ=WEEKLY;INTERVAL=-1", ""},
		{"huge interval", "FREQ=WEEKLY;INTERVAL=2000000000", ""},
		{"overflowing interval", "FREQ=WEEKLY;INTERVAL=99999999999999999999", ""},
		{"interval without number", "FREQ=WEEKLY;INTERVAL=", ""},
		{"until an instant", "FREQ=WEEKLY;UNTIL=20261209T000000Z", ""},
		{"until a day that does not exist", "FREQ=WEEKLY;UNTIL=20260230", ""},
		{"until nothing", "FREQ=WEEKLY;UNTIL=", ""},
		{"weekly with a rank", "FREQ=WEEKLY;BYDAY=2MO", ""},
		{"weekly on no day", "FREQ=WEEKLY;BYDAY=", ""},
		{"a day that is not one", "FREQ=WEEKLY;BYDAY=XX", ""},
		{"two letters astride two days", "FREQ=WEEKLY;BYDAY=OT", ""},
		{"monthly without day", "FREQ=MONTHLY", ""},
		{"monthly without rank", "FREQ=MONTHLY;BYDAY=WE", ""},
		{"monthly on two days", "FREQ=MONTHLY;BYDAY=2WE,3WE", ""},
		{"rank 0", "FREQ=MONTHLY;BYDAY=0WE", ""},
		{"rank 6", "FREQ=MONTHLY;BYDAY=6WE", ""},
		{"rank with two signs", "FREQ=MONTHLY;BYDAY=--1WE", ""},
		{"rank with both signs", "FREQ=MONTHLY;BYDAY=+-1WE", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseRule(tt.typed)
			if tt.want == "" {
				if !errors.Is(err, ErrRule) {
					t.Fatalf("ParseRule(%q) = %v, %v; want a refusal", tt.typed, got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("ParseRule(%q) = %v, %v; want %s", tt.typed, got, err, tt.want)
			}
		})
	}
}

func TestRuleJSON(t *testing.T) {
	var r Rule
	for _, refused := range []string{`""`, `12`, `{}`, `"FREQ=DAILY"`} {
		if err := json.Unmarshal([]byte(refused), &r); !errors.Is(err, ErrRule) {
			t.Errorf("Unmarshal(%s): %v", refused, err)
		}
	}
	for _, kept := range []string{`null`, `"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"`} {
		if err := json.Unmarshal([]byte(kept), &r); err != nil {
			t.Fatal(err)
		}
		if out, _ := json.Marshal(r); string(out) != kept {
			t.Errorf("Marshal = %s, want %s", out, kept)
		}
	}
}

func anyRule() *rapid.Generator[Rule] {
	return rapid.Custom(func(t *rapid.T) Rule {
		r := Rule{Freq: rapid.SampledFrom([]Freq{Weekly, Monthly}).Draw(t, "freq")}
		r.Interval = rapid.IntRange(1, 14).Draw(t, "interval")
		if rapid.Bool().Draw(t, "ends") {
			r.Until = dateOf(2020, 1, 1) + Date(rapid.IntRange(0, 4000).Draw(t, "until"))
		}
		if r.Freq == Weekly {
			r.Days = Weekdays(rapid.IntRange(0, 127).Draw(t, "days"))
			return r
		}
		r.Ordinal = rapid.SampledFrom([]int{1, 2, 3, 4, 5, -1, -2, -3, -4, -5}).Draw(t, "rank")
		r.Weekday = time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		return r
	})
}

func TestRuleIsReadBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule().Draw(t, "rule")
		if back, err := ParseRule(r.String()); err != nil || back != r {
			t.Fatalf("ParseRule(%v) = %v, %v", r, back, err)
		}
	})
}

func FuzzParseRule(f *testing.F) {
	for _, seed := range []string{
		"FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261209", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;COUNT=3", ";;", "BYDAY=+-1WE", "FREQ=\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		r, err := ParseRule(typed)
		if err != nil {
			if !errors.Is(err, ErrRule) {
				t.Errorf("ParseRule(%q): %v is not a refusal of the rule", typed, err)
			}
			return
		}
		if back, err := ParseRule(r.String()); err != nil || back != r {
			t.Errorf("ParseRule(%q) = %v, read back as %v, %v", typed, r, back, err)
		}
		count := 0
		for d := range (Recurrence{FirstDay: 739000, Rule: r}).Days(739000, 740000) {
			if d < 739000 || d > 740000 {
				t.Errorf("day %v outside the range", d)
			}
			count++
		}
		if count > 1001 {
			t.Errorf("%d days among 1001", count)
		}
	})
}
