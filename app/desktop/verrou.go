package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"permanence/app/store"
)

// Settings of a profile's database that say whether it may be read.
const (
	settingBail   = "bail"   // a bail, as JSON
	settingVerrou = "verrou" // the code with which the server turned this desktop away
)

// noteEvery is how precisely the clock that was seen is kept: a verb that only
// reads writes nothing most of the time.
const noteEvery = 10 * time.Minute

// readLock reads whether the profile may be read. A joined one that never heard
// of its server since leases exist begins its lease now.
func (p *Poste) readLock(v *store.View) error {
	code, err := v.Setting(settingVerrou)
	if err != nil {
		return err
	}
	p.verrou = string(code)
	kept, err := v.Setting(settingBail)
	if err != nil {
		return err
	}
	now := p.ports.Now()
	p.bail = bailFrom(now, now, 0)
	if p.bailed = kept != nil; !p.bailed {
		return nil
	}
	return json.Unmarshal(kept, &p.bail)
}

// leased reports whether the profile's copy has a term: one whose server is on
// this very computer has none.
func (p *Poste) leased() bool { return p.dossier.Mode == ModeJoined && p.agent != "" }

// Locked tells why the profile may not be read now, nil when it may. What waits
// to be sent stays in it.
func (p *Poste) Locked() *Erreur {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.verrou != "":
		return Refuser(p.verrou)
	case p.leased() && p.bail.locked(p.ports.Now()):
		return Refuser(CodeLeaseLocked)
	}
	return nil
}

// doomed gives the code with which the profile's copy is to be erased, "" when
// it is not. It takes note of the clock.
func (p *Poste) doomed(ctx context.Context) (string, error) {
	p.mu.Lock()
	if p.verrou == CodeWiped || !p.leased() {
		defer p.mu.Unlock()
		return only(p.verrou, CodeWiped), nil
	}
	before := p.bail
	after, expired := before.observe(p.ports.Now())
	kept := p.bailed
	p.bail = after
	p.mu.Unlock()
	if expired {
		return CodeLeaseExpired, nil
	}
	if kept && after.Doubt.Equal(before.Doubt) && after.Seen.Sub(before.Seen) < noteEvery {
		return "", nil
	}
	return "", p.keepBail(ctx, after)
}

func only(code, wanted string) string {
	if code == wanted {
		return code
	}
	return ""
}

func (p *Poste) keepBail(ctx context.Context, b bail) error {
	if p.db.ReadOnly() {
		return nil
	}
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if err := p.db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.SetSetting(settingBail, text) }); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bailed = true
	return nil
}

// contact notes that the server was heard of: its clock, and the lease it
// gives. Whatever locked the profile is over.
func (p *Poste) contact(ctx context.Context, there time.Time, lease time.Duration) error {
	now := p.ports.Now()
	p.mu.Lock()
	before, verrou := p.bail, p.verrou
	was := verrou != "" || p.leased() && before.locked(now)
	p.bail, p.verrou = bailFrom(now, there, lease), ""
	after, kept := p.bail, p.bailed
	p.mu.Unlock()
	if was {
		p.heard(Nouvelle{Health: true, Lock: true})
	}
	if kept && !was && after.Lease == before.Lease && after.Here.Sub(before.Here).Abs() < noteEvery && after.There.Sub(before.There).Abs() < noteEvery {
		return nil
	}
	if err := p.keepBail(ctx, after); err != nil || verrou == "" {
		return err
	}
	return p.db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.DropSetting(settingVerrou) })
}

// noteContact is contact, where nobody waits for its failure.
func (p *Poste) noteContact(there time.Time, lease time.Duration) {
	if err := p.contact(context.Background(), there, lease); err != nil {
		p.ports.Log.Warn("the contact with the server was not kept", "error", err.Error())
	}
}

// welcomed notes that the server let this desktop in by its agent's password.
func (p *Poste) welcomed(ctx context.Context) error {
	now := p.ports.Now()
	p.mu.Lock()
	lease := p.bail.Lease
	p.mu.Unlock()
	return p.contact(ctx, now, lease)
}

// turned keeps that the server turned this desktop away: until it lets it in
// again, nothing of the profile is shown. Other errors are returned as they are.
func (p *Poste) turned(ctx context.Context, err error) error {
	e, refused := errors.AsType[*Erreur](err)
	if !refused || e.Code != CodeRevoked && e.Code != CodeCopied && e.Code != CodeWiped {
		return err
	}
	p.mu.Lock()
	news := p.verrou != e.Code
	p.verrou = e.Code
	p.mu.Unlock()
	if !news {
		return err
	}
	kept := p.db.WriteDesk(context.WithoutCancel(ctx), func(tx *store.DeskTx) error { return tx.SetSetting(settingVerrou, []byte(e.Code)) })
	p.heard(Nouvelle{Health: true, Lock: true})
	return errors.Join(err, kept)
}

// Erase closes the profile that err condemns and erases its copy, keys first;
// it answers err. One that another program has open is left to that program,
// which is told the same.
func (p *Poste) Erase(err error) error {
	code, yes := Condemned(err)
	if !yes {
		return errors.Join(err, p.Close())
	}
	return p.erase(code)
}

func (p *Poste) erase(code string) error {
	for _, name := range []string{"window", "sync"} {
		if err := p.db.Lock(name); err != nil && !p.mine(name) {
			return errors.Join(Refuser(code), p.db.Close())
		}
	}
	d := p.Dossier()
	var closed error
	if p.line != nil {
		closed = p.line.Close()
	}
	return errors.Join(Refuser(code), closed, p.db.Close(), d.Wipe(p.ports.Keyring))
}

// Condemned reports whether err says that the profile's copy is to be erased,
// with the code that says why.
func Condemned(err error) (code string, yes bool) {
	e := ErreurOf(err)
	if e == nil || e.Code != CodeWiped && e.Code != CodeLeaseExpired {
		return "", false
	}
	return e.Code, true
}

// mine reports whether this very Poste holds a place of the profile.
func (p *Poste) mine(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.places[name]
}

// leaseWarning gives for how many days the server was not heard of and in how many the
// profile will be locked, when that is soon.
func (p *Poste) leaseWarning() (silent, left int, soon bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.leased() {
		return 0, 0, false
	}
	return p.bail.warning(p.ports.Now())
}
