package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
)

// verify reads a finished message back with another reader than the one that
// wrote it, and refuses it unless it says exactly what e asked: the headers
// that were meant and no other, the parts in their order, nothing that a relay
// could read in two ways.
func verify(raw []byte, e envelope) error {
	if err := wire(raw); err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("read the message back: %w", err)
	}
	if err := headers(m.Header, e); err != nil {
		return err
	}
	parts, err := leaves(m.Header.Get("Content-Type"), m.Body, 0)
	if err != nil {
		return err
	}
	want := []string{"text/plain", "text/html"}
	if e.Calendar != nil {
		want = append(want, "text/calendar "+string(e.Method), "application/ics")
	}
	if !slices.Equal(parts, want) {
		return fmt.Errorf("the message has parts %q, not %q", parts, want)
	}
	return nil
}

// wire checks what SMTP demands of any message: ASCII, CRLF and nothing else
// for a line end, lines of at most 998 octets.
func wire(raw []byte) error {
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 {
			return fmt.Errorf("a line of %d octets", len(line))
		}
		if bytes.ContainsFunc(line, func(r rune) bool { return r > 0x7e || r < 0x20 && r != '\t' }) {
			return errors.New("a line holds an octet that a relay could misread")
		}
	}
	return nil
}

func headers(h mail.Header, e envelope) error {
	var names []string
	for name, values := range h {
		if len(values) != 1 {
			return fmt.Errorf("header %s stands %d times", name, len(values))
		}
		names = append(names, strings.ToLower(name))
	}
	want := make([]string, 0, len(headerOrder))
	for _, name := range headerOrder {
		want = append(want, strings.ToLower(name))
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		return fmt.Errorf("the message has headers %q, not %q", names, want)
	}
	for name, a := range map[string]mail.Address{"From": e.From, "Reply-To": e.ReplyTo, "To": e.To} {
		got, err := h.AddressList(name)
		if err != nil || len(got) != 1 || *got[0] != a {
			return fmt.Errorf("header %s does not read back", name)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != e.Subject || h.Get("Message-ID") != e.MessageID {
		return errors.New("the subject or the message id does not read back")
	}
	return nil
}

// leaves lists the media types of the parts, with the calendar's method.
func leaves(contentType string, body io.Reader, depth int) ([]string, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || depth > 2 {
		return nil, fmt.Errorf("a part of type %q at depth %d", kind, depth)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return []string{strings.TrimSpace(kind + " " + params["method"])}, nil
	}
	var all []string
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read a part back: %w", err)
		}
		inside, err := leaves(p.Header.Get("Content-Type"), p, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, inside...)
	}
}
