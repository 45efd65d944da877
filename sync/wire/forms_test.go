package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// freeze writes the forms of this schema anew. A release does it once, for its
// own schema; between two releases a form may still change, and it is done again.
var freeze = flag.Bool("freeze", false, "write the forms of this schema into testdata")

// TestForms keeps the form of every record and every command: what a released
// schema wrote must be read forever, so that a change of form is a new schema.
func TestForms(t *testing.T) {
	dir := filepath.Join("testdata", fmt.Sprintf("schema-%d", Schema))
	for name, form := range forms(t) {
		path := filepath.Join(dir, name)
		if *freeze {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, form, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		frozen, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v: a new noun or command; run this test with -freeze", err)
			continue
		}
		if !bytes.Equal(frozen, form) {
			t.Errorf("the form of %s changed. If a release wrote schema %d: raise Schema, add a Conversion, freeze the new one. If none did: run this test with -freeze.\nwas %s\nis  %s",
				name, Schema, frozen, form)
		}
	}
}

// TestOlderForms reads what every schema wrote, brought up by the chain, and
// writes it for the older ones.
func TestOlderForms(t *testing.T) {
	chain := Conversions()
	dirs, err := filepath.Glob(filepath.Join("testdata", "schema-*"))
	if err != nil || len(dirs) < 1+Schema-chain.Oldest(Schema) {
		t.Fatalf("%d schemas are frozen, from %d to %d are understood: %v", len(dirs), chain.Oldest(Schema), Schema, err)
	}
	for _, dir := range dirs {
		var from int
		if _, err := fmt.Sscanf(filepath.Base(dir), "schema-%d", &from); err != nil {
			t.Fatal(err)
		}
		if from < chain.Oldest(Schema) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, path := range files {
			t.Run(path, func(t *testing.T) { readOlder(t, chain, path, from) })
		}
	}
}

func readOlder(t *testing.T, chain Chain, path string, from int) {
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body = bytes.TrimSpace(body)
	name := strings.TrimSuffix(filepath.Base(path), ".json")
	if filepath.Base(filepath.Dir(path)) == "commands" {
		newest, err := chain.Command(body, from, Schema)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := agenda.DecodeCommand(newest); err != nil {
			t.Errorf("not understood: %v: %s", err, newest)
		}
		return
	}
	newest, err := chain.Record(agenda.Noun(name), body, from, Schema)
	if err != nil {
		t.Fatal(err)
	}
	r, err := agenda.Decode(agenda.Noun(name), newest)
	if err != nil {
		t.Fatal(err)
	}
	again, err := agenda.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	older, err := chain.Record(agenda.Noun(name), again, Schema, from)
	if err != nil || !bytes.Equal(older, body) {
		t.Errorf("written for schema %d: %v\n%s\nwas\n%s", from, err, older, body)
	}
}

// forms gives, by file, one record of each noun and one command of each name,
// with every field filled.
func forms(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, n := range agenda.Nouns() {
		r := agenda.New(n)
		fill(reflect.ValueOf(r).Elem(), 0)
		body, err := agenda.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		all["records/"+string(n)+".json"] = append(body, '\n')
	}
	for _, name := range commandNames(t) {
		args := agenda.NewArgs(name, 1)
		if args == nil {
			t.Fatalf("command %s has no version 1", name)
		}
		fill(reflect.ValueOf(args).Elem(), 0)
		c := agenda.NewCommand(someID, someDay, args)
		c.Device, c.N, c.Seen, c.Unseen = someID, 7, map[string]int64{someID: 3}, true
		c.Accepted = []agenda.Accepted{{Code: "overlap", Records: []agenda.Ref{{Noun: agenda.NounRdv, ID: someID}}}}
		body, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		all["commands/"+name+".json"] = append(body, '\n')
	}
	return all
}

// commandNames reads them where they are listed.
func commandNames(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "app", "agenda", "command.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`case "([A-Z]\w+)":`).FindAllSubmatch(source, -1) {
		names = append(names, string(m[1]))
	}
	if len(names) < 25 {
		t.Fatalf("%d commands found", len(names))
	}
	return names
}

const someID = "01930000-0000-7000-8000-000000000001"

var someDay = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

// fill gives every field a value of its own kind; deeper than four levels it
// stops, since a form may hold itself.
func fill(v reflect.Value, depth int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(someDay))
		return
	case civil.Date:
		v.SetInt(739900)
		return
	case civil.Time:
		v.SetInt(9 * 60)
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"k":1}`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(someText(v.Type()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt(2)
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		v.SetUint(2)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Struct:
		fillFields(v, depth)
	case reflect.Slice, reflect.Map:
		fillMany(v, depth)
	}
}

func fillFields(v reflect.Value, depth int) {
	if depth > 4 {
		return
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			fill(v.Field(i), depth+1)
		}
	}
}

func fillMany(v reflect.Value, depth int) {
	if depth > 4 {
		return
	}
	one := reflect.New(v.Type().Elem()).Elem()
	fill(one, depth+1)
	if v.Kind() == reflect.Slice {
		v.Set(reflect.Append(v, one))
		return
	}
	key := reflect.New(v.Type().Key()).Elem()
	fill(key, depth+1)
	v.Set(reflect.MakeMap(v.Type()))
	v.SetMapIndex(key, one)
}

// someText is an id where one is meant, else a word.
func someText(t reflect.Type) string {
	if strings.HasSuffix(t.Name(), "ID") {
		return someID
	}
	return "texte"
}
