package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"filippo.io/age"

	"permanence/app/store"
)

// Backup copies a database while it is used.
func (verbs) Backup() verb {
	return verb{help: "Copie la base d’un serveur, en marche ou non.", command: &backup{}}
}

type backup struct {
	Base       base     `embed:""`
	Out        string   `required:"" placeholder:"FICHIER" help:"Fichier à écrire ; il ne doit pas exister."`
	Recipients []string `name:"recipient" placeholder:"CLÉ" help:"Clé publique age à qui la copie est chiffrée (plusieurs possibles)."`
}

// backedUp is what the verb prints.
type backedUp struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	Sealed bool   `json:"sealed"`
}

// Run copies, encrypts when it is asked, and gives the file its name once it is
// whole on the disk.
func (v *backup) Run(ctx context.Context, c *console) error {
	to, err := recipients(v.Recipients)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(v.Out); !errors.Is(err, fs.ErrNotExist) {
		return usage("--out : %s existe déjà", v.Out)
	}
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	plain := v.Out + ".copie"
	err = db.Backup(ctx, plain)
	if errors.Is(err, store.ErrNotHere) {
		err = usage("une base PostgreSQL se copie avec pg_dump, puis se remet avec pg_restore et permanenced restore sans --from")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	size, err := finish(plain, v.Out, to)
	if err != nil {
		return errors.Join(err, removeAll(plain))
	}
	return c.print(backedUp{v.Out, size, len(to) > 0})
}

func recipients(keys []string) ([]age.Recipient, error) {
	var to []age.Recipient
	for _, key := range keys {
		r, err := age.ParseX25519Recipient(key)
		if err != nil {
			return nil, usage("--recipient : clé publique age attendue (age1…)")
		}
		to = append(to, r)
	}
	return to, nil
}

// finish gives a copy its name, encrypted first if somebody is to read it alone.
func finish(plain, out string, to []age.Recipient) (int64, error) {
	if len(to) == 0 {
		if err := os.Chmod(plain, 0o600); err != nil {
			return 0, err
		}
		if err := os.Rename(plain, out); err != nil {
			return 0, err
		}
		return sizeOf(out)
	}
	if err := encrypt(plain, out+".part", to); err != nil {
		return 0, errors.Join(err, removeAll(out+".part"))
	}
	if err := errors.Join(os.Rename(out+".part", out), os.Remove(plain)); err != nil {
		return 0, err
	}
	return sizeOf(out)
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// encrypt writes to out, whole on the disk, what from holds.
func encrypt(from, out string, to []age.Recipient) error {
	return transfer(from, out, func(w io.Writer, r io.Reader) error {
		sealed, err := age.Encrypt(w, to...)
		if err != nil {
			return err
		}
		if _, err := io.Copy(sealed, r); err != nil {
			return err
		}
		return sealed.Close()
	})
}

// transfer makes out from from; f copies.
func transfer(from, out string, f func(w io.Writer, r io.Reader) error) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f(w, r); err != nil {
		return errors.Join(err, w.Close())
	}
	return errors.Join(w.Sync(), w.Close())
}

// removeAll removes files; one that is not there is no error.
func removeAll(paths ...string) error {
	var errs []error
	for _, p := range paths {
		if err := os.Remove(p); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
