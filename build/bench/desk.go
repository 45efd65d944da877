package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/app/store/seal"
	"permanence/sync/server/fiction"
)

// measureDesk reads the file of a desktop that holds everything there is: plain
// first, then sealed as profiles are.
func measureDesk(ctx context.Context, dir string, s sizes) ([]result, error) {
	plain, err := measureFile(ctx, filepath.Join(dir, "poste.db"), nil, s)
	if err != nil {
		return nil, err
	}
	sealed, err := measureFile(ctx, filepath.Join(dir, "poste-scelle.db"), profileKey(), s)
	if err != nil {
		return nil, err
	}
	for i := range sealed {
		sealed[i].what += ", fichier scellé"
		sealed[i].note = strings.ReplaceAll(fmt.Sprintf("%.2f fois le même fichier en clair, %.2f fois en temps de calcul",
			float64(sealed[i].at(0.5))/float64(plain[i].at(0.5)), float64(sealed[i].cpu())/float64(plain[i].cpu())), ".", ",")
	}
	sealed[0].budget = 2 * plain[0].at(0.5)
	return append(plain, sealed...), nil
}

// profileKey seals the files of desktops, as those of profiles are.
func profileKey() []byte { return bytes.Repeat([]byte{1}, seal.KeySize) }

// measureFile fills a file and reads it.
func measureFile(ctx context.Context, path string, key []byte, s sizes) ([]result, error) {
	db, err := store.Open(path, key, store.Options{Kind: store.Desktop})
	if err != nil {
		return nil, err
	}
	agents, err := fiction.Desk(ctx, db, fiction.Size{Agents: s.deskAgents, Usagers: s.deskUsagers, Rdvs: s.deskRdvs}, 1, time.Now())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	week, err := measureWeek(ctx, db, agents, s)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	typed, err := measureTyping(ctx, db, s)
	return []result{week, typed}, errors.Join(err, db.Close())
}

// measureWeek shows one agent's week after another, past and to come.
func measureWeek(ctx context.Context, db *store.DB, agents []agenda.AgentID, s sizes) (result, error) {
	chance := rand.New(rand.NewPCG(1, 1))
	monday := time.Now().UTC().Truncate(24 * time.Hour)
	shown := 0
	laps, err := timed(s.runs, func(int) error {
		agent := agents[chance.IntN(len(agents))]
		from := monday.AddDate(0, 0, 7*(chance.IntN(60)-45))
		return db.Read(ctx, func(v *store.View) error {
			a, err := v.Week([]agenda.AgentID{agent}, agenda.Span{Start: from, End: from.AddDate(0, 0, 7)})
			shown += len(a.Rdvs)
			return err
		})
	})
	return result{
		what: fmt.Sprintf("Semaine d’un agent, %s rdv dans le fichier du poste", thousands(s.deskRdvs)),
		laps: laps, budget: 5 * time.Millisecond,
		note: fmt.Sprintf("%d rdv par semaine en moyenne, avec plages, absences et occupations", shown/(s.runs+1)),
	}, err
}

// measureTyping searches names as they are typed: one measure a key.
func measureTyping(ctx context.Context, db *store.DB, s sizes) (result, error) {
	var people []*agenda.Usager
	var orgs []agenda.OrganisationID
	err := db.Read(ctx, func(v *store.View) error {
		found, err := v.SearchUsagers("a", nil, s.runs)
		if err != nil {
			return err
		}
		people = found
		o, err := v.Organisations()
		for _, one := range o {
			orgs = append(orgs, one.ID)
		}
		return err
	})
	if err != nil {
		return result{}, err
	}
	if len(people) == 0 {
		return result{}, errors.New("nobody to look for")
	}
	keys := keystrokes(people)
	chance := rand.New(rand.NewPCG(2, 2))
	chance.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	laps, err := timed(min(s.runs*2, len(keys)), func(i int) error {
		return db.Read(ctx, func(v *store.View) error {
			_, err := v.SearchUsagers(keys[i], orgs, 50)
			return err
		})
	})
	return result{
		what: fmt.Sprintf("Usager cherché à chaque lettre, %s usagers", thousands(s.deskUsagers)),
		laps: laps, budget: 20 * time.Millisecond, note: "à partir de deux lettres, 50 réponses au plus",
	}, err
}

// keystrokes are the texts in the box, from the second letter of a last name on,
// then with the first name.
func keystrokes(people []*agenda.Usager) []string {
	var keys []string
	for _, u := range people {
		letters := []rune(u.LastName + " " + u.FirstName)
		for n := 2; n <= len(letters); n++ {
			keys = append(keys, string(letters[:n]))
		}
	}
	return keys
}

// thousands writes 10 000.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s\u00a0%03d", thousands(n/1000), n%1000)
}
