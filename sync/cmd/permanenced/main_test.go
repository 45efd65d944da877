package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"permanence/app/agenda"
)

// outcome is what a command line gives.
type outcome struct {
	code     int
	out, err string
}

func permanenced(t *testing.T, in string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, &console{In: strings.NewReader(in), Out: &out, Err: &errs})
	return outcome{code, out.String(), errs.String()}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		name, args string
		code       int
		says       string
	}{
		{"nothing", "", exitUsage, "verbe attendu"},
		{"an unknown verb", "creneau", exitUsage, `verbe ou argument inconnu : creneau (peut-être "creneaux")`},
		{"an unknown flag", "creneaux --scenari x", exitUsage, `option inconnue : --scenari (peut-être "--scenario")`},
		{"a missing flag", "creneaux", exitUsage, "option obligatoire absente : --scenario=FICHIER"},
		{"a flag without value", "creneaux --scenario", exitUsage, "valeur non valable ou absente : --scenario"},
		{"an argument too many", "creneaux --scenario - x", exitUsage, "verbe ou argument inconnu : x"},
		{"a file that is not there", "creneaux --scenario /nowhere/at/all.json", exitFailure, "fichier introuvable : /nowhere/at/all.json"},
		{"a directory", "creneaux --scenario .", exitFailure, "lecture du scénario"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := permanenced(t, "", strings.Fields(tt.args)...)
			if got.code != tt.code || !strings.Contains(got.err, tt.says) || got.out != "" {
				t.Errorf("= %+v, want code %d and %q", got, tt.code, tt.says)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for args, want := range map[string]string{
		"--help":      "creneaux       Calcule les créneaux",
		"-h":          "Usage : permanenced VERBE [options]",
		"creneaux -h": "--scenario=FICHIER   Fichier du scénario",
	} {
		got := permanenced(t, "", strings.Fields(args)...)
		if got.code != exitDone || !strings.Contains(got.out, want) || got.err != "" {
			t.Errorf("%s = %+v, want %q", args, got, want)
		}
	}
}

func TestExitCode(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"done", nil, exitDone},
		{"a failure", errors.New("disk full"), exitFailure},
		{"a usage", fmt.Errorf("creneaux: %w", usage("nothing")), exitUsage},
		{"a refusal", fmt.Errorf("add agent: %w", agenda.Refuse(agenda.CodeEmailTaken, "")), exitRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("exitCode = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestKebab(t *testing.T) {
	for name, want := range map[string]string{"Creneaux": "creneaux", "AppPassword": "app-password"} {
		if got := kebab(name); got != want {
			t.Errorf("kebab(%s) = %s, want %s", name, got, want)
		}
	}
}
