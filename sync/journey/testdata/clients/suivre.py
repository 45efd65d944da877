"""python3-caldav follows the agenda of an agent by its sync-token.

Prints each event that is new or changed since the last time, unfolded, and a
line for each that is gone. Argument: a name under which the token is kept.
"""
import os
import sys

import caldav

state = os.path.join(os.environ["WORK"], sys.argv[1] + ".jeton")
token = open(state).read() if os.path.exists(state) else None

client = caldav.DAVClient(url=os.environ["URL"], username=os.environ["LOGIN"], password=os.environ["PASSWORD"])
agenda = [c for c in client.principal().calendars() if c.name == "Rendez-vous"][0]

found = agenda.objects_by_sync_token(token, load_objects=True) if token else agenda.objects(load_objects=True)
for event in sorted(found, key=lambda e: str(e.url)):
    if event.data is None:
        print("gone", str(event.url).rsplit("/", 1)[1])
    else:
        print(event.data.replace("\r\n", "\n").replace("\n ", ""))
with open(state, "w") as f:
    f.write(found.sync_token)
