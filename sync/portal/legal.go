package portal

import (
	"context"
	"net/http"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// Legal is what the pages about data and accessibility say beyond their fixed
// words. Nothing is invented: what is empty is said to be missing.
type Legal struct {
	// Organisations gives those served here, with their controller settings.
	Organisations func(ctx context.Context) ([]agenda.Organisation, error)
	Kept          []Kept   // how long, as the server is really set
	Processors    []string // who handles data for the organisations: hosting, mail relay
	// Checked tells what was really verified of accessibility, one sentence each.
	Checked []string
	Contact string // who to write to about accessibility; "" for nobody yet
}

// Kept is one line about how long something is kept.
type Kept struct{ What, HowLong string }

// Missing names the organisations that cannot yet be shown to the public: a
// controller, a contact for the data protection officer and a postal address
// are required.
func Missing(organisations []agenda.Organisation) []agenda.OrganisationID {
	var ids []agenda.OrganisationID
	for _, o := range organisations {
		if !o.Archived && (o.Controller == "" || o.DPOContact == "" || o.PostalAddress == "") {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

type legalPage struct {
	common
	Controllers []controller
	Legal       Legal
}

type controller struct {
	Name, Controller, DPO string
	Address               []string
	Complete              bool
}

func (p *Portal) confidentialite(w http.ResponseWriter, r *http.Request) {
	organisations, err := p.legal.Organisations(r.Context())
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	page := legalPage{common: common{Title: "Vos données et vos droits"}, Legal: p.legal}
	for _, o := range organisations {
		if o.Archived {
			continue
		}
		page.Controllers = append(page.Controllers, controller{
			Name: plain(o.Name), Controller: plain(o.Controller), DPO: plain(o.DPOContact), Address: lines(o.PostalAddress),
			Complete: len(Missing([]agenda.Organisation{o})) == 0,
		})
	}
	p.render(w, r, http.StatusOK, "confidentialite", page)
}

func (p *Portal) accessibilite(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusOK, "accessibilite", legalPage{common: common{Title: "Accessibilité"}, Legal: p.legal})
}
