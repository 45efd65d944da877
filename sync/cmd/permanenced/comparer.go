package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"permanence/app/store"
	"permanence/sync/server"
)

// compare prints what tells a desktop from this database; it is a failure when
// anything does.
func (v *doctor) compare(ctx context.Context, c *console) error {
	held, err := inventoryOf(ctx, v.Compare)
	if err != nil {
		return err
	}
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	found, err := server.Compare(ctx, db, held)
	if errors.Is(err, server.ErrNeverEnrolled) {
		err = errors.New("ce profil n’a jamais été connecté à un serveur")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := c.print(found); err != nil || found.Equal {
		return err
	}
	return errors.New(verdict(found))
}

// verdict says in French why a desktop is not its server's equal.
func verdict(c server.Comparison) string {
	var why []string
	if c.Pending > 0 {
		why = append(why, fmt.Sprintf("%d en attente d’envoi", c.Pending))
	}
	if !c.Current {
		why = append(why, "le poste n’est pas à jour : faites-le échanger d’abord")
	}
	if n := len(c.Missing) + len(c.Extra) + len(c.Different); n > 0 {
		why = append(why, fmt.Sprintf("fiches qui manquent %d, en trop %d, différentes %d", len(c.Missing), len(c.Extra), len(c.Different)))
	}
	return "le poste et le serveur diffèrent : " + strings.Join(why, " ; ")
}

// inventoryOf reads an inventory from a file, or asks the desktop program for
// that of a profile of this computer: it alone has the profile's key.
func inventoryOf(ctx context.Context, path string) (store.Inventory, error) {
	var held store.Inventory
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return held, fmt.Errorf("poste introuvable : %s", path)
	}
	if err != nil {
		return held, err
	}
	var body []byte
	if info.IsDir() {
		body, err = askDesktop(ctx, path)
	} else {
		body, err = os.ReadFile(path)
	}
	if err != nil {
		return held, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&held); err != nil {
		return held, fmt.Errorf("inventaire illisible (permanence inventory --json en donne un) : %s", path)
	}
	return held, nil
}

// desktopProgram is the name of the desktop's command.
const desktopProgram = "permanence"

// askDesktop runs the desktop program that stands beside this one, else the one
// in the path. Its words for people are passed on.
func askDesktop(ctx context.Context, profile string) ([]byte, error) {
	program, err := exec.LookPath(desktopProgram)
	if self, selfErr := os.Executable(); selfErr == nil {
		if beside, besideErr := exec.LookPath(filepath.Join(filepath.Dir(self), desktopProgram)); besideErr == nil {
			program, err = beside, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("le programme %s est introuvable : donnez l’inventaire du poste, que permanence inventory --json écrit", desktopProgram)
	}
	cmd := exec.CommandContext(ctx, program, "inventory", "--json", "--profile", profile)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("le profil n’a pas pu être lu : %s", strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}
