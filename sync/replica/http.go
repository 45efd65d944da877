package replica

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
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
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"permanence/sync/access"
	"permanence/sync/wire"
)

// HTTP is the Transport over a server's address.
type HTTP struct {
	base   *url.URL
	client *http.Client
	key    ed25519.PrivateKey       // of the device, which each request proves
	keep   func(token string) error // stores a rotated token durably

	nonce atomic.Pointer[string] // the last one the server gave

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

// Turned is a session that our server refused: its code and its French message.
type Turned struct {
	Code    access.Code
	Message string
}

func (t *Turned) Error() string { return "session refused: " + string(t.Code) }

// Unwrap makes it an ErrRefused.
func (t *Turned) Unwrap() error { return ErrRefused }

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
// device's token and key; keep is called with each token that replaces it,
// before it is used.
func NewHTTP(base, token string, key ed25519.PrivateKey, client *http.Client, keep func(string) error) (*HTTP, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("server address %q: not an http or https address", base)
	}
	return &HTTP{base: u, client: pinned(client), key: key, keep: keep, token: token}, nil
}

// Exchange posts req, zstd, and reads the answer as it comes.
func (t *HTTP) Exchange(ctx context.Context, req wire.Request, frame func(wire.Frame) error) error {
	body, err := pack(req)
	if err != nil {
		return err
	}
	resp, err := t.do(ctx, message{method: http.MethodPost, path: "/sync/v1/exchange", body: body, headers: map[string]string{
		"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd", "Accept-Encoding": "zstd, gzip",
	}})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	in, err := unpack(resp)
	if err != nil {
		return err
	}
	defer in.Close()
	return wire.ReadFrames(in, frame)
}

// Live reads the server-sent events until the line ends.
func (t *HTTP) Live(ctx context.Context, req wire.Request, frame func(wire.Frame) error, alive func()) error {
	at, err := packAt(req)
	if err != nil {
		return err
	}
	resp, err := t.do(ctx, message{method: http.MethodGet, path: "/sync/v1/live", headers: map[string]string{"Accept": "text/event-stream", wire.AtHeader: at}})
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

// message is a request to the server, as often as it must be sent.
type message struct {
	method, path string
	body         []byte
	headers      map[string]string
}

// do sends m and turns everything but an answer of our server into an error.
func (t *HTTP) do(ctx context.Context, m message) (*http.Response, error) {
	resp, err := t.show(ctx, m)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	if err := t.renew(resp.Header.Get(access.TokenHeader)); err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return resp, nil
}

// get reads into a value the JSON that the server has at a path, of so many
// bytes at most.
func (t *HTTP) get(ctx context.Context, path string, most int64, into any) error {
	resp, err := t.do(ctx, message{method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(into); err != nil {
		return fmt.Errorf("%w: %w", wire.ErrTruncated, err)
	}
	return nil
}

// show sends m with the token and a proof of the key. A server that gives a
// nonce to sign is asked again: once for a nonce too old, and once more when
// it does not know the key yet.
func (t *HTTP) show(ctx context.Context, m message) (*http.Response, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var present bool
	for try := 0; ; try++ {
		r, err := t.sign(ctx, m, present)
		if err != nil {
			return nil, err
		}
		resp, err := t.client.Do(r)
		if err != nil {
			return nil, err
		}
		nonce := resp.Header.Get(access.NonceHeader)
		if nonce != "" {
			t.nonce.Store(&nonce)
		}
		if nonce == "" || resp.StatusCode != http.StatusUnauthorized || try == 2 || t.key == nil {
			return resp, nil
		}
		present = refusedWith(resp) == access.CodeKey
	}
}

// sign makes the request of m; with present it shows the public key.
func (t *HTTP) sign(ctx context.Context, m message, present bool) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, m.method, t.base.String()+m.path, bytes.NewReader(m.body))
	if err != nil {
		return nil, err
	}
	for name, value := range m.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "Bearer "+t.token)
	if t.key == nil {
		return r, nil
	}
	if present {
		access.ShowKey(r, t.key)
	}
	nonce := ""
	if known := t.nonce.Load(); known != nil {
		nonce = *known
	}
	return r, access.Prove(r, m.body, t.key, nonce, rand.Reader)
}

// refusedWith reads the code of a refusal, and ends its answer.
func refusedWith(resp *http.Response) access.Code {
	defer resp.Body.Close()
	var body wire.ErrorBody
	if json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&body) != nil {
		return ""
	}
	return access.Code(body.Error.Code)
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
		return &Turned{access.Code(code), body.Error.Message}
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
