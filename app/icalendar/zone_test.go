package icalendar

import (
	"strings"
	"testing"
	"time"
)

func TestKnownZone(t *testing.T) {
	tests := []struct{ tzid, want string }{
		{"Europe/Paris", "Europe/Paris"},
		{`"Europe/Paris"`, "Europe/Paris"},
		{"/example.org/20260414_1/Europe/Paris", "Europe/Paris"},
		{"/freeassociation.example.org/Tzfile/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"},
		{"/mozilla.example.org/20050126_1/Pacific/Wallis", "Pacific/Wallis"},
		{"Romance Standard Time", "Europe/Paris"},
		{"W. Europe Standard Time", "Europe/Berlin"},
		{"(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"},
		{"(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"},
		{"UTC", "UTC"},
		{"Etc/GMT", "Etc/GMT"},
		{"GMT+1", ""},
		{"(GMT +01:00)", ""},
		{"Germany/Berlin", ""},
		{"Local", ""},
		{"localtime", ""},
		{"right/Europe/Paris", "Europe/Paris"},
		{"posix/Europe/Paris", "Europe/Paris"},
		{"../../etc/passwd", ""},
		{"/", ""},
		{"", ""},
		{strings.Repeat("Europe/", 1000) + "Paris", "Europe/Paris"},
	}
	for _, tt := range tests {
		got, ok := KnownZone(tt.tzid)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("KnownZone(%.40q) = %q, %v, want %q", tt.tzid, got, ok, tt.want)
		}
	}
}

func TestEveryWindowsZoneExists(t *testing.T) {
	for _, table := range []map[string]string{windowsZones, windowsPlaces} {
		for windows, iana := range table {
			if !isIANA(iana) {
				t.Errorf("%s → %s, which does not exist", windows, iana)
			}
		}
	}
	for _, iana := range likelyZones {
		if !isIANA(iana) {
			t.Errorf("%s does not exist", iana)
		}
	}
}

// vtimezone is a VTIMEZONE with European changes, as Outlook writes it.
func vtimezone(id, standard, daylight string) string {
	return "BEGIN:VTIMEZONE|TZID:" + id +
		"|BEGIN:STANDARD|DTSTART:16010101T030000|TZOFFSETFROM:" + daylight + "|TZOFFSETTO:" + standard + "|RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10|END:STANDARD" +
		"|BEGIN:DAYLIGHT|DTSTART:16010101T020000|TZOFFSETFROM:" + standard + "|TZOFFSETTO:" + daylight + "|RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3|END:DAYLIGHT" +
		"|END:VTIMEZONE"
}

func TestZonesOfAFile(t *testing.T) {
	fixed := func(offset string) string {
		return "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:16010101T000000|TZOFFSETFROM:" + offset + "|TZOFFSETTO:" + offset + "|END:STANDARD|END:VTIMEZONE"
	}
	tests := []struct{ name, zone, start, want, iana string }{
		{"UTC", "", ":20260706T090000Z", "2026-07-06T09:00:00Z", "UTC"},
		{"floating takes the agenda's zone", "", ":20260706T090000", "2026-07-06T07:00:00Z", "Europe/Paris"},
		{"IANA", "", ";TZID=Indian/Reunion:20260706T090000", "2026-07-06T05:00:00Z", "Indian/Reunion"},
		{"Windows", "", ";TZID=Eastern Standard Time:20260706T090000", "2026-07-06T13:00:00Z", "America/New_York"},
		{"the database wins over a borrowed name", vtimezone("Europe/Paris", "+1400", "+1400"), ";TZID=Europe/Paris:20270104T090000", "2027-01-04T08:00:00Z", "Europe/Paris"},
		{"recognised by its rules", vtimezone("Bureau 3", "+0100", "+0200"), ";TZID=Bureau 3:20260706T090000", "2026-07-06T07:00:00Z", "Europe/Paris"},
		{"recognised by its rules, in winter", vtimezone("Bureau 3", "+0100", "+0200"), ";TZID=Bureau 3:20261124T090000", "2026-11-24T08:00:00Z", "Europe/Paris"},
		{"recognised by its offset", fixed("-0930"), ";TZID=Own:20260706T090000", "2026-07-06T18:30:00Z", "Pacific/Marquesas"},
		{"its own, in summer", vtimezone("Lune", "+0107", "+0207"), ";TZID=Lune:20260706T090000", "2026-07-06T06:53:00Z", "Europe/Paris"},
		{"its own, in winter", vtimezone("Lune", "+0107", "+0207"), ";TZID=Lune:20261124T090000", "2026-11-24T07:53:00Z", "Europe/Paris"},
		{"its own, a fixed offset", fixed("-0741"), ";TZID=Own:20260706T134200", "2026-07-06T21:23:00Z", "Europe/Paris"},
		{"offset with seconds", fixed("+000921"), ";TZID=Own:20260706T120000", "2026-07-06T11:50:39Z", "Europe/Paris"},
		{"says who it is", strings.Replace(fixed("+0700"), "TZID:Own", "TZID:Own|X-LIC-LOCATION:Europe/Paris", 1), ";TZID=Own:20260706T090000", "2026-07-06T07:00:00Z", "Europe/Paris"},
		{"a zone without TZID beside", "BEGIN:VTIMEZONE|X-INVALID:TRUE|END:VTIMEZONE", ";TZID=Europe/Paris:20260706T090000", "2026-07-06T07:00:00Z", "Europe/Paris"},
		{"whole days ignore TZID", "", ";VALUE=DATE;TZID=Nowhere/Land:20260706", "2026-07-05T22:00:00Z", "Europe/Paris"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "COMMENT:x|"
			if tt.zone != "" {
				text += tt.zone + "|"
			}
			in, err := Import([]byte(calendar(text+"BEGIN:VEVENT|UID:a|DTSTART"+tt.start+"|END:VEVENT")), options())
			if err != nil {
				t.Fatal(err)
			}
			o := in.Occurrences[0]
			if got := o.Start.Format(time.RFC3339); got != tt.want || o.Zone != tt.iana {
				t.Errorf("start = %s in %q, want %s in %q", got, o.Zone, tt.want, tt.iana)
			}
		})
	}
}

func TestUnknownZonesAreNeverGuessed(t *testing.T) {
	bomb := func(rule string) string {
		return "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:19700101T000000|RRULE:" + rule + "|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|END:STANDARD|END:VTIMEZONE|"
	}
	for name, zone := range map[string]string{
		"not defined":     "",
		"every second":    bomb("FREQ=SECONDLY"),
		"every day":       bomb("FREQ=DAILY"),
		"no offset":       "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+0100|END:STANDARD|END:VTIMEZONE|",
		"offset too far":  "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+9900|TZOFFSETTO:+9900|END:STANDARD|END:VTIMEZONE|",
		"no observance":   "BEGIN:VTIMEZONE|TZID:Own|END:VTIMEZONE|",
		"no start":        "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|TZOFFSETFROM:+0100|TZOFFSETTO:+0100|END:STANDARD|END:VTIMEZONE|",
		"too many onsets": "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:19700101T000000|RDATE:" + strings.Repeat("19700101T000000,", 3000) + "19700101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0100|END:STANDARD|END:VTIMEZONE|",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Import([]byte(calendar(zone+"BEGIN:VEVENT|UID:a|DTSTART;TZID=Own:20260706T090000|END:VEVENT")), options())
			r := refusal(t, err)
			if r.Code != CodeUnknownZone || !strings.Contains(r.Message, "«\u00a0Own\u00a0»") || !strings.Contains(r.Message, "devinée. Rien n’a été importé.") {
				t.Errorf("refused with %s: %s", r.Code, r)
			}
		})
	}
}
