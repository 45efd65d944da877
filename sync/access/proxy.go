package access

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the reverse proxies in front of this server.
// What they forward is believed; what anybody else forwards is ignored.
type Proxies []netip.Prefix

// ClientIP gives the address that the request came from: the peer's, or behind
// trusted proxies the last one in X-Forwarded-For that is not a proxy. It is
// not valid when the peer has none.
func (p Proxies) ClientIP(r *http.Request) netip.Addr {
	client := peer(r)
	if !p.trusts(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		ip, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return client
		}
		client = ip.Unmap()
		if !p.trusts(client) {
			return client
		}
	}
	return client
}

// Secure reports whether nobody on the way could read the request: TLS here or
// at a trusted proxy, or a peer on this very machine that forwards for nobody.
func (p Proxies) Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	from := peer(r)
	if p.trusts(from) && r.Header.Get("X-Forwarded-Proto") != "" {
		return strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	}
	return from.IsLoopback()
}

// Local reports whether the request comes from this machine itself, not
// through a proxy on it.
func (p Proxies) Local(r *http.Request) bool {
	return peer(r).IsLoopback() && len(r.Header.Values("X-Forwarded-For")) == 0 && len(r.Header.Values("Forwarded")) == 0
}

func (p Proxies) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// peer gives the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}

// hostOf gives the name in a Host header, lower case, without port or brackets.
func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// loopbackName reports whether a name can only mean this machine. A page from
// elsewhere whose name was made to point here shows its own name, not these.
func loopbackName(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
