package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// measureCrowd is what many desktops at once cost a server.
func measureCrowd(ctx context.Context, dir string, s sizes) ([]result, error) {
	p, err := s.program(ctx, dir)
	if err != nil {
		return nil, err
	}
	server, err := p.seeded(ctx, s.crowdRows, "")
	if err != nil {
		return nil, err
	}
	var results []result
	for _, measure := range []func(context.Context, *program, *child, sizes) ([]result, error){freshCrowd, edits, streamed} {
		some, err := measure(ctx, p, server, s)
		if err != nil {
			return nil, errors.Join(err, server.stop())
		}
		results = append(results, some...)
	}
	return results, server.stop()
}

// freshCrowd gives a first copy to many desktops at once.
func freshCrowd(ctx context.Context, p *program, server *child, s sizes) ([]result, error) {
	logins, err := enrolments(ctx, p, server, s)
	if err != nil {
		return nil, err
	}
	dir, err := p.fresh()
	if err != nil {
		return nil, err
	}
	before := server.cpu()
	a, err := p.ask(ctx, "many", server.url, dir, "1", strconv.Itoa(s.crowd))
	if err != nil {
		return nil, err
	}
	each := max(0, (server.cpu()-before)/time.Duration(s.crowd)-logins)
	_, most := server.memory()
	what := fmt.Sprintf("%d postes neufs d’environ %s fiches à la fois", s.crowd, thousands(s.crowdRows))
	r := result{what: what}
	for _, one := range a.Each {
		r.laps = append(r.laps, lap{wall: ms(one)})
	}
	r.note = "durée d’un poste ; le dernier a fini en " + inMS(ms(slices.Max(a.Each)))
	return []result{r,
		{what: what + ", processeur du serveur par poste", amount: each.Seconds() * 1000, unit: "ms", limit: 10, note: "l’inscription (vérifier un mot de passe, lent à dessein) ôtée : " + inMS(logins)},
		{what: what + ", mémoire du serveur au plus", amount: float64(most) / 1024, unit: "Mio", limit: 128, note: "mots de passe vérifiés compris"},
	}, nil
}

// enrolments gives what one login costs the server's processor, from desktops
// that only log in.
func enrolments(ctx context.Context, p *program, server *child, s sizes) (time.Duration, error) {
	dir, err := p.fresh()
	if err != nil {
		return 0, err
	}
	before := server.cpu()
	_, err = p.ask(ctx, "enrol", server.url, dir, "1", strconv.Itoa(max(2, s.crowd/5)))
	return (server.cpu() - before) / time.Duration(max(2, s.crowd/5)), err
}

// edits follows edits from one desktop to the file of another.
func edits(ctx context.Context, p *program, server *child, s sizes) ([]result, error) {
	dir, err := p.fresh()
	if err != nil {
		return nil, err
	}
	a, err := p.ask(ctx, "live", server.url, dir, "1", strconv.Itoa(s.edits))
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("Une saisie, d’un poste au fichier d’un autre (%d saisies)", s.edits)
	return []result{
		{what: what + ", médiane", amount: a.P50, unit: "ms", limit: 10},
		{what: what + ", 99 % rapportés à la médiane", amount: a.P99 / max(0.01, a.P50), unit: "×", limit: 4, note: decimal(a.P99, 1) + " ms"},
		{what: what + ", perdues", amount: float64(a.Lost), unit: "saisies", limit: 0.5},
	}, nil
}

// streamed holds idle live streams, then closes and opens some again.
func streamed(ctx context.Context, p *program, server *child, s sizes) ([]result, error) {
	held, errs, err := hold(ctx, p, server, s)
	if err != nil {
		return nil, err
	}
	again, more, err := reconnect(ctx, p, server, s.streams/2)
	if err != nil {
		return nil, err
	}
	return []result{
		{what: fmt.Sprintf("%s flux en direct au repos, mémoire du serveur par flux", thousands(s.streams)), amount: held, unit: "Kio", limit: 64, note: fmt.Sprintf("%d erreurs", errs+more)},
		{what: fmt.Sprintf("%s reconnexions en moins de 60 s, processeur du serveur", thousands(s.streams/2)), amount: again.Seconds(), unit: "s", limit: 5},
	}, nil
}

// hold gives the memory that one of many idle streams takes, in KiB, once they
// have rested.
func hold(ctx context.Context, p *program, server *child, s sizes) (float64, int, error) {
	n := s.streams
	dir, err := p.fresh()
	if err != nil {
		return 0, 0, err
	}
	before, _ := server.memory()
	talk, err := p.talk(ctx, "idle", server.url, dir, "1", strconv.Itoa(n))
	if err != nil {
		return 0, 0, err
	}
	_, err = talk.next()
	if err != nil {
		return 0, 0, errors.Join(err, talk.cmd.Wait())
	}
	time.Sleep(s.rest)
	after, _ := server.memory()
	last, err := talk.end()
	return float64(max(0, after-before)) / float64(n), last.Errors, err
}

// reconnect gives the processor time that n streams take to be opened again.
func reconnect(ctx context.Context, p *program, server *child, n int) (time.Duration, int, error) {
	dir, err := p.fresh()
	if err != nil {
		return 0, 0, err
	}
	talk, err := p.talk(ctx, "idle", server.url, dir, "1", strconv.Itoa(n))
	if err != nil {
		return 0, 0, err
	}
	if _, err := talk.next(); err != nil {
		return 0, 0, errors.Join(err, talk.cmd.Wait())
	}
	before := server.cpu()
	if err := talk.again(); err != nil {
		return 0, 0, err
	}
	a, err := talk.next()
	spent := server.cpu() - before
	last, endErr := talk.end()
	if a.MS > 60_000 {
		err = errors.Join(err, fmt.Errorf("%d streams took %.0f ms to open", n, a.MS))
	}
	return spent, last.Errors, errors.Join(err, endErr)
}
