package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"permanence/sync/access"
)

// State says where a feed stands.
type State struct {
	// Validator differs whenever the bytes do: the highest number of the feed's
	// own scope, with what else decides them (epoch, civil day, content level).
	Validator string
	// Modified is the last change, UTC, and never before the civil day began:
	// the window moves with it.
	Modified time.Time
	// Name is that of the file, without ".ics"; "" for none.
	Name string
}

// Document is a feed whole, from one snapshot.
type Document struct {
	State
	Data []byte // an iCalendar object
}

// Agendas writes the feed that a session of policy feed opens.
type Agendas interface {
	// State is asked at every request and must be cheap.
	State(ctx context.Context, who access.Session) (State, error)
	// Document writes the whole file.
	Document(ctx context.Context, who access.Session) (Document, error)
}

// Handler serves feeds. It is safe for concurrent use.
type Handler struct {
	agendas Agendas
	kept    *shelf
	log     *slog.Logger
}

// New makes a Handler that keeps at most memory bytes of what it served last.
func New(agendas Agendas, memory int, log *slog.Logger) *Handler {
	return &Handler{agendas: agendas, kept: newShelf(memory), log: log}
}

// Routes are the addresses of feeds.
func (h *Handler) Routes() []access.Route {
	return []access.Route{
		{Pattern: "GET /ics/{secret}", Policy: access.PolicyFeed, Handler: h, Refuse: refused},
	}
}

// refused answers what the guard refuses in words that need no program.
func refused(w http.ResponseWriter, _ *http.Request, r *access.Refusal) {
	private(w.Header())
	plain(w, r.Status, r.Message)
}

// private keeps the address and the answer out of shared caches, search
// engines and other sites' logs.
func private(h http.Header) {
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

func plain(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(message + "\n")) // a client that has gone is no error of ours
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	private(w.Header())
	if err := h.serve(w, r); err != nil && r.Context().Err() == nil {
		h.log.ErrorContext(r.Context(), "feed failed", "key", access.From(r.Context()).Key, "err", err)
		w.Header().Set("Retry-After", "60")
		plain(w, http.StatusServiceUnavailable, "Le service est momentanément indisponible. Réessayez dans un instant.")
	}
}

// serve writes nothing before it can no longer fail.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	who := access.From(r.Context())
	if who.Policy != access.PolicyFeed {
		plain(w, http.StatusNotFound, "Page introuvable.")
		return nil
	}
	state, err := h.agendas.State(r.Context(), who)
	if err != nil {
		return err
	}
	if fresh(r, state) {
		describe(w.Header(), state)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	c, err := h.copy(r.Context(), who, state)
	if err != nil {
		return err
	}
	c.write(w, r)
	return nil
}

// copy gives the file at state, or later, from memory when it is there.
func (h *Handler) copy(ctx context.Context, who access.Session, state State) (*copied, error) {
	if c := h.kept.get(who.Key, state.Validator); c != nil {
		return c, nil
	}
	doc, err := h.agendas.Document(ctx, who)
	if err != nil {
		return nil, err
	}
	c, err := compress(doc)
	if err != nil {
		return nil, err
	}
	h.kept.put(who.Key, c)
	return c, nil
}

// etag is weak, as the same file travels compressed or not, and says nothing
// of what is in the validator.
func (s State) etag() string {
	sum := sha256.Sum256([]byte(s.Validator))
	return `W/"` + hex.EncodeToString(sum[:16]) + `"`
}

// describe sets the headers that 200 and 304 share.
func describe(h http.Header, s State) {
	h.Set("ETag", s.etag())
	h.Set("Vary", "Accept-Encoding")
	if !s.Modified.IsZero() {
		h.Set("Last-Modified", s.Modified.UTC().Format(http.TimeFormat))
	}
}

// fresh reports whether the client already has the file at that state. The
// date counts only for clients that know no ETag (RFC 9110 §13.2.2).
func fresh(r *http.Request, s State) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		return tagged(strings.Join(tags, ","), s.etag())
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !s.Modified.IsZero() && !s.Modified.Truncate(time.Second).After(since)
}

func tagged(list, etag string) bool {
	for _, t := range strings.Split(list, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// write sends the file, compressed for who can read that.
func (c *copied) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	describe(h, c.state)
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	if d := mime.FormatMediaType("inline", map[string]string{"filename": c.state.Name + ".ics"}); d != "" && c.state.Name != "" {
		h.Set("Content-Disposition", d)
	}
	if readsGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(c.gzip)))
		w.Write(c.gzip) // a client that has gone is no error of ours
		return
	}
	h.Set("Content-Length", strconv.Itoa(c.size))
	if r.Method != http.MethodHead {
		c.inflate(w)
	}
}

// readsGzip reports whether the client accepts gzip; "q=0" says no.
func readsGzip(h http.Header) bool {
	for _, part := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		name := strings.ToLower(strings.TrimSpace(coding))
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q="), 64)
		if name == "gzip" && (err != nil || q > 0) {
			return true
		}
	}
	return false
}
