package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// ErrNoMailbox says that the organisation has no address of its own: without
// it nobody would receive the answers, so nothing is sent.
var ErrNoMailbox = errors.New("l’organisation n’a pas d’adresse électronique : rien n’est envoyé")

// Post is what all mails of one server share.
type Post struct {
	From string // address mails leave from; "" means each organisation's own
	URL  string // of the server's pages, without a final slash: "https://rdv.example.org"
}

// NewPost checks the settings. It refuses (ErrAddress) an address that is not
// one and an URL that no usager could open.
func NewPost(from, url string) (Post, error) {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") || hasControl(url) {
		return Post{}, fmt.Errorf("l’adresse publique du serveur n’est pas valable")
	}
	p := Post{URL: strings.TrimRight(url, "/")}
	if from == "" {
		return p, nil
	}
	address, err := Address(from)
	if err != nil {
		return Post{}, fmt.Errorf("adresse d’expédition : %w", err)
	}
	p.From = address
	return p, nil
}

// sender gives the address a mail of the organisation's mailbox leaves from:
// the mailbox itself when the server may speak for its domain, else the
// server's, so that the domain's own rules (SPF, DMARC) hold.
func (p Post) sender(mailbox string) string {
	if p.From == "" || domainOf(p.From) == domainOf(mailbox) {
		return mailbox
	}
	return p.From
}

// envelopeFrom is where a relay sends what it could not deliver.
func (p Post) envelopeFrom(mailbox string) string {
	if p.From == "" {
		return mailbox
	}
	return p.From
}

// Mailbox gives the organisation's own address and display name, required
// before anything is sent (ErrNoMailbox).
func (v View) Mailbox() (mail.Address, error) {
	address, err := Address(v.Organisation.Mail)
	if err != nil {
		return mail.Address{}, ErrNoMailbox
	}
	return mail.Address{Name: headerName(v.Organisation.Name), Address: address}, nil
}

// Compose writes a letter, ready to be sent as it is, now and at each retry:
// link is the recipient's own page ("" for none), now the instant of writing.
func (p Post) Compose(l Letter, v View, link string, now time.Time) (Parcel, error) {
	mailbox, err := v.Mailbox()
	if err != nil {
		return Parcel{}, err
	}
	var calendar []byte
	if !l.NoCalendar {
		if calendar, err = p.Invitation(l, v, link); err != nil {
			return Parcel{}, err
		}
	}
	shown := lay(l, v, link, p.URL, now)
	html, err := htmlOf(shown)
	if err != nil {
		return Parcel{}, err
	}
	from := mail.Address{Name: mailbox.Name, Address: p.sender(mailbox.Address)}
	raw, err := build(envelope{
		From: from, ReplyTo: mailbox,
		To:        mail.Address{Name: addressName(l), Address: l.Address},
		Subject:   shown.Subject,
		MessageID: messageID(l, v, domainOf(from.Address)),
		Date:      now, Text: textOf(shown), HTML: html,
		Method: l.Kind.Method(), Calendar: calendar,
	})
	if err != nil {
		return Parcel{}, fmt.Errorf("compose %s of rdv %s: %w", l.Kind, v.Rdv.ID, err)
	}
	return Parcel{From: p.envelopeFrom(mailbox.Address), To: l.Address, Raw: raw}, nil
}

// addressName names the recipient, except to a former address.
func addressName(l Letter) string {
	if l.Kind == Readdress {
		return ""
	}
	return headerName(l.To.Name)
}

// headerName makes of a name what an address header can bear: short enough for
// one encoded word, since readers differ on how several are joined. The whole
// name is in the body.
func headerName(name string) string {
	runes := []rune(plain(name))
	runes = runes[:min(len(runes), 60)]
	for len(phrase(string(runes))) > 75 {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes))
}

// messageID is the same for the same thing told to the same person, so that a
// retry after a cut is recognised. It shows neither the machine, nor the
// address, nor the Rdv.
func messageID(l Letter, v View, domain string) string {
	h := sha256.New()
	for _, part := range []string{
		string(v.Rdv.ID), string(l.To.Usager), string(l.Kind), l.Address, string(l.After.Lieu),
		fmt.Sprint(l.After.Sequence), l.After.Start.UTC().Format(time.RFC3339), l.After.End.UTC().Format(time.RFC3339),
	} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return "<" + hex.EncodeToString(h.Sum(nil)[:16]) + "@" + domain + ">"
}
