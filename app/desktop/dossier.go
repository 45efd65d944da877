package desktop

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"permanence/app/store"
	"permanence/app/store/coffre"
)

// Dossier is a profile on the disk: one agent on one server, in one folder that
// holds the database and this description, readable before the database opens.
type Dossier struct {
	Dir      string    `json:"-"`
	ID       string    `json:"id"`
	Mode     string    `json:"mode"`
	Label    string    `json:"label"`
	Server   string    `json:"server,omitempty"`
	Email    string    `json:"email,omitempty"`
	LastUsed time.Time `json:"last_used,omitzero"` // UTC
	// Founds is kept until the desk alone has its server.
	Founds *Fondation `json:"founds,omitempty"`
}

const dossierFile = "profil.json"

// ReadDossier reads the profile in a folder. One that nobody made yet comes
// back empty, with ok false.
func ReadDossier(dir string) (d Dossier, ok bool, err error) {
	body, err := os.ReadFile(filepath.Join(dir, dossierFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Dossier{Dir: dir, ID: filepath.Base(dir), Mode: ModeJoined}, false, nil
	}
	if err != nil {
		return Dossier{}, false, fmt.Errorf("read a profile: %w", err)
	}
	d = Dossier{Dir: dir, ID: filepath.Base(dir)}
	if err := json.Unmarshal(body, &d); err != nil || d.Mode == "" {
		// The database is what matters; a description cut short is made again.
		return Dossier{Dir: dir, ID: filepath.Base(dir), Mode: ModeJoined, Label: "Profil " + filepath.Base(dir)}, true, nil
	}
	d.ID = filepath.Base(dir)
	return d, true, nil
}

// Save writes the description in one go; the folder is made, for its owner only.
func (d Dossier) Save() error {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of a profile: %w", err)
	}
	return store.WriteJSON(filepath.Join(d.Dir, dossierFile), d)
}

// Erase removes the profile and everything in its folder. Nothing may have it open.
func (d Dossier) Erase() error {
	if err := os.RemoveAll(d.Dir); err != nil {
		return fmt.Errorf("erase a profile: %w", err)
	}
	return nil
}

// Database is the file of the profile's database.
func (d Dossier) Database() string { return coffre.Database(d.Dir) }

// Dossiers are the profiles of this computer, in one common folder.
type Dossiers struct{ dir string }

// NewDossiers looks for profiles in a folder, which need not exist yet.
func NewDossiers(dir string) Dossiers { return Dossiers{dir} }

// List gives the profiles, last used first.
func (ds Dossiers) List() ([]Dossier, error) {
	entries, err := os.ReadDir(ds.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the profiles: %w", err)
	}
	var all []Dossier
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		d, ok, err := ReadDossier(filepath.Join(ds.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Dossier) int {
		return cmp.Or(b.LastUsed.Compare(a.LastUsed), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Find gives one of the profiles by its id, ok false when there is none.
func (ds Dossiers) Find(id string) (d Dossier, ok bool, err error) {
	if id == "" || filepath.Base(id) != id || id == "." || id == ".." {
		return Dossier{}, false, nil
	}
	return ReadDossier(filepath.Join(ds.dir, id))
}

// New describes a profile that does not exist yet; Save makes it.
func (ds Dossiers) New(id, mode string) Dossier {
	return Dossier{Dir: filepath.Join(ds.dir, id), ID: id, Mode: mode}
}
