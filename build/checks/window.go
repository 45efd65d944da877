package checks

import "regexp"

// backend is the one file of the window that knows how Go is reached.
const backend = "frontend/src/backend.ts"

// Bindings keeps the way to Go in one file of the window.
func Bindings(files []File) []Finding {
	known := mark{regexp.MustCompile(`wailsjs|window\s*\.\s*(go|runtime)\b|\bwindow\s*\[\s*["'](go|runtime)`), "only backend.ts knows how Go is reached"}
	return lines(files, func(f File) bool { return f.under("frontend/src") && !test(f) && f.Path != backend && code(f) }, known)
}

// RawMarkup keeps text from becoming markup or code, in the window and in what
// usagers read: what people type is shown, never interpreted.
func RawMarkup(files []File) []Finding {
	markup := mark{regexp.MustCompile(`\{@html\b|\b(inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\bcreateContextualFragment\b`), "markup made of data"}
	program := mark{regexp.MustCompile(`\beval\(|\bnew Function\(`), "code made of data"}
	frame := mark{regexp.MustCompile(`<iframe\b|<object\b|<embed\b|javascript:`), "a frame or a script address"}
	trusted := mark{regexp.MustCompile(`\btemplate\.(HTML|JS|JSStr|CSS|URL|HTMLAttr|Srcset)\(`), "a text declared safe by hand"}
	shown := func(f File) bool {
		return code(f) && !test(f) && (f.under("frontend/src") || f.Path == "frontend/index.html" || f.under("sync"))
	}
	return lines(files, shown, markup, program, frame, trusted)
}
