package agenda

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseTelephone(t *testing.T) {
	const refused = ""
	tests := []struct{ name, region, typed, want string }{
		{"E90 spaces", "FR", "06 12 34 56 78", "+33612345678"},
		{"E90 dots", "FR", "06.12.34.56.78", "+33612345678"},
		{"E90 with 00", "FR", "0033612345678", "+33612345678"},
		{"E90 with (0)", "FR", "+33 (0)6 12 34 56 78", "+33612345678"},
		{"E90 no-break spaces", "FR", "06\u00a012\u202f34\u00a056\u00a078", "+33612345678"},
		{"E90 a digit short", "FR", "06 12 34 56 7", refused},
		{"07", "FR", "07 56 78 12 34", "+33756781234"},
		{"07 block that is not assigned", "FR", "07 00 12 34 56", refused},
		{"E91 Guadeloupe", "FR", "06 90 12 34 56", "+590690123456"},
		{"0691 block that is not assigned", "FR", "06 91 12 34 56", refused},
		{"0691 block that is", "FR", "0691 28 00 00", "+590691280000"},
		{"E91 La Réunion 0692", "FR", "06 92 12 34 56", "+262692123456"},
		{"E91 La Réunion 0693", "FR", "06 93 12 34 56", "+262693123456"},
		{"E91 Guyane", "FR", "06 94 12 34 56", "+594694123456"},
		{"E91 Martinique 0696", "FR", "06 96 12 34 56", "+596696123456"},
		{"E91 Martinique 0697", "FR", "06 97 12 34 56", "+596697123456"},
		{"E91 Martinique 0709", "FR", "07 09 12 34 56", "+596709123456"},
		{"Mayotte 0639 block that is not assigned", "FR", "06 39 12 34 56", refused},
		{"the same with its country", "FR", "+262 639 12 34 56", refused},
		{"Mayotte 0639 block that is", "FR", "0639 69 12 34", "+262639691234"},
		{"E92 mainland prefix on 690", "FR", "+33 6 90 00 00 00", refused},
		{"E92 mainland prefix on 693", "FR", "+33 6 93 00 00 00", refused},
		{"E92 mainland prefix on 694", "FR", "+33 6 94 00 00 00", refused},
		{"E92 mainland prefix on 696", "FR", "+33 6 96 00 00 00", refused},
		{"E92 mainland prefix on 692", "FR", "+33 6 92 12 34 56", refused},
		{"E92 mainland prefix on an overseas landline", "FR", "+33 5 96 12 34 56", refused},
		{"E92 mainland prefix and zero on one", "FR", "+33 (0)2 69 61 23 45", refused},
		{"E92 a digit too many", "FR", "+33 6 10 00 00 00 1", refused},
		{"E93 United States", "FR", "+1 201 400 0000", "+12014000000"},
		{"E93 written without spaces", "FR", "+1 2014000000", "+12014000000"},
		{"E93 Morocco", "FR", "+212 5222-54321", "+212522254321"},
		{"E94 mainland landline", "FR", "01 42 34 56 78", "+33142345678"},
		{"E94 short number", "FR", "3949", refused},
		{"E94 Martinique landline", "FR", "05 96 12 34 56", "+596596123456"},
		{"E94 Martinique landline with its country", "FR", "+596 596 12 34 56", "+596596123456"},
		{"Guadeloupe landline", "FR", "0590 27 12 34", "+590590271234"},
		{"Guyane landline", "FR", "0594 12 34 56", "+594594123456"},
		{"La Réunion landline", "FR", "0262 12 34 56", "+262262123456"},
		{"Mayotte landline", "FR", "02 69 61 23 45", "+262269612345"},
		{"Saint-Pierre-et-Miquelon landline", "FR", "0508 41 23 45", "+508412345"},
		{"Saint-Pierre-et-Miquelon landline typed there", "PM", "41 23 45", "+508412345"},
		{"Saint-Pierre-et-Miquelon with its country", "FR", "+508 55 12 34", "+508551234"},
		{"Saint-Pierre-et-Miquelon, no such number", "FR", "0508 11 11 11", refused},
		{"Nouvelle-Calédonie with its country", "FR", "+687 75 12 34", "+687751234"},
		{"Nouvelle-Calédonie typed there", "NC", "75 12 34", "+687751234"},
		{"Nouvelle-Calédonie typed in Paris", "FR", "75 12 34", refused},
		{"Polynésie typed there", "PF", "87 12 34 56", "+68987123456"},
		{"a mainland mobile typed in Polynésie", "PF", "06 12 34 56 78", "+33612345678"},
		{"a mainland mobile typed in La Réunion", "RE", "06 12 34 56 78", "+33612345678"},
		{"a Martinique landline typed in La Réunion", "RE", "05 96 12 34 56", "+596596123456"},
		{"no region", "", "06 12 34 56 78", "+33612345678"},
		{"voice over IP", "FR", "09 76 12 34 56", "+33976123456"},
		{"special rate", "FR", "08 06 12 34 56", "+33806123456"},
		{"emergency number", "FR", "15", refused},
		{"empty", "FR", "", refused},
		{"a plus alone", "FR", "+", refused},
		{"letters", "FR", "0800 FLOWER", refused},
		{"an extension", "FR", "01 42 34 56 78 poste 12", refused},
		{"a line end behind", "FR", "06 12 34 56 78\n", "+33612345678"},
		{"a line end inside", "FR", "06 12 34\n56 78", refused},
		{"two numbers", "FR", "06 12 34 56 78 / 01 42 34 56 78", refused},
		{"a plus in the middle", "FR", "06 12 +33 34 56", refused},
		{"a very long one", "FR", strings.Repeat("1", 100_000), refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseTelephone(tt.typed, tt.region)
			if got != tt.want || (err != nil) != (tt.want == refused) {
				t.Fatalf("ParseTelephone(%q, %s) = %q, %v; want %q", tt.typed, tt.region, got, err, tt.want)
			}
			if err != nil && !errors.Is(err, ErrTelephone) {
				t.Errorf("error = %v", err)
			}
			if err == nil && CheckTelephone(got) != nil {
				t.Errorf("CheckTelephone(%s) refuses what ParseTelephone returned", got)
			}
		})
	}
}

func TestTelephoneOfAnOrganisation(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"E94 short number", "3949", "3949"},
		{"E94 short number with a space", "39 49", "3949"},
		{"an ordinary number", "01 42 34 56 78", "+33142345678"},
		{"three digits", "115", ""},
		{"four letters", "abcd", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseTelephoneOrganisation(tt.typed, "FR")
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Fatalf("= %q, %v; want %q", got, err, tt.want)
			}
			if err == nil && CheckTelephoneOrganisation(got) != nil {
				t.Errorf("CheckTelephoneOrganisation(%s) refuses it", got)
			}
		})
	}
}

func TestCheckTelephoneWantsTheStoredForm(t *testing.T) {
	for _, s := range []string{"", "0612345678", "+33 612345678", "0033612345678", "+330612345678", "3949", "+33596123456"} {
		if CheckTelephone(s) == nil {
			t.Errorf("CheckTelephone(%q) accepts it", s)
		}
	}
}

func TestMobileAndDisplay(t *testing.T) {
	tests := []struct {
		stored string
		mobile bool
		shown  string
	}{
		{"+33612345678", true, "06 12 34 56 78"},
		{"+33142345678", false, "01 42 34 56 78"},
		{"+33976123456", false, "09 76 12 34 56"},
		{"+33806123456", false, "0 806 12 34 56"},
		{"+590690123456", true, "0690 12 34 56"},
		{"+262692123456", true, "0692 12 34 56"},
		{"+596596123456", false, "0596 12 34 56"},
		{"+596709123456", true, "0709 12 34 56"},
		{"+508551234", true, "+508 55 12 34"},
		{"+508412345", false, "+508 41 23 45"},
		{"+687751234", true, "+687 75.12.34"},
		{"+12014000000", true, "+1 201-400-0000"},
		{"3949", false, "3949"},
		{"", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.stored, func(t *testing.T) {
			if got := MobileTelephone(tt.stored); got != tt.mobile {
				t.Errorf("MobileTelephone = %t", got)
			}
			if got := FormatTelephone(tt.stored); got != tt.shown {
				t.Errorf("FormatTelephone = %q, want %q", got, tt.shown)
			}
		})
	}
}

func TestE95ANumberIsFoundAsItIsTyped(t *testing.T) {
	tests := []struct{ name, stored, typed string }{
		{"E95 La Réunion", "+262692123456", "0692123456"},
		{"E95 its beginning", "+262692123456", "06 92 1"},
		{"with its country", "+262692123456", "+262 692"},
		{"with 00", "+262692123456", "00262692"},
		{"with a mainland prefix and (0)", "+33612345678", "+33 (0)6 12"},
		{"mainland", "+33612345678", "06.12.34"},
		{"Saint-Pierre-et-Miquelon", "+508412345", "0508 41"},
		{"Saint-Pierre-et-Miquelon with its country", "+508412345", "+508 41"},
		{"Morocco", "+212522254321", "00212 5222"},
		{"a short number", "3949", "39"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key, want := TelephoneKey(tt.typed), TelephoneKey(tt.stored)
			if key == "" || !strings.HasPrefix(want, key) {
				t.Errorf("TelephoneKey(%q) = %q, the stored one is %q", tt.typed, key, want)
			}
		})
	}
	for _, other := range []string{"durand", "", "+", "rue 12", "a@example.org"} {
		if key := TelephoneKey(other); key != "" {
			t.Errorf("TelephoneKey(%q) = %q, want none", other, key)
		}
	}
}

func TestE95EveryNumberIsFoundAsItIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`0[1-79][0-9]{8}|\+(33|262|590|594|596|508|32|41)[0-9]{6,9}`).Draw(t, "typed")
		stored, err := ParseTelephone(typed, "FR")
		if err != nil {
			return
		}
		if again, err := ParseTelephone(stored, "RE"); err != nil || again != stored {
			t.Fatalf("%s is stored as %s, then as %s (%v)", typed, stored, again, err)
		}
		if TelephoneKey(typed) != TelephoneKey(stored) && TelephoneKey(FormatTelephone(stored)) != TelephoneKey(stored) {
			t.Fatalf("%s is stored as %s and cannot be found", typed, stored)
		}
	})
}

func TestRegionTelephone(t *testing.T) {
	for departement, want := range map[string]string{"62": "FR", "2A": "FR", "": "FR", "972": "MQ", "974": "RE", "975": "PM", "976": "YT", "988": "NC"} {
		if got := RegionTelephone(departement); got != want {
			t.Errorf("RegionTelephone(%s) = %s, want %s", departement, got, want)
		}
	}
}
