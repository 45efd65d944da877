package storetest

import (
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// people: finding an usager while typing, on both kinds.
func people(t *testing.T, e Engine) {
	for _, kind := range []store.Kind{store.Server, store.Desktop} {
		t.Run(string(kind), func(t *testing.T) { peopleOf(t, e.Open(t, kind)) })
	}
}

func peopleOf(t *testing.T, db *store.DB) {
	day, err := civil.ParseDate("1987-03-04")
	if err != nil {
		t.Fatal(err)
	}
	thi := usager("Thị", "Nguyễn")
	thi.BirthDate, thi.Email, thi.Phone = day, "thi.n@example.org", "+33639980201"
	oeuvre := usager("Cœur", "Œuvrard")
	reunion := usager("Marie", "Hoarau")
	reunion.Phone = "+262692980001"
	away := usager("Anne", "Nguyen")
	married := usager("Lucie", "Petit")
	married.BirthName = "Nguyen-Roux"
	all := []*agenda.Usager{thi, usager("Ben", "Ali"), usager("Ali", "Ben"), usager("Ali", "Benali"), usager("Jean-Pierre", "Le Goff"), oeuvre, reunion, away, married}
	for _, u := range all {
		p := profil(u.ID)
		if u == reunion {
			p.CaseNumber = "20260417"
		}
		if u == away {
			p.ID, p.Organisation = agenda.ProfilOf(u.ID, id[agenda.OrganisationID]("other")), id[agenda.OrganisationID]("other")
		}
		put(t, db, u, p)
	}
	tests := []struct{ name, text, want string }{
		{"accents folded", "nguyen", "Thị Nguyễn, Lucie Petit"},
		{"accents typed", "Nguyễn", "Thị Nguyễn, Lucie Petit"},
		{"two letters", "ng", "Thị Nguyễn, Lucie Petit"},
		{"ligatures", "oeuv", "Cœur Œuvrard"},
		{"exact last name, then prefix, then first names", "ben", "Ali Ben, Ali Benali, Ben Ali"},
		{"two words in any order", "ali ben", "Ben Ali, Ali Ben, Ali Benali"},
		{"a last name of two words", "le go", "Jean-Pierre Le Goff"},
		{"a first name with a hyphen", "jean-pi", "Jean-Pierre Le Goff"},
		{"birth name", "roux", "Lucie Petit"},
		{"birth date", "4/3/1987", "Thị Nguyễn"},
		{"birth date and name", "ngu 04/03/1987", "Thị Nguyễn"},
		{"another's birth date", "petit 04/03/1987", ""},
		{"email", "Thi.N@ex", "Thị Nguyễn"},
		{"phone", "06 39 98", "Thị Nguyễn"},
		{"phone overseas", "0692", "Marie Hoarau"},
		{"phone, international", "+262 692", "Marie Hoarau"},
		{"file number", "2026041", "Marie Hoarau"},
		{"nobody", "zzz", ""},
		{"empty", "  ", ""},
		{"signs only", "\"*()", ""},
		{"what could be a query", "ben\" OR names:*", ""},
		{"one digit", "0", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read(t, db, func(v *store.View) {
				found, err := v.SearchUsagers(tt.text, []agenda.OrganisationID{organisationID()}, 10)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, u := range found {
					got = append(got, u.Name())
				}
				if s := strings.Join(got, ", "); s != tt.want {
					t.Errorf("%q finds %q, want %q", tt.text, s, tt.want)
				}
			})
		})
	}
	t.Run("renamed", func(t *testing.T) {
		thi.LastName = "Trần"
		put(t, db, thi)
		read(t, db, func(v *store.View) {
			before, _ := v.SearchUsagers("nguyen", nil, 10)
			after, _ := v.SearchUsagers("tran", nil, 10)
			if len(before) != 2 || len(after) != 1 { // Anne and Lucie, in no organisation asked
				t.Errorf("found %d by the former name and %d by the new one", len(before), len(after))
			}
		})
	})
	t.Run("limit", func(t *testing.T) {
		read(t, db, func(v *store.View) {
			found, _ := v.SearchUsagers("ben", nil, 2)
			if len(found) != 2 || found[0].LastName != "Ben" {
				t.Errorf("found %d", len(found))
			}
		})
	})
}
