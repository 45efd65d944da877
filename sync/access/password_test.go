package access

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheckPassword(t *testing.T) {
	camille := Owner{FirstName: "Camille", LastName: "Lefèvre-Dubois", Email: "camille.lefevre@ccas-aubervelle.example.org", Organisation: "CCAS d’Aubervelle-sur-Mer"}
	tests := []struct {
		name, password string
		want           Code // "" when it is good
	}{
		{"four words", "girafe violette sous tabouret", ""},
		{"accents and apostrophe", "L’écureuil préfère l’osier", ""},
		{"no composition rule: letters only", "grenouillebanquisetambour", ""},
		{"no composition rule: digits and signs", "h7#Kq!29vR+d%8sT", ""},
		{"fifteen characters", "zut-piolet-gond", ""},
		{"fourteen characters", "zut-piolet-gon", CodePasswordShort},
		{"fifteen characters of four bytes", "🦊🐢🦉🐝🐙🦀🐠🦋🐌🦎🦕🐋🐿🦔🦚", ""},
		{"one sign again and again", "!!!!!!!!!!!!!!!!!!!!", CodePasswordCommon},
		{"another alphabet", "жираф фиолетовый табурет", ""},
		{"seven accents are not fifteen characters", "éèàùçôï", CodePasswordShort},
		{"empty", "", CodePasswordShort},
		{"longest", strings.Repeat("girafe violette sous tabouret ", 20)[:512], ""},
		{"one byte more", strings.Repeat("girafe violette sous tabouret ", 20)[:513], CodePasswordLong},
		{"not UTF-8", "girafe violette \xff\xfe", CodePasswordText},
		{"a tabulation", "girafe\tviolette sous", CodePasswordText},
		{"mot de passe", "motdepasse12345", CodePasswordCommon},
		{"mot de passe, spaced", "Mon mot de passe !", CodePasswordCommon},
		{"mot de passe, disguised", "M0t-2-p@sse-M0tdep@$$e", CodePasswordCommon},
		{"mot de passe and the year", "MotDePasse2026!", CodePasswordCommon},
		{"bonjour bonjour", "BonjourBonjour1", CodePasswordCommon},
		{"seasons and years", "Printemps2026Ete2026", CodePasswordCommon},
		{"love", "jetaimepourlavie", CodePasswordCommon},
		{"a team", "allezlesbleus2018", CodePasswordCommon},
		{"a motto", "libertéégalitéfraternité", CodePasswordCommon},
		{"the trade", "secretariat mairie accueil", CodePasswordCommon},
		{"row of a French keyboard", "azertyuiopqsdfghjklm", CodePasswordSequence},
		{"row of an English keyboard", "qwertyuiopasdfghjkl", CodePasswordSequence},
		{"backwards", "poiuytrezamlkjhgfdsq", CodePasswordSequence},
		{"columns", "1aqw2zsx3edc4rfv", CodePasswordSequence},
		{"digits", "123456789012345", CodePasswordSequence},
		{"the alphabet", "abcdefghijklmnopq", CodePasswordSequence},
		{"two dates", "14071789-11111918", CodePasswordSequence},
		{"one letter", "aaaaaaaaaaaaaaaaaaaa", CodePasswordRepeated},
		{"one word again and again", "zutzutzutzutzutzut", CodePasswordRepeated},
		{"one sentence twice", "pioletpioletpiolet", CodePasswordRepeated},
		{"own name", "Camille Lefèvre-Dubois", CodePasswordPersonal},
		{"own name and year", "camillelefevre1984", CodePasswordPersonal},
		{"own address", "camille.lefevre@ccas", CodePasswordPersonal},
		{"own organisation", "aubervelle-sur-mer 2026", CodePasswordPersonal},
		{"own name in a longer sentence", "Camille garde six hiboux et un poêle", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckPassword(tt.password, camille)
			refusal, refused := errors.AsType[*Refusal](err)
			if !refused {
				if tt.want != "" {
					t.Errorf("accepted, want %s", tt.want)
				}
				return
			}
			if refusal.Code != tt.want {
				t.Errorf("refused %s (%s), want %q", refusal.Code, refusal.Message, tt.want)
			}
			if !strings.HasSuffix(refusal.Message, ".") || strings.Contains(refusal.Message, tt.password) && tt.password != "" {
				t.Errorf("message %q", refusal.Message)
			}
		})
	}
}

func TestCheckPasswordWithoutOwner(t *testing.T) {
	if err := CheckPassword("Camille Lefèvre-Dubois", Owner{}); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestCheckPasswordProperties(t *testing.T) {
	t.Run("any text gets an answer", rapid.MakeCheck(func(t *rapid.T) {
		p := rapid.String().Draw(t, "password")
		owner := Owner{LastName: rapid.String().Draw(t, "name"), Email: rapid.String().Draw(t, "email")}
		err := CheckPassword(p, owner)
		if _, ok := errors.AsType[*Refusal](err); err != nil && !ok {
			t.Fatalf("not a refusal: %v", err)
		}
	}))
	t.Run("what is under fifteen characters never passes", rapid.MakeCheck(func(t *rapid.T) {
		p := rapid.StringN(0, 7, 14).Draw(t, "password")
		if CheckPassword(p, Owner{}) == nil {
			t.Fatalf("%q passes", p)
		}
	}))
	t.Run("twenty random letters pass", rapid.MakeCheck(func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 33, 33).Draw(t, "random")
		seen := map[byte]bool{}
		for _, b := range raw {
			seen[b] = true
		}
		if len(seen) < 30 {
			return // nothing random about it
		}
		s, err := NewSecret(strings.NewReader(string(raw)), KindDevice)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckPassword(s.text, Owner{}); err != nil {
			t.Fatalf("%q: %v", s.text, err)
		}
	}))
}
