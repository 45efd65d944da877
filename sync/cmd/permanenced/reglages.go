package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// A server's settings come from its flags, else from the environment, else from
// a file; the first that says something wins. An empty variable says nothing:
// it is not zero.

// settingKeys are the keys of the file; PERMANENCE_TLS_CERT is the variable of
// "tls_cert".
func settingKeys() []string {
	return []string{"listen", "db", "url", "smtp", "smtp_password_file", "mail_from", "mail_delay_s", "tls_cert", "tls_key", "trusted_proxy"}
}

// setting is one value, with where it was said.
type setting struct {
	text string // several are separated by commas
	name string // what to blame: "--listen", "PERMANENCE_LISTEN", "listen"
	line int    // of the file, 0 elsewhere
	flag bool
}

// settings are those that were said.
type settings map[string]setting

func (s settings) text(key string) string { return s[key].text }

// refuse says that the value of a key cannot be used.
func (s settings) refuse(key, why string) error {
	at, said := s[key]
	switch {
	case !said:
		return &configError{key: key, why: why}
	case at.flag:
		return usage("%s : %s", at.name, why)
	}
	return &configError{key: at.name, line: at.line, why: why}
}

// configError says that a server's settings cannot be used.
type configError struct {
	key  string
	line int // 0 outside a file
	why  string
}

func (e *configError) Error() string {
	where := e.key
	if e.line > 0 {
		where = fmt.Sprintf("%s (ligne %d)", e.key, e.line)
	}
	return fmt.Sprintf("Configuration non valable : %s. Le serveur ne démarre pas.\n%s.", where, e.why)
}

// gather puts flags over the environment over the file at path ("" for none).
func gather(flags map[string]string, path string) (settings, error) {
	all := settings{}
	if path != "" {
		if err := all.readFile(path); err != nil {
			return nil, err
		}
	}
	for _, key := range settingKeys() {
		name := "PERMANENCE_" + strings.ToUpper(key)
		if text := os.Getenv(name); text != "" {
			all[key] = setting{text: text, name: name}
		}
	}
	for key, text := range flags {
		if text != "" {
			all[key] = setting{text: text, name: "--" + strings.ReplaceAll(key, "_", "-"), flag: true}
		}
	}
	return all, nil
}

// configLimit bounds the file, in bytes.
const configLimit = 64 << 10

func (s settings) readFile(path string) error {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &configError{key: "--config", why: "fichier introuvable : " + path}
	case err != nil:
		return &configError{key: "--config", why: err.Error()}
	case len(text) > configLimit:
		return &configError{key: "--config", why: "le fichier est trop long"}
	}
	return s.read(string(text))
}

// read reads a TOML text strictly.
func (s settings) read(text string) error {
	var values map[string]any
	meta, err := toml.Decode(text, &values)
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		return &configError{key: cmpKey(e.LastKey), line: e.Position.Line, why: "ce n’est pas du TOML"}
	}
	if err != nil {
		return &configError{key: "--config", why: "ce n’est pas du TOML"}
	}
	for _, key := range unknownFirst(meta.Keys()) {
		name := key.String()
		line := lineOf(text, key)
		if len(key) > 1 || !slices.Contains(settingKeys(), name) {
			return &configError{key: name, line: line, why: "clé inconnue"}
		}
		value, ok := textOf(values[name])
		if !ok {
			return &configError{key: name, line: line, why: "texte, nombre ou liste de textes attendu"}
		}
		if value != "" {
			s[name] = setting{text: value, name: name, line: line}
		}
	}
	return nil
}

// cmpKey names what a broken line was about, as far as it is known.
func cmpKey(last string) string {
	if last == "" {
		return "--config"
	}
	return last
}

// unknownFirst leaves out the tables that hold keys: those are named whole.
func unknownFirst(keys []toml.Key) []toml.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k toml.Key) bool {
		return slices.ContainsFunc(keys, func(o toml.Key) bool { return len(o) > len(k) && slices.Equal(o[:len(k)], k) })
	})
}

// textOf writes a value as a flag would have it.
func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []any:
		var parts []string
		for _, part := range v {
			text, ok := part.(string)
			if !ok || strings.Contains(text, ",") {
				return "", false
			}
			parts = append(parts, text)
		}
		return strings.Join(parts, ","), true
	}
	return "", false
}

// lineOf finds the line on which a key is said: the first lines of the text
// that say it end there.
func lineOf(text string, key toml.Key) int {
	end := 0
	for line := 1; end < len(text); line++ {
		next := strings.IndexByte(text[end:], '\n')
		if next < 0 {
			return line
		}
		end += next + 1
		var values map[string]any
		if meta, err := toml.Decode(text[:end], &values); err == nil && meta.IsDefined(key...) {
			return line
		}
	}
	return 0
}
