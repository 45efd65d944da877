package mailer

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"
)

var errNoStartTLS = errors.New("the relay offers no STARTTLS")

// startTLS brings a connection that begins in clear under TLS before anything
// of ours is said but our name. go-smtp's own way there always calls itself
// localhost first, which some relays refuse.
func startTLS(ctx context.Context, conn net.Conn, hello string, limit time.Duration, config *tls.Config) (net.Conn, error) {
	text := textproto.NewConn(struct {
		io.Reader
		io.Writer
		io.Closer
	}{io.LimitReader(conn, 64<<10), conn, conn})
	stop := time.AfterFunc(limit, func() { conn.Close() })
	defer stop.Stop()
	if _, _, err := text.ReadResponse(220); err != nil {
		return nil, trouble("greeting", err)
	}
	offers, err := ask(text, 250, "EHLO "+hello)
	if err != nil {
		return nil, trouble("greeting", err)
	}
	if !offered(offers, "STARTTLS") {
		return nil, &Trouble{Reason: "tls", Err: errNoStartTLS}
	}
	if _, err := ask(text, 220, "STARTTLS"); err != nil {
		return nil, trouble("tls", err)
	}
	if text.R.Buffered() > 0 {
		return nil, &Trouble{Reason: "tls", Err: errors.New("something was said in clear after STARTTLS")}
	}
	secured, err := handshake(ctx, conn, config)
	if err != nil {
		return nil, err
	}
	return greeted(secured), nil
}

func handshake(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, &Trouble{Reason: "tls", Err: err}
	}
	return secured, nil
}

func ask(text *textproto.Conn, want int, line string) (string, error) {
	if err := text.PrintfLine("%s", line); err != nil {
		return "", err
	}
	_, answer, err := text.ReadResponse(want)
	return answer, err
}

// offered looks for an extension in the lines that follow the EHLO greeting.
func offered(answer, extension string) bool {
	lines := strings.Split(answer, "\n")
	for _, line := range lines[1:] {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.EqualFold(word, extension) {
			return true
		}
	}
	return false
}

// greetedConn gives back the greeting that was read before TLS, because
// go-smtp's client begins by reading one.
type greetedConn struct {
	net.Conn
	read *bufio.Reader
}

func greeted(conn net.Conn) net.Conn {
	return greetedConn{conn, bufio.NewReader(io.MultiReader(strings.NewReader("220 \r\n"), conn))}
}

func (c greetedConn) Read(b []byte) (int, error) { return c.read.Read(b) }
