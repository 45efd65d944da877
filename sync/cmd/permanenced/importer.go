package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/app/store"
)

// Import brings an agenda kept elsewhere in.
func (verbs) Import() verb {
	return verb{help: "Reprise d’un agenda tenu ailleurs, ou d’un serveur entier.", command: &struct {
		Server importServer `cmd:"" help:"Reprend un serveur entier, écrit par export, dans une base vide."`

		Ics importIcs `cmd:"" help:"Importe un fichier iCalendar dans l’agenda d’un agent ; le réimporter le remplace."`
	}{}}
}

type importIcs struct {
	Base  base   `embed:""`
	Agent string `required:"" placeholder:"ADRESSE" help:"Adresse de connexion de l’agent."`
	File  string `arg:"" placeholder:"FICHIER.ics" help:"Fichier à importer."`
}

// The window in which series are expanded, in months from now.
const (
	importBefore = 3
	importAfter  = 24
)

// imported is what the verb prints.
type imported struct {
	Source      string   `json:"source"`
	Name        string   `json:"name,omitempty"`
	Events      int      `json:"events"`      // read in the file
	Occurrences int      `json:"occurrences"` // inside the window
	Kept        int      `json:"kept"`        // records of the agent's agenda
	Ignored     int      `json:"ignored"`     // tasks, journals and whatever is no event
	Notes       []string `json:"notes"`       // what was repaired, a line each
}

// Run imports the whole file or nothing of it.
func (v *importIcs) Run(ctx context.Context, c *console) error {
	text, err := readFile(v.File, icalendar.FileLimits().Bytes)
	if err != nil {
		return err
	}
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	var done imported
	err = within(ctx, db, func(e errand) error {
		agent, err := agentOf(&e.View, v.Agent)
		if err != nil {
			return err
		}
		done, err = v.bring(e, agent, text)
		return err
	})
	if err != nil {
		return err
	}
	return c.print(done)
}

func (v *importIcs) bring(e errand, agent agenda.AgentID, text []byte) (imported, error) {
	zone, err := zoneOf(e, agent)
	if err != nil {
		return imported{}, err
	}
	read, err := icalendar.Import(text, icalendar.Options{
		Zone: zone, From: e.now.AddDate(0, -importBefore, 0), To: e.now.AddDate(0, importAfter, 0), Owner: v.Agent,
	})
	if err != nil {
		return imported{}, err
	}
	source := filepath.Base(v.File)
	events := icalendar.Importes(read.Occurrences)
	if err := e.do(&agenda.ImportAgenda{Agent: agent, Source: source, Events: events}); err != nil {
		return imported{}, err
	}
	out := imported{
		Source: source, Name: read.Name, Events: read.Events, Occurrences: len(read.Occurrences), Kept: len(events),
		Ignored: read.Ignored.Todos + read.Ignored.Journals + read.Ignored.FreeBusys + read.Ignored.Others, Notes: []string{},
	}
	for _, n := range read.Notes {
		out.Notes = append(out.Notes, noted(n))
	}
	return out, nil
}

// noted writes a note with its line.
func noted(n icalendar.Note) string {
	if n.Line == 0 {
		return n.Message
	}
	return fmt.Sprintf("ligne %d : %s", n.Line, n.Message)
}

// zoneOf is the clock of an agent: that of their first organisation.
func zoneOf(e errand, a agenda.AgentID) (string, error) {
	for _, r := range e.Roles(agenda.RoleQuery{Agent: a}) {
		if o, ans := agenda.Get[*agenda.Organisation](e, agenda.NounOrganisation, string(r.Organisation)); ans == agenda.Yes {
			return o.Zone, nil
		}
	}
	return "", errors.Join(e.Err(), agenda.Refuse(agenda.CodeForbidden, string(a)))
}

// readFile reads a file of limit bytes at most; of a larger one it gives one
// byte more, for who reads it to refuse.
func readFile(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("fichier introuvable : %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("lecture du fichier : %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("lecture du fichier : %w", err)
	}
	return text, nil
}
