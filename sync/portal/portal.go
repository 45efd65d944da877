package portal

import (
	"errors"
	"net/http"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// Portal serves the usagers' pages.
type Portal struct {
	door   Door
	legal  Legal
	tokens tokens
	now    func() time.Time
	style  string // hash of the pages' style, for their policy
}

// New makes a portal. key is 32 random bytes, the same for every process behind
// one address; it signs the forms and nothing else. now is the server's clock.
func New(door Door, legal Legal, key []byte, now func() time.Time) (*Portal, error) {
	if len(key) < 32 {
		return nil, errors.New("portal: a key of 32 bytes is needed to sign forms")
	}
	style, err := styleHash()
	if err != nil {
		return nil, err
	}
	return &Portal{door, legal, tokens{key}, now, style}, nil
}

// formLimit is the largest form accepted, in bytes.
const formLimit = 4 << 10

// Routes are the portal's pages with who may use them.
func (p *Portal) Routes() []access.Route {
	return []access.Route{
		{Pattern: "GET /rdv/{link}", Policy: access.PolicyLink, Handler: http.HandlerFunc(p.show), Refuse: p.refuse},
		{Pattern: "GET /rdv/{link}/annuler", Policy: access.PolicyLink, Handler: http.HandlerFunc(p.ask), Refuse: p.refuse},
		{Pattern: "POST /rdv/{link}/annuler", Policy: access.PolicyLink, Handler: http.HandlerFunc(p.cancel), Limit: formLimit, Refuse: p.refuse},
		{Pattern: "GET /rdv/{link}/rendez-vous.ics", Policy: access.PolicyLink, Handler: http.HandlerFunc(p.calendar), Refuse: p.refuse},
		{Pattern: "GET /confidentialite", Policy: access.PolicyPublic, Handler: http.HandlerFunc(p.confidentialite), Refuse: p.refuse},
		{Pattern: "GET /accessibilite", Policy: access.PolicyPublic, Handler: http.HandlerFunc(p.accessibilite), Refuse: p.refuse},
	}
}

// show answers with the rdv as it is.
func (p *Portal) show(w http.ResponseWriter, r *http.Request) { p.page(w, r, http.StatusOK, rdvPage{}) }

// ask is the same page with the cancellation opened: it still changes nothing.
func (p *Portal) ask(w http.ResponseWriter, r *http.Request) {
	p.page(w, r, http.StatusOK, rdvPage{Asked: true})
}

// page reads the rdv and shows it with what a handler has to add.
func (p *Portal) page(w http.ResponseWriter, r *http.Request, status int, extra rdvPage) {
	s := access.From(r.Context())
	v, err := p.read(r, s)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	now := p.now()
	extra.fill(v, r.PathValue("link"), now)
	if extra.State == open {
		extra.Token = p.tokens.issue(s, v.Rdv.Sequence, now)
	}
	p.render(w, r, status, "rdv", extra)
}

// read gives the rdv of the session; one that is no more is an unknown link.
func (p *Portal) read(r *http.Request, s access.Session) (View, error) {
	v, err := p.door.Rdv(r.Context(), s)
	if errors.Is(err, access.ErrUnknown) {
		return View{}, gone()
	}
	return v, err
}

// cancel acts, once: a second click finds the rdv cancelled and says the same.
func (p *Portal) cancel(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	s := access.From(r.Context())
	v, err := p.read(r, s)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	if !v.status().Cancelled() {
		if !p.tokens.holds(form["jeton"], s, v.Rdv.Sequence, p.now()) {
			access.Fail(w, r, expired(http.StatusForbidden))
			return
		}
		err = p.door.Cancel(r.Context(), s)
	}
	refusal := agenda.RefusalOf(err)
	switch {
	case err == nil || refusal != nil && refusal.Code == agenda.CodeAlreadyCancelled:
		http.Redirect(w, r, "/rdv/"+r.PathValue("link"), http.StatusSeeOther)
	case refusal != nil && (refusal.Code == agenda.CodeTooLate || refusal.Code == agenda.CodeNotCancellable):
		p.page(w, r, http.StatusConflict, rdvPage{Refusal: refusal.Message})
	case refusal != nil && refusal.Code == agenda.CodeNotFound:
		access.Fail(w, r, gone())
	default:
		access.Fail(w, r, err)
	}
}

// gone is the one answer to a link that opens nothing, word for word the
// guard's own.
func gone() *access.Refusal {
	return &access.Refusal{Code: access.CodeGone, Status: http.StatusNotFound, Message: "Ce lien n’est plus valable. Demandez-en un nouveau au service."}
}

// expired answers a form that is not, or no longer, one of ours.
func expired(status int) *access.Refusal {
	return &access.Refusal{Code: access.CodeForeign, Status: status, Message: "Votre formulaire a expiré. Rechargez la page et recommencez."}
}
