package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
)

const (
	aTerritoire = "01930000-0000-7000-8000-000000000001"
	aCommand    = "01930000-0000-7000-8000-000000000002"
)

func request() Request {
	return Request{
		Hello: Hello{Protocol: Protocol, Schema: Schema, Acked: 3, Last: 5, Waiting: []int64{1, 2}, Clock: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)},
		Cursors: []Cursor{{Territoire: aTerritoire, Epoch: "e", Number: 7, Scopes: []agenda.Scope{"conf:x", "usagers:x"},
			Loading: []Loading{{Scope: "busy:y", N: 7, Phase: 1, After: 4}}, WindowFrom: "2026-08-01"}},
		Commands: []json.RawMessage{json.RawMessage(`{"n":4,"text":"<é>"}`), json.RawMessage(`{"n":5}`)},
	}
}

func TestRequestComesBack(t *testing.T) {
	var b bytes.Buffer
	if err := WriteRequest(&b, request()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 4 || !strings.Contains(b.String(), "<é>") {
		t.Errorf("%d lines:\n%s", n, &b)
	}
	got, err := ReadRequest(&b)
	if err != nil || !reflect.DeepEqual(got, request()) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, request())
	}
}

func TestReadRequestRefuses(t *testing.T) {
	hello := `{"t":"hello","hello":{"protocol":1,"schema":1,"acked":3,"last":5,"clock":"2026-11-23T08:00:00Z"}}`
	cursor := `{"t":"cursor","cursor":{"territoire":"` + aTerritoire + `","epoch":"e","number":7}}`
	push := `{"t":"push","command":{}}`
	tests := []struct {
		name, body string
		want       error
	}{
		{"nothing", "", ErrMalformed},
		{"an empty line", hello + "\n\n" + push, ErrMalformed},
		{"a hello without content", `{"t":"hello"}`, ErrMalformed},
		{"a type of nobody", hello + "\n" + `{"t":"delete"}`, ErrMalformed},
		{"a cursor after a command", hello + "\n" + push + "\n" + cursor, ErrMalformed},
		{"two cursors of one territoire", hello + "\n" + cursor + "\n" + cursor, ErrMalformed},
		{"a phase beyond the last", hello + "\n" + strings.Replace(cursor, `"number":7`, `"number":7,"loading":[{"scope":"x","n":1,"phase":5,"after":0}]`, 1), ErrMalformed},
		{"more acknowledged than given", strings.Replace(hello, `"last":5`, `"last":2`, 1), ErrMalformed},
		{"waiting in disorder", strings.Replace(hello, `"last":5`, `"last":5,"waiting":[2,1]`, 1), ErrMalformed},
		{"a number too large", strings.Replace(hello, `"last":5`, `"last":99999999999999999999`, 1), ErrMalformed},
		{"many territoires", hello + cursors(maxCursors+1), ErrTooLarge},
		{"many commands", hello + strings.Repeat("\n"+push, MaxCommands+1), ErrTooLarge},
		{"a large body", hello + strings.Repeat("\n", MaxBody), ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ReadRequest(strings.NewReader(tt.body)); !errors.Is(err, tt.want) {
				t.Errorf("ReadRequest = %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := ReadRequest(strings.NewReader(hello + cursors(maxCursors) + strings.Repeat("\n"+push, MaxCommands) + "\n")); err != nil {
		t.Errorf("the largest of all: %v", err)
	}
	if _, err := ReadRequest(io.MultiReader(strings.NewReader(hello), cut{})); !errors.Is(err, ErrMalformed) || !errors.Is(err, errCut) {
		t.Errorf("a body cut: %v", err)
	}
}

func cursors(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\n"+`{"t":"cursor","cursor":{"territoire":"01930000-0000-7000-8000-%012d","epoch":"e","number":1}}`, i)
	}
	return b.String()
}

var errCut = errors.New("cut")

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, errCut }

func TestDecodeStrict(t *testing.T) {
	type value struct {
		A any            `json:"a"`
		B map[string]any `json:"b"`
	}
	for body, good := range map[string]bool{
		`{}`: true, `{"a":1,"b":{"a":1}}`: true, `{"a":[{"x":1},{"x":2}]}`: true, `{"a":"a","b":{"b":"\"a\":"}}`: true, `{"a":"\\"}`: true,
		` { "a" : { "x" : "x" , "y" : "x" } } `: true, `{"a":["a","a","b:"]}`: true,
		`{"a":1,"a":2}`: false, `{"a":1,"A":2}`: false, `{"b":{"x":1,"x":1}}`: false, `{"a":[{"x":1,"x":2}]}`: false, `{"a":{"x":{"y":1},"x":1}}`: false,
		`{"\u0061":1}`: false, `{"c":1}`: false, `{"a":1}{}`: false, `{"a":1} x`: false, `{"a":NaN}`: false, ``: false, `{"a"`: false, `{"b":[]}`: false,
		`{"a":"é","b":{"é":1}}`: true, `{"a" :1,"a" :1}`: false,
	} {
		if err := DecodeStrict([]byte(body), &value{}); (err == nil) != good || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("DecodeStrict(%s) = %v", body, err)
		}
	}
}

// Whatever the bytes, the reader answers, and what it accepts names no key twice.
func FuzzDecodeStrict(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":{"b":[1,{"c":"\""}]}}`, `{"a":1,"a":2}`, `"`, `{"a":"\u0022}`, `[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v map[string]any
		if DecodeStrict(body, &v) != nil {
			return
		}
		again, err := json.Marshal(v)
		if err != nil || DecodeStrict(again, &v) != nil && !bytes.Contains(again, []byte(`\`)) {
			t.Errorf("%q was accepted, %q is not: %v", body, again, err)
		}
	})
}

func TestFramesComeBack(t *testing.T) {
	frames := []Frame{
		{T: TypeHello, Server: &ServerHello{Protocol: 1, Next: 3, Heads: []Head{{aTerritoire, "e", 7}}}},
		{T: TypeOutcome, Outcome: &Outcome{N: 1, ID: aCommand, Verdict: agenda.Applied, Numbers: map[agenda.TerritoireID]int64{aTerritoire: 7}}},
		{T: TypeScope, Territoire: aTerritoire, Scope: "conf:x", Add: true},
		{T: TypePut, Territoire: aTerritoire, Noun: agenda.NounLieu, ID: aCommand, Number: 7, Scopes: []agenda.Scope{"conf:x"}, Body: json.RawMessage(`{"name":"<é>"}`)},
		{T: TypeErase, Territoire: aTerritoire, Noun: agenda.NounUsager, ID: aCommand, Number: 7},
		{T: TypeMark, Territoire: aTerritoire, Number: 7, Mark: &Mark{From: 1, To: 7, Epoch: "e"}},
		{T: TypeEnd, End: &End{Scopes: true}},
	}
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, f := range frames {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	var got []Frame
	err := ReadFrames(&b, func(f Frame) error {
		got = append(got, f)
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, frames) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, frames)
	}
}

// readOne gives the last frame of a text.
func readOne(text string) (last Frame, err error) {
	err = ReadFrames(strings.NewReader(text), func(f Frame) error {
		last = f
		return nil
	})
	return last, err
}

// A frame that lacks what its type needs is a fault of the line.
func TestFramesThatAreNone(t *testing.T) {
	for _, line := range []string{
		`<html>`, `{}`, `[]`, `null`, `{"t":"hello"}`, `{"t":"outcome"}`, `{"t":"outcome","outcome":{"n":0,"id":"` + aCommand + `"}}`, `{"t":"outcome","outcome":{"n":1,"id":"x"}}`,
		`{"t":"mark"}`, `{"t":"mark","territoire":"` + aTerritoire + `"}`, `{"t":"mark","territoire":"` + aTerritoire + `","mark":{"to":-1,"epoch":"e"}}`,
		`{"t":"put","territoire":"` + aTerritoire + `","noun":"lieu","id":"x"}`, `{"t":"gone","noun":"lieu","id":"x"}`, `{"t":"scope","territoire":"` + aTerritoire + `"}`,
		`{"t":"erase","territoire":"` + aTerritoire + `","noun":"usager"}`,
	} {
		if f, err := readOne(line + "\n"); !errors.Is(err, ErrTruncated) {
			t.Errorf("%s: %+v, %v", line, f, err)
		}
	}
	if _, err := readOne(`{"t":"` + strings.Repeat("x", MaxLine) + `"}`); !errors.Is(err, ErrTruncated) {
		t.Errorf("an endless line: %v", err)
	}
	if f, err := readOne(`{"t":"digest","new":1}`); err != nil || f.T != "digest" {
		t.Errorf("a newer server: %v", err)
	}
}

func TestHashScopes(t *testing.T) {
	seen := map[string]bool{}
	for _, scopes := range [][]agenda.Scope{nil, {"a"}, {"a", "b"}, {"ab"}, {"a", ""}, {"", "a"}} {
		h := HashScopes(scopes)
		if len(h) != 32 || seen[h] {
			t.Errorf("HashScopes(%q) = %q", scopes, h)
		}
		seen[h] = true
	}
}
