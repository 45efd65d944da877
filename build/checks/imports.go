package checks

import (
	"go/ast"
	"slices"
	"strings"
)

// module is the path of this project; its rooms are named from there.
const module = "permanence"

// A room is a folder of the house and the rooms it may import. Rooms below a
// named one (app/store/migrations) belong to it unless named themselves.
type room struct {
	name string
	may  []string
}

// rooms is the drawing of the house, most particular first.
func rooms() []room {
	rules := []string{"app/civil", "app/creneau", "app/agenda"}
	kept := slices.Concat(rules, []string{"app/icalendar", "app/guichet", "app/store"})
	served := slices.Concat(kept, []string{"sync/wire", "sync/access"})
	wired := []string{"app", "sync"}
	return []room{
		{"app/civil", nil},
		{"app/creneau", []string{"app/civil"}},
		{"app/agenda", []string{"app/civil", "app/creneau"}},
		{"app/icalendar", rules},
		{"app/guichet", rules},
		{"app/store", slices.Concat(rules, []string{"app/guichet"})},
		{"app/desktop", kept},
		{"app", rules},
		{"sync/wire", kept},
		{"sync/access", kept},
		{"sync/server", wired},
		{"sync/simulation", wired},
		{"sync/journey", wired},
		{"sync/cmd", slices.Concat(served, []string{"sync/server"})},
		{"sync", served},
		{"frontend", nil},
		{"build/checks", nil},
		{"build", wired},
		{"", []string{"app", "sync", "frontend"}},
	}
}

// within reports whether dir is one of the folders of list, or below one.
func within(dir string, list []string) bool {
	return slices.ContainsFunc(list, func(d string) bool {
		return d == "" || dir == d || strings.HasPrefix(dir, d+"/")
	})
}

// pure are the rooms that hold rules only: no machine around them.
func pure() []string {
	return []string{"app/civil", "app/creneau", "app/agenda", "app/icalendar"}
}

// Imports keeps the order of the rooms. A test may also use the store, since
// it works on real parts; it never reaches a room above its own otherwise.
func Imports(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		r := roomOf(s.folder())
		for _, spec := range s.ast.Imports {
			to, inside := strings.CutPrefix(importPath(spec), module+"/")
			if !inside || own(to) == own(s.folder()) || within(to, r.may) {
				continue
			}
			if s.goTest() && !within(r.name, pure()) && within(to, []string{"app/store"}) {
				continue
			}
			found = append(found, s.find(spec, "%s may not import %s", named(s.folder()), to))
		}
	}
	return found
}

// own gives the room's own folder: "app/store" for "app/store/migrations".
func own(dir string) string {
	parts := strings.SplitN(dir, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

func roomOf(dir string) room {
	for _, r := range rooms() {
		if within(dir, []string{r.name}) {
			return r
		}
	}
	return room{}
}

func named(dir string) string {
	if dir == "" {
		return "the root"
	}
	return dir
}

// Machines keeps the machine out of the pure rooms (their tests may read
// golden files), SQL inside the store, and the window's library at the edge.
func Machines(files []File) []Finding {
	outside := []string{"context", "database/sql", "net", "net/http", "os", "os/exec", "log", "syscall",
		"math/rand", "math/rand/v2", "crypto/rand", "embed"}
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() {
			continue
		}
		for _, spec := range s.ast.Imports {
			p := importPath(spec)
			switch {
			case within(s.folder(), pure()) && slices.Contains(outside, p):
				found = append(found, s.find(spec, "%s is pure: it may not import %s", s.folder(), p))
			case p == "database/sql" && !within(s.folder(), []string{"app/store", "build"}):
				found = append(found, s.find(spec, "SQL is written in app/store only"))
			case strings.HasPrefix(p, "github.com/wailsapp/") && s.folder() != "" && !within(s.folder(), []string{"app/desktop"}):
				found = append(found, s.find(spec, "only main.go and app/desktop know the window's library"))
			}
		}
	}
	return found
}

// Loggers keeps loggers out of the pure rooms: of log/slog they may use what a
// value needs to say how it is logged, nothing that writes.
func Loggers(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() || !within(s.folder(), pure()) {
			continue
		}
		s.qualified(func(n ast.Node, pkg, name string) {
			if pkg == "log/slog" && !strings.HasSuffix(name, "Value") && name != "LogValuer" && name != "Attr" {
				found = append(found, s.find(n, "%s is pure: it may not call slog.%s", s.folder(), name))
			}
		})
	}
	return found
}

// Halls keeps app/ and sync/ free of code of their own: they are corridors.
func Halls(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		if f.ext() == ".go" && (f.folder() == "app" || f.folder() == "sync") {
			found = append(found, Finding{f.Path, 0, "no Go file lies directly in " + f.folder() + "/"})
		}
	}
	return found
}
