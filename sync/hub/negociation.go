package hub

import (
	"strconv"
	"strings"
)

// coding picks how an answer is compressed: zstd, gzip or "", the first that
// the Accept-Encoding of a request allows.
func coding(accepts string) string {
	for _, ours := range []string{"zstd", "gzip"} {
		if allowed(accepts, ours) {
			return ours
		}
	}
	return ""
}

// allowed reports whether a coding is named with a weight above zero.
func allowed(accepts, coding string) bool {
	for part := range strings.SplitSeq(accepts, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		value, given := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		q, err := strconv.ParseFloat(value, 64)
		return !given || err == nil && q > 0
	}
	return false
}
