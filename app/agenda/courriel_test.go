package agenda

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseCourriel(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"plain", "jean@example.org", "jean@example.org"},
		{"E86 capitals and spaces", "JEAN@EXAMPLE.ORG ", "jean@example.org"},
		{"no-break space", "\u00a0jean@example.org", "jean@example.org"},
		{"a label for sorting", "jean+rdv@example.org", "jean+rdv@example.org"},
		{"an apostrophe", "jean.o'neil@example.org", "jean.o'neil@example.org"},
		{"a domain with accents", "a@mairie-évry.fr", "a@xn--mairie-vry-h7a.fr"},
		{"that domain as mail spells it", "a@xn--mairie-vry-h7a.fr", "a@xn--mairie-vry-h7a.fr"},
		{"several labels", "ccas@ville.example.org", "ccas@ville.example.org"},
		{"the longest local part", strings.Repeat("a", 64) + "@example.org", strings.Repeat("a", 64) + "@example.org"},
		{"a local part too long", strings.Repeat("a", 65) + "@example.org", ""},
		{"an address too long", "a@" + strings.Repeat("a1234567.", 30) + "org", ""},
		{"a label too long", "a@" + strings.Repeat("a", 64) + ".org", ""},
		{"a very long text", strings.Repeat("a@", 1_000_000), ""},
		{"empty", "", ""},
		{"no @", "jean.example.org", ""},
		{"nothing before", "@example.org", ""},
		{"nothing after", "jean@", ""},
		{"two @", "jean@home@example.org", ""},
		{"accents before the @", "éloïse@exemple.fr", ""},
		{"E96 a dot before the @", "a.@mail.fr", ""},
		{"E96 two dots", "a..b@mail.fr", ""},
		{"a line end and a recipient", "a@example.org>\r\nRCPT TO:<evil@x.org", ""},
		{"a line end behind", "a@example.org\n", ""},
		{"a NUL", "a\x00@example.org", ""},
		{"invalid UTF-8", "a\xff@example.org", ""},
		{"quoted", `"jean durand"@example.org`, ""},
		{"a display name", "Jean <jean@example.org>", ""},
		{"two addresses", "a@example.org, b@example.org", ""},
		{"a host without domain", "root@localhost", ""},
		{"an IP address", "a@[192.0.2.1]", ""},
		{"a numeric domain", "a@192.0.2.1", ""},
		{"a hyphen at the edge of a label", "a@-example.org", ""},
		{"one letter of top domain", "a@example.o", ""},
		{"a space inside", "jean durand@example.org", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCourriel(tt.typed)
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Fatalf("ParseCourriel(%.60q) = %q, %v; want %q", tt.typed, got, err, tt.want)
			}
			if err != nil && !errors.Is(err, ErrCourriel) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestE96ACorrectionIsProposedNeverApplied(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"E96 a dot before the @", "a.@mail.fr", "a@mail.fr"},
		{"E96 two dots", "A..B@mail.fr", "a.b@mail.fr"},
		{"two dots in the domain", "a@mail..fr", "a@mail.fr"},
		{"a dot behind the @", "a@.mail.fr", "a@mail.fr"},
		{"a dot behind", "a@mail.fr.", "a@mail.fr"},
		{"a comma for a dot", "a@mail,fr", "a@mail.fr"},
		{"a space", "a @mail.fr", "a@mail.fr"},
		{"an invisible character", "a\u200b@mail.fr", "a@mail.fr"},
		{"a pasted link", "mailto:a@mail.fr", "a@mail.fr"},
		{"angle brackets", "<a@mail.fr>", "a@mail.fr"},
		{"nobody can tell", "a.mail.fr", ""},
		{"nothing is proposed for a forged one", "a@mail.fr>\r\nBcc: b@mail.fr", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCourriel(tt.typed)
			refusal, ok := errors.AsType[*CourrielError](err)
			if !ok || got != "" {
				t.Fatalf("ParseCourriel(%q) = %q, %v; want a refusal", tt.typed, got, err)
			}
			if refusal.Proposal != tt.want {
				t.Errorf("proposal = %q, want %q", refusal.Proposal, tt.want)
			}
			if strings.Contains(err.Error(), "mail.fr") {
				t.Errorf("the error tells the address: %v", err)
			}
		})
	}
}

func TestCheckCourrielWantsTheStoredForm(t *testing.T) {
	if err := CheckCourriel("jean@example.org"); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"Jean@example.org", " jean@example.org", "a@mairie-évry.fr", "jean"} {
		if err := CheckCourriel(s); !errors.Is(err, ErrCourriel) {
			t.Errorf("CheckCourriel(%q) = %v", s, err)
		}
	}
}

func TestShowCourriel(t *testing.T) {
	for stored, want := range map[string]string{
		"a@xn--mairie-vry-h7a.fr": "a@mairie-évry.fr",
		"jean@example.org":        "jean@example.org",
		"":                        "",
	} {
		if got := ShowCourriel(stored); got != want {
			t.Errorf("ShowCourriel(%q) = %q, want %q", stored, got, want)
		}
	}
}

func TestCourrielIsStableAndPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[ -~é]{0,12}@?[ -~é]{0,12}(\.[a-zA-Z]{0,4})?`).Draw(t, "typed")
		stored, err := ParseCourriel(typed)
		if err != nil {
			refusal, _ := errors.AsType[*CourrielError](err)
			if refusal.Proposal != "" && CheckCourriel(refusal.Proposal) != nil {
				t.Fatalf("ParseCourriel(%q) proposes %q, which is refused", typed, refusal.Proposal)
			}
			return
		}
		if CheckCourriel(stored) != nil {
			t.Fatalf("ParseCourriel(%q) = %q, which CheckCourriel refuses", typed, stored)
		}
		if strings.ContainsFunc(stored, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"(),:;\[]`, r) }) {
			t.Fatalf("ParseCourriel(%q) = %q cannot go into a mail header", typed, stored)
		}
	})
}
