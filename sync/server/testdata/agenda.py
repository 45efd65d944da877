"""python3-caldav follows an agenda and says what it holds, one JSON line a step.

Arguments: address of the tree, login, password, an address where the test makes
changes, then the names of those changes, each posted before the next look.
"""
import json
import sys
import urllib.request
from datetime import timezone

import caldav

url, login, password, control = sys.argv[1:5]


def told(event):
    v = event.vobject_instance.vevent
    text = lambda name: str(getattr(v, name).value) if hasattr(v, name) else ""
    return {
        "start": v.dtstart.value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": text("summary"),
        "status": text("status"),
        "location": text("location"),
        "sequence": int(text("sequence") or 0),
    }


def show(step, changed, gone):
    print(json.dumps({
        "step": step,
        "changed": sorted(str(e.vobject_instance.vevent.uid.value) for e in changed),
        "gone": sorted(str(o.url).rsplit("/", 1)[1] for o in gone),
        "held": {str(e.vobject_instance.vevent.uid.value): told(e) for e in held},
    }))


client = caldav.DAVClient(url=url, username=login, password=password)
agenda = [c for c in client.principal().calendars() if c.name == "Rendez-vous"][0]
held = agenda.objects(load_objects=True)
show("first", list(held), [])
for name in sys.argv[5:]:
    urllib.request.urlopen(urllib.request.Request(control + name, method="POST")).read()
    changed, gone = held.sync()
    show(name, changed, gone)
