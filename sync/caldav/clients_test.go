package caldav

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-webdav"
	"github.com/emersion/go-webdav/caldav"
)

// control is where a foreign client's script asks for changes on the server.
func control(t *testing.T, b *bench) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/move":
			b.shelf.set(alice, event("matin", "2026-11-23T09:30", 30, "SUMMARY:Demande de logement"))
		case "/remove":
			b.shelf.remove(alice, "soir.ics")
		case "/add":
			b.shelf.set(alice, event("neuf", "2026-11-25T08:00", 30, "SUMMARY:Nouveau"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// foreign runs a client of Debian; without it the test fails, as a client
// that was not tried proves nothing.
func foreign(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.WaitDelay = time.Second
	cmd.Env = append(cmd.Environ(), "PYTHON_CALDAV_DEBUGMODE=DEVELOPMENT", "no_proxy=127.0.0.1", "PYTHONWARNINGS=ignore")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v (packages python3-caldav and vdirsyncer are needed)\n%s", name, err, out)
	}
	return string(out)
}

func TestPythonCaldav(t *testing.T) {
	for _, start := range []string{"/", "/.well-known/caldav", aliceHome} {
		t.Run(start, func(t *testing.T) {
			b := newBench(t, nil)
			fill(b)
			out := foreign(t, "/usr/bin/python3", "testdata/python_caldav.py", b.url+start, "alice@example.org", b.alice, control(t, b))
			if !strings.HasSuffix(out, "ok still there\n") {
				t.Errorf("stopped early:\n%s", out)
			}
		})
	}
}

func TestVdirsyncer(t *testing.T) {
	for _, start := range []string{"/", aliceHome} {
		t.Run(start, func(t *testing.T) {
			b := newBench(t, nil)
			fill(b)
			out := foreign(t, "/bin/sh", "testdata/vdirsyncer.sh", b.url+start, "alice@example.org", b.alice, control(t, b), t.TempDir())
			if !strings.HasSuffix(out, "ok a local deletion is refused\n") {
				t.Errorf("stopped early:\n%s", out)
			}
		})
	}
}

// go-webdav's client discovers, lists, queries and reads.
func TestGoWebdavClient(t *testing.T) {
	b := newBench(t, nil)
	fill(b)
	ctx := t.Context()
	client, err := caldav.NewClient(webdav.HTTPClientWithBasicAuth(nil, "alice@example.org", b.alice), b.url+Root)
	if err != nil {
		t.Fatal(err)
	}
	principal, err := client.FindCurrentUserPrincipal(ctx)
	if err != nil || principal != "/dav/principals/"+string(alice)+"/" {
		t.Fatalf("principal %q, %v", principal, err)
	}
	home, err := client.FindCalendarHomeSet(ctx, principal)
	if err != nil || home != aliceHome {
		t.Fatalf("home %q, %v", home, err)
	}
	calendars, err := client.FindCalendars(ctx, home)
	if err != nil || len(calendars) != 1 || calendars[0].Path != aliceRdvs || calendars[0].MaxResourceSize != bodyMax || !slices.Equal(calendars[0].SupportedComponentSet, []string{"VEVENT"}) {
		t.Fatalf("calendars %+v, %v", calendars, err)
	}
	whole := caldav.CalendarCompRequest{Name: "VCALENDAR", AllProps: true, Comps: []caldav.CalendarCompRequest{{Name: "VEVENT", AllProps: true}}}
	found, err := client.QueryCalendar(ctx, aliceRdvs, &caldav.CalendarQuery{CompRequest: whole, CompFilter: caldav.CompFilter{
		Name: "VCALENDAR", Comps: []caldav.CompFilter{{Name: "VEVENT", Start: utc("2026-11-24T00:00"), End: utc("2026-11-25T00:00")}},
	}})
	if err != nil || len(found) != 1 || found[0].Path != aliceRdvs+"mardi.ics" {
		t.Fatalf("query %+v, %v", found, err)
	}
	kind, uid, err := caldav.ValidateCalendarObject(found[0].Data)
	if err != nil || kind != ical.CompEvent || uid != "mardi" {
		t.Errorf("event %s %s, %v", kind, uid, err)
	}
	got, err := client.MultiGetCalendar(ctx, aliceRdvs, &caldav.CalendarMultiGet{Paths: []string{aliceRdvs + "matin.ics", aliceRdvs + "mardi.ics"}, CompRequest: whole})
	if err != nil || len(got) != 2 || got[0].Path != aliceRdvs+"matin.ics" || got[0].ETag == "" {
		t.Fatalf("multiget %+v, %v", got, err)
	}
	one, err := client.GetCalendarObject(ctx, aliceRdvs+"matin.ics")
	if err != nil || one.ETag != got[0].ETag {
		t.Errorf("get %+v, %v", one, err)
	}
	if err := client.RemoveAll(ctx, aliceRdvs+"matin.ics"); err == nil {
		t.Error("a deletion was not refused")
	}
}
