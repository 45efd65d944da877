package caldav

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"permanence/sync/access"
)

// Handler serves the tree under Root. It is safe for concurrent use.
type Handler struct {
	agendas Agendas
	writer  Writer
	now     func() time.Time
	log     *slog.Logger
}

// New makes a Handler. writer may be nil: everything is then read-only.
func New(agendas Agendas, writer Writer, now func() time.Time, log *slog.Logger) *Handler {
	return &Handler{agendas: agendas, writer: writer, now: now, log: log}
}

// Routes are the tree, for app passwords only, and what a client may learn
// before it has one: what the server speaks, and where the tree is.
func (h *Handler) Routes() []access.Route {
	return []access.Route{
		{Pattern: Root, Policy: access.PolicyAppPassword, Handler: h, Limit: bodyMax, Refuse: refused},
		{Pattern: "OPTIONS " + Root, Policy: access.PolicyPublic, Handler: h, Refuse: refused},
		{Pattern: "/.well-known/caldav", Policy: access.PolicyPublic, Handler: wellKnown(), Refuse: refused},
		{Pattern: "PROPFIND /{$}", Policy: access.PolicyPublic, Handler: wellKnown(), Refuse: refused},
	}
}

// wellKnown sends to the tree (RFC 6764), whatever the method: 307 keeps it, a
// PROPFIND stays one. Programs given the server's bare address arrive too.
func wellKnown() http.Handler {
	return http.RedirectHandler(Root, http.StatusTemporaryRedirect)
}

// call is one request being answered.
type call struct {
	*Handler
	w   http.ResponseWriter
	r   *http.Request
	who access.Session
	at  place
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: h, w: w, r: r, who: access.From(r.Context())}
	w.Header().Set("DAV", "1, 3, calendar-access")
	w.Header().Set("Cache-Control", "private, no-cache")
	if err := c.answer(); err != nil {
		c.fail(err)
	}
}

// answer goes through the guards, then to the method.
func (c *call) answer() error {
	at, ok := locate(c.r.URL.EscapedPath())
	do := c.method()
	if do == nil {
		c.w.Header().Set("Allow", c.allowed(at.kind))
		return &problem{http.StatusMethodNotAllowed, "", "Méthode non permise."}
	}
	if c.r.Method == http.MethodOptions {
		return c.options(at.kind)
	}
	if !ok || c.who.Agent == "" || !at.belongsTo(c.who.Agent) {
		return ErrNotFound
	}
	c.at = at
	return do()
}

// method gives what answers the request's method, nil when nothing does.
func (c *call) method() func() error {
	switch c.r.Method {
	case http.MethodOptions:
		return func() error { return nil }
	case http.MethodGet, http.MethodHead:
		return c.get
	case "PROPFIND":
		return c.propfind
	case "PROPPATCH":
		return c.proppatch
	case "REPORT":
		return c.report
	case http.MethodPut:
		return c.put
	case http.MethodDelete:
		return c.delete
	case "MKCALENDAR", "MKCOL":
		return c.mkcalendar
	case "COPY", "MOVE":
		return c.transfer
	}
	return nil
}

// allowed lists the methods that may succeed on a kind of resource. PUT and
// DELETE missing from it is how some clients know a calendar is read-only.
func (c *call) allowed(k kind) string {
	methods := []string{"OPTIONS", "GET", "HEAD", "PROPFIND", "PROPPATCH"}
	if k&(kindCalendar|kindItem) != 0 {
		methods = append(methods, "REPORT")
	}
	if k == kindItem && c.writer != nil {
		methods = append(methods, "PUT", "DELETE")
	}
	return strings.Join(methods, ", ")
}

func (c *call) options(k kind) error {
	c.w.Header().Set("Allow", c.allowed(k))
	c.w.Header().Set("Content-Length", "0")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// depth reads the Depth header: "0", "1" or "infinity"; absent gives without.
func (c *call) depth(without string) (string, error) {
	switch d := strings.ToLower(strings.TrimSpace(c.r.Header.Get("Depth"))); d {
	case "":
		return without, nil
	case "0", "1", "infinity":
		return d, nil
	}
	return "", &problem{http.StatusBadRequest, "", textBadXML}
}

// body reads at most bodyMax bytes of the request, uncompressed.
func (c *call) body() ([]byte, error) {
	if e := c.r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &problem{http.StatusUnsupportedMediaType, "", "Corps compressé : envoyez-le sans compression."}
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, bodyMax))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, &problem{http.StatusBadRequest, "", "Requête non valable."}
	}
	return data, nil
}

// document reads the request's XML; nil when the body is empty.
func (c *call) document() (*node, error) {
	data, err := c.body()
	if err != nil || len(data) == 0 {
		return nil, err
	}
	n, err := parseXML(data)
	if err != nil {
		return nil, badXML()
	}
	return n, nil
}

// minimal reports whether the client asked to hear only of what exists
// (RFC 8144, and Apple's older Brief).
func (c *call) minimal() bool {
	if strings.EqualFold(c.r.Header.Get("Brief"), "t") {
		return true
	}
	for _, v := range c.r.Header.Values("Prefer") {
		prefs := strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
		if slices.ContainsFunc(prefs, func(p string) bool { return strings.EqualFold(p, "return=minimal") }) {
			return true
		}
	}
	return false
}
