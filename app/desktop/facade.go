package desktop

import (
	"context"
	"strings"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Agenda is bound to the page: its exported methods are those of API and no
// other. Each asks the open profile and says the answer in plain structs.
type Agenda struct{ f *Fenetre }

var _ API = (*Agenda)(nil)

// ask runs a question on the open profile, unless it is locked.
func ask[T any](a *Agenda, method string, question func(ctx context.Context, p *Poste) (T, error)) (T, error) {
	if p := a.f.current(); p != nil {
		if locked := p.Locked(); locked != nil {
			var none T
			return none, locked.typeset()
		}
	}
	return askLocked(a, method, question)
}

// askLocked runs a question that may be asked of a locked profile too.
func askLocked[T any](a *Agenda, method string, question func(ctx context.Context, p *Poste) (T, error)) (T, error) {
	var none T
	p := a.f.current()
	if p == nil || p.Agent() == "" {
		return none, Refuser(CodeNoProfile)
	}
	x, err := question(a.f.ctx, p)
	if err != nil {
		return none, answer(a.f.cfg.Log, method, p.translate(a.f.ctx, err))
	}
	return x, nil
}

// act runs a command on the open profile and says what it did.
func act(a *Agenda, method string, command func(ctx context.Context, p *Poste) (Acte, error)) (Fait, error) {
	return ask(a, method, func(ctx context.Context, p *Poste) (Fait, error) {
		acte, err := command(ctx, p)
		if err != nil {
			return Fait{}, err
		}
		return p.fait(ctx, acte)
	})
}

// enter runs something that changes which profile is open.
func (a *Agenda) enter(method string, change func() error) (EtatProfil, error) {
	if err := change(); err != nil {
		return EtatProfil{}, answer(a.f.cfg.Log, method, a.plain(err))
	}
	e, err := a.f.etat()
	return e, answer(a.f.cfg.Log, method, err)
}

// plain says a refusal of the rules where no profile is open to name records.
func (a *Agenda) plain(err error) error {
	if r := agenda.RefusalOf(err); r != nil {
		return &Erreur{Code: pageCode(r.Code), Message: r.Message, Warnings: []Avertissement{}, Fields: map[string]string{}}
	}
	return err
}

// Profil tells which screen to show.
func (a *Agenda) Profil() (EtatProfil, error) {
	return a.enter("Profil", func() error { return nil })
}

// OpenProfil opens one of the profiles of this computer.
func (a *Agenda) OpenProfil(id string) (EtatProfil, error) {
	return a.enter("OpenProfil", func() error { return a.f.open(id) })
}

// Unlock opens a profile by its passphrase.
func (a *Agenda) Unlock(id, phrase string) (EtatProfil, error) {
	return a.enter("Unlock", func() error { return a.f.unlock(id, phrase) })
}

// Recover opens a profile by its recovery code.
func (a *Agenda) Recover(id, code, phrase string) (EtatProfil, error) {
	return a.enter("Recover", func() error { return a.f.recover(id, code, phrase) })
}

// CloseProfil goes back to the choice of a profile.
func (a *Agenda) CloseProfil() (EtatProfil, error) { return a.enter("CloseProfil", a.f.closePoste) }

// StartDemonstration opens the fictional CCAS, made the first time.
func (a *Agenda) StartDemonstration() (EtatProfil, error) {
	return a.enter("StartDemonstration", a.f.demonstration)
}

// EraseDemonstration erases the demonstration that is open.
func (a *Agenda) EraseDemonstration() (EtatProfil, error) {
	return a.enter("EraseDemonstration", a.f.eraseDemonstration)
}

// StartAlone founds an organisation on this computer.
func (a *Agenda) StartAlone(f SeulForm) (EtatProfil, error) {
	return a.f.withCode(a.enter("StartAlone", func() error { return a.f.alone(f) }))
}

// Join enrols this computer on a server.
func (a *Agenda) Join(f RejoindreForm) (EtatProfil, error) {
	return a.f.withCode(a.enter("Join", func() error { return a.f.join(f) }))
}

// Login gives a profile its session back.
func (a *Agenda) Login(profil, password string) (EtatProfil, error) {
	return a.enter("Login", func() error { return a.f.relogin(profil, password) })
}

// Preferences reads those of this computer.
func (a *Agenda) Preferences() (Preferences, error) {
	p, err := readPreferences(a.f.cfg.Dir)
	return p, answer(a.f.cfg.Log, "Preferences", err)
}

// SavePreferences keeps those of this computer.
func (a *Agenda) SavePreferences(p Preferences) (Preferences, error) {
	kept, err := savePreferences(a.f.cfg.Dir, p)
	return kept, answer(a.f.cfg.Log, "SavePreferences", err)
}

// Present is the program's clock at home.
func (a *Agenda) Present() (Present, error) {
	if a.f.current() == nil {
		paris, err := civil.LoadZone("Europe/Paris")
		return presentIn(a.f.cfg.Now(), paris), answer(a.f.cfg.Log, "Present", err)
	}
	return askLocked(a, "Present", func(ctx context.Context, p *Poste) (Present, error) {
		var now Present
		err := p.read(ctx, func(l *lecture) error {
			now = l.present()
			return nil
		})
		return now, err
	})
}

// Referentiel is what the agent's organisations are made of.
func (a *Agenda) Referentiel() (Referentiel, error) {
	return ask(a, "Referentiel", func(ctx context.Context, p *Poste) (Referentiel, error) { return p.Referentiel(ctx) })
}

// Agenda shows days × agents.
func (a *Agenda) Agenda(d DemandeAgenda) (VueAgenda, error) {
	prefs, err := readPreferences(a.f.cfg.Dir)
	if err != nil {
		prefs = defaultPreferences() // a week is shown whatever they are
	}
	return ask(a, "Agenda", func(ctx context.Context, p *Poste) (VueAgenda, error) {
		return p.vueAgenda(ctx, d, prefs.ShowSaturday)
	})
}

// Mois is a month of the small calendar.
func (a *Agenda) Mois(month string, agents []string) (MiniMois, error) {
	return ask(a, "Mois", func(ctx context.Context, p *Poste) (MiniMois, error) { return p.mois(ctx, month, agents) })
}

// Rdv is the detail panel.
func (a *Agenda) Rdv(id string) (FicheRdv, error) {
	return ask(a, "Rdv", func(ctx context.Context, p *Poste) (FicheRdv, error) { return p.FicheRdv(ctx, id) })
}

// PrepareRdv completes and checks a half-filled form.
func (a *Agenda) PrepareRdv(f RdvForm) (RdvPrepare, error) {
	return ask(a, "PrepareRdv", func(ctx context.Context, p *Poste) (RdvPrepare, error) { return p.prepare(ctx, f) })
}

// BookRdv books.
func (a *Agenda) BookRdv(f RdvForm) (Fait, error) {
	return act(a, "BookRdv", func(ctx context.Context, p *Poste) (Acte, error) {
		asked, err := f.prise()
		if err != nil {
			return Acte{}, err
		}
		return p.Book(ctx, asked, Accord{Codes: ruleCodes(f.Accept)})
	})
}

// EditRdv changes the fields in Set of an rdv.
func (a *Agenda) EditRdv(f RdvForm) (Fait, error) {
	return act(a, "EditRdv", func(ctx context.Context, p *Poste) (Acte, error) {
		asked, err := f.retouche()
		if err != nil {
			return Acte{}, err
		}
		acte, err := p.Revise(ctx, asked, Accord{Codes: ruleCodes(f.Accept)})
		return acte, cancelledSince(err)
	})
}

// MoveRdv moves, resizes or hands over.
func (a *Agenda) MoveRdv(f MoveForm) (Fait, error) {
	return act(a, "MoveRdv", func(ctx context.Context, p *Poste) (Acte, error) {
		asked, err := f.deplacement()
		if err != nil {
			return Acte{}, err
		}
		acte, err := p.Move(ctx, asked, Accord{Codes: ruleCodes(f.Accept)})
		return acte, cancelledSince(err)
	})
}

// cancelledSince says that what was to change is cancelled.
func cancelledSince(err error) error {
	if r := agenda.RefusalOf(err); r != nil && r.Code == agenda.CodeAlreadyCancelled {
		return &Erreur{Code: "cancelled", Message: r.Message, Warnings: []Avertissement{}, Fields: map[string]string{}}
	}
	return err
}

// CancelRdv cancels.
func (a *Agenda) CancelRdv(id, by string) (Fait, error) {
	return act(a, "CancelRdv", func(ctx context.Context, p *Poste) (Acte, error) { return p.Cancel(ctx, agenda.RdvID(id), by) })
}

// MarkRdv sets a status, or notes arrival. Bringing a cancelled one back takes
// the warnings of its time as seen: the agenda shows them.
func (a *Agenda) MarkRdv(id, status string) (Fait, error) {
	return act(a, "MarkRdv", func(ctx context.Context, p *Poste) (Acte, error) {
		switch status {
		case stateWaiting:
			return p.Arrive(ctx, agenda.RdvID(id), true)
		case "arrived_not":
			return p.Arrive(ctx, agenda.RdvID(id), false)
		}
		acte, err := p.Mark(ctx, agenda.RdvID(id), agenda.Status(status), Accord{All: true})
		return acte, p.tooEarly(ctx, id, err)
	})
}

// Creneaux searches slots.
func (a *Agenda) Creneaux(d DemandeCreneaux) (VueCreneaux, error) {
	began := a.f.cfg.Now()
	vue, err := ask(a, "Creneaux", func(ctx context.Context, p *Poste) (VueCreneaux, error) { return p.vueCreneaux(ctx, d) })
	vue.TookMs = int(a.f.cfg.Now().Sub(began).Milliseconds())
	return vue, err
}

// Find answers the box at the top.
func (a *Agenda) Find(text string) ([]Trouvaille, error) {
	return ask(a, "Find", func(ctx context.Context, p *Poste) ([]Trouvaille, error) { return p.find(ctx, text) })
}

// SearchUsagers answers while typing.
func (a *Agenda) SearchUsagers(text string, limit int) (VueUsagers, error) {
	return ask(a, "SearchUsagers", func(ctx context.Context, p *Poste) (VueUsagers, error) { return p.vueUsagers(ctx, text, limit) })
}

// Usager is the person's file.
func (a *Agenda) Usager(id string) (FicheUsager, error) {
	return ask(a, "Usager", func(ctx context.Context, p *Poste) (FicheUsager, error) { return p.FicheUsager(ctx, id, false) })
}

// RevealUsager is the same with its sensitive values; who read whose file is
// logged, by ids.
func (a *Agenda) RevealUsager(id string) (FicheUsager, error) {
	return ask(a, "RevealUsager", func(ctx context.Context, p *Poste) (FicheUsager, error) {
		vue, err := p.FicheUsager(ctx, id, true)
		if err == nil {
			a.f.cfg.Log.Info("sensitive fields read", "usager", id, "agent", p.Agent())
		}
		return vue, err
	})
}

// ChampsUsager are the empty fields of a new file.
func (a *Agenda) ChampsUsager() ([]Champ, error) {
	return ask(a, "ChampsUsager", func(ctx context.Context, p *Poste) ([]Champ, error) { return p.champsUsager(ctx) })
}

// CheckUsager gives the duplicates of a form being filled.
func (a *Agenda) CheckUsager(f UsagerForm) ([]Avertissement, error) {
	return ask(a, "CheckUsager", func(ctx context.Context, p *Poste) ([]Avertissement, error) {
		found, err := p.Duplicates(ctx, agenda.UsagerID(f.ID), agenda.UsagerID(f.Responsable), f.Set)
		if err != nil {
			return nil, err
		}
		return lookalikes(found), nil
	})
}

// SaveUsager creates or revises.
func (a *Agenda) SaveUsager(f UsagerForm) (Fait, error) {
	return act(a, "SaveUsager", func(ctx context.Context, p *Poste) (Acte, error) {
		accord := Accord{Codes: ruleCodes(f.Accept)}
		if f.ID != "" {
			return p.ReviseUsager(ctx, agenda.UsagerID(f.ID), f.Set, accord)
		}
		set := map[string]string{}
		for code, text := range f.Set {
			set[code] = text
		}
		if f.Responsable != "" {
			set["responsable"] = f.Responsable
		}
		return p.AddUsager(ctx, set, accord)
	})
}

// Plage reads one.
func (a *Agenda) Plage(id, day string) (PlageForm, error) {
	return ask(a, "Plage", func(ctx context.Context, p *Poste) (PlageForm, error) { return p.plageForm(ctx, id, day) })
}

// SavePlage creates or changes.
func (a *Agenda) SavePlage(f PlageForm) (Fait, error) {
	return act(a, "SavePlage", func(ctx context.Context, p *Poste) (Acte, error) { return p.savePlage(ctx, f) })
}

// DeletePlage deletes the series, or takes one occurrence out of it.
func (a *Agenda) DeletePlage(f EffacerForm) (Fait, error) {
	return act(a, "DeletePlage", func(ctx context.Context, p *Poste) (Acte, error) {
		day, err := f.occurrence()
		if err != nil {
			return Acte{}, err
		}
		return p.ClosePlage(ctx, agenda.PlageID(f.ID), day)
	})
}

// Absence reads one.
func (a *Agenda) Absence(id, day string) (AbsenceForm, error) {
	return ask(a, "Absence", func(ctx context.Context, p *Poste) (AbsenceForm, error) { return p.absenceForm(ctx, id, day) })
}

// SaveAbsence creates or changes.
func (a *Agenda) SaveAbsence(f AbsenceForm) (Fait, error) {
	return act(a, "SaveAbsence", func(ctx context.Context, p *Poste) (Acte, error) { return p.saveAbsence(ctx, f) })
}

// DeleteAbsence deletes the series, or takes one occurrence out of it.
func (a *Agenda) DeleteAbsence(f EffacerForm) (Fait, error) {
	return act(a, "DeleteAbsence", func(ctx context.Context, p *Poste) (Acte, error) {
		day, err := f.occurrence()
		if err != nil {
			return Acte{}, err
		}
		return p.LiftAbsence(ctx, agenda.AbsenceID(f.ID), day)
	})
}

// Repetitions are the ways a first day may recur.
func (a *Agenda) Repetitions(firstDay string) ([]Recurrence, error) {
	s := newSaisie()
	first := s.day("first_day", firstDay)
	if err := s.err(); err != nil {
		return nil, err
	}
	return repetitions(first), nil
}

// Undo undoes a command, or the few that one gesture made.
func (a *Agenda) Undo(command string) (Fait, error) {
	return ask(a, "Undo", func(ctx context.Context, p *Poste) (Fait, error) {
		if there, err := p.reopen(ctx, command); there || err != nil {
			return Fait{Said: "Saisie remise dans À revoir."}, err
		}
		acte, err := p.UndoAll(ctx, strings.Split(command, "+"))
		if err != nil {
			return Fait{}, err
		}
		f, err := p.fait(ctx, acte)
		f.Said, f.CanUndo = typeset(saidUndo(acte)), false
		return f, err
	})
}

// Sync is the pill.
func (a *Agenda) Sync() (EtatSync, error) {
	return askLocked(a, "Sync", func(ctx context.Context, p *Poste) (EtatSync, error) { return p.EtatSync(ctx) })
}

// SyncNow exchanges now. Offline it answers the state; a session that was lost
// brings the login.
func (a *Agenda) SyncNow() (EtatSync, error) {
	return askLocked(a, "SyncNow", func(ctx context.Context, p *Poste) (EtatSync, error) {
		_, err := p.Exchange(ctx)
		e := ErreurOf(err)
		if _, yes := Condemned(err); yes {
			go a.f.condemn(p, err)
			return EtatSync{}, err
		}
		if err != nil && (e == nil || e.Code != CodeUnreachable && e.Code != CodeLogin) {
			return EtatSync{}, err
		}
		if e != nil && e.Code == CodeLogin {
			a.f.sessionLost(p)
		}
		return p.EtatSync(ctx)
	})
}

// Postes lists the computers on which an agent's agenda is kept.
func (a *Agenda) Postes(agent string) (VuePostes, error) {
	return ask(a, "Postes", func(ctx context.Context, p *Poste) (VuePostes, error) { return p.vuePostes(ctx, agent) })
}

// RenamePoste gives a computer another name.
func (a *Agenda) RenamePoste(agent, id, name string) (VuePostes, error) {
	return a.onPoste("RenamePoste", agent, id, GesteRenommer, name)
}

// RevokePoste turns a computer away: it locks at its next contact.
func (a *Agenda) RevokePoste(agent, id string) (VuePostes, error) {
	return a.onPoste("RevokePoste", agent, id, GesteRevoquer, "")
}

// WipePoste has a computer erase the agenda it keeps, at its next contact.
func (a *Agenda) WipePoste(agent, id string) (VuePostes, error) {
	return a.onPoste("WipePoste", agent, id, GesteEffacer, "")
}

func (a *Agenda) onPoste(method, agent, id, geste, name string) (VuePostes, error) {
	return ask(a, method, func(ctx context.Context, p *Poste) (VuePostes, error) {
		if err := p.Appareil(ctx, id, geste, name); err != nil {
			return VuePostes{}, err
		}
		vue, err := p.vuePostes(ctx, agent)
		if _, yes := Condemned(err); yes {
			go a.f.condemn(p, err) // it was this very computer
		}
		return vue, err
	})
}

// Histoire tells what became of an rdv or an usager.
func (a *Agenda) Histoire(noun, id string) (VueHistoire, error) {
	return ask(a, "Histoire", func(ctx context.Context, p *Poste) (VueHistoire, error) { return p.Histoire(ctx, noun, id) })
}

// Rappeler puts back a former value.
func (a *Agenda) Rappeler(key string) (Fait, error) {
	return act(a, "Rappeler", func(ctx context.Context, p *Poste) (Acte, error) { return p.Rappeler(ctx, key) })
}

// Review lists what the server refused or flagged.
func (a *Agenda) Review() (VueRevoir, error) {
	return ask(a, "Review", func(ctx context.Context, p *Poste) (VueRevoir, error) { return p.VueRevoir(ctx) })
}

// SettleReview decides a case.
func (a *Agenda) SettleReview(f DecisionForm) (Fait, error) {
	return act(a, "SettleReview", func(ctx context.Context, p *Poste) (Acte, error) {
		d, err := f.decision()
		if err != nil {
			return Acte{}, err
		}
		return p.Settle(ctx, f.ID, d)
	})
}
