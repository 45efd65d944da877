package journey

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// cmdClaim takes a slot of half an hour as the person does online, through the
// counter, beside the server. Refused, it prints the code.
func cmdClaim(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 5, 5, "claim WHO DAY HOUR MOTIF AGENT")
	j, now := of(ts), time.Now()
	who := agenda.UsagerID(j.known(ts, args[0]))
	paris, err := time.LoadLocation("Europe/Paris")
	ts.Check(err)
	start, err := time.ParseInLocation("2006-01-02T15:04", j.start(ts, args[1], args[2]), paris)
	ts.Check(err)
	id := uuid.Must(uuid.NewV7()).String()
	book := &agenda.BookRdv{Rdv: agenda.RdvID(id), Organisation: agenda.OrganisationID(j.world.ids["CCAS de Valmont"]),
		Motif: agenda.MotifID(j.world.ids[args[3]]), Lieu: agenda.LieuID(j.world.ids["lieu de CCAS de Valmont"]),
		Start: start.UTC(), End: start.UTC().Add(30 * time.Minute), Zone: "Europe/Paris",
		Agents: []agenda.AgentID{agenda.AgentID(j.world.ids[args[4]])}, Participations: []agenda.Participation{{Usager: who}}}
	err = j.online(book, agenda.Author{Kind: agenda.AuthorUsager, Usager: who, Rdv: book.Rdv}, now)
	if refusal := agenda.RefusalOf(err); refusal != nil {
		fmt.Fprintln(ts.Stdout(), refusal.Code)
	}
	if (err != nil) != neg {
		ts.Fatalf("claim: %v", err)
	}
	if err == nil {
		j.rdvs[args[0]] = id
		ts.Setenv("RDV_"+strings.ToUpper(args[0]), id)
	}
	j.acted = now
}

// online runs a command on the script's database at an instant, as its author.
func (j *journey) online(args agenda.Args, by agenda.Author, now time.Time) error {
	db, err := store.Open(filepath.Join(j.dir, "server.db"), nil, store.Options{Kind: store.Server})
	if err != nil {
		return err
	}
	cmd := agenda.NewCommand(uuid.Must(uuid.NewV7()).String(), now.UTC(), args)
	_, err = guichet.NewCounter(db.Ledger(), func() time.Time { return now }).Do(context.Background(), cmd, by)
	return errors.Join(err, db.Close())
}
