package mailer_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
	. "permanence/sync/mailer/queuetest"
)

// second is what Python's email package read.
type second struct {
	Headers   []string               `json:"headers"`
	Subject   string                 `json:"subject"`
	Addresses map[string][][2]string `json:"addresses"`
	Defects   []string               `json:"defects"`
	Tree      node                   `json:"tree"`
}

type node struct {
	Type        string            `json:"type"`
	Params      map[string]string `json:"params"`
	Encoding    string            `json:"encoding"`
	Disposition *string           `json:"disposition"`
	Filename    *string           `json:"filename"`
	Text        string            `json:"text"`
	Parts       []node            `json:"parts"`
}

func (n node) leaves() []node {
	if n.Parts == nil {
		return []node{n}
	}
	var all []node
	for _, p := range n.Parts {
		all = append(all, p.leaves()...)
	}
	return all
}

func (n node) shape() string {
	if n.Parts == nil {
		return n.Type
	}
	var inside []string
	for _, p := range n.Parts {
		inside = append(inside, p.shape())
	}
	return n.Type + "(" + strings.Join(inside, " ") + ")"
}

// python reads raw with the system's Python, which Debian always has.
func python(t *testing.T, raw []byte) second {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-I", "testdata/lire.py")
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v", err)
	}
	var s second
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

const invited = "multipart/mixed(multipart/alternative(text/plain text/html text/calendar) application/ics)"

// Two readers that share no line of code see the same mail, whatever it is about.
func TestTwoReadersAgree(t *testing.T) {
	rename := func(first, last string) func(*mailer.View) {
		return func(v *mailer.View) {
			u := v.Usagers[Nadia]
			u.FirstName, u.LastName = first, last
			v.Usagers[Nadia] = u
		}
	}
	organisation := func(name string) func(*mailer.View) {
		return func(v *mailer.View) { v.Organisation.Name = name }
	}
	long := strings.Repeat("Accompagnement é, ; \\ ", 40)
	tests := []struct {
		name  string
		told  []mailer.Told
		view  mailer.View
		shape string
		to    string
	}{
		{"invitation", nil, With(), invited, "Nadia Haddad"},
		{"change", toldOf(With()), With(Moved(time.Hour)), invited, "Nadia Haddad"},
		{"cancellation", toldOf(With()), With(Ended(agenda.StatusRevoked)), invited, "Nadia Haddad"},
		{"former address", toldOf(With()), With(Mailed(Nadia, "")), invited, ""},
		{"a comma in a name", nil, With(rename("Zoe", "Martin, Jr")), invited, "Zoe Martin, Jr"},
		{"a comma and accents", nil, With(rename("Zoé", "Lê, O'Neil")), invited, "Zoé Lê, O'Neil"},
		{"quotes, parentheses, brackets", nil, With(rename(`Z"oé (x)`, `<y> \ @`)), invited, `Z"oé (x) <y> \ @`},
		{"a backslash after an accent", nil, With(rename("Zoé", `\ ²`)), invited, `Zoé \ ²`},
		{"what looks like an encoded word", nil, With(rename("=?utf-8?q?Bcc:?=", "x")), invited, "=?utf-8?q?Bcc:?= x"},
		{"a name without end", nil, With(rename(strings.Repeat("Éléonore ", 30), "Ó")), invited, "Éléonore Éléonore Éléonore É"},
		{"an organisation without end, with every mark (E110)", nil, With(organisation("Mairie, pôle « Ø » ; 🌻 " + long[:150])), invited, "Nadia Haddad"},
		{"everything long", nil, With(func(v *mailer.View) { v.Motif.Name, v.Motif.Instruction, v.Lieu.Address = long, long+"\n"+long, long }), invited, "Nadia Haddad"},
		{"lines that begin with a point or with From", nil, With(func(v *mailer.View) { v.Motif.Instruction = ".\n.\n..suite\nFrom ici\n--\n" }), invited, "Nadia Haddad"},
		{"accented domain (MAIL-010)", nil, With(Mailed(Nadia, "a@mairie-évry.fr")), invited, "Nadia Haddad"},
		{"look-alike domain, written as it is (MAIL-011)", nil, With(Mailed(Nadia, "contact@gоuv.fr")), invited, "Nadia Haddad"},
		{"titled collective rdv (E111)", nil, With(func(v *mailer.View) { v.Rdv.Title = "Atelier « budget » : é/è\\ .exe" }), invited, "Nadia Haddad"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := write(t, tt.told, tt.view)
			p := python(t, m.raw)
			if len(p.Defects) > 0 {
				t.Errorf("defects: %q", p.Defects)
			}
			if p.Subject != m.subject(t) {
				t.Errorf("subject %q, for Go %q", p.Subject, m.subject(t))
			}
			if got := p.Addresses["To"]; len(got) != 1 || got[0] != [2]string{tt.to, m.to} {
				t.Errorf("to %q, envelope %s", got, m.to)
			}
			if got := p.Tree.shape(); got != tt.shape {
				t.Errorf("tree %s", got)
			}
			sameParts(t, p, m)
			checkWire(t, m.raw)
		})
	}
}

func sameParts(t *testing.T, p second, m message) {
	t.Helper()
	wanted := []string{"Date", "From", "Reply-To", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
	if !slices.Equal(p.Headers, wanted) {
		t.Errorf("headers %q", p.Headers)
	}
	for _, leaf := range p.Tree.leaves() {
		if leaf.Text != strings.ReplaceAll(m.parts[leaf.Type], "\r\n", "\n") && leaf.Text != m.parts[leaf.Type] {
			t.Errorf("%s differs: %q and %q", leaf.Type, leaf.Text, m.parts[leaf.Type])
		}
		switch leaf.Type {
		case "text/calendar":
			method := leaf.Params["method"]
			if leaf.Encoding != "base64" || leaf.Params["charset"] != "UTF-8" || leaf.Disposition != nil || !strings.Contains(leaf.Text, "METHOD:"+method) {
				t.Errorf("calendar part: %+v", leaf)
			}
		case "application/ics":
			if leaf.Disposition == nil || *leaf.Disposition != "attachment" || leaf.Filename == nil || *leaf.Filename != "invite.ics" {
				t.Errorf("attachment: %+v", leaf)
			}
		}
	}
}

// checkWire looks at what a relay and a calendar ask of lines.
func checkWire(t *testing.T, raw []byte) {
	t.Helper()
	if bytes.ContainsFunc(raw, func(r rune) bool { return r > 0x7e }) {
		t.Error("the message is not ASCII")
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(line) > 90 {
			t.Errorf("a header line of %d octets", len(line))
		}
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
}

// What somebody typed stays text: no header, no recipient, no element, no
// calendar line comes out of it.
func TestHostileValues(t *testing.T) {
	values := []string{
		"Ali\r\nBcc: evil@x.org", "Ali\nX-Evil: 1", "Ali\r\n\r\nCorps", "Ali\u2028Bcc: evil@x.org", "Ali\u0085Bcc: evil@x.org", "Ali\x00\x1b[31m",
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "</textarea><svg onload=alert(1)>",
		"Ali\r\nATTENDEE:mailto:evil@x.org", "Ali\"\r\nATTENDEE;X=\"", "=?utf-8?q?Bcc:?= evil", "\u202eexe.fdp", "\xff\xfe", "--\r\n.\r\nMAIL FROM:<x@x.org>",
		"{{.Link}}", strings.Repeat("A", 20000),
	}
	for _, value := range values {
		v := With(Attended(Nadia, Yanis), func(v *mailer.View) {
			u, child := v.Usagers[Nadia], v.Usagers[Yanis]
			u.FirstName, u.LastName, child.FirstName = value, value, value
			v.Usagers[Nadia], v.Usagers[Yanis] = u, child
			v.Motif.Name, v.Motif.Instruction, v.Rdv.Title = value, value, value
			v.Lieu.Name, v.Lieu.Address = value, value
			v.Organisation.Name, v.Organisation.Hours, v.Organisation.Phone = value, value, value
			v.Agents[0].FirstName = value
		})
		m := write(t, nil, v)
		p := python(t, m.raw)
		if len(p.Defects) > 0 || p.Tree.shape() != invited || m.to != nadia {
			t.Errorf("%q: %q %s to %s", value, p.Defects, p.Tree.shape(), m.to)
		}
		sameParts(t, p, m)
		checkWire(t, m.raw)
		lacks(t, "the html", m.parts["text/html"], "<script", "<img", "<svg", "onerror=alert(1)>", `href="javascript`)
		lacks(t, "the calendar", "\r\n"+m.calendar(), "\r\nATTENDEE:mailto:evil", "\r\nBcc")
		if n := strings.Count("\r\n"+m.calendar(), "\r\nATTENDEE"); n != 1 {
			t.Errorf("%q: %d attendees", value, n)
		}
	}
}

func TestAddress(t *testing.T) {
	good := map[string]string{
		"Nadia.Haddad@Example.org":     "nadia.haddad@example.org",
		" a@mairie-évry.fr ":           "a@xn--mairie-vry-h7a.fr",
		"contact@gоuv.fr":              "contact@xn--guv-sed.fr",
		"a+b_c-d!#$%&'*/=?^`{|}~@x.fr": "a+b_c-d!#$%&'*/=?^`{|}~@x.fr",
	}
	for typed, want := range good {
		if got, err := mailer.Address(typed); got != want || err != nil {
			t.Errorf("Address(%q) = %q, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"", "nadia", "nadia@", "@example.org", "a@b@example.org", "éloïse@exemple.fr", `"a b"@example.org`, "a b@example.org",
		"a@example.org>\r\nRCPT TO:<evil@x.org", "a@example.org\x00", "Nadia <a@example.org>", "a@exam ple.org", "a@-x.org", "a..b@example.org",
		"a@[127.0.0.1]", strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b", 300) + ".org", "a@localhost",
	} {
		if got, err := mailer.Address(typed); err == nil {
			t.Errorf("Address(%q) = %q, want a refusal", typed, got)
		}
	}
}
