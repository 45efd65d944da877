package agenda

import (
	"errors"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ErrTelephone says that a text is not a phone number that can be called. What
// was typed is not in the error: it may be logged.
var ErrTelephone = errors.New("numéro de téléphone non valable")

// longestTelephone bounds what is typed, in bytes.
const longestTelephone = 40

// ParseTelephone reads a number as people write it and returns its E.164 form,
// "+33612345678". A number without country belongs to region ("FR", "RE"; see
// RegionTelephone) if that gives one, else to the first of France and overseas
// that does. It refuses (ErrTelephone) a number that the numbering plan does
// not know, a mainland prefix on an overseas number, letters and extensions.
func ParseTelephone(typed, region string) (string, error) {
	number, ok := bareTelephone(typed)
	if !ok {
		return "", ErrTelephone
	}
	if overseas, ok := overseasLandline(number); ok {
		number = overseas
	}
	if strings.HasPrefix(number, "+") {
		return parseInternational(number)
	}
	for _, r := range append([]string{region}, "FR", "GP", "GF", "MQ", "RE", "YT") {
		parsed, err := phonenumbers.Parse(number, r)
		if err == nil && phonenumbers.IsValidNumber(parsed) {
			return phonenumbers.Format(parsed, phonenumbers.E164), nil
		}
	}
	return "", ErrTelephone
}

// ParseTelephoneOrganisation also accepts the four digits of a short number,
// "3949", and returns them as they are: an usager's phone never is one.
func ParseTelephoneOrganisation(typed, region string) (string, error) {
	number, ok := bareTelephone(typed)
	if ok && shortTelephone(number) {
		return number, nil
	}
	return ParseTelephone(typed, region)
}

// CheckTelephone refuses (ErrTelephone) what is not the E.164 form that
// ParseTelephone returns.
func CheckTelephone(e164 string) error {
	if parsed, err := ParseTelephone(e164, ""); err != nil || parsed != e164 {
		return ErrTelephone
	}
	return nil
}

// CheckTelephoneOrganisation is CheckTelephone, and accepts a short number.
func CheckTelephoneOrganisation(stored string) error {
	if shortTelephone(stored) {
		return nil
	}
	return CheckTelephone(stored)
}

// RegionTelephone returns the region whose numbers are dialled without country
// in a département or an overseas territory: "974" gives "RE", "62" gives "FR".
func RegionTelephone(departement string) string {
	switch departement {
	case "971":
		return "GP"
	case "972":
		return "MQ"
	case "973":
		return "GF"
	case "974":
		return "RE"
	case "975":
		return "PM"
	case "976":
		return "YT"
	case "977":
		return "BL"
	case "978":
		return "MF"
	case "986":
		return "WF"
	case "987":
		return "PF"
	case "988":
		return "NC"
	}
	return "FR"
}

// MobileTelephone reports whether a number may receive text messages. Where a
// country does not tell mobiles from landlines, it may.
func MobileTelephone(e164 string) bool {
	parsed, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return false
	}
	kind := phonenumbers.GetNumberType(parsed)
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}

// FormatTelephone returns a stored number as it is read in France:
// "06 12 34 56 78", "0696 12 34 56", and "+1 201-400-0000" for what is dialled
// with its country. What it cannot read it returns unchanged.
func FormatTelephone(stored string) string {
	parsed, err := phonenumbers.Parse(stored, "")
	if err != nil {
		return stored
	}
	if dialledWithZero(int(parsed.GetCountryCode())) {
		return phonenumbers.Format(parsed, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
}

// TelephoneKey gives the digits under which a number is searched, whether
// stored or being typed: "+262692123456", "0692 12 34 56" and "00262 692…" all
// begin "0692". It returns "" for a text that is not the beginning of a number.
func TelephoneKey(text string) string {
	number, ok := bareTelephone(text)
	if !ok {
		return ""
	}
	international, found := strings.CutPrefix(number, "+")
	if !found {
		return number
	}
	for _, code := range []string{"33", "262", "590", "594", "596", "508"} {
		national, found := strings.CutPrefix(international, code)
		switch {
		case !found:
			continue
		case code == "508":
			return "0508" + national // six digits, reached by 0508 from the rest of France
		}
		return "0" + strings.TrimPrefix(national, "0")
	}
	return international
}

// bareTelephone keeps the digits and the leading + of what was typed, 00 being
// a +. It answers false for anything that people do not put in a number.
func bareTelephone(typed string) (string, bool) {
	if len(typed) > longestTelephone {
		return "", false
	}
	var digits strings.Builder
	for _, r := range strings.TrimSpace(strings.Replace(typed, "(0)", "", 1)) {
		switch {
		case r >= '0' && r <= '9', r == '+' && digits.Len() == 0:
			digits.WriteRune(r)
		case strings.ContainsRune(" \u00a0\u2009\u202f.-\u2010\u2011\u2013/()", r):
		default:
			return "", false
		}
	}
	number := digits.String()
	if international, found := strings.CutPrefix(number, "00"); found {
		number = "+" + international
	}
	return number, strings.Trim(number, "+") != ""
}

func shortTelephone(s string) bool { return len(s) == 4 && within(s, "0123456789") }

// overseasLandline gives its country to a landline of an overseas territory as
// dialled from anywhere in France, which a reader of mainland numbers would
// take for its own: "0596123456" is "+596596123456", "0508412345" is
// "+508412345".
func overseasLandline(number string) (string, bool) {
	if len(number) != 10 {
		return "", false
	}
	switch number[:4] {
	case "0262", "0263", "0269":
		return "+262" + number[1:], true
	case "0590", "0594", "0596":
		return "+" + number[1:4] + number[1:], true
	case "0508":
		return "+508" + number[4:], true
	}
	return "", false
}

// parseInternational reads a number that begins with +.
func parseInternational(number string) (string, error) {
	if national, mainland := strings.CutPrefix(number, "+33"); mainland {
		if _, overseas := overseasLandline("0" + strings.TrimPrefix(national, "0")); overseas {
			return "", ErrTelephone
		}
	}
	parsed, err := phonenumbers.Parse(number, "")
	if err != nil || !plausibleTelephone(parsed) {
		return "", ErrTelephone
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), nil
}

// plausibleTelephone accepts the numbers that the plan knows, and every
// overseas landline: their blocks are opened faster than the plan is published.
func plausibleTelephone(number *phonenumbers.PhoneNumber) bool {
	if phonenumbers.IsValidNumber(number) {
		return true
	}
	dialled := "0" + phonenumbers.GetNationalSignificantNumber(number)
	landline, ok := overseasLandline(dialled)
	return ok && landline == phonenumbers.Format(number, phonenumbers.E164)
}

// dialledWithZero tells the country codes of France whose numbers are dialled
// with a 0 from anywhere in France.
func dialledWithZero(country int) bool {
	return slices.Contains([]int{33, 262, 590, 594, 596}, country)
}
