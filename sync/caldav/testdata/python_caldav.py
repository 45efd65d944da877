"""python3-caldav, in its strict mode, against a server that changes.

Arguments: the address of the tree, login, password, and an address where the
test makes changes (POST …/move, …/remove, …/add).
"""
import sys
import urllib.request
from datetime import datetime, timezone

import caldav
from caldav.elements import ical
from caldav.lib import error

url, login, password, control = sys.argv[1:5]


def utc(month, day, hour=0):
    return datetime(2026, month, day, hour, tzinfo=timezone.utc)


def act(name):
    urllib.request.urlopen(urllib.request.Request(control + name, method="POST")).read()


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}: got {got!r}, want {want!r}")
    print("ok", what)


def refused(what, attempt, *kinds):
    try:
        attempt()
    except kinds as e:
        print("ok", what, type(e).__name__)
        return
    sys.exit(f"{what}: was not refused")


def uids(events):
    return sorted(str(e.vobject_instance.vevent.uid.value) for e in events)


client = caldav.DAVClient(url=url, username=login, password=password)
principal = client.principal()
calendars = principal.calendars()
same("calendars", [c.name for c in calendars], ["Rendez-vous"])
agenda = calendars[0]
same("components", agenda.get_supported_components(), ["VEVENT"])
same("colour", agenda.get_property(ical.CalendarColor()), "#1b7f79")
same("addresses", "mailto:alice@example.org" in principal.calendar_user_address_set(), True)
same("a CalDAV server", client.check_cdav_support(), True)

same("every event", uids(agenda.events()), ["conge", "mardi", "matin", "midi", "serie", "soir"])
week = agenda.date_search(utc(11, 23), utc(11, 24), expand=False)
same("one day", uids(week), ["matin", "midi", "serie", "soir"])
later = agenda.date_search(utc(12, 1), compfilter="VEVENT", expand=False)
same("open end", uids(later), ["conge", "serie"])
one = agenda.date_search(utc(11, 30), utc(12, 1), expand=True)
same("an occurrence, expanded", [str(e.vobject_instance.vevent.dtstart.value) for e in one], ["2026-11-30 13:00:00+00:00"])
same("by UID", agenda.event_by_uid("matin").vobject_instance.vevent.summary.value, "Demande de logement")
same("folded text", agenda.event_by_uid("soir").vobject_instance.vevent.description.value,
     "Une longue description qui dépasse la largeur d’une ligne et se replie")
refused("an unknown UID", lambda: agenda.event_by_uid("jamais"), error.NotFoundError)
same("tasks", agenda.todos(), [])
busy = agenda.freebusy_request(utc(11, 23, 8), utc(11, 23, 18))
same("busy times", str(busy.vobject_instance.vfreebusy.freebusy.value[0][0]), "2026-11-23 08:00:00+00:00")

held = agenda.objects(load_objects=True)
same("initial sync", uids(held), ["conge", "mardi", "matin", "midi", "serie", "soir"])
changed, gone = held.sync()
same("nothing changed", (changed, gone), ([], []))
act("move")
act("remove")
act("add")
changed, gone = held.sync()
same("changed", uids(changed), ["matin", "neuf"])
same("gone", [str(o.url).rsplit("/", 1)[1] for o in gone], ["soir.ics"])
moved = [e for e in changed if e.vobject_instance.vevent.uid.value == "matin"][0]
same("moved to", str(moved.vobject_instance.vevent.dtstart.value), "2026-11-23 09:30:00+00:00")
same("all the rest", uids(held), ["conge", "mardi", "matin", "midi", "neuf", "serie"])
refused("a token of elsewhere", lambda: agenda.objects_by_sync_token("http://example.org/1"), error.ReportError, error.AuthorizationError)

refused("a new event", lambda: agenda.save_event("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:x\nDTSTAMP:20261101T080000Z\nDTSTART:20261123T080000Z\nEND:VEVENT\nEND:VCALENDAR\n"),
        error.PutError, error.AuthorizationError)
refused("a deletion", lambda: agenda.event_by_uid("matin").delete(), error.DeleteError, error.AuthorizationError)
refused("a colour", lambda: agenda.set_properties([ical.CalendarColor("#ff0000")]), error.PropsetError)
refused("a new calendar", lambda: principal.make_calendar(name="Projets"), error.MkcalendarError, error.MkcolError, error.AuthorizationError)
refused("a wrong password", lambda: caldav.DAVClient(url=url, username=login, password="faux").principal().calendars(), error.AuthorizationError)
same("still there", uids(agenda.events()), ["conge", "mardi", "matin", "midi", "neuf", "serie"])
