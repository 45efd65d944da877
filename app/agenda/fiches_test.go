package agenda

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anything gives a record whose fields hold anything that they can.
func anything(r *rapid.T, n Noun) Record {
	rec := New(n)
	fill(r, reflect.ValueOf(rec).Elem())
	return rec
}

func fill(r *rapid.T, v reflect.Value) {
	if rapid.IntRange(0, 3).Draw(r, "empty") == 0 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"a", "b", "<é>", "\"\\"}).Draw(r, "text"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(0, 3).Draw(r, "number"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem())
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(rapid.SampledFrom([]string{"1", "null", `"x"`}).Draw(r, "raw")))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(r, "length"), 2))
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(r, "length") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key)
			fill(r, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(0, 2).Draw(r, "second"), 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(r, v.Field(i))
			}
		}
	}
}

// Comparing two records field by field names the keys whose bytes differ.
func TestUnlikeIsWhatTheBytesSay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.SampledFrom(Nouns()).Draw(r, "noun")
		before, after := anything(r, n), anything(r, n)
		b, err := fieldsOf(before)
		if err != nil {
			return // a value that cannot be written: a day or an hour out of bounds
		}
		a, err := fieldsOf(after)
		if err != nil {
			return
		}
		all := maps.Clone(b)
		maps.Copy(all, a)
		var want []string
		for key := range all {
			if !slices.Contains([]string{"revision", "born", "groups"}, key) && !bytes.Equal(a[key], b[key]) {
				want = append(want, key)
			}
		}
		got, err := unlike(before, after)
		if err != nil {
			r.Fatal(err)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			r.Fatalf("unlike %v, by the bytes %v", got, want)
		}
	})
}

// A copy is equal, and nothing hangs from both.
func TestCloneIsDeep(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rec := anything(r, rapid.SampledFrom(Nouns()).Draw(r, "noun"))
		c := Clone(rec)
		if diff := cmp.Diff(rec, c); diff != "" {
			r.Fatal(diff)
		}
		apart(r, reflect.ValueOf(rec), reflect.ValueOf(c))
	})
}

// apart fails when a pointer, a list or a map is the same in both.
func apart(r *rapid.T, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer, reflect.Map:
		if !a.IsNil() && a.Pointer() == b.Pointer() {
			r.Fatalf("a %s is shared", a.Type())
		}
	case reflect.Slice:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			r.Fatalf("a %s is shared", a.Type())
		}
	}
	switch {
	case a.Kind() == reflect.Pointer && !a.IsNil():
		apart(r, a.Elem(), b.Elem())
	case a.Kind() == reflect.Slice:
		for i := range a.Len() {
			apart(r, a.Index(i), b.Index(i))
		}
	case a.Kind() == reflect.Struct && a.Type() != reflect.TypeFor[time.Time]():
		for i := range a.NumField() {
			apart(r, a.Field(i), b.Field(i))
		}
	}
}
