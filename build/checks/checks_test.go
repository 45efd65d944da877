package checks

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

type check func([]File) []Finding

func all() map[string]check {
	return map[string]check{
		"imports": Imports, "machines": Machines, "loggers": Loggers, "halls": Halls,
		"clocks": Clocks, "chances": Chances, "state": State, "places": Places,
		"origins": Origins, "lengths": Lengths, "leftovers": Leftovers,
		"bindings": Bindings, "raw markup": RawMarkup, "routes": Routes, "keepers": Keepers,
	}
}

func TestTheHouse(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, err := Root(here)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Tree(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d files read under the root: the checks would see nothing", len(files))
	}
	for name, c := range all() {
		t.Run(name, func(t *testing.T) {
			for _, f := range c(files) {
				t.Error(f)
			}
		})
	}
}

// goFile writes a small Go file that imports and uses what it is given.
func goFile(path, imports, body string) File {
	var b strings.Builder
	b.WriteString("package p\n")
	for _, i := range strings.Fields(imports) {
		fmt.Fprintf(&b, "import %q\n", i)
	}
	b.WriteString(body)
	return File{path, b.String()}
}

func TestEachCheckCanFail(t *testing.T) {
	skip, later := "t.Sk"+"ip()", "TO"+"DO"
	tests := []struct {
		name  string
		check check
		bad   File
		good  File
	}{
		{"creneau above its place", Imports,
			goFile("app/creneau/a.go", "permanence/app/agenda", ""),
			goFile("app/creneau/a.go", "permanence/app/civil", "")},
		{"app reaches for sync", Imports,
			goFile("app/desktop/a.go", "permanence/sync/wire", ""),
			goFile("app/desktop/a.go", "permanence/app/store", "")},
		{"an unnamed room of app reaches for sync", Imports,
			goFile("app/nouveau/a.go", "permanence/sync/wire", ""),
			goFile("app/nouveau/a.go", "permanence/app/agenda", "")},
		{"the counter knows its database", Imports,
			goFile("app/guichet/a.go", "permanence/app/store", ""),
			goFile("app/guichet/a_test.go", "permanence/app/store", "")},
		{"a rule tested on the database", Imports,
			goFile("app/agenda/a_test.go", "permanence/app/store", ""),
			goFile("app/agenda/a_test.go", "permanence/app/creneau", "")},
		{"siblings of sync", Imports,
			goFile("sync/mailer/a.go", "permanence/sync/caldav", ""),
			goFile("sync/mailer/a.go", "permanence/sync/access", "")},
		{"a leaf that grows", Imports,
			goFile("sync/wire/a.go", "permanence/sync/access", ""),
			goFile("sync/wire/a.go", "permanence/app/agenda", "")},
		{"sync takes the window", Imports,
			goFile("sync/hub/a.go", "permanence/app/desktop", ""),
			goFile("sync/server/a.go", "permanence/sync/hub", "")},
		{"a rule with a context", Machines,
			goFile("app/agenda/a.go", "context", ""),
			goFile("app/agenda/a_test.go", "context os", "")},
		{"a rule on the network", Machines,
			goFile("app/icalendar/a.go", "net/http", ""),
			goFile("app/icalendar/a.go", "net/mail net/url", "")},
		{"SQL outside the store", Machines,
			goFile("sync/mailer/a.go", "database/sql", ""),
			goFile("app/store/a.go", "database/sql", "")},
		{"the window's library in the middle", Machines,
			goFile("sync/server/a.go", "github.com/wailsapp/wails/v2", ""),
			goFile("main.go", "github.com/wailsapp/wails/v2", "")},
		{"a rule that logs", Loggers,
			goFile("app/agenda/a.go", "log/slog", `func f() { slog.Info("x") }`),
			goFile("app/agenda/a.go", "log/slog", `func f() slog.Value { return slog.StringValue("x") }`)},
		{"code in the corridor", Halls,
			goFile("sync/a.go", "", ""),
			goFile("sync/hub/a.go", "", "")},
		{"the clock is called", Clocks,
			goFile("app/store/a.go", "time", "func f() any { return time.Now() }"),
			goFile("app/store/a.go", "time", "func f(now time.Time) any { return now }")},
		{"the clock is handed on", Clocks,
			goFile("sync/mailer/a.go", "time", "func f() any { return time.Now }"),
			goFile("sync/cmd/permanenced/a.go", "time", "func f() any { return time.Now }")},
		{"the clock is read aside", Clocks,
			goFile("app/guichet/a.go", "time", "func f(t time.Time) any { return time.Since(t) }"),
			goFile("app/guichet/a.go", "", "func f(time struct{ Now int }) any { return time.Now }")},
		{"the clock under another name", Clocks,
			File{"app/guichet/a.go", "package p\nimport clock \"time\"\nvar x = clock.Now()\n"},
			goFile("app/guichet/a_test.go", "time", "var x = time.Now()")},
		{"a rule that mints ids", Chances,
			goFile("app/agenda/a.go", "github.com/google/uuid", "func f() any { return uuid.New() }"),
			goFile("app/agenda/a.go", "github.com/google/uuid", "func f(s string) any { return uuid.MustParse(s) }")},
		{"an init function", State,
			goFile("app/civil/a.go", "", "func init() {}"),
			goFile("app/civil/a.go", "", "type t struct{}\nfunc (t) init() {}")},
		{"a variable to be filled", State,
			goFile("app/civil/a.go", "", "var cache map[string]int"),
			goFile("app/civil/a.go", "", "var table = map[string]int{}\nfunc f() int { return table[\"a\"] }")},
		{"a table written to", State,
			goFile("app/civil/a.go", "", "var table = map[string]int{}\nfunc f() { table[\"a\"] = 1 }"),
			goFile("app/civil/a.go", "", "var table = 1\nfunc f() int { table := 2; table++; return table }")},
		{"a variable lent by its address", State,
			goFile("app/store/a.go", "", "var one = 1\nfunc f() *int { return &one }"),
			goFile("app/store/a.go", "", "func f(one int) *int { return &one }")},
		{"the folder of somebody", Places,
			File{"build/scripts/a.sh", "cd /" + "home/camille/permanence\n"},
			File{"build/scripts/a.sh", "cd \"$root/home/x\"\n"}},
		{"the place of the work, even in a test", Places,
			File{"app/store/a_test.go", "var x = \"/" + "work/permanence\"\n"},
			File{"app/store/a_test.go", "var x = \"/" + "home/camille\"\n"}},
		{"a fixed temporary file", Places,
			File{"app/store/a.go", "var x = \"/" + "tmp/permanence\"\n"},
			File{"app/store/a_test.go", "var x = \"/" + "tmp/permanence\"\n"}},
		{"a drive", Places,
			File{"README.md", "C:" + `\Users\camille`},
			File{"README.md", "C:" + `\permanence`}},
		{"a font from elsewhere", Origins,
			File{"frontend/src/a.css", "@import url(//fonts.exemple.fr/inter.css);"},
			File{"frontend/src/a.svelte", `<svg xmlns="http://www.w3.org/2000/svg">`}},
		{"a picture from elsewhere in a mail", Origins,
			File{"sync/mailer/invitation.html", `<img src="https://pixel.exemple.fr/x">`},
			File{"sync/mailer/invitation.html", `<a href="https://agenda.example.org/rdv/x">`}},
		{"a file without end", Lengths,
			File{"app/store/a.go", strings.Repeat("\n", 601)},
			File{"app/store/a.go", strings.Repeat("\n", 600)}},
		{"put off", Leftovers,
			File{"app/store/a.go", "// " + later + ": later\n"},
			File{"app/store/a.go", "// todo: a French word, tout\n"}},
		{"a test that does not run", Leftovers,
			File{"app/store/a_test.go", skip + "\n"},
			File{"app/store/a_test.go", "t.Run()\n"}},
		{"a component test put aside", Leftovers,
			File{"frontend/src/a.test.ts", "it.sk" + "ip('x')\n"},
			File{"frontend/src/a.test.ts", "it('skips')\n"}},
		{"a second way to Go", Bindings,
			File{"frontend/src/agenda/Semaine.svelte", "import { Semaine } from '../../wailsjs/go/desktop/Fenetre'"},
			File{"frontend/src/backend.ts", "import { Semaine } from '../wailsjs/go/desktop/Fenetre'"}},
		{"the runtime by the window", Bindings,
			File{"frontend/src/a.ts", "window.runtime.EventsOn('x')"},
			File{"frontend/src/a.ts", "window.matchMedia('x')"}},
		{"markup made of data", RawMarkup,
			File{"frontend/src/a.svelte", "<p>{@html note}</p>"},
			File{"frontend/src/a.svelte", "<p>{note}</p>"}},
		{"a text declared safe", RawMarkup,
			File{"sync/portal/a.go", "return template.HT" + "ML(note)"},
			File{"sync/portal/a.go", "return template.Must(note)"}},
		{"a mux of its own", Routes,
			goFile("sync/portal/a.go", "net/http", "func f() any { return http.NewServeMux() }"),
			goFile("sync/portal/a_test.go", "net/http", "func f() any { return http.NewServeMux() }")},
		{"a route without a policy", Routes,
			goFile("sync/portal/a.go", "permanence/sync/access", "var r = []access.Route{{Pattern: \"GET /x\"}}"),
			goFile("sync/portal/a.go", "permanence/sync/access", "var r = []access.Route{{Pattern: \"GET /x\", Policy: access.Public}}")},
		{"a single route without a policy", Routes,
			goFile("sync/portal/a.go", "permanence/sync/access", "func f() any { return access.Route{Pattern: \"GET /x\"} }"),
			goFile("sync/portal/a.go", "permanence/sync/access", "func f() any { return access.Route{} }")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.check([]File{tt.bad}); len(got) == 0 {
				t.Errorf("nothing found in\n%s", tt.bad.Text)
			}
			for _, f := range tt.check([]File{tt.good}) {
				t.Errorf("found where nothing is wrong: %s", f)
			}
		})
	}
}

func TestKeepersMissing(t *testing.T) {
	whole := []File{{"frontend/dist/.gitkeep", ""}, {"frontend/public/.gitkeep", ""}, {"go.mod", "ignore ./frontend/node_modules\n"}}
	if got := Keepers(whole); len(got) != 0 {
		t.Errorf("found where nothing is wrong: %v", got)
	}
	for i := range whole {
		rest := append(append([]File{}, whole[:i]...), whole[i+1:]...)
		if len(Keepers(rest)) == 0 {
			t.Errorf("nothing found without %s", whole[i].Path)
		}
	}
}
