package verbes

import (
	"time"

	"permanence/app/agenda"
	"permanence/app/desktop"
)

// devicesVerbs look after the computers on which an agent's agenda is kept.
type devicesVerbs struct {
	List   devicesList   `cmd:"" help:"Liste les postes."`
	Rename devicesRename `cmd:"" help:"Donne un autre nom à un poste."`
	Revoke devicesRevoke `cmd:"" help:"Révoque un poste : il se verrouille à son prochain contact."`
	Wipe   devicesWipe   `cmd:"" help:"Fait effacer l’agenda d’un poste, à son prochain contact."`
}

// device is one of them; instants are RFC 3339 in UTC, "" for never.
type device struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Here       bool   `json:"here"`
	EnrolledAt string `json:"enrolled_at"`
	SeenAt     string `json:"seen_at"`
	RevokedAt  string `json:"revoked_at"`
	WipeAt     string `json:"wipe_at"`
	ToldAt     string `json:"told_at"`
	State      string `json:"state"` // open, revoked, wiped, copied
}

func deviceOf(a desktop.Appareil) device {
	d := device{ID: a.ID, Name: a.Name, Here: a.Here, EnrolledAt: instantOf(a.EnrolledAt), SeenAt: instantOf(a.SeenAt),
		RevokedAt: instantOf(a.RevokedAt), WipeAt: instantOf(a.WipeAt), ToldAt: instantOf(a.ToldAt), State: "open"}
	switch {
	case d.WipeAt != "":
		d.State = "wiped"
	case d.RevokedAt != "":
		d.State = "revoked"
	case a.Copied:
		d.State = "copied"
	}
	return d
}

func instantOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (d device) line() string {
	text := d.ID + "  " + d.Name + ", dernier contact " + d.SeenAt
	if d.Here {
		text += ", ce poste"
	}
	return text + map[string]string{"revoked": ", révoqué", "wiped": ", effacement demandé", "copied": ", fermé"}[d.State]
}

type devicesList struct {
	Agent string `placeholder:"ID" help:"Un autre agent, si vous êtes administrateur d’une de ses organisations."`
}

func (v *devicesList) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	all, err := p.Appareils(s.ctx, agenda.AgentID(v.Agent))
	if err != nil {
		return err
	}
	items := []device{}
	for _, a := range all {
		items = append(items, deviceOf(a))
	}
	return printList(s, items, "poste", "postes", device.line)
}

type devicesRename struct {
	ID   string `arg:"" placeholder:"ID" help:"Le poste."`
	Name string `required:"" placeholder:"NOM" help:"Son nouveau nom."`
}

func (v *devicesRename) Run(s *session) error {
	return s.onDevice(v.ID, desktop.GesteRenommer, v.Name, "Poste renommé.")
}

type devicesRevoke struct {
	ID string `arg:"" placeholder:"ID" help:"Le poste."`
}

func (v *devicesRevoke) Run(s *session) error {
	return s.onDevice(v.ID, desktop.GesteRevoquer, "", "Poste révoqué : il se verrouille à son prochain contact.")
}

type devicesWipe struct {
	ID string `arg:"" placeholder:"ID" help:"Le poste."`
}

func (v *devicesWipe) Run(s *session) error {
	return s.onDevice(v.ID, desktop.GesteEffacer, "", "Effacement demandé : il se fera au prochain contact du poste.")
}

func (s *session) onDevice(id, geste, name, said string) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	if err := p.Appareil(s.ctx, id, geste, name); err != nil {
		return err
	}
	return s.print(struct {
		ID string `json:"id"`
	}{id}, said)
}
