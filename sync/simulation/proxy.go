package simulation

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"permanence/sync/access"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

// byProxy sends a request through the real transport and the real handler,
// with a proxy between them that may do its worst.
func (n line) byProxy(ctx context.Context, req wire.Request, frame func(wire.Frame) error) error {
	p := &proxy{line: n, req: req}
	t, err := replica.NewHTTP("https://agenda.example.org", "secret", nil, &http.Client{Transport: p}, func(string) error { return nil })
	if err != nil {
		return err
	}
	return t.Exchange(ctx, req, frame)
}

// proxy is the network's worst: a cable that answers by itself.
type proxy struct {
	line
	req wire.Request
}

// RoundTrip carries one request, or pretends to.
func (p *proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	w := p.d.w
	switch w.rng.IntN(8) {
	case 0: // a captive portal, before the server
		return page(http.StatusOK, "text/html", "<html>Accès à Internet : identifiez-vous</html>\n"), nil
	case 1: // the proxy wants somebody else
		return page([]int{407, 413, 429, 502, 503}[w.rng.IntN(5)], "text/html", "<html>proxy</html>"), nil
	case 2: // the server's answer is replaced
		if _, err := p.serve(r); err != nil {
			return nil, err
		}
		return page(http.StatusOK, "application/x-ndjson", "<html>virus ?</html>"), nil
	case 3: // it inflates, or says that it did
		return p.altered(r, func(resp *http.Response, body []byte) []byte {
			resp.Header.Del("Content-Encoding")
			return body
		})
	case 4: // no compression asked of the server
		r.Header.Del("Accept-Encoding")
	case 5: // another compression
		r.Header.Set("Accept-Encoding", "gzip")
	case 6: // cut at a byte, and closed as if it were whole
		return p.altered(r, func(_ *http.Response, body []byte) []byte { return body[:w.rng.IntN(len(body)+1)] })
	}
	return p.altered(r, func(_ *http.Response, body []byte) []byte { return body })
}

// altered is the server's answer, held back whole, and changed.
func (p *proxy) altered(r *http.Request, change func(*http.Response, []byte) []byte) (*http.Response, error) {
	got, err := p.serve(r)
	if err != nil {
		return nil, err
	}
	resp := &http.Response{StatusCode: got.status, Header: got.header, ProtoMajor: 1, ProtoMinor: 1, Request: r}
	resp.Body = io.NopCloser(bytes.NewReader(change(resp, got.Bytes())))
	return resp, nil
}

func page(status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}, "Retry-After": {"3"}},
		Body: io.NopCloser(bytes.NewReader([]byte(body))), ProtoMajor: 1, ProtoMinor: 1}
}

// serve lets the server's handler answer; a cut stream is an error.
func (p *proxy) serve(r *http.Request) (got *recorder, err error) {
	if len(p.req.Commands) > 0 && len(p.d.sent) < 50 {
		p.d.sent = append(p.d.sent, p.req)
	}
	defer func() {
		if cut := recover(); cut == http.ErrAbortHandler {
			err = errNetwork
		} else if cut != nil {
			panic(cut)
		}
	}()
	p.d.w.arrives(p.req)
	device := p.device(p.req)
	if !p.d.w.knows(device.ID) {
		return nil, errNetwork
	}
	s := access.Session{Device: device.ID, Agent: device.Agent}
	got = &recorder{header: http.Header{}, status: http.StatusOK}
	p.d.w.hub.ServeExchange(got, r.WithContext(access.With(r.Context(), s)))
	return got, nil
}

// recorder keeps an answer.
type recorder struct {
	bytes.Buffer
	header http.Header
	status int
}

func (r *recorder) Header() http.Header              { return r.header }
func (r *recorder) WriteHeader(status int)           { r.status = status }
func (r *recorder) SetWriteDeadline(time.Time) error { return nil }
