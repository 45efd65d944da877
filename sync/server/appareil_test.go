package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// appareil is a device without a program: what it sends is written by hand.
type appareil struct {
	m          *monde
	id         string
	credential string
	n          int64
}

func (m *monde) newAppareil(agent agenda.AgentID) *appareil {
	m.t.Helper()
	credential, d, last, err := m.srv.Place(context.Background(), agent, "À la main", "")
	if err != nil {
		m.t.Fatal(err)
	}
	return &appareil{m, d.ID, credential, last}
}

// command gives a command with the next number of the device.
func (d *appareil) command(a agenda.Args) agenda.Command {
	d.n++
	c := agenda.NewCommand(newID(), d.m.clock.Now().UTC(), a)
	c.Device, c.N = d.id, d.n
	return c
}

// lines writes a request: a hello, then the commands, as they are given.
func (d *appareil) lines(acked int64, commands ...any) string {
	d.m.t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	hello := wire.Hello{Protocol: wire.Protocol, Schema: wire.Schema, Acked: acked, Last: d.n, Clock: d.m.clock.Now().UTC()}
	parts := []any{map[string]any{"t": "hello", "hello": hello}}
	for _, c := range commands {
		parts = append(parts, map[string]any{"t": "push", "command": c})
	}
	for _, p := range parts {
		if err := enc.Encode(p); err != nil {
			d.m.t.Fatal(err)
		}
	}
	return b.String()
}

// send posts a body as it is.
func (d *appareil) send(body string, headers ...string) answer {
	d.m.t.Helper()
	return d.m.do("POST", "/sync/v1/exchange", body, append(headers, "Authorization: Bearer "+d.credential)...)
}

// push sends commands and gives their outcomes, by number.
func (d *appareil) push(acked int64, commands ...any) map[int64]wire.Outcome {
	d.m.t.Helper()
	a := d.send(d.lines(acked, commands...))
	if a.status != http.StatusOK {
		d.m.t.Fatalf("status %d: %.200s", a.status, a.body)
	}
	out := map[int64]wire.Outcome{}
	for _, f := range framesOf(d.m.t, a) {
		if f.T == wire.TypeOutcome {
			out[f.Outcome.N] = *f.Outcome
		}
	}
	return out
}

// framesOf reads an answer, inflated as it says.
func framesOf(t testing.TB, a answer) []wire.Frame {
	t.Helper()
	var in io.Reader = strings.NewReader(a.body)
	var err error
	switch a.header.Get("Content-Encoding") {
	case "gzip":
		in, err = gzip.NewReader(in)
	case "zstd":
		in, err = zstd.NewReader(in)
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []wire.Frame
	err = wire.ReadFrames(in, func(f wire.Frame) error {
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatalf("after %d frames: %v", len(all), err)
	}
	return all
}

func gzipped(t testing.TB, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t testing.TB, body string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(body), nil))
}

// Every way of compressing gives the same frames, both ways.
func TestCompression(t *testing.T) {
	m := newMonde(t)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia))
	d := m.newAppareil(m.alice)
	plain := d.lines(0)
	want := len(framesOf(t, d.send(plain)))
	if want < 10 {
		t.Fatalf("only %d frames", want)
	}
	for name, tt := range map[string]struct{ body, sent, accepts, gets string }{
		"zstd both ways":    {zstded(t, plain), "zstd", "zstd, gzip", "zstd"},
		"gzip both ways":    {gzipped(t, plain), "gzip", "gzip", "gzip"},
		"gzip by weight":    {plain, "", "zstd;q=0, gzip;q=0.5", "gzip"},
		"none":              {plain, "", "", ""},
		"none wanted":       {plain, "", "identity, zstd;q=0, gzip;q=0", ""},
		"a coding not ours": {plain, "", "br", ""},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{"Accept-Encoding: " + tt.accepts}
			if tt.sent != "" {
				headers = append(headers, "Content-Encoding: "+tt.sent)
			}
			a := d.send(tt.body, headers...)
			if got := a.header.Get("Content-Encoding"); a.status != http.StatusOK || got != tt.gets {
				t.Fatalf("status %d, encoded %q, want %q", a.status, got, tt.gets)
			}
			if got := len(framesOf(t, a)); got != want {
				t.Errorf("%d frames, want %d", got, want)
			}
		})
	}
}

// What cannot be a request is refused as a whole, and nothing of it is done.
func TestMalformedRequest(t *testing.T) {
	m := newMonde(t)
	d := m.newAppareil(m.alice)
	hello := strings.TrimSuffix(d.lines(0), "\n")
	book, err := json.Marshal(d.command(m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)))
	if err != nil {
		t.Fatal(err)
	}
	push := `{"t":"push","command":` + string(book) + `}`
	tooMany := strings.Repeat("\n"+push, wire.MaxCommands+1)
	bomb := strings.Repeat(" ", 64<<20)
	tests := []struct {
		name, body, encoding string
		status               int
	}{
		{"empty", "", "", 400},
		{"a page", "<html>", "", 400},
		{"no hello", push, "", 400},
		{"two hellos", hello + "\n" + hello, "", 400},
		{"an unknown key", `{"t":"hello","hello":{"protocol":1,"schema":1,"acked":0,"last":0,"clock":"2026-11-23T08:00:00Z","root":true}}`, "", 400},
		{"a key twice", `{"t":"hello","t":"hello","hello":{"protocol":1,"schema":1,"acked":0,"last":0,"clock":"2026-11-23T08:00:00Z"}}`, "", 400},
		{"a key twice, in capitals", hello + "\n" + strings.Replace(push, `"n":1`, `"n":1,"N":2`, 1), "", 400},
		{"not a number", hello + "\n" + `{"t":"push","command":{"n":NaN}}`, "", 400},
		{"a broken date", strings.Replace(hello, `"clock":"2026-11-2`, `"clock":"2026-11-3`, 1), "", 400},
		{"a cursor below zero", hello + "\n" + `{"t":"cursor","cursor":{"territoire":"` + string(m.ccas.territoire) + `","epoch":"e","number":-1}}`, "", 400},
		{"a cursor of nowhere", hello + "\n" + `{"t":"cursor","cursor":{"territoire":"../x","epoch":"e","number":1}}`, "", 400},
		{"an id that is none", hello + "\n" + strings.Replace(push, `"command":{"id":"`, `"command":{"id":"../`, 1), "", 400},
		{"a command that is a list", hello + "\n" + `{"t":"push","command":[]}`, "", 400},
		{"a command before its cursor", hello + "\n" + push + "\n" + `{"t":"cursor","cursor":{"territoire":"` + string(m.ccas.territoire) + `","epoch":"e","number":1}}`, "", 400},
		{"nested", hello + "\n" + `{"t":"push","command":` + strings.Repeat("[", 200_000), "", 400},
		{"not UTF-8", "\xff\xfe", "", 400},
		{"not zstd", hello, "zstd", 400},
		{"zstd cut", zstded(t, hello)[:20], "zstd", 400},
		{"not gzip", hello, "gzip", 400},
		{"gzip cut", gzipped(t, hello)[:20], "gzip", 400},
		{"a coding not ours", hello, "br", 400},
		{"another protocol", strings.Replace(hello, `"protocol":1`, `"protocol":2`, 1), "", 426},
		{"too many commands", hello + tooMany, "", 413},
		{"too large", hello + strings.Repeat(" ", wire.MaxBody), "", 413},
		{"too large, zstd", zstded(t, hello+strings.Repeat(" ", 2*wire.MaxBody)), "zstd", 413},
		{"a bomb, gzip", gzipped(t, bomb), "gzip", 413},
		{"a bomb, zstd", zstded(t, bomb), "zstd", 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := d.send(tt.body, "Content-Encoding: "+tt.encoding)
			if _, _ = refusalOf(t, a); a.status != tt.status {
				t.Errorf("status %d, want %d: %.200s", a.status, tt.status, a.body)
			}
		})
	}
	if out := d.push(0, json.RawMessage(book)); out[1].Verdict != agenda.Applied {
		t.Errorf("after all that, n 1: %+v", out)
	}
}

// A command that cannot be understood gets an outcome of its own; the others
// of its batch get theirs.
func TestPoisonBlocksNobody(t *testing.T) {
	m := newMonde(t)
	d := m.newAppareil(m.alice)
	broken := d.command(m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia))
	body, err := json.Marshal(broken)
	if err != nil {
		t.Fatal(err)
	}
	date := strings.Replace(string(body), `"start":"2026-11-24T`, `"start":"2026-11-31T`, 1)
	key := d.command(&agenda.CancelRdv{Rdv: "x", By: "service"})
	unknownKey, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	newer := d.command(&agenda.Emptied{})
	newer.Name, newer.V = "BookSeance", 3
	good := d.command(m.booking("10:00", []agenda.AgentID{m.alice}, m.nadia))
	out := d.push(0, json.RawMessage(date), json.RawMessage(strings.Replace(string(unknownKey), `{"id"`, `{"admin":true,"id"`, 1)), newer, good)
	want := []struct {
		verdict agenda.Verdict
		code    agenda.Code
	}{{agenda.Refused, agenda.CodeInvalid}, {agenda.Refused, agenda.CodeInvalid}, {agenda.Waiting, agenda.CodeUnknownCommand}, {agenda.Applied, ""}}
	for i, w := range want {
		if o := out[int64(i+1)]; o.Verdict != w.verdict || o.Code != w.code {
			t.Errorf("n %d: %s %s %q, want %s %s", i+1, o.Verdict, o.Code, o.Message, w.verdict, w.code)
		}
	}
}

// Who sends is told by the token, never by the content.
func TestCommandOfAnotherDevice(t *testing.T) {
	m := newMonde(t)
	a, d := m.newAppareil(m.alice), m.newAppareil(m.dalil)
	stolen := a.command(m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia))
	got := d.send(d.lines(0, stolen))
	if code, _ := refusalOf(t, got); got.status != http.StatusForbidden || code != "foreign_device" {
		t.Errorf("%d %s", got.status, code)
	}
	for name, credential := range map[string]string{
		"nobody":                      "",
		"another's id, one's own key": a.id + d.credential[36:],
		"a key cut short":             d.credential[:len(d.credential)-1],
		"a key changed":               flip(d.credential),
	} {
		t.Run(name, func(t *testing.T) {
			got := m.do("POST", "/sync/v1/exchange", d.lines(0), "Authorization: Bearer "+credential)
			if code, _ := refusalOf(t, got); got.status != http.StatusUnauthorized || code != "bad_credentials" {
				t.Errorf("%d %s", got.status, code)
			}
		})
	}
}

// flip changes the last letter of a secret.
func flip(secret string) string {
	last := byte('0')
	if strings.HasSuffix(secret, "0") {
		last = '1'
	}
	return secret[:len(secret)-1] + string(last)
}

// Another's record is refused in the words of one that does not exist.
func TestForeignRecordIsUnknown(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	before := m.rdv(book.Rdv)
	revise := func(u agenda.UsagerID) *agenda.ReviseUsager {
		return &agenda.ReviseUsager{Usager: u, Fields: map[string]agenda.Edit{"first_name": {Was: []byte(`"Nadia"`), Now: []byte(`"Vue"`)}}}
	}
	pairs := map[string][2]agenda.Args{
		"cancel an rdv":  {&agenda.CancelRdv{Rdv: book.Rdv, By: "service"}, &agenda.CancelRdv{Rdv: agenda.RdvID(newID()), By: "service"}},
		"mark an rdv":    {&agenda.MarkRdv{Rdv: book.Rdv, Status: "seen", Was: "unknown"}, &agenda.MarkRdv{Rdv: agenda.RdvID(newID()), Status: "seen", Was: "unknown"}},
		"move an rdv":    {m.moveTo(book.Rdv, "16:00"), &agenda.MoveRdv{Rdv: agenda.RdvID(newID()), From: before.Slot(), To: before.Slot()}},
		"delete an rdv":  {&agenda.DeleteRdv{Rdv: book.Rdv}, &agenda.DeleteRdv{Rdv: agenda.RdvID(newID())}},
		"revise a fiche": {revise(m.nadia), revise(agenda.UsagerID(newID()))},
		"erase a fiche":  {&agenda.EraseUsager{Usager: m.nadia, Reason: "request"}, &agenda.EraseUsager{Usager: agenda.UsagerID(newID()), Reason: "request"}},
	}
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			d := m.newAppareil(m.dalil)
			out := d.push(0, d.command(pair[0]), d.command(pair[1]))
			if out[1].Verdict != agenda.Refused || out[1].Code != out[2].Code || out[1].Message != out[2].Message || out[1].Message == "" {
				t.Errorf("theirs: %+v\nnobody's: %+v", out[1], out[2])
			}
		})
	}
	if r := m.rdv(book.Rdv); r.Revision != before.Revision {
		t.Errorf("rdv changed: %+v", r)
	}
}
