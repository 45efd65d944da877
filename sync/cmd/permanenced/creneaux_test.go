package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// morning is a scenario with one slot, on one line.
const morning = `{"now":"2026-04-30T06:00:00Z","zone":"Europe/Paris","for":"agent","from":"2026-05-04","to":"2026-05-04",` +
	`"motif":{"id":"m1","duration_min":60,"min_delay_s":0,"max_delay_s":0},` +
	`"plages":[{"id":"p1","agent":"a1","motifs":["m1"],"zone":"Europe/Paris","first_day":"2026-05-04","from":"09:00","to":"10:00"}]}`

const slot = `{"creneaux":[{"start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","agent":"a1","lieu":null,"plage":"p1"}],"without":[]}`

// pretty lays the scenario out on several lines.
func pretty(t *testing.T, scenario string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(scenario), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCreneaux(t *testing.T) {
	unknown := strings.Replace(morning, `"for"`, `"place":1,"for"`, 1)
	laid := pretty(t, unknown)
	var badLine string
	for i, line := range strings.Split(laid, "\n") {
		if strings.Contains(line, "place") {
			badLine = string(rune('1' + i))
		}
	}
	refusal := func(code, message, line string) string {
		return `{"error":{"code":"` + code + `","message":"` + message + `","line":` + line + `}}`
	}
	const coupe = "un texte n’est pas fermé"
	tests := []struct {
		name, in string
		out      []string
		code     int
	}{
		{"one object", morning, []string{slot}, exitDone},
		{"one object and a line end", morning + "\r\n", []string{slot}, exitDone},
		{"one object on several lines", pretty(t, morning) + "\n", []string{slot}, exitDone},
		{"one object after a byte order mark", "\ufeff" + pretty(t, morning), []string{slot}, exitDone},
		{"one object without indentation", strings.ReplaceAll(strings.ReplaceAll(morning, "[{", "[\n{"), "}]", "}\n]"), []string{slot}, exitDone},
		{"several lines", morning + "\n" + morning + "\n\n", []string{slot, slot}, exitDone},
		{
			"a bad line among good ones", morning + "\n" + unknown + "\n" + morning,
			[]string{slot, refusal("unknown_key", "« place » : clé inconnue", "2"), slot}, exitUsage,
		},
		{"the first line cut short", morning[:70] + "\n" + morning, []string{refusal("bad_json", coupe, "1"), slot}, exitUsage},
		{
			"the first line cut short, then a bad one", morning[:70] + "\n" + `{"x":1}`,
			[]string{refusal("bad_json", coupe, "1"), refusal("unknown_key", "« x » : clé inconnue", "2")}, exitUsage,
		},
		{
			"the first lines cut short, one empty between", "\n" + morning[:70] + "\n\n" + morning + "\n" + morning,
			[]string{refusal("bad_json", "la ligne est vide", "1"), refusal("bad_json", coupe, "2"), refusal("bad_json", "la ligne est vide", "3"), slot, slot}, exitUsage,
		},
		{
			"an empty line among others", morning + "\n \n" + morning,
			[]string{slot, refusal("bad_json", "la ligne est vide", "2"), slot}, exitUsage,
		},
		{"a bad object on several lines", laid, []string{refusal("unknown_key", "« place » : clé inconnue", badLine)}, exitUsage},
		{"an object cut short on several lines", laid[:strings.Index(laid, "place")+9], []string{refusal("unknown_key", "« place » : clé inconnue", badLine)}, exitUsage},
		{"a list of scenarios", "[\n  " + morning + "\n]", []string{refusal("bad_type", "objet attendu", "1")}, exitUsage},
		{"nothing", "", nil, exitUsage},
		{"empty lines", "\n\n \n", nil, exitUsage},
		{"binary", "\x7fELF\x02\x01\x00\n\xff\xfe", []string{
			refusal("bad_json", "ce n’est pas du JSON", "1"), refusal("bad_json", "ce n’est pas du JSON", "2"),
		}, exitUsage},
		{"very deep", strings.Repeat("[", 300_000) + "\n" + morning, []string{refusal("bad_type", "objet attendu", "1"), slot}, exitUsage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := permanenced(t, tt.in, "creneaux", "--scenario", "-")
			want := strings.Join(tt.out, "\n")
			if len(tt.out) > 0 {
				want += "\n"
			}
			if got.out != want || got.code != tt.code {
				t.Errorf("code %d, out = %swant code %d, out = %s", got.code, got.out, tt.code, want)
			}
			if (got.err != "") != (tt.code != exitDone) {
				t.Errorf("err = %q", got.err)
			}
		})
	}
}

func TestCreneauxOfAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "scenario.json")
	if err := os.WriteFile(file, []byte(pretty(t, morning)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := permanenced(t, "", "creneaux", "--scenario="+file); got.code != exitDone || got.out != slot+"\n" {
		t.Errorf("= %+v", got)
	}
}

func TestAMessageNamesTheKey(t *testing.T) {
	got := permanenced(t, strings.Replace(morning, `"from":"09:00"`, `"from":"09:60"`, 1), "creneaux", "--scenario", "-")
	if got.code != exitUsage || !strings.Contains(got.err, "scénario refusé, ligne 1 : « plages[0].from » : heure qui n’existe pas") {
		t.Errorf("= %+v", got)
	}
}

func TestSeveralRefusalsAreCounted(t *testing.T) {
	got := permanenced(t, "{}\n"+morning+"\n[]\n", "creneaux", "--scenario", "-")
	if got.code != exitUsage || !strings.Contains(got.err, "2 scénarios refusés sur 3, le premier ligne 1 : « now » : clé obligatoire absente") {
		t.Errorf("= %+v", got)
	}
}

func TestALineTooLongIsRefusedInItsPlace(t *testing.T) {
	in := morning + "\n" + strings.Repeat("x", 200_000) + "\n" + morning + "\n"
	var out bytes.Buffer
	s := newScenarios(strings.NewReader(in), &out, 100_000)
	if err := s.answerAll(); err != nil {
		t.Fatal(err)
	}
	want := slot + "\n" + `{"error":{"code":"too_large","message":"la ligne est trop longue","line":2}}` + "\n" + slot + "\n"
	if out.String() != want {
		t.Errorf("out = %s, want %s", out.String(), want)
	}
	if err := s.verdict(); exitCode(err) != exitUsage {
		t.Errorf("verdict = %v", err)
	}
}

func TestADocumentTooLongIsRefused(t *testing.T) {
	for name, in := range map[string]string{
		"many lines":  "{\n" + strings.Repeat(" \n", 100_000),
		"a long line": "{\n" + strings.Repeat("x", 200_000),
	} {
		var out bytes.Buffer
		s := newScenarios(strings.NewReader(in), &out, 100_000)
		if err := s.answerAll(); err != nil {
			t.Fatal(err)
		}
		s.out.Flush()
		if want := `{"error":{"code":"too_large","message":"le scénario est trop long","line":1}}` + "\n"; out.String() != want {
			t.Errorf("%s: out = %s, want %s", name, out.String(), want)
		}
	}
}

// TestEachAnswerIsGivenAtOnce asks, waits for the answer, and asks again.
func TestEachAnswerIsGivenAtOnce(t *testing.T) {
	askIn, ask := io.Pipe()
	answer, answerOut := io.Pipe()
	done := make(chan int)
	go func() {
		done <- run(context.Background(), []string{"creneaux", "--scenario", "-"}, &console{In: askIn, Out: answerOut, Err: io.Discard})
	}()
	buffer := make([]byte, 4096)
	for range 3 {
		if _, err := io.WriteString(ask, morning+"\n"); err != nil {
			t.Fatal(err)
		}
		n, err := answer.Read(buffer)
		if err != nil || string(buffer[:n]) != slot+"\n" {
			t.Fatalf("answer = %s, %v", buffer[:n], err)
		}
	}
	ask.Close()
	if code := <-done; code != exitDone {
		t.Errorf("code = %d", code)
	}
}

// broken fails after its text.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = errors.New("unplugged")
	}
	return n, err
}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestFailuresOfReadingAndWriting(t *testing.T) {
	for name, in := range map[string]string{"between lines": morning + "\n", "inside an object": "{\n"} {
		var errs bytes.Buffer
		code := run(context.Background(), []string{"creneaux", "--scenario", "-"}, &console{In: broken{strings.NewReader(in)}, Out: io.Discard, Err: &errs})
		if code != exitFailure || !strings.Contains(errs.String(), "lecture du scénario : unplugged") {
			t.Errorf("%s: code %d, err = %s", name, code, errs.String())
		}
	}
	var errs bytes.Buffer
	code := run(context.Background(), []string{"creneaux", "--scenario", "-"}, &console{In: strings.NewReader(morning), Out: broken{}, Err: &errs})
	if code != exitFailure || !strings.Contains(errs.String(), "écriture du résultat : full") {
		t.Errorf("code %d, err = %s", code, errs.String())
	}
}
