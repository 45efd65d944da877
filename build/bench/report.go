package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// report is the page.
type report struct {
	day     time.Time
	machine machine
	results []result
}

// machine is what a reader needs to compare figures.
type machine struct {
	system, processor string
	cores             int
	memoryMB          int
	program           string
	load              string // tasks waiting on average over the last minute, "" when not known
}

func (r report) String() string {
	var b strings.Builder
	m := r.machine
	fmt.Fprintf(&b, "# Mesures du %s\n\n", r.day.Format("02/01/2006"))
	fmt.Fprintf(&b, "%s, %s, %d cœurs, %d Mo de mémoire, %s.\n", m.system, m.processor, m.cores, m.memoryMB, m.program)
	if m.load != "" {
		fmt.Fprintf(&b, "Charge de la machine au début : %s (au-dessus de %d, d’autres travaux ralentissent les mesures).\n", m.load, m.cores)
	}
	b.WriteString("\nLe budget porte sur la médiane. Sans autre précision, fichiers SQLite et serveur réels ; le réseau est la boucle locale.\n")
	b.WriteString("Processeur : temps de calcul moyen d’un essai, poste et serveur ensemble, que d’autres travaux n’allongent guère.\n\n")
	b.WriteString("| Mesure | Médiane | 95 % sous | Processeur | Essais | Budget | |\n|---|--:|--:|--:|--:|--:|---|\n")
	for _, x := range r.results {
		if len(x.laps) == 0 {
			continue
		}
		budget := ""
		if x.budget > 0 {
			budget = inMS(x.budget)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %s | %s |\n", x.what, inMS(x.at(0.5)), inMS(x.at(0.95)), inMS(x.cpu()), len(x.laps), budget, x.verdict())
	}
	b.WriteString(r.amounts())
	b.WriteString("\n")
	for _, x := range r.results {
		if x.note != "" {
			fmt.Fprintf(&b, "- %s : %s\n", x.what, x.note)
		}
	}
	return b.String()
}

// amounts is the table of what is not a time.
func (r report) amounts() string {
	var b strings.Builder
	for _, x := range r.results {
		if x.unit == "" {
			continue
		}
		goal, word := "", "au plus "
		if x.floor {
			word = "au moins "
		}
		if x.limit > 0 {
			goal = word + decimal(x.limit, 3)
		}
		fmt.Fprintf(&b, "| %s | %s\u00a0%s | %s | %s |\n", x.what, decimal(x.amount, 2), x.unit, goal, x.verdict())
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n| Mesure | Valeur | But | |\n|---|--:|--:|---|\n" + b.String()
}

// decimal writes a number with so many decimals at most, as French readers
// expect it.
func decimal(n float64, digits int) string {
	if n >= 100 {
		digits = 0
	}
	text := strconv.FormatFloat(n, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return strings.ReplaceAll(text, ".", ",")
}

// inMS writes a time in milliseconds, as French readers expect it.
func inMS(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	digits := 2
	switch {
	case ms >= 100:
		digits = 0
	case ms >= 10:
		digits = 1
	}
	return strings.ReplaceAll(strconv.FormatFloat(ms, 'f', digits, 64), ".", ",") + "\u00a0ms"
}

// thisMachine describes the machine; what cannot be read is said to be unknown.
func thisMachine() machine {
	m := machine{system: runtime.GOOS + "/" + runtime.GOARCH, processor: "processeur inconnu", cores: runtime.NumCPU(), program: "Go " + strings.TrimPrefix(runtime.Version(), "go")}
	if name := field("/etc/os-release", "PRETTY_NAME="); name != "" {
		m.system = strings.Trim(name, `"`) + " (" + m.system + ")"
	}
	if name := field("/proc/cpuinfo", "model name\t: "); name != "" {
		m.processor = name
	}
	if kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(field("/proc/meminfo", "MemTotal:"), "kB"))); err == nil {
		m.memoryMB = kb / 1024
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.load, _, _ = strings.Cut(strings.Replace(string(text), ".", ",", 1), " ")
	}
	return m
}

// field gives what follows a word at the beginning of a line of a file, "" when
// there is none.
func field(path, word string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if rest, found := strings.CutPrefix(line, word); found {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
