package hub

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"permanence/sync/access"
	"permanence/sync/wire"
)

const (
	// pingEvery keeps proxies from closing a silent stream.
	pingEvery = 15 * time.Second
	// writeWait is how long one page may take to leave before a reader is dropped.
	writeWait = 30 * time.Second
)

// ServeExchange answers POST /sync/v1/exchange: frames in, frames out, zstd,
// gzip or neither, as the desktop says. Errors are {"error":{"code","message"}}.
func (h *Hub) ServeExchange(w http.ResponseWriter, r *http.Request) {
	req, err := readBody(r)
	if err != nil {
		failRequest(w, err)
		return
	}
	out := newAnswer(w, r, h.deadline, &h.packers)
	s := access.From(r.Context())
	err = h.Exchange(r.Context(), Device{s.Device, s.Agent}, req, out.send)
	if err == nil {
		err = out.close()
	}
	if err == nil {
		return
	}
	if out.begun {
		panic(http.ErrAbortHandler) // a cut stream is what a desktop resumes from
	}
	failExchange(w, r, err)
}

// readBody inflates and reads a request; the bound is counted inflated.
func readBody(r *http.Request) (wire.Request, error) {
	switch r.Header.Get("Content-Encoding") {
	case "zstd":
		z, err := zstd.NewReader(r.Body, zstd.WithDecoderMaxMemory(8<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return wire.Request{}, wire.ErrMalformed
		}
		defer z.Close()
		return read(z)
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return wire.Request{}, wire.ErrMalformed
		}
		return read(z)
	case "":
		return read(r.Body)
	}
	return wire.Request{}, wire.ErrMalformed
}

// errProtocol is a desktop that speaks otherwise than this server.
var errProtocol = errors.New("another protocol")

func read(body io.Reader) (wire.Request, error) {
	req, err := wire.ReadRequest(body)
	if err == nil && req.Hello.Protocol != wire.Protocol {
		err = errProtocol
	}
	return req, err
}

func failRequest(w http.ResponseWriter, err error) {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge, errors.Is(err, wire.ErrTooLarge), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		answerError(w, http.StatusRequestEntityTooLarge, "too_large", "Envoi trop volumineux : il sera repris en plus petites parties.")
	case errors.Is(err, errProtocol):
		answerError(w, http.StatusUpgradeRequired, "upgrade", "Mettez à jour l’application ; rien n’est perdu.")
	default:
		answerError(w, http.StatusBadRequest, "malformed", "Requête illisible : mettez à jour l’application.")
	}
}

func failExchange(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, wire.ErrMalformed):
		failRequest(w, err)
	case errors.Is(err, ErrForked):
		answerError(w, http.StatusConflict, "device_forked", "Ce profil a été copié sur un autre ordinateur : connectez-vous de nouveau.")
	case errors.Is(err, ErrForeign):
		answerError(w, http.StatusForbidden, "foreign_device", "Cette saisie vient d’un autre ordinateur : connectez-vous de nouveau.")
	default:
		access.Fail(w, r, err)
	}
}

func answerError(w http.ResponseWriter, status int, code, message string) {
	var body wire.ErrorBody
	body.Error.Code, body.Error.Message = code, message
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the line is all that can fail
}

// answer writes frames, compressed as the desktop accepts. Nothing is sent
// before the first page, so that an early failure still has a status.
type answer struct {
	w     http.ResponseWriter
	z     io.WriteCloser
	out   *wire.Writer
	begun bool
	kind  string

	deadline func(time.Duration) time.Time
	packers  *packers
}

func newAnswer(w http.ResponseWriter, r *http.Request, deadline func(time.Duration) time.Time, p *packers) *answer {
	return &answer{w: w, deadline: deadline, packers: p, kind: coding(r.Header.Get("Accept-Encoding"))}
}

func (a *answer) begin() error {
	a.begun = true
	header := a.w.Header()
	header.Set("Content-Type", "application/x-ndjson")
	header.Set("Cache-Control", "no-store")
	switch a.kind {
	case "zstd":
		z, err := a.packers.take(a.w)
		if err != nil {
			return err
		}
		a.z = z
	case "gzip":
		a.z = gzip.NewWriter(a.w)
	default:
		a.z = plain{a.w}
	}
	if a.kind != "" {
		header.Set("Content-Encoding", a.kind)
	}
	a.out = wire.NewWriter(a.z)
	return nil
}

// plain is a writer with nothing to close.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

func (a *answer) send(frames []wire.Frame) error {
	if !a.begun {
		if err := a.begin(); err != nil {
			return err
		}
	}
	if err := http.NewResponseController(a.w).SetWriteDeadline(a.deadline(writeWait)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	for _, f := range frames {
		if err := a.out.Write(f); err != nil {
			return err
		}
	}
	return nil
}

func (a *answer) close() error { return a.z.Close() }

// ServeLive answers GET /sync/v1/live: the same frames as server-sent events,
// one a data line, as they come; a comment every 15 s.
func (h *Hub) ServeLive(w http.ResponseWriter, r *http.Request) {
	req, err := readAt(r)
	if err != nil {
		failRequest(w, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	s := access.From(r.Context())
	out := newEvents(w, h.deadline)
	if err := out.rc.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		failExchange(w, r, err)
		return
	}
	err = h.Live(r.Context(), Device{s.Device, s.Agent}, req, pingEvery, out.send, out.ping)
	out.end(err == nil)
	if err != nil && !out.begun {
		failExchange(w, r, err)
	}
}

// readAt reads what the desktop holds from its header.
func readAt(r *http.Request) (wire.Request, error) {
	z, err := gzip.NewReader(base64.NewDecoder(base64.RawURLEncoding, strings.NewReader(r.Header.Get(wire.AtHeader))))
	if err != nil {
		return wire.Request{}, wire.ErrMalformed
	}
	return read(z)
}
