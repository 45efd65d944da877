package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"permanence/app/agenda"
)

// proxy stands between a desktop and the server, and does what some do.
type proxy struct {
	*httptest.Server
	through http.Handler
	spoil   atomic.Pointer[func(w http.ResponseWriter, r *http.Request, through http.Handler)]
	waits   atomic.Int64 // requests in hand
}

func (m *monde) newProxy() *proxy {
	target, err := url.Parse(m.url)
	if err != nil {
		m.t.Fatal(err)
	}
	p := &proxy{through: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
		},
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.waits.Add(1)
		defer p.waits.Add(-1)
		if f := p.spoil.Load(); f != nil {
			(*f)(w, r, p.through)
			return
		}
		p.through.ServeHTTP(w, r)
	}))
	m.t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

func (p *proxy) does(f func(w http.ResponseWriter, r *http.Request, through http.Handler)) {
	p.spoil.Store(&f)
}

// holding keeps an answer back until it is whole, as antivirus proxies do.
func holding(w http.ResponseWriter, r *http.Request, through http.Handler) {
	whole := httptest.NewRecorder()
	through.ServeHTTP(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()) // the desktop may have given up
}

// Behind a proxy that holds streams back, or forbids them, what happens on the
// server comes all the same.
func TestNewsBehindAProxy(t *testing.T) {
	for name, spoil := range map[string]func(w http.ResponseWriter, r *http.Request, through http.Handler){
		"it holds answers until they are whole": holding,
		"it forbids streams": func(w http.ResponseWriter, r *http.Request, through http.Handler) {
			if r.URL.Path == "/sync/v1/live" {
				http.Error(w, "<html>blocked</html>", http.StatusForbidden)
				return
			}
			through.ServeHTTP(w, r)
		},
		"it answers streams with a page": func(w http.ResponseWriter, r *http.Request, through http.Handler) {
			if r.URL.Path == "/sync/v1/live" {
				_, _ = io.WriteString(w, "<html>welcome</html>")
				return
			}
			through.ServeHTTP(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonde(t)
			p := m.newProxy()
			p.does(spoil)
			a := m.newPoste(m.alice)
			a.connect(p.URL)
			a.sync()
			stop := a.follow()
			defer stop()
			for _, hour := range []string{"09:00", "10:00"} {
				rdv := m.booking(hour, []agenda.AgentID{m.alice}, m.nadia)
				m.system(rdv)
				eventually(t, "the rdv of "+hour, func() bool { return a.rdv(rdv.Rdv) != nil })
			}
			mine := a.do(m.booking("14:00", []agenda.AgentID{m.alice}, m.karim)).Command.Args.(*agenda.BookRdv)
			a.replica.Wake()
			eventually(t, "what was done here", func() bool { return a.pending() == 0 })
			m.rdv(mine.Rdv)
		})
	}
}

// Whatever a proxy answers instead of the server is a fault of the network:
// nothing is lost, nothing is believed, and the exchange goes on afterwards.
func TestWhatProxiesAnswer(t *testing.T) {
	says := func(status int, body string, header ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			if len(header) == 2 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	page := "<!doctype html><title>Portail</title>"
	for name, spoil := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"a captive portal":           says(200, page, "Content-Type", "text/html"),
		"a portal elsewhere":         says(302, "", "Location", "http://portail.example.org/"),
		"authentication required":    says(407, page, "Proxy-Authenticate", "Basic"),
		"too large":                  says(413, page),
		"bad gateway":                says(502, page),
		"unavailable":                says(503, page, "Retry-After", "1"),
		"too many":                   says(429, page, "Retry-After", "1"),
		"nothing at all":             says(200, ""),
		"JSON of somebody else":      says(200, `{"ok":true}`+"\n", "Content-Type", "application/json"),
		"unauthorised, by no server": says(401, page),
		"half of the answer": func(w http.ResponseWriter, r *http.Request, through http.Handler) {
			whole := httptest.NewRecorder()
			through.ServeHTTP(whole, r)
			w.Header().Set("Content-Encoding", whole.Header().Get("Content-Encoding"))
			_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		},
		"it takes the encoding's name away": func(w http.ResponseWriter, r *http.Request, through http.Handler) {
			whole := httptest.NewRecorder()
			through.ServeHTTP(whole, r)
			_, _ = w.Write(whole.Body.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonde(t)
			p := m.newProxy()
			a := m.newPoste(m.alice)
			a.connect(p.URL)
			a.sync()
			done := a.do(m.booking("14:00", []agenda.AgentID{m.alice}, m.karim))
			p.does(spoil)
			if _, err := a.replica.Sync(t.Context()); err == nil {
				t.Error("taken for an answer")
			}
			if h := a.replica.Health(); h.Online || h.Err == "refused" || h.Err == "forked" {
				t.Errorf("health %+v", h)
			}
			p.spoil.Store(nil)
			a.sync()
			a.same()
			if n := m.times(done.Command.Args.(*agenda.BookRdv).Rdv, done.Command.ID); n != 1 || a.pending() != 0 {
				t.Errorf("ran %d times, %d pending", n, a.pending())
			}
		})
	}
}
