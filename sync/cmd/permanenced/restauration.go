package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"filippo.io/age"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/server"
)

// Restore puts a copy back.
func (verbs) Restore() verb {
	return verb{help: "Remet une copie à la place de la base ; le serveur doit être arrêté.", command: &restore{}}
}

type restore struct {
	Base     base          `embed:""`
	From     string        `placeholder:"FICHIER" help:"Copie faite par backup. Sans elle : base PostgreSQL déjà remise par pg_restore."`
	Identity string        `placeholder:"FICHIER" help:"Clés privées age, si la copie est chiffrée."`
	Former   string        `placeholder:"BASE" help:"Base PostgreSQL remplacée, si elle se lit encore : qui y avait été effacé l’est de nouveau."`
	Grace    time.Duration `default:"15m" placeholder:"DURÉE" help:"Attente avant tout courriel, le temps que les postes disent ce qui était parti (${default})."`
}

// restored is what the verb prints.
type restored struct {
	DB     string `json:"db"`
	Future int    `json:"rdvs_to_come"`
	Purged int    `json:"purged"`         // people erased since the copy, erased again
	Kept   string `json:"kept,omitempty"` // where the former database lies now
}

// Run readies the copy beside the database, and takes its place last.
func (v *restore) Run(ctx context.Context, c *console) error {
	path, err := v.Base.path()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	if store.Remote(path) {
		return v.declare(ctx, c, now)
	}
	if v.From == "" {
		return usage("option obligatoire absente : --from=FICHIER")
	}
	if v.Former != "" {
		return usage("--former : la base remplacée d’un fichier est celle de --db")
	}
	release, err := store.Hold(path, "server")
	if err != nil {
		return besideServer{err}
	}
	done, err := v.replace(ctx, path, now)
	if err := errors.Join(err, release()); err != nil {
		return err
	}
	return c.print(done)
}

// declare tells a PostgreSQL database that it was put back by other means.
func (v *restore) declare(ctx context.Context, c *console, now time.Time) error {
	if v.From != "" {
		return usage("--from : une base PostgreSQL se remet avec pg_restore, puis permanenced restore sans --from")
	}
	gone, err := v.erasedThere(ctx)
	if err != nil {
		return err
	}
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	if err := db.LockAlone("server"); err != nil {
		return errors.Join(besideServer{err}, db.Close())
	}
	done, err := v.begin(ctx, db, gone, now)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	done.DB = db.Path()
	return c.print(done)
}

// erasedThere lists the people and rdvs erased in the database of --former.
func (v *restore) erasedThere(ctx context.Context) ([]agenda.Ref, error) {
	if v.Former == "" {
		return nil, nil
	}
	db, err := base{DB: v.Former}.open(store.Options{})
	if err != nil {
		return nil, err
	}
	return erasedIn(ctx, db)
}

// begin erases people again and opens another history, at now (UTC).
func (v *restore) begin(ctx context.Context, db *store.DB, gone []agenda.Ref, now time.Time) (restored, error) {
	var done restored
	var err error
	if done.Purged, err = server.Purge(ctx, db, gone, now); err == nil {
		done.Future, err = server.Restored(ctx, db, now, v.Grace)
	}
	if err == nil {
		err = db.CleanUp(ctx)
	}
	return done, err
}

// besideServer refuses to replace a database that a server is using.
type besideServer struct{ error }

func (e besideServer) Unwrap() error { return e.error }

// replace puts the copy at path; the former database is kept beside.
func (v *restore) replace(ctx context.Context, path string, now time.Time) (restored, error) {
	fresh := path + ".restauration"
	if err := removeDatabase(fresh); err != nil {
		return restored{}, err
	}
	if err := v.copyTo(fresh); err != nil {
		return restored{}, errors.Join(err, removeDatabase(fresh))
	}
	done, err := v.ready(ctx, fresh, path, now)
	if err != nil {
		return restored{}, errors.Join(err, removeDatabase(fresh))
	}
	if done.Kept, err = setAside(path, now); err != nil {
		return restored{}, err
	}
	done.DB = path
	return done, os.Rename(fresh, path)
}

// copyTo writes the copy, decrypted when it has to be.
func (v *restore) copyTo(fresh string) error {
	sealed, err := isSealed(v.From)
	if err != nil {
		return err
	}
	if !sealed {
		return transfer(v.From, fresh, func(w io.Writer, r io.Reader) error {
			_, err := io.Copy(w, r)
			return err
		})
	}
	if v.Identity == "" {
		return usage("la copie est chiffrée : --identity=FICHIER")
	}
	keys, err := readIdentities(v.Identity)
	if err != nil {
		return err
	}
	return transfer(v.From, fresh, func(w io.Writer, r io.Reader) error {
		plain, err := age.Decrypt(r, keys...)
		if err != nil {
			return usage("la copie ne s’ouvre pas avec ces clés")
		}
		_, err = io.Copy(w, plain)
		return err
	})
}

// readIdentities reads the private keys of an age file.
func readIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("lecture de --identity : %w", err)
	}
	defer f.Close()
	keys, err := age.ParseIdentities(f)
	if err != nil {
		return nil, usage("--identity : fichier de clés age attendu")
	}
	return keys, nil
}

// isSealed tells an age file from a database.
func isSealed(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("lecture de --from : %w", err)
	}
	defer f.Close()
	head, err := bufio.NewReader(f).Peek(len("age-encryption.org/"))
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("lecture de --from : %w", err)
	}
	return string(head) == "age-encryption.org/", nil
}

// ready checks the copy, erases again whom the former database had erased, and
// opens another history.
func (v *restore) ready(ctx context.Context, fresh, former string, now time.Time) (restored, error) {
	gone, err := erasedBefore(ctx, former)
	if err != nil {
		return restored{}, err
	}
	db, err := store.Open(fresh, nil, store.Options{Kind: store.Server, Check: true})
	if err != nil {
		return restored{}, err
	}
	done, err := v.begin(ctx, db, gone, now)
	return done, errors.Join(err, db.Close())
}

// erasedBefore lists the people and rdvs erased in the database that is
// replaced, none when it cannot be read any more: that may be why it is replaced.
func erasedBefore(ctx context.Context, path string) ([]agenda.Ref, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, nil
	}
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		return nil, nil
	}
	return erasedIn(ctx, db)
}

// erasedIn lists the people and rdvs erased in a database, and closes it.
func erasedIn(ctx context.Context, db *store.DB) ([]agenda.Ref, error) {
	var gone []agenda.Ref
	err := db.Read(ctx, func(v *store.View) (err error) {
		gone, err = v.Erased()
		return err
	})
	return gone, errors.Join(err, db.Close())
}

// setAside moves a database out of the way, under the instant now (UTC), and
// gives where it lies; "" when there was none.
func setAside(path string, now time.Time) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	kept := path + ".remplacee-" + now.Format("20060102T150405")
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+end, kept+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return kept, os.Rename(path, kept)
}

func removeDatabase(path string) error { return removeAll(path, path+"-wal", path+"-shm") }
