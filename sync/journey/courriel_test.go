package journey

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"permanence/sync/mailer/smtptest"
)

const (
	// mailWait is how long a mail that must come may take.
	mailWait = 15 * time.Second
	// mailSilence is how long no mail must come: longer than the server waits
	// after a change, and than it takes to notice it.
	mailSilence = 2500 * time.Millisecond
)

// mails gives what the sink received for somebody.
func (j *journey) mails(who string) []smtptest.Message {
	var found []smtptest.Message
	for _, m := range j.sink.Messages() {
		if m.To == email(who) {
			found = append(found, m)
		}
	}
	return found
}

// cmdMail reads the next mail to somebody, or checks that none comes.
func cmdMail(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, 2, "mail WHO [PATTERN]")
	j := of(ts)
	who := args[0]
	limit := time.Now().Add(mailWait)
	if neg {
		limit = time.Now().Add(mailSilence)
	}
	for len(j.mails(who)) <= j.read[who] && time.Now().Before(limit) {
		time.Sleep(50 * time.Millisecond)
	}
	all := j.mails(who)
	switch came := len(all) > j.read[who]; {
	case came == neg && neg:
		text, _ := readMail(all[j.read[who]].Raw) // shown as far as it can be read
		ts.Fatalf("a mail came to %s:\n%s", who, text)
	case came == neg:
		ts.Fatalf("no mail came to %s within %v", who, mailWait)
	case neg:
		return
	}
	raw := all[j.read[who]].Raw
	j.read[who]++
	text, err := readMail(raw)
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), text)
	ts.Check(os.WriteFile(filepath.Join(j.dir, who+".eml"), raw, 0o600))
	if len(args) == 2 && !regexp.MustCompile(args[1]).MatchString(text) {
		ts.Fatalf("the mail to %s does not say %q:\n%s", who, args[1], text)
	}
}

// readMail gives the subject and the readable parts of a mail, its lines
// unfolded.
func readMail(raw []byte) (string, error) {
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		return "", err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return "", err
	}
	text := "Subject: " + subject + "\nTo: " + m.Header.Get("To") + "\nReply-To: " + m.Header.Get("Reply-To") + "\n\n"
	parts, err := readParts(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return plain(strings.NewReplacer("\r\n ", "", "\r\n", "\n").Replace(text + parts)), err
}

// plain makes the no-break spaces of French plain ones, which scripts can type.
func plain(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }

// readParts gives the text and the calendar of a part and of those inside it.
func readParts(contentType, encoding string, body io.Reader) (string, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return readMultipart(multipart.NewReader(body, params["boundary"]))
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil || kind != "text/plain" && kind != "text/calendar" {
		return "", err
	}
	return string(content) + "\n", nil
}

func readMultipart(r *multipart.Reader) (string, error) {
	text := ""
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return text, err
		}
		inside, err := readParts(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
		if err != nil {
			return text, err
		}
		text += inside
	}
}

// cmdLink opens the link of the last mail to somebody as a browser without
// script does; with « annuler » it sends the form.
func cmdLink(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, 2, "link WHO [annuler]")
	j := of(ts)
	all := j.mails(args[0])
	if len(all) == 0 {
		ts.Fatalf("no mail came to %s", args[0])
	}
	text, err := readMail(all[len(all)-1].Raw)
	ts.Check(err)
	link := regexp.MustCompile(`https?://\S+/rdv/[A-Za-z0-9_-]+`).FindString(text)
	if link == "" {
		ts.Fatalf("no link in the mail to %s:\n%s", args[0], text)
	}
	page, status := j.open(ts, link)
	if len(args) == 2 && args[1] == "annuler" {
		form, _ := j.open(ts, link+"/annuler")
		page, status = j.submit(ts, link, form)
		j.acted = time.Now()
	}
	fmt.Fprint(ts.Stdout(), page)
	if (status >= 400) != neg {
		ts.Fatalf("%s answered %d:\n%s", link, status, page)
	}
}

// open gets a page and gives its words.
func (j *journey) open(ts *testscript.TestScript, address string) (string, int) {
	resp, err := http.Get(address)
	ts.Check(err)
	return readPage(ts, resp)
}

// submit sends the one form of a page.
func (j *journey) submit(ts *testscript.TestScript, link, page string) (string, int) {
	token := regexp.MustCompile(`name="jeton" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		return page, http.StatusConflict
	}
	r, err := http.NewRequest(http.MethodPost, link+"/annuler", strings.NewReader(url.Values{"jeton": {token[1]}}.Encode()))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", j.server.url)
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	return readPage(ts, resp)
}

func readPage(ts *testscript.TestScript, resp *http.Response) (string, int) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	return plain(string(body)), resp.StatusCode
}
