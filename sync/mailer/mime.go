package mailer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/jordan-wright/email"
)

// envelope is what a message is made of, before it is bytes.
type envelope struct {
	From, ReplyTo, To mail.Address
	Subject           string
	MessageID         string // with its angle brackets
	Date              time.Time
	Text, HTML        []byte
	Method            Method
	Calendar          []byte // nil: a message without invitation
}

// headerOrder is every header of our messages, as they are written.
var headerOrder = []string{
	"Date", "From", "Reply-To", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
}

// build makes the bytes of a message:
//
//	mixed( alternative(text, html, text/calendar), invite.ics )
//
// or alternative(text, html) without a calendar. Every value is checked before
// the mail library sees it, and the result is read back before it is given.
func build(e envelope) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	m := email.NewEmail()
	m.From, m.To, m.ReplyTo = e.From.Address, []string{e.To.Address}, []string{e.ReplyTo.Address}
	m.Subject, m.Text, m.HTML = e.Subject, e.Text, e.HTML
	m.Headers = textproto.MIMEHeader{
		"Message-Id":     {e.MessageID},
		"Date":           {e.Date.Format(time.RFC1123Z)},
		"Auto-Submitted": {"auto-generated"},
	}
	if e.Calendar != nil {
		if err := attach(m, e); err != nil {
			return nil, err
		}
	}
	raw, err := m.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	if e.Calendar != nil {
		if raw, err = splice(raw, e); err != nil {
			return nil, err
		}
	}
	if raw, err = reorder(raw, e); err != nil {
		return nil, err
	}
	return raw, verify(raw, e)
}

func (e envelope) check() error {
	values := []string{e.From.Name, e.From.Address, e.ReplyTo.Name, e.ReplyTo.Address, e.To.Name, e.To.Address, e.Subject, e.MessageID}
	if slices.ContainsFunc(values, hasControl) {
		return errors.New("a header value holds a control character")
	}
	for _, a := range []string{e.From.Address, e.ReplyTo.Address, e.To.Address} {
		if clean, err := Address(a); err != nil || clean != a {
			return ErrAddress
		}
	}
	if len(e.Text) == 0 || len(e.HTML) == 0 {
		return errors.New("a message needs a text and its html")
	}
	return nil
}

// headerAddress writes an address as a header has it.
func headerAddress(a mail.Address) string {
	if a.Name == "" {
		return "<" + a.Address + ">"
	}
	return phrase(a.Name) + " <" + a.Address + ">"
}

// phrase writes a display name: as it is when it is made of plain words, else
// as one encoded word that holds only what RFC 2047 §5.3 lets stand there.
func phrase(name string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
	if strings.Trim(name, safe+" ") == "" {
		return name
	}
	var b strings.Builder
	b.WriteString("=?utf-8?q?")
	for i := range len(name) {
		switch c := name[i]; {
		case c == ' ':
			b.WriteByte('_')
		case strings.IndexByte(safe, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String() + "?="
}

func attach(m *email.Email, e envelope) error {
	a, err := m.Attach(bytes.NewReader(e.Calendar), "invite.ics", `application/ics; name="invite.ics"`)
	if err != nil {
		return fmt.Errorf("attach the calendar: %w", err)
	}
	a.Header.Set("Content-ID", strings.Replace(e.MessageID, "<", "<invite.", 1))
	return nil
}

// splice puts the calendar last into the alternative, where the library cannot.
func splice(raw []byte, e envelope) ([]byte, error) {
	const opening = "multipart/alternative;\r\n boundary="
	_, rest, ok := bytes.Cut(raw, []byte(opening))
	if !ok {
		return nil, errors.New("splice the calendar: no alternative")
	}
	boundary, _, _ := bytes.Cut(rest, []byte("\r\n"))
	closing := slices.Concat([]byte("\r\n--"), boundary, []byte("--"))
	i := bytes.LastIndex(raw, closing)
	if i < 0 || len(boundary) == 0 {
		return nil, errors.New("splice the calendar: the alternative is not closed")
	}
	part := fmt.Sprintf("\r\n--%s\r\nContent-Type: text/calendar; method=%s; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		boundary, e.Method, base64Lines(e.Calendar))
	return slices.Concat(raw[:i], []byte(part), raw[i:]), nil
}

// base64Lines cuts at 76 characters, without a last line end.
func base64Lines(b []byte) string {
	var lines []string
	for chunk := range slices.Chunk(b, 57) {
		lines = append(lines, base64.StdEncoding.EncodeToString(chunk))
	}
	return strings.Join(lines, "\r\n")
}

// reorder gives the headers their usual order, spelling and length, and the
// addresses their names: the library writes headers at random, never folds, and
// spoils names with commas or backslashes.
func reorder(raw []byte, e envelope) ([]byte, error) {
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		return nil, errors.New("order the headers: no end of headers")
	}
	lines := map[string]string{}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(head), "\r\n ", " "), "\r\n") {
		name, value, ok := strings.Cut(line, ": ")
		if _, twice := lines[strings.ToLower(name)]; !ok || twice {
			return nil, fmt.Errorf("order the headers: %d bytes that are no header", len(line))
		}
		lines[strings.ToLower(name)] = value
	}
	lines["from"], lines["to"], lines["reply-to"] = headerAddress(e.From), headerAddress(e.To), headerAddress(e.ReplyTo)
	var b bytes.Buffer
	for _, name := range headerOrder {
		value, ok := lines[strings.ToLower(name)]
		if !ok {
			return nil, fmt.Errorf("order the headers: no %s", name)
		}
		fold(&b, name+": "+value)
		delete(lines, strings.ToLower(name))
	}
	if len(lines) > 0 {
		return nil, fmt.Errorf("order the headers: %d too many", len(lines))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes(), nil
}

// fold cuts a header at spaces, at 76 octets where it can.
func fold(b *bytes.Buffer, line string) {
	length := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case length+1+len(word) > 76 && i > 1:
			b.WriteString("\r\n ")
			length = 0
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
		length += 1 + len(word)
	}
	b.WriteString("\r\n")
}
