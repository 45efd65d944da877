package access

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"
)

// Guard stands before every route: it looks at where a request comes from, who
// sends it and how big it is, writes the headers that protect the answer, and
// one line of log without any secret.
type Guard struct {
	hosts   []string
	proxies Proxies
	ways    map[Policy]Way
	now     func() time.Time
	log     *slog.Logger
	foreign *http.CrossOriginProtection
}

// GuardConfig is what a guard needs to know of its server.
type GuardConfig struct {
	// Hosts are the names the server is reached by, without port, beside those
	// that mean this machine. A request under another name is refused.
	Hosts []string
	// Proxies are believed when they forward an address or a scheme.
	Proxies Proxies
	// Ways prove who asks, one a policy; those of no route may be left out.
	Ways map[Policy]Way
	Now  func() time.Time
	Log  *slog.Logger
}

// NewGuard makes a guard.
func NewGuard(c GuardConfig) *Guard {
	return &Guard{c.Hosts, c.Proxies, c.Ways, c.Now, c.Log, http.NewCrossOriginProtection()}
}

// ClientIP gives the address a request came from; see Proxies.
func (g *Guard) ClientIP(r *http.Request) netip.Addr { return g.proxies.ClientIP(r) }

// outside is what every request meets first, whatever it asks for.
func (g *Guard) outside(mux *http.ServeMux, table map[string]Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := g.now()
		a := &answer{ResponseWriter: w}
		r = a.in(r)
		_, pattern := mux.Handler(r)
		route, found := table[pattern]
		a.policy, a.refuse = route.Policy, route.Refuse
		defer func() { g.end(a, r, route, began, recover()) }()
		protect(w.Header(), g.proxies.Secure(r))
		if err := g.admit(r, route); err != nil {
			Fail(a, r, err)
			return
		}
		if !found {
			unmatched(a, r, mux)
			return
		}
		mux.ServeHTTP(a, r)
	})
}

// admit refuses what may not come in whoever sends it: another host's name,
// another site's form, a method that only echoes, a way that can be overheard.
func (g *Guard) admit(r *http.Request, route Route) error {
	host := hostOf(r.Host)
	switch {
	case r.Method == http.MethodTrace || r.Method == http.MethodConnect:
		return refuseMethod()
	case !loopbackName(host) && !slices.Contains(g.hosts, host):
		return refuse(CodeRequest, http.StatusMisdirectedRequest, "Cette adresse n’est pas celle du serveur. Vérifiez l’adresse saisie.")
	case g.foreign.Check(r) != nil:
		return refuseForeign()
	case route.Policy == PolicyLocal && !g.proxies.Local(r):
		return refuseNotFound()
	case !route.Policy.anonymous() && route.Policy != "" && !g.proxies.Secure(r):
		return refuse(CodeForbidden, http.StatusForbidden, "Connexion non chiffrée refusée : utilisez l’adresse en https.")
	}
	return nil
}

// behind is what stands between the mux and one route: its policy and the size
// of its body.
func (g *Guard) behind(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer spill(r, r.Body)
		if r.ContentLength > rt.limit() {
			Fail(w, r, refuseSize(rt.limit()))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, rt.limit())
		session, err := g.prove(rt, r)
		if err != nil {
			Fail(w, r, err)
			return
		}
		if a := answerOf(r); a != nil {
			a.session = session
		}
		rt.Handler.ServeHTTP(w, r.WithContext(With(r.Context(), session)))
	})
}

// spillMax bounds what is read only to be thrown away.
const spillMax = 4 << 20

// spill reads the end of a body that its route refused before the end: a
// connection closed while its sender still writes would cost them the answer. A
// sender that waits for a word before sending is not made to, and one that
// announces more than is worth throwing away is cut.
func spill(r *http.Request, body io.Reader) {
	if r.Header.Get("Expect") == "" && r.ContentLength <= spillMax {
		_, _ = io.CopyN(io.Discard, body, spillMax)
	}
}

// prove asks the way of the route's policy who sends r.
func (g *Guard) prove(rt Route, r *http.Request) (Session, error) {
	if rt.Policy.anonymous() {
		return Session{Policy: rt.Policy}, nil
	}
	session, err := g.ways[rt.Policy.proved()].Enter(r, g.proxies.ClientIP(r))
	if err != nil {
		return Session{}, err
	}
	if rt.Policy == PolicyAdmin && !session.adminSomewhere() {
		return Session{}, refuseForbidden()
	}
	return session, nil
}

// end writes the line of log of a request, and answers for a handler that
// panicked.
func (g *Guard) end(a *answer, r *http.Request, route Route, began time.Time, panicked any) {
	if panicked == http.ErrAbortHandler {
		panic(panicked)
	}
	if panicked != nil {
		g.log.ErrorContext(r.Context(), "handler panicked", "route", route.Pattern, "what", fmt.Sprintf("%T", panicked), "stack", string(debug.Stack()))
		a.failure = errors.New("handler panicked")
		a.fail(r)
	}
	attrs := []any{"route", route.Pattern, "method", shortMethod(r.Method), "status", a.code(), "bytes", a.bytes, "took", g.now().Sub(began)}
	if a.session.Agent != "" {
		attrs = append(attrs, "agent", a.session.Agent)
	}
	if a.session.Device != "" {
		attrs = append(attrs, "device", a.session.Device)
	}
	if a.failure != nil {
		g.log.ErrorContext(r.Context(), "request failed", append(attrs, "err", a.failure)...)
		return
	}
	if a.refused != "" {
		attrs = append(attrs, "refused", a.refused)
	}
	g.log.InfoContext(r.Context(), "request", attrs...)
}

// shortMethod keeps a method that a client made up from filling the log.
func shortMethod(m string) string { return m[:min(len(m), 16)] }
