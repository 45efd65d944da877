package access

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Policy says who may use a route.
type Policy string

const (
	PolicyPublic      Policy = "public"       // anybody: health, privacy page, login itself
	PolicyLocal       Policy = "local"        // this machine only: metrics, the demonstration's mail
	PolicyLink        Policy = "link"         // an usager, by the {link} of the pattern
	PolicyFeed        Policy = "feed"         // a calendar program, by the {secret} of the pattern
	PolicyAppPassword Policy = "app-password" // a calendar program, by address and app password
	PolicyDevice      Policy = "device"       // an enrolled desktop
	PolicyAdmin       Policy = "admin"        // an enrolled desktop whose agent is admin somewhere
)

// Policies lists every policy, as a route may declare.
func Policies() []Policy {
	return []Policy{PolicyPublic, PolicyLocal, PolicyLink, PolicyFeed, PolicyAppPassword, PolicyDevice, PolicyAdmin}
}

// proved gives the policy whose way proves who asks: an admin is first of all
// somebody at a desktop.
func (p Policy) proved() Policy {
	if p == PolicyAdmin {
		return PolicyDevice
	}
	return p
}

// anonymous policies prove nobody.
func (p Policy) anonymous() bool { return p == PolicyPublic || p == PolicyLocal }

// bodyLimit is what a route accepts when it says nothing, in bytes.
const bodyLimit = 1 << 20

// Route is one line of the table of what the server answers.
type Route struct {
	// Pattern is one of http.ServeMux: "POST /sync/v1/exchange", or "/dav/" for
	// every method.
	Pattern string
	// Policy is never empty.
	Policy  Policy
	Handler http.Handler
	// Limit is the largest body accepted, in bytes; 0 means 1 MiB.
	Limit int64
	// Refuse writes a refusal in the form that this route's clients read (a
	// page, DAV's XML). nil writes JSON.
	Refuse func(w http.ResponseWriter, r *http.Request, refusal *Refusal)
}

// check refuses a route that nobody could use, or that everybody could.
func (rt Route) check(ways map[Policy]Way) error {
	_, known := ways[rt.Policy.proved()]
	switch {
	case rt.Pattern == "":
		return fmt.Errorf("a route without a pattern")
	case rt.Policy == "":
		return fmt.Errorf("route %q has no policy", rt.Pattern)
	case !slices.Contains(Policies(), rt.Policy):
		return fmt.Errorf("route %q has an unknown policy %q", rt.Pattern, rt.Policy)
	case !rt.Policy.anonymous() && !known:
		return fmt.Errorf("route %q: nothing proves policy %q", rt.Pattern, rt.Policy)
	case rt.Handler == nil:
		return fmt.Errorf("route %q has no handler", rt.Pattern)
	case rt.Policy == PolicyLink && !strings.Contains(rt.Pattern, "{link}"):
		return fmt.Errorf("route %q has no {link}", rt.Pattern)
	case rt.Policy == PolicyFeed && !strings.Contains(rt.Pattern, "{secret}"):
		return fmt.Errorf("route %q has no {secret}", rt.Pattern)
	}
	return nil
}

func (rt Route) limit() int64 {
	if rt.Limit > 0 {
		return rt.Limit
	}
	return bodyLimit
}

// Handler builds what serves the routes, each behind its policy, and nothing
// else. It refuses the whole table when one route has no policy, no way to
// prove it, or contradicts another.
func (g *Guard) Handler(routes []Route) (http.Handler, error) {
	mux := http.NewServeMux()
	table := map[string]Route{}
	for _, rt := range routes {
		if err := rt.check(g.ways); err != nil {
			return nil, err
		}
		if err := register(mux, rt, g.behind(rt)); err != nil {
			return nil, err
		}
		table[rt.Pattern] = rt
	}
	return g.outside(mux, table), nil
}

// register adds a route; a pattern that is wrong or taken is an error here, not
// a panic.
func register(mux *http.ServeMux, rt Route, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("route %q: %v", rt.Pattern, p)
		}
	}()
	mux.Handle(rt.Pattern, h)
	return nil
}
