package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"permanence/app/store/storetest/pgtest"
)

// measureRemote runs the server on PostgreSQL, in one process and in three. The
// database is that of PERMANENCE_BENCH_PG, which must be empty, or a server
// started for this; where neither is there, nothing is measured.
func measureRemote(ctx context.Context, dir string, s sizes) ([]result, error) {
	if s.remoteRows == 0 {
		return []result{{what: "PostgreSQL", note: "non mesuré : aucune ligne demandée"}}, nil
	}
	p, err := s.program(ctx, dir)
	if err != nil {
		return nil, err
	}
	address, stop, err := database()
	if err != nil {
		return []result{{what: "PostgreSQL", note: "non mesuré : " + err.Error()}}, nil
	}
	results, err := remotely(ctx, p, address, s)
	return results, errors.Join(err, stop())
}

func database() (address string, stop func() error, err error) {
	if given := os.Getenv("PERMANENCE_BENCH_PG"); given != "" {
		return given, func() error { return nil }, nil
	}
	c, err := pgtest.Start()
	if err != nil {
		return "", nil, err
	}
	if err := c.Say("CREATE DATABASE mesure TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return "", nil, errors.Join(err, c.Stop())
	}
	return c.Address("mesure"), c.Stop, nil
}

func remotely(ctx context.Context, p *program, address string, s sizes) ([]result, error) {
	first, err := p.seeded(ctx, s.remoteRows, address)
	if err != nil {
		return nil, err
	}
	servers := []*child{first}
	defer func() {
		for _, c := range servers {
			_ = c.stop() // the measures are made; the database goes too
		}
	}()
	var results []result
	for _, processes := range []int{1, 3} {
		for len(servers) < processes {
			c, err := p.serve(ctx, address)
			if err != nil {
				return nil, err
			}
			servers = append(servers, c)
		}
		some, err := remoteWith(ctx, p, servers, s)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

func remoteWith(ctx context.Context, p *program, servers []*child, s sizes) ([]result, error) {
	where := fmt.Sprintf("PostgreSQL, %d processus : ", len(servers))
	if len(servers) == 1 {
		where = "PostgreSQL, un processus : "
	}
	var laps []lap
	records := 0
	for i := range 3 {
		dir, err := p.fresh()
		if err != nil {
			return nil, err
		}
		a, err := p.ask(ctx, "pull", servers[i%len(servers)].url, dir, "1")
		if err != nil {
			return nil, err
		}
		laps, records = append(laps, lap{wall: ms(a.MS), cpu: time.Duration(a.CPU * float64(time.Second))}), a.Records
	}
	rate, alone, err := commits(ctx, p, servers, s)
	if err != nil {
		return nil, err
	}
	dir, err := p.fresh()
	if err != nil {
		return nil, err
	}
	live, err := p.ask(ctx, "live", servers[len(servers)-1].url, dir, "1", strconv.Itoa(s.edits))
	if err != nil {
		return nil, err
	}
	return []result{
		{what: where + fmt.Sprintf("première copie, %s fiches", thousands(records)), laps: laps},
		{what: where + fmt.Sprintf("%s saisies hors ligne jusqu’à l’accusé de réception", thousands(s.commands)), laps: []lap{{wall: alone}}},
		{what: where + "saisies par seconde dans un territoire, 4 postes à la fois", amount: rate, unit: "par s", limit: 300, floor: true},
		{what: where + "une saisie d’un poste au fichier d’un autre, médiane", amount: live.P50, unit: "ms", limit: 10, note: fmt.Sprintf("99 %% sous %s ms, %d perdues", decimal(live.P99, 1), live.Lost)},
	}, nil
}

// commits gives how many commands a second several desktops get acknowledged,
// and how long one alone waits.
func commits(ctx context.Context, p *program, servers []*child, s sizes) (float64, time.Duration, error) {
	dir, err := p.fresh()
	if err != nil {
		return 0, 0, err
	}
	alone, err := p.ask(ctx, "push", servers[0].url, dir, "1", strconv.Itoa(s.commands))
	if err != nil {
		return 0, 0, err
	}
	var slowest, pushed [4]float64
	g, ctx := errgroup.WithContext(ctx)
	for i := range 4 {
		g.Go(func() error {
			dir, err := p.fresh()
			if err != nil {
				return err
			}
			a, err := p.ask(ctx, "push", servers[i%len(servers)].url, dir, "1", strconv.Itoa(s.commands/4))
			slowest[i], pushed[i] = a.MS, float64(a.Pushed)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, 0, err
	}
	total, most := 0.0, 1.0
	for i := range 4 {
		total, most = total+pushed[i], max(most, slowest[i])
	}
	return total / most * 1000, ms(alone.MS), nil
}
