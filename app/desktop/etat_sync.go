package desktop

import (
	"cmp"
	"context"
	"strconv"
	"time"
)

// skewed is from how much a clock that disagrees with the server's is said.
const skewed = 5 * time.Minute

// EtatSync is the pill and what it unfolds, without the network.
func (p *Poste) EtatSync(ctx context.Context) (EtatSync, error) {
	e, err := p.Status(ctx)
	if err != nil {
		return EtatSync{}, err
	}
	vue := EtatSync{State: p.syncState(e), Pending: e.Pending, Review: e.Review, Complete: e.Line.Complete, Done: e.Line.Done, Total: e.Line.Total}
	err = p.read(ctx, func(l *lecture) error {
		zone, today := l.homeZone(), l.today()
		if since := offlineSince(e); vue.State == "offline" && !since.IsZero() {
			day, hour := zone.Civil(since)
			vue.OfflineFrom = hour.String()
			if day != today {
				vue.OfflineDay = day.String()
			}
		}
		if !e.Last.IsZero() {
			vue.LastSync = momentText(e.Last, zone, today)
		}
		vue.Detail = typeset(cmp.Or(behindText(e.Line.Behind), skewText(e.Line.Skew)))
		vue.Lease = typeset(leaseText(p.leaseWarning()))
		return nil
	})
	return vue, err
}

// offlineSince is since when the server is not heard of: a program that was closed
// for days was away since its last exchange, not since it was opened.
func offlineSince(e Etat) time.Time {
	const away = 24 * time.Hour
	if !e.Last.IsZero() && e.Line.Since.Sub(e.Last) >= away {
		return e.Last
	}
	return e.Line.Since
}

func (p *Poste) syncState(e Etat) string {
	switch {
	case p.Dossier().Mode == ModeAlone:
		return "alone"
	case e.Line.Login:
		return "login"
	case !e.Line.Online:
		return "offline"
	case e.Line.Busy && !e.Line.Complete:
		return "syncing"
	case e.Pending > 0:
		return "pending"
	}
	return "up_to_date"
}

// behindText warns that something waits for a newer server.
func behindText(behind bool) string {
	if !behind {
		return ""
	}
	return "Le serveur est plus ancien que cette application : une partie de vos modifications attend sa mise à jour. Rien n’est perdu."
}

// skewText warns of a clock that is wrong: the order of changes is the
// server's, and rdvs keep their times.
func skewText(skew time.Duration) string {
	way := "avance"
	if skew < 0 {
		skew, way = -skew, "retarde"
	}
	if skew < skewed {
		return ""
	}
	return "L’horloge de ce poste " + way + " de " + minutesText(int(skew.Minutes())) +
		". Les heures des rendez-vous restent justes ; réglez l’horloge du poste."
}

// leaseText warns that the agenda will be locked, "" while there is time.
func leaseText(silent, left int, soon bool) string {
	if !soon {
		return ""
	}
	return "Ce poste n’a pas contacté le serveur depuis " + strconv.Itoa(silent) + " jours : reliez-le au réseau. Sans contact, son agenda sera verrouillé dans " +
		plural(left, "jour", "jours") + "."
}
