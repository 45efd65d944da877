package replica

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"permanence/sync/wire"
)

// TokenHeader carries the next token of a device with an answer.
const TokenHeader = "Permanence-Token"

// atHeader carries what the desktop holds, on a live stream.
const atHeader = "Permanence-At"

// HTTP is the Transport over a server's address.
type HTTP struct {
	base   *url.URL
	client *http.Client
	keep   func(token string) error // stores a rotated token durably

	// mu is held for reading until an answer begins, so that no request arrives
	// with a token older than one that was used already: that looks like theft.
	mu    sync.RWMutex
	token string
}

// Answered is an answer that is no answer to the exchange: our server failed,
// or somebody on the way.
type Answered struct {
	Status int
	Code   string        // of our server; "" for somebody else
	Wait   time.Duration // how long it asks to be left alone; 0 for not said
}

func (a *Answered) Error() string { return fmt.Sprintf("answered %d %q", a.Status, a.Code) }

// Unwrap makes what somebody else answered a fault of the network.
func (a *Answered) Unwrap() error {
	if a.Code == "" {
		return wire.ErrTruncated
	}
	return nil
}

// pinned is client without redirections: what is sent to a server goes nowhere
// else.
func pinned(client *http.Client) *http.Client {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// NewHTTP talks to the server at base ("https://agenda.example.org") with the
// device's token; keep is called with each token that replaces it, before it
// is used.
func NewHTTP(base, token string, client *http.Client, keep func(string) error) (*HTTP, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("server address %q: not an http or https address", base)
	}
	return &HTTP{base: u, client: pinned(client), keep: keep, token: token}, nil
}

// Exchange posts req, zstd, and reads the answer as it comes.
func (t *HTTP) Exchange(ctx context.Context, req wire.Request, frame func(wire.Frame) error) error {
	body, err := pack(req)
	if err != nil {
		return err
	}
	r, err := t.newRequest(ctx, http.MethodPost, "/sync/v1/exchange", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Content-Encoding", "zstd")
	r.Header.Set("Accept-Encoding", "zstd, gzip")
	resp, err := t.do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	in, err := unpack(resp)
	if err != nil {
		return err
	}
	defer in.Close()
	return readFrames(wire.NewReader(in), frame)
}

func readFrames(in *wire.Reader, frame func(wire.Frame) error) error {
	for {
		f, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := frame(f); err != nil {
			return err
		}
	}
}

// Live reads the server-sent events until the line ends.
func (t *HTTP) Live(ctx context.Context, req wire.Request, frame func(wire.Frame) error, alive func()) error {
	at, err := packAt(req)
	if err != nil {
		return err
	}
	r, err := t.newRequest(ctx, http.MethodGet, "/sync/v1/live", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set(atHeader, at)
	resp, err := t.do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return fmt.Errorf("%w: %q is not a stream", wire.ErrTruncated, kind)
	}
	return readEvents(resp.Body, frame, alive)
}

func readEvents(body io.Reader, frame func(wire.Frame) error, alive func()) error {
	s := bufio.NewScanner(body)
	s.Buffer(make([]byte, 64<<10), wire.MaxLine)
	for s.Scan() {
		alive()
		data, ok := bytes.CutPrefix(s.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		f, err := wire.DecodeFrame(data)
		if err != nil {
			return err
		}
		if err := frame(f); err != nil {
			return err
		}
	}
	return s.Err()
}

func (t *HTTP) newRequest(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, t.base.String()+path, body)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// do sends r and turns everything but an answer of our server into an error.
func (t *HTTP) do(r *http.Request) (*http.Response, error) {
	resp, err := t.show(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, t.renew(resp.Header.Get(TokenHeader))
	}
	defer resp.Body.Close()
	return nil, refusal(resp)
}

// show sends r with the token.
func (t *HTTP) show(r *http.Request) (*http.Response, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r.Header.Set("Authorization", "Bearer "+t.token)
	return t.client.Do(r)
}

// renew stores a rotated token, then uses it.
func (t *HTTP) renew(token string) error {
	if token == "" {
		return nil
	}
	if err := t.keep(token); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = token
	return nil
}

// refusal reads an error of the exchange. A page of somebody else (a captive
// portal, a proxy) is a fault of the network.
func refusal(resp *http.Response) error {
	var body wire.ErrorBody
	if json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&body) != nil {
		body = wire.ErrorBody{}
	}
	code := body.Error.Code
	switch {
	case code == "device_forked":
		return ErrForked
	case code != "" && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden):
		return fmt.Errorf("%w: %s", ErrRefused, code)
	}
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		seconds = 0
	}
	return &Answered{resp.StatusCode, code, time.Duration(min(seconds, 3600)) * time.Second}
}

func pack(req wire.Request) ([]byte, error) {
	var b bytes.Buffer
	if err := wire.WriteRequest(&b, req); err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return z.EncodeAll(b.Bytes(), nil), nil
}

func packAt(req wire.Request) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := wire.WriteRequest(z, wire.Request{Hello: req.Hello, Cursors: req.Cursors}); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()), nil
}

// unpack inflates an answer as it comes.
func unpack(resp *http.Response) (io.ReadCloser, error) {
	switch resp.Header.Get("Content-Encoding") {
	case "zstd":
		z, err := zstd.NewReader(resp.Body, zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case "gzip":
		return gzip.NewReader(resp.Body)
	}
	return resp.Body, nil
}
