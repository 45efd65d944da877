package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// measurePeers runs the bench of synchronisation of a folder, this program and
// its peers in the same run. Without such a folder nothing is measured.
func measurePeers(ctx context.Context, dir string, s sizes) ([]result, error) {
	if s.lab == "" {
		return []result{{what: "Autres programmes", note: "non mesurés : make bench LAB=dossier d’un banc de synchronisation"}}, nil
	}
	p, err := s.program(ctx, dir)
	if err != nil {
		return nil, err
	}
	peers, err := withUs(s.lab, dir, p.path)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(dir, "banc.jsonl")
	for _, words := range [][]string{{"--sizes", "1000,10000", "--steps", "pull,push,live"}, {"--sizes", "1000", "--steps", "many", "--port", "23000"}} {
		cmd := exec.CommandContext(ctx, "node", slices.Concat([]string{"bench.mjs", "--peers", peers, "--runs", "2", "--out", out}, words)...)
		cmd.Dir, cmd.Stderr = filepath.Join(dir, "banc"), os.Stderr
		cmd.Env = append(os.Environ(), "SYNCLAB_TMP="+filepath.Join(dir, "banc-essais"), "SYNCLAB_DATA="+filepath.Join(s.lab, "data"), "SYNCLAB_PEERS="+filepath.Join(s.lab, "peers"), "SYNCLAB_BIN="+dir)
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("the bench of %s: %w", s.lab, err)
		}
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	return compared(text)
}

// withUs copies what drives the bench beside a list of its peers to which this
// program is added, and gives their names.
func withUs(lab, dir, program string) (string, error) {
	text, err := os.ReadFile(filepath.Join(lab, "peers.json"))
	if err != nil {
		return "", err
	}
	peers := map[string]map[string]any{}
	if err := json.Unmarshal(text, &peers); err != nil {
		return "", fmt.Errorf("read the peers: %w", err)
	}
	peers[ours] = map[string]any{"title": "Permanence", "server": program + " serve", "client": program}
	names := strings.Join(slices.Sorted(maps.Keys(peers)), ",")
	if text, err = json.Marshal(peers); err != nil {
		return "", err
	}
	to := filepath.Join(dir, "banc")
	if err := os.CopyFS(filepath.Join(to, "adapters"), os.DirFS(filepath.Join(lab, "adapters"))); err != nil {
		return "", err
	}
	if err := os.CopyFS(filepath.Join(to, "lib"), os.DirFS(filepath.Join(lab, "lib"))); err != nil {
		return "", err
	}
	driver, err := os.ReadFile(filepath.Join(lab, "bench.mjs"))
	if err != nil {
		return "", err
	}
	return names, errors.Join(os.WriteFile(filepath.Join(to, "bench.mjs"), driver, 0o600), os.WriteFile(filepath.Join(to, "peers.json"), text, 0o600))
}

// ours is this program among the peers.
const ours = "permanence"

// line is one line of the bench's results.
type line struct {
	Peer  string  `json:"peer"`
	N     int     `json:"n"`
	Step  string  `json:"step"`
	MS    float64 `json:"ms"`
	P50   float64 `json:"p50"`
	Total float64 `json:"total_ms"`
	Error string  `json:"error"`
}

func (l line) value() float64 {
	switch l.Step {
	case "live":
		return l.P50
	case "many50":
		return l.Total
	}
	return l.MS
}

// compared gives, for each step and size, this program's median and its part of
// the best other one.
func compared(text []byte) ([]result, error) {
	type place struct {
		step string
		n    int
	}
	found := map[place]map[string][]float64{}
	var order []place
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var l line
		if err := d.Decode(&l); err != nil {
			return nil, err
		}
		if l.Error != "" {
			return nil, fmt.Errorf("%s, %s of %d: %s", l.Peer, l.Step, l.N, l.Error)
		}
		if !slices.Contains([]string{"pull", "push", "live", "many50"}, l.Step) {
			continue
		}
		at := place{l.Step, l.N}
		if found[at] == nil {
			found[at] = map[string][]float64{}
			order = append(order, at)
		}
		found[at][l.Peer] = append(found[at][l.Peer], l.value())
	}
	var results []result
	for _, at := range order {
		best, name := 0.0, ""
		for peer, values := range found[at] {
			if v := middle(values); peer != ours && (name == "" || v < best) {
				best, name = v, peer
			}
		}
		if name == "" {
			continue
		}
		mine := middle(found[at][ours])
		r := result{what: fmt.Sprintf("%s, %s rendez-vous", title(at.step), thousands(at.n)), note: fmt.Sprintf("%s ms ; %s : %s ms", decimal(mine, 1), name, decimal(best, 1))}
		r.amount, r.unit, r.limit = mine/max(0.01, best), "× "+name, part(at.step)
		results = append(results, r)
	}
	return results, nil
}

func title(step string) string {
	switch step {
	case "pull":
		return "Première copie"
	case "push":
		return "1 000 saisies hors ligne jusqu’à l’accusé de réception"
	case "live":
		return "Une saisie, d’un poste au fichier d’un autre"
	}
	return "50 postes neufs à la fois"
}

// part is the share of the best peer that is aimed at; 0 for none.
func part(step string) float64 {
	switch step {
	case "pull":
		return 0.25
	case "push":
		return 0.5
	case "many50":
		return 0.125
	}
	return 0
}

// middle is the median, 0 for none.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
