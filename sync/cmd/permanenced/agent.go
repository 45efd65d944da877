package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// Agent adds who receives, with an account.
func (verbs) Agent() verb {
	return verb{help: "Agents et leurs comptes.", command: &struct {
		Add addAgent `cmd:"" help:"Ajoute un agent, ou le rôle d’un agent connu dans une autre organisation."`
	}{}}
}

type addAgent struct {
	Base          base     `embed:""`
	Organisation  string   `required:"" placeholder:"ID" help:"Organisation."`
	Email         string   `placeholder:"ADRESSE" help:"Adresse de connexion ; un intervenant n’en a pas."`
	FirstName     string   `required:"" placeholder:"PRÉNOM" help:"Prénom."`
	LastName      string   `required:"" placeholder:"NOM" help:"Nom."`
	Role          string   `required:"" placeholder:"RÔLE" help:"admin, basic, secretariat ou intervenant."`
	Service       []string `placeholder:"ID,…" help:"Services de l’agent dans cette organisation."`
	PasswordStdin bool     `help:"Lit le mot de passe sur l’entrée standard."`
}

// Run opens an account and gives the role. An address that is known already
// gets the role alone, whatever the password.
func (v *addAgent) Run(ctx context.Context, c *console) error {
	if v.Email == "" && agenda.Level(v.Role) != agenda.LevelIntervenant {
		return usage("option obligatoire absente : --email=ADRESSE")
	}
	password, err := v.readPassword(c.In)
	if err != nil {
		return err
	}
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	hash, err := v.hash(ctx, db, password)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	var id agenda.AgentID
	err = within(ctx, db, func(e errand) error {
		if id, err = v.agent(e, hash); err != nil {
			return err
		}
		return e.do(&agenda.GrantRole{Role: v.role(id)})
	})
	if err != nil {
		return err
	}
	return c.print(born{string(id)})
}

// passwordLimit bounds what is read from the standard input, in bytes.
const passwordLimit = 4096

// readPassword reads one line; "" when none is to be read.
func (v *addAgent) readPassword(in io.Reader) (string, error) {
	if !v.PasswordStdin {
		return "", nil
	}
	text, err := io.ReadAll(io.LimitReader(in, passwordLimit))
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// hash checks and hashes the password of a new account; "" when the address is
// known, or when there is to be no account.
func (v *addAgent) hash(ctx context.Context, db *store.DB, password string) (string, error) {
	organisation, known := "", false
	err := db.Read(ctx, func(view *store.View) error {
		o, ans := agenda.Get[*agenda.Organisation](view, agenda.NounOrganisation, v.Organisation)
		if ans != agenda.Yes {
			return agenda.Refuse(agenda.CodeNotFound, v.Organisation)
		}
		organisation = o.Name
		_, err := view.AccountByEmail(access.LoginEmail(v.Email))
		known = err == nil
		if errors.Is(err, store.ErrUnknown) {
			return nil
		}
		return err
	})
	if err != nil || known || agenda.Level(v.Role) == agenda.LevelIntervenant {
		return "", err
	}
	if !v.PasswordStdin {
		return "", usage("option obligatoire absente : --password-stdin")
	}
	owner := access.Owner{FirstName: v.FirstName, LastName: v.LastName, Email: v.Email, Organisation: organisation}
	if err := access.CheckPassword(password, owner); err != nil {
		return "", err
	}
	hasher, err := access.NewHasher(1)
	if err != nil {
		return "", err
	}
	return hasher.Hash(ctx, password)
}

// agent gives the agent of the address, born now when nobody has it.
func (v *addAgent) agent(e errand, hash string) (agenda.AgentID, error) {
	email := access.LoginEmail(v.Email)
	account, err := e.AccountByEmail(email)
	if err == nil {
		return account.Agent, nil
	}
	if !errors.Is(err, store.ErrUnknown) {
		return "", err
	}
	a := &agenda.Agent{ID: agenda.AgentID(newID()), FirstName: v.FirstName, LastName: v.LastName}
	if hash == "" {
		return a.ID, e.add(a) // an intervenant has an agenda and no way in
	}
	a.Email = email
	if err := e.add(a); err != nil {
		return "", err
	}
	return a.ID, e.AddAccount(store.Account{Agent: a.ID, Email: email, PasswordHash: hash, CreatedAt: e.now})
}

func (v *addAgent) role(id agenda.AgentID) agenda.Role {
	o := agenda.OrganisationID(v.Organisation)
	r := agenda.Role{ID: agenda.RoleOf(id, o), Agent: id, Organisation: o, Level: agenda.Level(v.Role)}
	for _, s := range v.Service {
		r.Services = append(r.Services, agenda.ServiceID(s))
	}
	return r
}
