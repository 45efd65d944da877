package desktop

import (
	"context"
)

// tellProfil tells the page which screen to show now.
func (f *Fenetre) tellProfil() {
	e, err := f.etat()
	if err != nil {
		f.cfg.Log.Error("the state of the profile could not be read", "error", err.Error())
		return
	}
	f.cfg.Emit(EventProfil, e)
}

// watchLease follows the clock while a profile is open: the page is told when
// the profile locks, and a copy whose time is over is erased. It reports
// whether it was.
func (f *Fenetre) watchLease(ctx context.Context, p *Poste) bool {
	code, err := p.doomed(ctx)
	if err != nil && ctx.Err() == nil {
		f.cfg.Log.Error("the lease could not be read", "error", err.Error())
	}
	if code != "" {
		go f.condemn(p, Refuser(code))
		return true
	}
	f.mu.Lock()
	locked := p.Locked() != nil
	news := locked != f.locks
	f.locks = locked
	f.mu.Unlock()
	if news {
		f.hear(Nouvelle{Lock: true, Health: true})
	}
	return false
}

// condemn erases the copy of the open profile, keys first, and says why.
func (f *Fenetre) condemn(p *Poste, why error) {
	e := ErreurOf(why)
	if e == nil || f.current() != p {
		return
	}
	f.mu.Lock()
	f.notice = typeset(e.Message) // first: who asks from here on must read why
	f.mu.Unlock()
	d := p.Dossier()
	if err := f.closePoste(); err != nil {
		f.cfg.Log.Warn("a profile to be erased did not close", "profile", d.ID, "error", err.Error())
	}
	if err := d.Wipe(f.cfg.Keyring); err != nil {
		f.cfg.Log.Error("a profile was not erased", "profile", d.ID, "error", err.Error())
	}
	f.tellProfil()
}
