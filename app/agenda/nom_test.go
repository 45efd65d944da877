package agenda

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseNom(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"kept as typed", "LEFÈVRE", "LEFÈVRE"},
		{"spaces around", "  Élodie\u00a0", "Élodie"},
		{"spaces inside are kept", "De  La Tour", "De  La Tour"},
		{"composed", "E\u0301lodie", "Élodie"},
		{"particle and apostrophe", "d’Arc", "d’Arc"},
		{"another script", "Ελένη", "Ελένη"},
		{"a script that needs a joiner", "نام\u200cنام", "نام\u200cنام"},
		{"one letter", "Ô", "Ô"},
		{"the longest", strings.Repeat("é", 100), strings.Repeat("é", 100)},
		{"too long", strings.Repeat("é", 101), ""},
		{"empty", "", ""},
		{"spaces only", " \u00a0 ", ""},
		{"no letter", "-'", ""},
		{"a line end and a header", "Ali\r\nBcc: evil@x.org", ""},
		{"a line end behind", "Ali\n", ""},
		{"a tab", "Ali\tBaba", ""},
		{"NUL", "Ali\x00", ""},
		{"C1 control", "Ali\u0085", ""},
		{"line separator", "Ali\u2028Baba", ""},
		{"right-to-left override", "Ali\u202ebaba", ""},
		{"an invisible character", "Ali\u200b", ""},
		{"private use", "Ali\ue000", ""},
		{"invalid UTF-8", "Al\xff", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseNom(tt.typed)
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Fatalf("ParseNom(%q) = %q, %v; want %q", tt.typed, got, err, tt.want)
			}
			if err != nil && !errors.Is(err, ErrNom) {
				t.Errorf("error = %v", err)
			}
			if (CheckNom(tt.typed) == nil) != (err == nil) {
				t.Error("CheckNom does not agree")
			}
		})
	}
}

func TestFold(t *testing.T) {
	tests := []struct{ name, a, b, want string }{
		{"E85 accents, case and spaces", "Élodie  LEFÈVRE", "elodie lefevre", "elodie lefevre"},
		{"hyphen", "Jean-Pierre", "jean  PIERRE", "jean pierre"},
		{"apostrophes", "O'Neil", "O’NEIL", "o neil"},
		{"œ", "Lebœuf", "LEBOEUF", "leboeuf"},
		{"æ", "Lætitia", "Laetitia", "laetitia"},
		{"decomposed", "E\u0301lodie", "Élodie", "elodie"},
		{"dotted capital", "İsmail", "ismail", "ismail"},
		{"dotless", "Yıldız", "YILDIZ", "yildiz"},
		{"barred letters", "Łukasz Sørensen", "lukasz sorensen", "lukasz sorensen"},
		{"Vietnamese", "Đặng Thị Lê", "dang thi le", "dang thi le"},
		{"final sigma", "Νίκος", "ΝΙΚΟΣ", "νικοσ"},
		{"full width", "Ｄｕｒａｎｄ", "durand", "durand"},
		{"an invisible character", "Du\u200brand", "durand", "durand"},
		{"nothing to compare", "--", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a, b := Fold(tt.a), Fold(tt.b); a != tt.want || b != tt.want {
				t.Errorf("Fold = %q and %q, want %q", a, b, tt.want)
			}
		})
	}
	if Fold("Durand") == Fold("Durant") {
		t.Error("two names fold alike")
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, again %q", s, once, twice)
		}
		if once != strings.TrimSpace(once) || strings.Contains(once, "  ") {
			t.Fatalf("Fold(%q) = %q has spare spaces", s, once)
		}
	})
}

func TestE105FirstLetters(t *testing.T) {
	tests := []struct {
		name, nom, typed string
		want             bool
	}{
		{"E105 two letters", "Lê", "le", true},
		{"E105 two letters, accents typed", "Lê", "LÊ", true},
		{"E105 two letters and one more", "Lê", "lex", false},
		{"E105 apostrophe", "O'Neil", "one", true},
		{"E105 apostrophe typed", "O'Neil", "O’N", true},
		{"E105 accent first", "Élan", "ela", true},
		{"E105 the whole name", "Élan", "Élan", true},
		{"E105 too few", "Lefèvre", "le", false},
		{"E105 others", "Lefèvre", "lef", true},
		{"E105 not them", "Lefèvre", "lem", false},
		{"nothing typed", "Lefèvre", "", false},
		{"no name", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := SameFirstLetters(tt.nom, tt.typed); got != tt.want {
				t.Errorf("SameFirstLetters(%q, %q) = %t", tt.nom, tt.typed, got)
			}
		})
	}
}
