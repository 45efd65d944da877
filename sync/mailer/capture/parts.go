package capture

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// parts are the readable ones of a message.
type parts struct {
	Text, HTML, Calendar string
	Method               string // of the calendar
}

// open takes a message apart. Of what it cannot read it gives nothing: the raw
// message is always there.
func open(raw string) parts {
	var p parts
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return p
	}
	p.read(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0)
	return p
}

func (p *parts) read(contentType, encoding string, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || depth > 4 {
		return
	}
	if strings.HasPrefix(kind, "multipart/") {
		p.readAll(multipart.NewReader(body, params["boundary"]), depth)
		return
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return
	}
	switch kind {
	case "text/plain":
		p.Text = string(text)
	case "text/html":
		p.HTML = string(text)
	case "text/calendar":
		p.Calendar, p.Method = string(text), params["method"]
	}
}

func (p *parts) readAll(r *multipart.Reader, depth int) {
	for {
		part, err := r.NextRawPart()
		if err != nil {
			return
		}
		p.read(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part, depth+1)
	}
}
