package server

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"permanence/sync/access"
	"permanence/sync/caldav"
	"permanence/sync/feed"
)

// publicURL is the address people are given, without a final slash.
func publicURL(cfg Config, addr net.Addr) string {
	if cfg.URL != "" {
		return strings.TrimRight(cfg.URL, "/")
	}
	scheme := "http"
	if cfg.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + addr.String()
}

// hosts gives the names under which the server may be asked.
func hosts(public string) []string {
	u, err := url.Parse(public)
	if err != nil {
		return nil
	}
	return []string{u.Hostname()}
}

const (
	cachedEvents = 100_000  // calendar objects kept in memory
	cachedFeeds  = 32 << 20 // bytes of feeds kept in memory
)

// routes is the table of everything the server answers, each with its policy.
func (s *Server) routes() []access.Route {
	all := []access.Route{
		{Pattern: "GET /healthz", Policy: access.PolicyPublic, Handler: handle(health)},
		{Pattern: "GET /readyz", Policy: access.PolicyPublic, Handler: handle(s.ready)},
		{Pattern: "POST /sync/v1/login", Policy: access.PolicyPublic, Handler: handle(s.login), Limit: 16 << 10},
		{Pattern: "POST /sync/v1/exchange", Policy: access.PolicyDevice, Handler: s.renewing(s.hub.ServeExchange)},
		{Pattern: "GET /sync/v1/live", Policy: access.PolicyDevice, Handler: s.renewing(s.hub.ServeLive)},
	}
	all = append(all, s.deviceRoutes()...)
	all = append(all, s.historyRoutes()...)
	read := newAgendas(s.db, s.cfg.Now, cachedEvents)
	all = append(all, caldav.New(read, nil, s.cfg.Now, s.cfg.Log).Routes()...)
	all = append(all, feed.New(feeds{read}, cachedFeeds, s.cfg.Log).Routes()...)
	all = append(all, s.portal.Routes()...)
	if s.capture != nil {
		all = append(all, s.capture.Routes()...)
	}
	return all
}

// handle names a function a handler.
func handle(f http.HandlerFunc) http.Handler { return f }
