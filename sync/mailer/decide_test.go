package mailer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
	. "permanence/sync/mailer/queuetest"

	"pgregory.net/rapid"
)

// said shows letters as "kind address", in order.
func said(letters []mailer.Letter) string {
	var all []string
	for _, l := range letters {
		s := fmt.Sprintf("%s %s", l.Kind, l.Address)
		if l.NoCalendar {
			s += " sans agenda"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// toldOf is what everybody would have been told of v.
func toldOf(v mailer.View) []mailer.Told {
	var told []mailer.Told
	for _, l := range mailer.Letters(v, nil, Now()) {
		told = append(told, l.After)
	}
	return told
}

func cancelledTold(v mailer.View) []mailer.Told {
	told := toldOf(v)
	for i := range told {
		told[i].Method = mailer.Cancel
	}
	return told
}

const (
	nadia = "nadia.haddad@example.org"
	karim = "karim.benali@example.org"
)

func TestLetters(t *testing.T) {
	everyone := Attended(Nadia, Yanis, Lina)
	silent := func(v *mailer.View) { v.Rdv.Participations[0].Silent = true }
	visibility := func(s agenda.Visibility) func(*mailer.View) {
		return func(v *mailer.View) { v.Motif.Visibility = s }
	}
	lieu := func(v *mailer.View) {
		v.Rdv.Lieu, v.Lieu = Annexe, &agenda.Lieu{ID: Annexe, Name: "Mairie annexe", Address: "2 rue Haute"}
		v.Rdv.Sequence++
	}
	noMail := func(v *mailer.View) {
		u := v.Usagers[Nadia]
		u.NoMail = true
		v.Usagers[Nadia] = u
	}
	begun := Moved(-6 * 24 * time.Hour)
	tests := []struct {
		name string
		told []mailer.Told
		now  mailer.View
		want string
	}{
		{"a new rdv", nil, With(), "booked " + nadia},
		{"nothing changed", toldOf(With()), With(), ""},
		{"a note, the agent or a revision changed (E64)", toldOf(With()), With(func(v *mailer.View) {
			v.Rdv.Context, v.Agents, v.Rdv.Revision = "vu au téléphone", []agenda.Agent{{FirstName: "Hugo", LastName: "Petit"}}, 9
		}), ""},
		{"the lieu renamed: not by itself (E63)", toldOf(With()), With(func(v *mailer.View) { v.Lieu.Name = "Maison commune" }), ""},
		{"moved by a quarter of an hour (E65)", toldOf(With()), With(Moved(15 * time.Minute)), "changed " + nadia},
		{"longer", toldOf(With()), With(func(v *mailer.View) { v.Rdv.End = v.Rdv.End.Add(time.Minute) }), "changed " + nadia},
		{"another lieu", toldOf(With()), With(lieu), "changed " + nadia},
		{"moved there and back: nothing to say", toldOf(With()), With(func(v *mailer.View) { v.Rdv.Sequence = 2 }), ""},
		{"a lower sequence decides nothing", toldOf(With(func(v *mailer.View) { v.Rdv.Sequence = 8 })), With(), ""},
		{"cancelled by the service", toldOf(With()), With(Ended(agenda.StatusRevoked)), "cancelled " + nadia},
		{"cancelled by the usager", toldOf(With()), With(Ended(agenda.StatusExcused)), "cancelled " + nadia},
		{"never told and now cancelled", nil, With(Ended(agenda.StatusRevoked)), ""},
		{"told cancelled, another reason since (E70)", cancelledTold(With()), With(Ended(agenda.StatusRevoked)), ""},
		{"restored after a cancellation (E62)", cancelledTold(With()), With(func(v *mailer.View) { v.Rdv.Sequence = 2 }), "booked " + nadia},
		{"moved, then cancelled: what was told is cancelled", toldOf(With()), With(Moved(time.Hour), Ended(agenda.StatusRevoked)), "cancelled " + nadia},
		{"seen or noshow is no cancellation", toldOf(With()), With(func(v *mailer.View) { v.Rdv.Status = agenda.StatusSeen }), ""},

		{"begun: nothing new (E58)", nil, With(begun), ""},
		{"begun: no cancellation", toldOf(With()), With(begun, Ended(agenda.StatusRevoked)), ""},
		{"begins this very instant", nil, With(func(v *mailer.View) { v.Rdv.Start = Now() }), ""},
		{"begins in a second", nil, With(func(v *mailer.View) { v.Rdv.Start = Now().Add(time.Second) }), "booked " + nadia},
		{"invisible (E112)", nil, With(visibility(agenda.Invisible)), ""},
		{"visible, not notified", nil, With(visibility(agenda.VisibleSilent)), ""},
		{"asked for no mail", nil, With(noMail), ""},
		{"asked for no mail after being told: his choice is no cancellation", toldOf(With()), With(noMail), ""},
		{"silent for this rdv", nil, With(silent), ""},
		{"no address", nil, With(Mailed(Nadia, "")), ""},
		{"an address that is none", nil, With(Mailed(Nadia, "nadia@@example")), ""},

		{"another participant", toldOf(With()), With(Attended(Nadia, Karim)), "booked " + karim},
		{"a participant removed", toldOf(With(Attended(Nadia, Karim))), With(), "removed " + karim},
		{"one excused himself, the other comes", toldOf(With(Attended(Nadia, Karim))), With(Attended(Nadia, Karim), func(v *mailer.View) {
			v.Rdv.Presence = map[agenda.UsagerID]agenda.Status{Karim: agenda.StatusExcused}
		}), "removed " + karim},
		{"replaced", toldOf(With()), With(Attended(Karim)), "booked " + karim + ", removed " + nadia},
		{"removed and erased: nothing", toldOf(With()), With(Attended(Karim), func(v *mailer.View) { delete(v.Usagers, Nadia) }), "booked " + karim},
		{"back after a removal", cancelledTold(With()), With(Attended(Nadia)), "booked " + nadia},

		{"a proche alone: the responsable is told (E97)", nil, With(Attended(Yanis)), "booked " + nadia},
		{"two proches and their responsable: once (E98)", nil, With(everyone), "booked " + nadia},
		{"one proche of two leaves: nothing, somebody still comes", toldOf(With(everyone)), With(Attended(Yanis)), ""},
		{"the last proche leaves", toldOf(With(Attended(Yanis))), With(Attended(Karim)), "booked " + karim + ", removed " + nadia},
		{"only one of two participations is silent", nil, With(everyone, silent), "booked " + nadia},

		{"another address", toldOf(With()), With(Mailed(Nadia, "n.haddad@example.org")), "readdress " + nadia + ", booked n.haddad@example.org"},
		{"another address and another time", toldOf(With()), With(Mailed(Nadia, "n.haddad@example.org"), Moved(time.Hour)), "readdress " + nadia + ", booked n.haddad@example.org"},
		{"address withdrawn", toldOf(With()), With(Mailed(Nadia, "")), "readdress " + nadia},
		{"the same address in capitals of the domain", toldOf(With()), With(Mailed(Nadia, "nadia.haddad@Example.ORG")), ""},
		{"another address and cancelled: only who knew", toldOf(With()), With(Mailed(Nadia, "n.haddad@example.org"), Ended(agenda.StatusRevoked)), "cancelled " + nadia},

		{"a couple at one address: one each (E99)", nil, With(Attended(Nadia, Karim), Mailed(Karim, nadia)), "booked " + nadia + ", booked " + nadia},
		{"one of them leaves: the other keeps the event", toldOf(With(Attended(Nadia, Karim), Mailed(Karim, nadia))), With(Mailed(Karim, nadia)), "removed " + nadia + " sans agenda"},
		{"merged into another fiche with the same address: nothing", toldOf(With()), With(Attended(Karim), Mailed(Karim, nadia), func(v *mailer.View) { delete(v.Usagers, Nadia) }), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := said(mailer.Letters(tt.now, tt.told, Now())); got != tt.want {
				t.Errorf("Letters = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRecipientsNamesEverybodyOnce(t *testing.T) {
	got := mailer.Recipients(With(Attended(Lina, Nadia, Yanis, Karim)))
	if len(got) != 2 {
		t.Fatalf("%d recipients", len(got))
	}
	if r := got[0]; r.Usager != Nadia || !r.Himself || !slices.Equal(r.Proches, []string{"Lina", "Yanis"}) {
		t.Errorf("first recipient = %+v", r)
	}
	if r := got[1]; r.Usager != Karim || !r.Himself || r.Proches != nil {
		t.Errorf("second recipient = %+v", r)
	}
}

// Whatever happens, what a letter tells is what is compared next: told twice,
// nothing is left to say.
func TestLettersSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		told := map[agenda.UsagerID]mailer.Told{}
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			v := drawView(t)
			invited := invitations(told)
			letters := mailer.Letters(v, standing(told), Now())
			for _, l := range letters {
				if l.Kind.Method() == mailer.Cancel && invited[l.Address] == 0 {
					t.Fatalf("a CANCEL to %s, which was never invited", l.Address)
				}
				told[l.After.Usager] = l.After
			}
			if again := mailer.Letters(v, standing(told), Now()); len(again) > 0 {
				t.Fatalf("said %q, and then again %q", said(letters), said(again))
			}
		}
	})
}

func drawView(t *rapid.T) mailer.View {
	v := Fixture()
	Attended(rapid.SliceOfDistinct(rapid.SampledFrom([]agenda.UsagerID{Nadia, Yanis, Lina, Karim}), rapid.ID).Draw(t, "usagers")...)(&v)
	Moved(time.Duration(rapid.IntRange(-200, 50).Draw(t, "hours")) * time.Hour)(&v)
	Mailed(Nadia, rapid.SampledFrom([]string{nadia, "n.haddad@example.org", "", "x"}).Draw(t, "email"))(&v)
	v.Rdv.Status = rapid.SampledFrom([]agenda.Status{agenda.StatusUnknown, agenda.StatusExcused, agenda.StatusRevoked, agenda.StatusSeen}).Draw(t, "status")
	v.Motif.Visibility = rapid.SampledFrom([]agenda.Visibility{agenda.VisibleNotified, agenda.VisibleSilent}).Draw(t, "visibility")
	return v
}

func standing(told map[agenda.UsagerID]mailer.Told) []mailer.Told {
	var all []mailer.Told
	for _, u := range []agenda.UsagerID{Nadia, Yanis, Lina, Karim} {
		if line, ok := told[u]; ok {
			all = append(all, line)
		}
	}
	return all
}

func invitations(told map[agenda.UsagerID]mailer.Told) map[string]int {
	n := map[string]int{}
	for _, line := range told {
		if line.Method == mailer.Request {
			n[line.Address]++
		}
	}
	return n
}
