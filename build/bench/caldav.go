package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/server/fiction"
)

// measureCalDAV asks a server what calendar programs ask, about one agenda of
// so many events.
func measureCalDAV(ctx context.Context, dir string, s sizes) ([]result, error) {
	site, err := startSite(ctx, in(dir, "caldav.db"), fiction.Size{Agents: 1, Usagers: 200})
	if err != nil {
		return nil, err
	}
	c, err := newCalendar(ctx, site, s)
	if err != nil {
		return nil, errors.Join(err, site.stop())
	}
	var results []result
	for _, measure := range []func(context.Context) (result, error){c.initial, c.ctag, c.nothingNew, c.delta, c.week, c.multiget} {
		r, err := measure(ctx)
		if err != nil {
			return nil, errors.Join(err, site.stop())
		}
		results = append(results, r)
	}
	return results, site.stop()
}

// calendar is one agent's Rendez-vous, as a program reads it.
type calendar struct {
	site     *site
	url      string
	user     string
	password string
	client   *http.Client
	rdvs     []agenda.Rdv
	sizes    sizes
}

func newCalendar(ctx context.Context, site *site, s sizes) (*calendar, error) {
	rdvs, err := site.fillAgenda(ctx, s.events)
	if err != nil {
		return nil, err
	}
	password, err := site.appPassword(ctx)
	if err != nil {
		return nil, err
	}
	account := site.accounts[0]
	return &calendar{
		site: site, url: site.url + "/dav/agendas/" + string(account.Agent) + "/rendez-vous/", user: account.Email, password: password,
		client: &http.Client{Timeout: time.Minute}, rdvs: rdvs, sizes: s,
	}, nil
}

// fillAgenda books events of five minutes one after the other, a hundred a day,
// from three weeks ago on.
func (s *site) fillAgenda(ctx context.Context, events int) ([]agenda.Rdv, error) {
	m := material{agent: s.accounts[0].Agent}
	err := s.db.Read(ctx, func(v *store.View) error {
		orgs, err := v.Organisations()
		if err != nil {
			return err
		}
		m.motif = v.Records(agenda.NounMotif, string(orgs[0].ID))[0].(*agenda.Motif)
		m.lieu = v.Records(agenda.NounLieu, string(orgs[0].ID))[0].(*agenda.Lieu)
		m.usagers, err = v.SearchUsagers("a", nil, 200)
		return err
	})
	if err != nil {
		return nil, err
	}
	var rdvs []agenda.Rdv
	first := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -21)
	for from := 0; from < events; from += 1000 {
		err := s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
			for i := from; i < min(events, from+1000); i++ {
				b := m.booking(i)
				b.Start = first.AddDate(0, 0, i/100).Add(8*time.Hour + time.Duration(i%100)*5*time.Minute)
				b.End = b.Start.Add(5 * time.Minute)
				if err := runIn(tx, s.counter, b); err != nil {
					return err
				}
				rdvs = append(rdvs, agenda.Rdv{ID: b.Rdv, Start: b.Start, End: b.End, Zone: b.Zone, Lieu: b.Lieu})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rdvs, nil
}

func runIn(tx *store.ServerTx, c *guichet.Counter, args agenda.Args) error {
	_, err := c.DoIn(tx, agenda.NewCommand(newID(), time.Now().UTC(), args), agenda.Author{Kind: agenda.AuthorSystem})
	return err
}

// appPassword opens the first agent's agendas.
func (s *site) appPassword(ctx context.Context) (string, error) {
	secret, err := access.NewSecret(rand.Reader, access.KindAppPassword)
	if err != nil {
		return "", err
	}
	return secret.Reveal(), s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		return tx.AddSecret(store.Secret{
			Hash: secret.Hash().String(), ID: newID(), Kind: string(access.KindAppPassword), Agent: s.accounts[0].Agent,
			Label: "Mesure", Level: string(access.ContentComplet), CreatedAt: time.Now(),
		})
	})
}

// ask sends one request and reads the whole answer.
func (c *calendar) ask(ctx context.Context, method, depth, body string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.SetBasicAuth(c.user, c.password)
	r.Header.Set("Depth", depth)
	r.Header.Set("Content-Type", "application/xml; charset=utf-8")
	resp, err := c.client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusMultiStatus {
		err = fmt.Errorf("%s answered %d: %.200s", method, resp.StatusCode, text)
	}
	return string(text), err
}

// request writes a request of one root element.
func request(root, props, rest string) string {
	return `<?xml version="1.0" encoding="utf-8"?><` + root + ` xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/">` +
		"<prop>" + props + "</prop>" + rest + "</" + root + ">"
}

func syncQuestion(token string) string {
	return request("sync-collection", "<getetag/>", "<sync-token>"+token+"</sync-token><sync-level>1</sync-level>")
}

// resources refuses an answer that does not hold so many resources.
func resources(text string, want int) error {
	if n := strings.Count(text, ".ics</"); n != want {
		return fmt.Errorf("%d events answered, want %d", n, want)
	}
	return nil
}

var syncToken = regexp.MustCompile(`<[A-Za-z:]*sync-token>([^<]+)</`)

// token is where the collection stands.
func (c *calendar) token(ctx context.Context) (string, error) {
	text, err := c.ask(ctx, "PROPFIND", "0", request("propfind", "<sync-token/>", ""))
	if err != nil {
		return "", err
	}
	found := syncToken.FindStringSubmatch(text)
	if found == nil {
		return "", errors.New("no sync-token")
	}
	return found[1], nil
}

// initial is the first sync of a program: every address and ETag.
func (c *calendar) initial(ctx context.Context) (result, error) {
	laps, err := cold(max(3, c.sizes.runs/40), func(int) (lap, error) {
		w := start()
		text, err := c.ask(ctx, "REPORT", "0", syncQuestion(""))
		if err == nil {
			err = resources(text, len(c.rdvs))
		}
		return w.stop(), err
	})
	return result{what: fmt.Sprintf("CalDAV, premier sync-collection de %s évènements", thousands(len(c.rdvs))), laps: laps, note: "le premier essai écrit tous les évènements, les suivants les ont en mémoire"}, err
}

func (c *calendar) ctag(ctx context.Context) (result, error) {
	body := request("propfind", "<CS:getctag/><sync-token/>", "")
	laps, err := timed(c.sizes.runs, func(int) error {
		_, err := c.ask(ctx, "PROPFIND", "0", body)
		return err
	})
	return result{what: "CalDAV, CTag de la collection", laps: laps}, err
}

func (c *calendar) nothingNew(ctx context.Context) (result, error) {
	token, err := c.token(ctx)
	if err != nil {
		return result{}, err
	}
	laps, err := timed(c.sizes.runs, func(int) error {
		text, err := c.ask(ctx, "REPORT", "0", syncQuestion(token))
		if err == nil {
			err = resources(text, 0)
		}
		return err
	})
	return result{what: "CalDAV, sync-collection sans changement", laps: laps}, err
}

// delta asks what changed after one rdv moved.
func (c *calendar) delta(ctx context.Context) (result, error) {
	laps, err := cold(max(3, c.sizes.runs/4), func(i int) (lap, error) {
		token, err := c.token(ctx)
		if err != nil {
			return lap{}, err
		}
		if err := c.site.do(ctx, c.moved(len(c.rdvs)-1-i%len(c.rdvs))); err != nil {
			return lap{}, err
		}
		w := start()
		text, err := c.ask(ctx, "REPORT", "0", syncQuestion(token))
		if err == nil {
			err = resources(text, 1)
		}
		return w.stop(), err
	})
	return result{what: "CalDAV, sync-collection après un changement", laps: laps}, err
}

// moved puts an rdv an hour later.
func (c *calendar) moved(i int) *agenda.MoveRdv {
	r := &c.rdvs[i]
	from := r.Slot()
	r.Start, r.End = r.Start.Add(time.Hour), r.End.Add(time.Hour)
	return &agenda.MoveRdv{Rdv: r.ID, From: from, To: r.Slot()}
}

// week asks for a whole week, bodies included, as a program that shows one does.
func (c *calendar) week(ctx context.Context) (result, error) {
	const form = "20060102T150405Z"
	from := c.rdvs[len(c.rdvs)/2].Start.Truncate(24 * time.Hour)
	body := request("C:calendar-query", "<getetag/><C:calendar-data/>", fmt.Sprintf(
		`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="%s" end="%s"/></C:comp-filter></C:comp-filter></C:filter>`,
		from.Format(form), from.AddDate(0, 0, 7).Format(form)))
	found := 0
	laps, err := timed(max(5, c.sizes.runs/8), func(int) error {
		text, err := c.ask(ctx, "REPORT", "1", body)
		found = strings.Count(text, "BEGIN:VEVENT")
		if err == nil && found == 0 {
			err = errors.New("the week is empty")
		}
		return err
	})
	return result{what: fmt.Sprintf("CalDAV, calendar-query d’une semaine (%d évènements sur %s)", found, thousands(len(c.rdvs))), laps: laps}, err
}

func (c *calendar) multiget(ctx context.Context) (result, error) {
	path := strings.TrimPrefix(c.url, c.site.url)
	var hrefs strings.Builder
	wanted := min(50, len(c.rdvs))
	for i := range wanted {
		fmt.Fprintf(&hrefs, "<href>%s%s.ics</href>", path, c.rdvs[i*len(c.rdvs)/wanted].ID)
	}
	body := request("C:calendar-multiget", "<getetag/><C:calendar-data/>", hrefs.String())
	laps, err := timed(max(5, c.sizes.runs/4), func(int) error {
		text, err := c.ask(ctx, "REPORT", "1", body)
		if n := strings.Count(text, "BEGIN:VEVENT"); err == nil && n != wanted {
			err = fmt.Errorf("%d events answered, want %d", n, wanted)
		}
		return err
	})
	return result{what: fmt.Sprintf("CalDAV, multiget de %d évènements", wanted), laps: laps}, err
}
