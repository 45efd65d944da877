package desktop

import (
	"testing"

	"permanence/app/agenda"
)

// What a case says of the mails, and what it offers once the hour is past.

func TestAConfirmationIsNoWordOfAChange(t *testing.T) {
	for _, tt := range []struct{ kind, want string }{
		{"request", "Confirmation envoyée par courriel le lun. 2 nov. à 15 h 09."},
		{"update", "Mise à jour envoyée par courriel le lun. 2 nov. à 15 h 09."},
		{"cancel", "L’usager n’a pas été prévenu par courriel."},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			first := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
			second := rdv(t, "daniel", "claire", "2026-11-16 09:00", 45, "accompagnement", "daniel")
			sent := &agenda.Recu{ID: id[agenda.RecuID](tt.kind), Rdv: first.ID, Usager: usagerID("nadia"), Channel: "mail", Kind: tt.kind,
				State: agenda.RecuSent, At: instant(t, "2026-11-02 15:09", "Europe/Paris"), Stamp: rev()}
			m := nouveau(t, first, second, sent, conflit(t, agenda.ConflitOverlap, nil, first, second))
			one := ok[VueRevoir](t)(m.Review()).Items[0]
			if got := plain(one.Sides[0].Note); got != tt.want {
				t.Errorf("note %q", got)
			}
		})
	}
}

func TestWhatIsPastIsNotHandedOver(t *testing.T) {
	const told = "L’usager sera prévenu par courriel."
	for _, tt := range []struct{ name, day, choices, drop, of string }{
		{"to come", "2026-11-16", "assign move lift keep drop", "Annuler Nadia Haddad et prévenir", told},
		{"past", "2026-11-10", "move lift keep drop", "Annuler Nadia Haddad", "L’heure est passée : aucun message ne partira."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			away := absence(t, "a", "claire", tt.day, "08:00", "12:00")
			r := rdv(t, "nadia", "claire", tt.day+" 09:00", 45, "accompagnement", "nadia")
			m := nouveau(t, plage(t, "p", "claire", "maison", "MO,TU,WE,TH,FR", "09:00", "12:00", "accompagnement"), away, r, conflit(t, agenda.ConflitAbsent, nil, r, away))
			one := ok[VueRevoir](t)(m.Review()).Items[0]
			drop := one.Choices[len(one.Choices)-1]
			if choices(one) != tt.choices || plain(drop.Label) != tt.drop || plain(drop.Detail) != tt.of {
				t.Errorf("%s: %+v", choices(one), one.Choices)
			}
			// Moved to what is to come, its usager hears of it.
			for _, c := range one.Choices {
				if c.Code == ChoiceMove && (len(c.Creneaux) == 0 || plain(c.Detail) != told) {
					t.Errorf("move: %q to %d slots", c.Detail, len(c.Creneaux))
				}
			}
		})
	}
}
