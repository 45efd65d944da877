package portal

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"permanence/sync/access"
)

// readForm reads a form sent by one of our pages: plain fields, each once.
// Fields that no page of ours has are left to whoever looks for them: nobody.
// It refuses another type of content, names that are no plain words, a field
// given twice, and control characters.
func readForm(r *http.Request) (map[string]string, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, expired(http.StatusUnsupportedMediaType)
	}
	if err := r.ParseForm(); err != nil {
		if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, large
		}
		return nil, forbiddenCharacters()
	}
	form := map[string]string{}
	for name, values := range r.PostForm {
		if !plainName(name) || len(values) != 1 || hasControl(values[0]) {
			return nil, forbiddenCharacters()
		}
		form[name] = values[0]
	}
	return form, nil
}

func plainName(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == ""
}

func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl)
}

func forbiddenCharacters() *access.Refusal {
	return &access.Refusal{Code: access.CodeRequest, Status: http.StatusUnprocessableEntity, Message: "Ce champ contient des caractères interdits."}
}
