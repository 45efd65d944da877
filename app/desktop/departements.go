package desktop

import (
	"slices"
	"strconv"
	"strings"

	"permanence/app/civil"
)

// territoireOf gives the clock and the public holidays of a département or an
// overseas territory, ok false when there is no such number.
func territoireOf(departement string) (zone string, holidays civil.HolidaySet, ok bool) {
	switch departement {
	case "57", "67", "68":
		return "Europe/Paris", civil.AlsaceMoselle, true
	case "971":
		return "America/Guadeloupe", civil.Guadeloupe, true
	case "972":
		return "America/Martinique", civil.Martinique, true
	case "973":
		return "America/Cayenne", civil.Guyane, true
	case "974":
		return "Indian/Reunion", civil.LaReunion, true
	case "975":
		return "America/Miquelon", civil.Metropole, true
	case "976":
		return "Indian/Mayotte", civil.Mayotte, true
	case "977":
		return "America/St_Barthelemy", civil.SaintBarthelemy, true
	case "978":
		return "America/Marigot", civil.SaintMartin, true
	case "986":
		return "Pacific/Wallis", civil.Metropole, true
	case "987":
		return "Pacific/Tahiti", civil.Metropole, true
	case "988":
		return "Pacific/Noumea", civil.Metropole, true
	}
	return "Europe/Paris", civil.Metropole, mainland(departement)
}

// mainland reports whether it is the number of a département of the mainland or
// of Corsica: 01 to 95 without 20, 2A, 2B.
func mainland(departement string) bool {
	if slices.Contains([]string{"2A", "2B"}, departement) {
		return true
	}
	n, err := strconv.Atoi(departement)
	return err == nil && len(departement) == 2 && n >= 1 && n <= 95 && n != 20
}

// departementTyped gives the number as it is written: « 2a » is 2A, « 1 » is 01.
func departementTyped(text string) string {
	text = strings.ToUpper(strings.TrimSpace(text))
	if len(text) == 1 {
		text = "0" + text
	}
	return text
}
