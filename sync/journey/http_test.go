package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdHTTP sends a raw request, as an agent's calendar when the path is below
// /dav/ and AGENT is set, and prints the status and the body.
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 3, "http METHOD PATH [FILE]")
	printAnswer(ts, of(ts).request(ts, args))
}

// cmdAttempts sends the same request several times.
func cmdAttempts(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 3, 4, "attempts TIMES METHOD PATH [FILE]")
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	for range times {
		printAnswer(ts, of(ts).request(ts, args[1:]))
	}
}

// request makes a raw request of METHOD, PATH and perhaps FILE.
func (j *journey) request(ts *testscript.TestScript, args []string) *http.Request {
	var body []byte
	if len(args) == 3 {
		body = []byte(ts.ReadFile(args[2]))
	}
	r, err := http.NewRequest(args[0], j.server.url+args[1], bytes.NewReader(body))
	ts.Check(err)
	if len(body) > 0 {
		r.Header.Set("Content-Type", contentType(args[2]))
	}
	if agent := ts.Getenv("AGENT"); agent != "" {
		r.SetBasicAuth(email(agent), j.world.app[agent])
	}
	if secret := ts.Getenv("APP_PASSWORD"); secret != "" {
		r.SetBasicAuth(email(ts.Getenv("AGENT")), secret)
	}
	return r
}

// printAnswer sends a request and prints what came back. A server that says it
// failed fails the script: bad input is never its failure.
func printAnswer(ts *testscript.TestScript, r *http.Request) {
	resp, err := http.DefaultTransport.RoundTrip(r) // a redirection is an answer too
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", resp.StatusCode, answer)
	if resp.StatusCode >= 500 {
		ts.Fatalf("%s %s answered %d", r.Method, r.URL.Path, resp.StatusCode)
	}
}

func contentType(file string) string {
	switch {
	case strings.HasSuffix(file, ".xml"):
		return "application/xml; charset=utf-8"
	case strings.HasSuffix(file, ".json"):
		return "application/json"
	case strings.HasSuffix(file, ".ics"):
		return "text/calendar; charset=utf-8"
	}
	return "application/octet-stream"
}

// cmdExpand writes the names of the script into a file of its own.
func cmdExpand(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "expand FILE")
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// device is one that was enrolled by hand, to send what our program would not.
type device struct {
	Credential, Device string
	n                  int
}

// cmdExchange sends a raw body on the session of such a device. In the file,
// ${DEVICE} is its id, ${N} its next command number, ${NEW} an id never seen,
// ${NOW} this instant; other names are those of the script.
func cmdExchange(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 2, "exchange AGENT FILE")
	j := of(ts)
	d, err := j.device(args[0])
	ts.Check(err)
	text := os.Expand(ts.ReadFile(args[1]), func(name string) string {
		switch name {
		case "DEVICE":
			return d.Device
		case "N":
			d.n++
			return strconv.Itoa(d.n)
		case "NEW":
			return uuid.Must(uuid.NewV7()).String()
		case "NOW":
			return time.Now().UTC().Format(time.RFC3339)
		}
		return ts.Getenv(name)
	})
	j.devices[args[0]] = d
	r, err := http.NewRequest(http.MethodPost, j.server.url+"/sync/v1/exchange", strings.NewReader(text))
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+d.Credential)
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Accept-Encoding", "identity")
	printAnswer(ts, r)
}

// device gives the one of an agent, enrolled the first time.
func (j *journey) device(agent string) (device, error) {
	if d, ok := j.devices[agent]; ok {
		return d, nil
	}
	login := fmt.Sprintf(`{"email":%q,"password":%q,"name":"essai","device":""}`, email(agent), password)
	resp, err := http.Post(j.server.url+"/sync/v1/login", "application/json", strings.NewReader(login))
	if err != nil {
		return device{}, err
	}
	defer resp.Body.Close()
	var d device
	if err := json.NewDecoder(resp.Body).Decode(&d); err != nil || d.Credential == "" {
		return d, fmt.Errorf("login of %s: %d %w", agent, resp.StatusCode, err)
	}
	return d, nil
}
