//go:build soak

package soak

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/journey/programs"
)

// disk is a small disk of its own, mounted while the test lasts.
type disk struct {
	t   *testing.T
	dir string
}

func newDisk(t *testing.T, size string) disk {
	t.Helper()
	d := disk{t, t.TempDir()}
	d.mount("-t", "tmpfs", "-o", "size="+size, "tmpfs", d.dir)
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", d.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return d
}

// mount needs the rights of root.
func (d disk) mount(args ...string) {
	d.t.Helper()
	if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
		d.t.Fatalf("a disk of its own needs the rights of root: mount: %v %s", err, out)
	}
}

func (d disk) remount(options string) {
	d.t.Helper()
	d.mount("-o", "remount,"+options, d.dir)
}

func TestDisks(t *testing.T) {
	p := build(t)
	t.Run("the server's disk is full", func(t *testing.T) { serverFull(t, p) })
	t.Run("the desktop's disk is full", func(t *testing.T) { desktopFull(t, p) })
	t.Run("the server's folder cannot be written", func(t *testing.T) { serverReadOnly(t, p) })
	t.Run("the desktop's folder cannot be written", func(t *testing.T) { desktopReadOnly(t, p) })
}

// serverFull fills the server's disk under two desktops at work, then makes room.
func serverFull(t *testing.T, p programs.Built) {
	d := newDisk(t, "6m")
	m := newMonde(t, p, d.dir)
	m.start()
	postes := []*poste{m.newPoste(0), m.newPoste(1)}
	stop := working(postes)
	m.until("the disk is full", func() bool { return postes[0].failed.Load() > 20 })
	d.remount("size=64m")
	after := postes[0].passed.Load()
	m.until("the server works again", func() bool { return postes[0].passed.Load() > after+3 })
	stop()
	m.settled(postes...)
	m.toldOnce()
}

// desktopFull fills a desktop's disk: a clear refusal, nothing lost, and it
// works again once there is room.
func desktopFull(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	d := newDisk(t, "3m")
	poste := m.newPosteIn(0, m.addr(), d.dir)
	var err error
	m.until("the disk is full", func() bool {
		_, err = poste.tryBook()
		return err != nil
	})
	if e := store.ErrorOf(err); e == nil || e.Code != store.CodeFull {
		t.Errorf("on a full disk: %v", err)
	}
	d.remount("size=64m")
	poste.book()
	poste.inStep()
	poste.acknowledge(idsOf(poste))
	m.settled(poste)
}

// serverReadOnly starts the server where it cannot write: it says so and ends;
// it works again where it can.
func serverReadOnly(t *testing.T, p programs.Built) {
	d := newDisk(t, "32m")
	m := newMonde(t, p, d.dir)
	m.start()
	poste := m.newPoste(0)
	poste.book()
	poste.inStep()
	poste.acknowledge(idsOf(poste))
	m.stop()
	d.remount("ro")
	if err := m.tryStart(m.processes[0]); err == nil {
		t.Error("a server started where it cannot write")
	}
	out, said, code := m.verb("doctor")
	if code == 0 && !strings.Contains(out, `"ok":true`) {
		t.Errorf("doctor on a disk that cannot be written: exit code %d %s%s", code, out, said)
	}
	d.remount("rw")
	m.start()
	m.settled(poste)
}

// desktopReadOnly opens a profile that cannot be written: it is shown, and
// refuses to change.
func desktopReadOnly(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	d := newDisk(t, "32m")
	poste := m.newPosteIn(0, m.addr(), d.dir)
	poste.book()
	poste.inStep()
	if err := poste.db.Close(); err != nil {
		t.Fatal(err)
	}
	d.remount("ro")
	db, err := store.Open(filepath.Join(d.dir, "poste.db"), nil, store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if !db.ReadOnly() {
		t.Error("it says that it can be written")
	}
	poste.counter = guichet.NewComptoir(db.Desk(), time.Now, newID)
	if _, err := poste.tryBook(); store.ErrorOf(err) == nil || store.ErrorOf(err).Code != store.CodeReadOnly {
		t.Errorf("booking where nothing can be written: %v", err)
	}
	err = db.Read(context.Background(), func(v *store.View) error {
		all, err := v.All("rdv")
		if len(all) == 0 {
			t.Error("nothing is shown")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
