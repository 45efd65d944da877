package wire

import (
	"bytes"
	"encoding/json"
	"testing"

	"permanence/app/agenda"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// puts are frames plain and not.
func puts() *rapid.Generator[Frame] {
	text := rapid.OneOf(rapid.StringMatching(`[a-z0-9:@-]{1,40}`), rapid.String())
	return rapid.Custom(func(r *rapid.T) Frame {
		body, err := json.Marshal(map[string]string{"id": text.Draw(r, "id"), "name": text.Draw(r, "name")})
		if err != nil {
			r.Fatal(err)
		}
		f := Frame{T: TypePut, Territoire: "019b0000-0000-7000-8000-000000000001", Noun: agenda.Noun(text.Draw(r, "noun")), ID: text.Draw(r, "id"),
			Number: rapid.Int64Min(0).Draw(r, "number"), Body: body}
		for _, s := range rapid.SliceOfN(text, 1, 3).Draw(r, "scopes") {
			f.Scopes = append(f.Scopes, agenda.Scope(s))
		}
		return f
	})
}

// A put written by its own form is what json writes, and reads back as what
// json reads.
func TestPutsAreWrittenAndReadAlike(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := puts().Draw(r, "frame")
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(f); err != nil {
			r.Fatal(err)
		}
		if line, ok := appendPut(nil, &f); ok && !bytes.Equal(line, want.Bytes()) {
			r.Fatalf("wrote %s, json %s", line, want.Bytes())
		}
		var slow Frame
		if err := json.Unmarshal(want.Bytes(), &slow); err != nil {
			r.Fatal(err)
		}
		if quick, ok := parsePut(bytes.TrimSuffix(want.Bytes(), []byte("\n"))); ok && !cmp.Equal(quick, slow) {
			r.Fatal(cmp.Diff(slow, quick))
		}
	})
}

// What is not exactly that form is left to json, whatever was cut or changed.
func TestPutsReadByTheirFormOnlyWhenTheyHaveIt(t *testing.T) {
	f := Frame{T: TypePut, Territoire: "019b0000-0000-7000-8000-000000000001", Noun: "usager", ID: "u", Number: 7, Scopes: []agenda.Scope{"a", "b"}, Body: json.RawMessage(`{"id":"u","n":[1]}`)}
	line, ok := appendPut(nil, &f)
	if !ok {
		t.Fatal("a plain frame was not written")
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	if got, ok := parsePut(line); !ok || !cmp.Equal(got, f) {
		t.Errorf("read %+v, %v", got, ok)
	}
	for i := range line {
		for _, c := range []byte(`"{}[],:+ 0x\`) {
			other := bytes.Clone(line)
			other[i] = c
			quick, ok := parsePut(other)
			var slow Frame
			if err := json.Unmarshal(other, &slow); ok && (err != nil || !cmp.Equal(quick, slow)) {
				t.Fatalf("%s read as %+v, json %v %+v", other, quick, err, slow)
			}
		}
		if _, ok := parsePut(line[:i]); ok {
			t.Fatalf("the first %d bytes read as a frame", i)
		}
	}
}
