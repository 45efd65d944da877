package creneau

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// example is the scenario of the contract.
const example = `{
  "now": "2026-04-30T06:00:00Z",
  "zone": "Europe/Paris",
  "holidays": "metropole",
  "for": "agent",
  "from": "2026-05-04", "to": "2026-05-10",
  "motif": {"id": "m1", "duration_min": 30, "min_delay_s": 1800, "max_delay_s": 7776000},
  "lieu": null,
  "agents": [],
  "plages": [{"id": "p1", "agent": "a1", "lieu": "l1", "motifs": ["m1"], "zone": "Europe/Paris",
              "first_day": "2026-05-04", "from": "09:00", "to": "12:00",
              "rrule": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261209",
              "exdates": ["2026-05-11"],
              "overrides": [{"day": "2026-05-18", "from": "10:00", "to": "11:00"}],
              "break_min": 0}],
  "absences": [{"agent": "a1", "zone": "Europe/Paris", "first_day": "2026-05-04", "from": "10:00",
                "last_day": "2026-05-04", "to": "10:30", "rrule": null, "exdates": []}],
  "rdvs": [{"agents": ["a1"], "start": "2026-05-04T07:30:00Z", "end": "2026-05-04T08:15:00Z", "status": "unknown"}],
  "busy": [{"agent": "a1", "start": "2026-05-05T07:00:00Z", "end": "2026-05-05T08:00:00Z"}]
}`

// least is a scenario without anything that may be left out.
const least = `{"now":"2026-04-30T06:00:00Z","zone":"Europe/Paris","for":"agent","from":"2026-05-04","to":"2026-05-04",` +
	`"motif":{"id":"m1","duration_min":60,"min_delay_s":0,"max_delay_s":0},` +
	`"plages":[{"id":"p1","agent":"a1","motifs":["m1"],"zone":"Europe/Paris","first_day":"2026-05-04","from":"09:00","to":"11:00"}]}`

func decode(t testing.TB, text string) Scenario {
	t.Helper()
	s, err := Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantInvalid(t *testing.T, err error, code Code, key string) {
	t.Helper()
	refusal, ok := errors.AsType[*Invalid](err)
	if !ok || refusal.Code != code || refusal.Key != key {
		t.Errorf("error = %#v, want %s at %q", err, code, key)
	}
	if ok && !strings.Contains(refusal.Message, key) {
		t.Errorf("message %q does not name %q", refusal.Message, key)
	}
}

func TestTheExampleOfTheContract(t *testing.T) {
	out, err := json.Marshal(search(t, decode(t, example)))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"creneaux":[` +
		`{"start":"2026-05-04T07:00:00Z","end":"2026-05-04T07:30:00Z","agent":"a1","lieu":"l1","plage":"p1"},` +
		`{"start":"2026-05-04T08:30:00Z","end":"2026-05-04T09:00:00Z","agent":"a1","lieu":"l1","plage":"p1"},` +
		`{"start":"2026-05-04T09:00:00Z","end":"2026-05-04T09:30:00Z","agent":"a1","lieu":"l1","plage":"p1"},` +
		`{"start":"2026-05-04T09:30:00Z","end":"2026-05-04T10:00:00Z","agent":"a1","lieu":"l1","plage":"p1"}],"without":[]}`
	if string(out) != want {
		t.Errorf("result = %s\nwant     %s", out, want)
	}
}

func TestWhatMayBeLeftOut(t *testing.T) {
	out, err := json.Marshal(search(t, decode(t, least)))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"creneaux":[` +
		`{"start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","agent":"a1","lieu":null,"plage":"p1"},` +
		`{"start":"2026-05-04T08:00:00Z","end":"2026-05-04T09:00:00Z","agent":"a1","lieu":null,"plage":"p1"}],"without":[]}`
	if string(out) != want {
		t.Errorf("result = %s\nwant     %s", out, want)
	}
}

func TestAScenarioIsReadBackAsWritten(t *testing.T) {
	for _, text := range []string{example, least} {
		s := decode(t, text)
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Scenario
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(search(t, s), search(t, back)); diff != "" {
			t.Errorf("%s\nanswers otherwise: %s", out, diff)
		}
	}
}

// edit replaces one piece of the example, which must be there.
func edit(t *testing.T, old, replacement string) string {
	t.Helper()
	if strings.Count(example, old) == 0 {
		t.Fatalf("the example has no %s", old)
	}
	return strings.Replace(example, old, replacement, 1)
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name, old, replacement string
		code                   Code
		key                    string
	}{
		{"an unknown key", `"lieu": null,`, `"place": null,`, UnknownKey, "place"},
		{"an unknown key with capitals", `"lieu": null,`, `"Lieu": null,`, UnknownKey, "Lieu"},
		{"an unknown key of the motif", `"id": "m1", "dur`, `"nom": "x", "dur`, UnknownKey, "motif.nom"},
		{"an unknown key of a plage", `"break_min": 0`, `"pause": 0`, UnknownKey, "plages[0].pause"},
		{"an unknown key of an override", `"day": "2026-05-18"`, `"jour": "2026-05-18"`, UnknownKey, "plages[0].overrides[0].jour"},
		{"an unknown key of an absence", `"rrule": null, "exdates": []`, `"overrides": []`, UnknownKey, "absences[0].overrides"},
		{"an unknown key of a rdv", `"status": "unknown"`, `"usagers": []`, UnknownKey, "rdvs[0].usagers"},
		{"an unknown key of busy", `"busy": [{`, `"busy": [{"why":"", `, UnknownKey, "busy[0].why"},
		{"a duplicate key", `"lieu": null,`, `"lieu": null, "lieu": null,`, DuplicateKey, "lieu"},
		{"a duplicate key spelt otherwise", `"lieu": null,`, `"lieu": null, "\u006cieu": null,`, DuplicateKey, "lieu"},
		{"a duplicate key of a plage", `"break_min": 0`, `"break_min": 0, "break_min": 5`, DuplicateKey, "plages[0].break_min"},
		{"no now", `"now": "2026-04-30T06:00:00Z",`, ``, MissingKey, "now"},
		{"no duration", `"duration_min": 30, `, ``, MissingKey, "motif.duration_min"},
		{"no agent", `"agent": "a1", "lieu"`, `"lieu"`, MissingKey, "plages[0].agent"},
		{"no end of a rdv", `"end": "2026-05-04T08:15:00Z", `, ``, MissingKey, "rdvs[0].end"},
		{"a day that does not exist", `"from": "2026-05-04"`, `"from": "2026-02-30"`, BadDate, "from"},
		{"an exdate that does not exist", `["2026-05-11"]`, `["2026-05-11","2026-05-32"]`, BadDate, "plages[0].exdates[1]"},
		{"an hour that does not exist", `"from": "09:00"`, `"from": "25:00"`, BadTime, "plages[0].from"},
		{"an instant that does not exist", `07:30:00Z`, `07:61:00Z`, BadInstant, "rdvs[0].start"},
		{"an instant of a day that does not exist", `"2026-04-30T06:00:00Z"`, `"2026-04-31T06:00:00Z"`, BadInstant, "now"},
		{"an instant with an offset", `"2026-04-30T06:00:00Z"`, `"2026-04-30T08:00:00+02:00"`, BadInstant, "now"},
		{"an instant without zone", `"2026-04-30T06:00:00Z"`, `"2026-04-30T06:00:00"`, BadInstant, "now"},
		{"an instant with a comma", `"2026-04-30T06:00:00Z"`, `"2026-04-30T06:00:00,5Z"`, BadInstant, "now"},
		{"a rule with COUNT", `;UNTIL=20261209`, `;COUNT=3`, BadRule, "plages[0].rrule"},
		{"an empty rule", `"FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261209"`, `""`, BadRule, "plages[0].rrule"},
		{"unknown holidays", `"metropole"`, `"bretagne"`, BadHolidays, "holidays"},
		{"a number for a text", `"zone": "Europe/Paris",
  "hol`, `"zone": 1, "hol`, BadType, "zone"},
		{"a text for a number", `"duration_min": 30`, `"duration_min": "30"`, BadType, "motif.duration_min"},
		{"a broken number of minutes", `"duration_min": 30`, `"duration_min": 30.5`, BadType, "motif.duration_min"},
		{"an exponent", `"duration_min": 30`, `"duration_min": 3e1`, BadType, "motif.duration_min"},
		{"a list for an object", `"motif": {"id": "m1", "duration_min": 30, "min_delay_s": 1800, "max_delay_s": 7776000}`, `"motif": []`, BadType, "motif"},
		{"an object for a list", `"agents": []`, `"agents": {}`, BadType, "agents"},
		{"null where something is needed", `"2026-04-30T06:00:00Z"`, `null`, BadType, "now"},
		{"true for a text", `"2026-04-30T06:00:00Z"`, `true`, BadType, "now"},
		{"an empty id", `"agents": ["a1"]`, `"agents": [""]`, BadValue, "rdvs[0].agents[0]"},
		{"a leading zero", `"break_min": 0`, `"break_min": 00`, BadJSON, "plages[0].break_min"},
		{"NaN", `"break_min": 0`, `"break_min": NaN`, BadJSON, "plages[0].break_min"},
		{"a trailing comma", `"agents": [],`, `"agents": ["a1",],`, BadJSON, "agents"},
		{"a missing comma", `"lieu": null,`, `"lieu": null`, BadJSON, ""},
		{"a missing colon", `"lieu": null,`, `"lieu" null,`, BadJSON, ""},
		{"a comment", `"lieu": null,`, `"lieu": null, // any`, BadJSON, ""},
		{"simple quotes", `"lieu": null,`, `'lieu': null,`, BadJSON, ""},
		{"a line end in a text", `"metropole"`, "\"metro\npole\"", BadJSON, "holidays"},
		{"invalid UTF-8", `"m1", "dur`, "\"m\xff\", \"dur", BadJSON, "motif.id"},
		{"a broken escape", `"metropole"`, `"metro\pole"`, BadJSON, "holidays"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode([]byte(edit(t, tt.old, tt.replacement)))
			wantInvalid(t, err, tt.code, tt.key)
		})
	}
}

func TestDecodeRefusesWhatIsNoScenario(t *testing.T) {
	tests := []struct {
		name, text string
		code       Code
	}{
		{"nothing", "", BadJSON},
		{"spaces", " \n ", BadJSON},
		{"null", "null", BadType},
		{"a list", "[]", BadType},
		{"a number", "12", BadType},
		{"binary", "\x00\x01\x02\xff\xfe", BadJSON},
		{"a NUL", "\x00", BadJSON},
		{"a NUL behind", least + "\x00", BadJSON},
		{"a zip", "PK\x03\x04", BadJSON},
		{"something behind", least + "{}", BadJSON},
		{"very deep lists", strings.Repeat("[", 1_000_000), BadType},
		{"very deep objects", strings.Repeat(`{"plages":[`, 1_000_000), UnknownKey},
		{"cut short", example[:len(example)/2], BadJSON},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode([]byte(tt.text))
			refusal, ok := errors.AsType[*Invalid](err)
			if !ok || refusal.Code != tt.code {
				t.Errorf("error = %#v, want %s", err, tt.code)
			}
		})
	}
}

func TestDecodeOfEveryPrefixIsRefused(t *testing.T) {
	for i := range len(example) - 1 {
		if _, err := Decode([]byte(example[:i])); err == nil {
			t.Fatalf("the first %d bytes are accepted", i)
		}
	}
}

func TestOffsetPointsAtTheMistake(t *testing.T) {
	_, err := Decode([]byte(edit(t, `"2026-05-18"`, `"2026-05-99"`)))
	refusal, ok := errors.AsType[*Invalid](err)
	if !ok {
		t.Fatal(err)
	}
	if want := strings.Index(example, `"2026-05-18"`); refusal.Offset < want-1 || refusal.Offset > want+1 {
		t.Errorf("offset = %d, want %d", refusal.Offset, want)
	}
}

func TestPrepareRefuses(t *testing.T) {
	tests := []struct {
		name, old, replacement string
		code                   Code
		key                    string
	}{
		{"an unknown zone", `"zone": "Europe/Paris",
  "hol`, `"zone": "Europe/Lutece", "hol`, BadZone, "zone"},
		{"the machine's zone", `"motifs": ["m1"], "zone": "Europe/Paris"`, `"motifs": ["m1"], "zone": "Local"`, BadZone, "plages[0].zone"},
		{"an absence in an unknown zone", `"absences": [{"agent": "a1", "zone": "Europe/Paris"`, `"absences": [{"agent": "a1", "zone": ""`, BadZone, "absences[0].zone"},
		{"an audience that is none", `"for": "agent"`, `"for": "robot"`, BadValue, "for"},
		{"an inverted search", `"to": "2026-05-10"`, `"to": "2026-05-03"`, BadRange, "to"},
		{"a search of a century", `"to": "2026-05-10"`, `"to": "2127-05-10"`, BadRange, "to"},
		{"no minute", `"duration_min": 30`, `"duration_min": 0`, BadValue, "motif.duration_min"},
		{"less than no minute", `"duration_min": 30`, `"duration_min": -30`, BadValue, "motif.duration_min"},
		{"more minutes than fit anywhere", `"duration_min": 30`, `"duration_min": 99999999999999999999999`, BadValue, "motif.duration_min"},
		{"a negative delay", `"min_delay_s": 1800`, `"min_delay_s": -1`, BadValue, "motif.min_delay_s"},
		{"a delay of centuries", `"max_delay_s": 7776000`, `"max_delay_s": 9223372036854775807`, BadValue, "motif.max_delay_s"},
		{"a negative break", `"break_min": 0`, `"break_min": -5`, BadValue, "plages[0].break_min"},
		{"a plage from midnight to midnight", `"from": "09:00", "to": "12:00"`, `"from": "24:00", "to": "24:00"`, BadTime, "plages[0].from"},
		{"a plage that ends before it starts", `"to": "12:00"`, `"to": "08:00"`, BadRange, "plages[0].to"},
		{"a plage of no length", `"to": "12:00"`, `"to": "09:00"`, BadRange, "plages[0].to"},
		{"an override that ends before it starts", `"to": "11:00"`, `"to": "09:00"`, BadRange, "plages[0].overrides[0].to"},
		{"an absence that ends before it starts", `"to": "10:30"`, `"to": "09:30"`, BadRange, "absences[0].to"},
		{"an absence that starts at 24:00", `"from": "10:00",
                "last_day": "2026-05-04"`, `"from": "24:00", "last_day": "2026-05-05"`, BadTime, "absences[0].from"},
		{"an absence of several days that comes back", `"last_day": "2026-05-04", "to": "10:30", "rrule": null`, `"last_day": "2026-05-05", "to": "10:30", "rrule": "FREQ=WEEKLY"`, BadRule, "absences[0].rrule"},
		{"an unknown status", `"status": "unknown"`, `"status": "cancelled"`, BadValue, "rdvs[0].status"},
		{"a rdv that ends before it starts", `"end": "2026-05-04T08:15:00Z"`, `"end": "2026-05-04T07:15:00Z"`, BadRange, "rdvs[0].end"},
		{"busy that ends before it starts", `"end": "2026-05-05T08:00:00Z"`, `"end": "2026-05-05T06:00:00Z"`, BadRange, "busy[0].end"},
		{"a worked holiday that is no day", `"holidays": "metropole"`, `"holidays": "metropole", "holidays_except": ["pentecote"]`, BadHolidays, "holidays_except"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Prepare(decode(t, edit(t, tt.old, tt.replacement)))
			wantInvalid(t, err, tt.code, tt.key)
		})
	}
}

func TestPrepareRefusesGoValuesThatNoJSONGives(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(s *Scenario)
		code  Code
		key   string
	}{
		{"no day searched", func(s *Scenario) { s.From = 0 }, BadDate, "from"},
		{"no first day", func(s *Scenario) { s.Plages[0].FirstDay = 0 }, BadDate, "plages[0].first_day"},
		{"no day of absence", func(s *Scenario) { s.Absences[0].LastDay = 0 }, BadDate, "absences[0].first_day"},
		{"an hour of nowhere", func(s *Scenario) { s.Plages[0].To = 5000 }, BadTime, "plages[0].to"},
		{"holidays of nowhere", func(s *Scenario) { s.Holidays = "corse" }, BadHolidays, "holidays"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := decode(t, example)
			tt.spoil(&s)
			_, err := Prepare(s)
			wantInvalid(t, err, tt.code, tt.key)
		})
	}
}

func TestNullStandsForWhatIsLeftOut(t *testing.T) {
	with := strings.Replace(least, `"for":"agent"`, `"for":"agent","lieu":null,"agents":null,"absences":null,"rdvs":null,"busy":null,"holidays":null,"holidays_except":null`, 1)
	with = strings.Replace(with, `"id":"p1"`, `"id":"p1","lieu":null,"exdates":null,"overrides":null,"break_min":null,"rrule":null`, 1)
	if got, want := decode(t, with), decode(t, least); !reflect.DeepEqual(got, want) {
		t.Errorf("Decode = %+v\nwant     %+v", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		example, least, `{"now":1}`, `{"plages":[{"overrides":[{}]}]}`, "{\"\x00\":0}", `{"now":"2026-04-30T06:00:00Z"`, "[", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Decode(text)
		if err != nil {
			refusal, ok := errors.AsType[*Invalid](err)
			if !ok || refusal.Code == "" || refusal.Message == "" || strings.ContainsAny(refusal.Message, "\n\r\x00") {
				t.Errorf("refusal = %#v", err)
			}
			return
		}
		if !json.Valid(text) {
			t.Errorf("accepted, though not JSON: %q", text)
		}
		answers(t, s)
	})
}

// answers checks that an accepted scenario is answered or refused, soon, and
// that its answer can be written.
func answers(t *testing.T, s Scenario) {
	start := time.Now()
	result, err := Search(s)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	if err != nil {
		if _, ok := errors.AsType[*Invalid](err); !ok {
			t.Errorf("error = %v", err)
		}
		return
	}
	if _, err := json.Marshal(result); err != nil {
		t.Errorf("the answer cannot be written: %v", err)
	}
}
