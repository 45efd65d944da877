package agenda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// unlike names the JSON keys of two images of a record that do not hold the
// same, but those of the stamp, in the order of the fields. It gives what
// comparing their canonical bytes key by key would, without writing them: two
// fields that are equal are written alike.
func unlike(before, after Record) ([]string, error) {
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	if b.Type() != a.Type() {
		return nil, fmt.Errorf("compare a %s with a %s", before.Noun(), after.Noun())
	}
	var keys []string
	for i := range b.NumField() {
		field := b.Type().Field(i)
		if field.Anonymous || equal(b.Field(i), a.Field(i)) {
			continue
		}
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		was, err := written(b.Field(i), options)
		if err != nil {
			return nil, fmt.Errorf("compare %s of a %s: %w", key, before.Noun(), err)
		}
		is, err := written(a.Field(i), options)
		if err != nil {
			return nil, fmt.Errorf("compare %s of a %s: %w", key, before.Noun(), err)
		}
		if !bytes.Equal(was, is) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func equal(a, b reflect.Value) bool {
	if a.Comparable() && a.Equal(b) {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// written gives a field as JSON, nil when it is left out.
func written(v reflect.Value, options string) ([]byte, error) {
	empty := v.IsZero()
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map {
		empty = v.Len() == 0
	}
	if strings.Contains(options, "omitempty") && v.Kind() != reflect.Struct && empty || strings.Contains(options, "omitzero") && v.IsZero() {
		return nil, nil
	}
	return json.Marshal(v.Interface())
}

// Clone copies a record deeply.
func Clone[T Record](r T) T { return deep(reflect.ValueOf(r)).Interface().(T) }

// deep copies a value with everything that hangs from it.
func deep(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(deep(v.Elem()))
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(deep(v.Index(i)))
		}
		return c
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for at := v.MapRange(); at.Next(); {
			c.SetMapIndex(at.Key(), deep(at.Value()))
		}
		return c
	case reflect.Struct:
		return deepStruct(v)
	}
	return v
}

// deepStruct copies the fields that others may see; a time is a value.
func deepStruct(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	if v.Type() == reflect.TypeFor[time.Time]() {
		return c
	}
	for i := range v.NumField() {
		if kind := v.Field(i).Kind(); v.Type().Field(i).IsExported() && slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map, reflect.Struct}, kind) {
			c.Field(i).Set(deep(v.Field(i)))
		}
	}
	return c
}
