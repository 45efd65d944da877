package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A mark is a pattern that must not stand in some files, and why.
type mark struct {
	pattern *regexp.Regexp
	why     string
}

// lines gives a finding for each line of the files, among those that in
// accepts, where one of the marks stands.
func lines(files []File, in func(File) bool, marks ...mark) []Finding {
	var found []Finding
	for _, f := range files {
		if !in(f) {
			continue
		}
		for i, line := range strings.Split(f.Text, "\n") {
			for _, m := range marks {
				if m.pattern.MatchString(line) {
					found = append(found, Finding{f.Path, i + 1, m.why})
				}
			}
		}
	}
	return found
}

// code reports whether a person wrote the file as code.
func code(f File) bool {
	return slices.Contains([]string{".go", ".ts", ".mjs", ".js", ".svelte", ".css", ".html", ".sql", ".sh", ".txtar"}, f.ext())
}

// test reports whether the file only serves tests.
func test(f File) bool {
	return f.goTest() || strings.Contains(f.Path, "testdata/") || strings.Contains(f.Path, ".test.") ||
		f.under("frontend/e2e") || f.under("sync/journey")
}

// Places keeps paths of one machine out of the project: what runs here must
// run on a clean clone. Tests may name people's folders and the system's
// temporary one, as examples of what a program meets; nothing names the place
// where the work was done.
func Places(files []File) []Finding {
	const before = `(^|[\s"'=:(<\x60])`
	workplace := mark{regexp.MustCompile(before + `/(work|farm|root)/`), "the path of one machine"}
	homes := mark{regexp.MustCompile(before + `/(home|Users)/|\b[C-Z]:\\{1,2}(Users|Windows|Temp)`), "the path of one machine"}
	temporary := mark{regexp.MustCompile(before + `/tmp\b`), "a fixed temporary path: ask for one (os.MkdirTemp, mktemp)"}
	own := func(f File) bool { return !f.under("build/checks") }
	found := lines(files, own, workplace)
	return append(found, lines(files, func(f File) bool { return own(f) && !test(f) }, homes, temporary)...)
}

// origins are the hosts that a page or a mail may name: namespaces, which are
// never fetched, names reserved for examples, and this machine.
func origins() []string {
	return []string{"www.w3.org", "example.org", "example.com", "example.net", "example", "test", "invalid", "localhost", "127.0.0.1", "[::1]"}
}

// Origins keeps foreign addresses out of what a browser or a mail reader
// renders: nothing is fetched from elsewhere, so nobody learns who reads.
func Origins(files []File) []Finding {
	address := regexp.MustCompile(`(?i)(?:https?:|["'(])//(\[[0-9a-f:]+\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)`)
	rendered := func(f File) bool {
		page := slices.Contains([]string{".html", ".svelte", ".css", ".ts", ".svg", ".tmpl", ".txt", ".json"}, f.ext())
		return page && !test(f) && (f.under("frontend/src") || f.under("frontend/public") || f.Path == "frontend/index.html" ||
			f.under("sync/portal") || f.under("sync/mailer"))
	}
	var found []Finding
	for _, f := range files {
		if !rendered(f) {
			continue
		}
		for i, line := range strings.Split(f.Text, "\n") {
			for _, m := range address.FindAllStringSubmatch(line, -1) {
				host := strings.ToLower(m[1])
				known := slices.ContainsFunc(origins(), func(o string) bool { return host == o || strings.HasSuffix(host, "."+o) })
				if !known {
					found = append(found, Finding{f.Path, i + 1, "a foreign origin: " + host})
				}
			}
		}
	}
	return found
}

// longest is how many lines a file may have before it must be split.
const longest = 600

// Lengths keeps files short enough to be read in one sitting. What a program
// wrote, and says so on its first line, is not read.
func Lengths(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		if n := strings.Count(f.Text, "\n"); code(f) && n > longest && !strings.Contains(f.Path, "testdata/") && !machineWritten(f) {
			found = append(found, Finding{f.Path, n, fmt.Sprintf("%d lines: split it (%d at most)", n, longest)})
		}
	}
	return found
}

func machineWritten(f File) bool {
	first, _, _ := strings.Cut(f.Text, "\n")
	return strings.Contains(first, "Written by scripts/") || strings.Contains(first, "Code generated")
}

// Leftovers refuses what was put off, and tests that do not run.
func Leftovers(files []File) []Finding {
	later := mark{regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`), "put off: do it, or write a decision"}
	skipped := mark{regexp.MustCompile(`\b[tb]\.Skip(Now|f)?\(|\b(it|test|describe)\.(skip|only|todo|fixme)\b|\bx(it|describe)\(`), "a test that does not run"}
	return lines(files, func(f File) bool { return code(f) && !f.under("build/checks") }, later, skipped)
}
