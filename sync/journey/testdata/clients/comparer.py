"""The calendar part of a mail tells what CalDAV serves.

The mail is read with Python's email, its calendar with icalendar, and the
event of the same UID is asked with python3-caldav. Argument: the mail. Prints
what both say; the calendar part is left beside the mail, as an .ics file.
"""
import email
import email.policy
import os
import sys

import caldav
from icalendar import Calendar

path = sys.argv[1]
with open(path, "rb") as f:
    message = email.message_from_binary_file(f, policy=email.policy.default)
for part in message.walk():
    if part.defects:
        sys.exit(f"the mail is damaged: {part.defects}")
parts = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
if not parts:
    sys.exit("no calendar in the mail")
contents = {p.get_content().encode() if isinstance(p.get_content(), str) else p.get_content() for p in parts}
contents = {c.replace(b"\r\n", b"\n") for c in contents}
if len(contents) != 1:
    sys.exit("the calendar shown and the calendar attached differ")
mailed = Calendar.from_ical(contents.pop())
method = str(mailed["METHOD"])
if any(p.get_param("method") not in (None, method) for p in parts):
    sys.exit("the part and its calendar name another method")
with open(path.removesuffix(".eml") + ".ics", "wb") as f:
    f.write(mailed.to_ical())


def told(calendar):
    event = calendar.walk("VEVENT")[0]
    lines = []
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "LOCATION", "STATUS"):
        value = event.get(name)
        zone = value.params.get("TZID", "") if hasattr(value, "params") else ""
        text = value if name == "LOCATION" else value.to_ical().decode() if hasattr(value, "to_ical") else value
        lines.append(" ".join(part for part in (name, zone, str(text)) if part))
    return lines


client = caldav.DAVClient(url=os.environ["URL"], username=os.environ["LOGIN"], password=os.environ["PASSWORD"])
agenda = [c for c in client.principal().calendars() if c.name == "Rendez-vous"][0]
uid = str(mailed.walk("VEVENT")[0]["UID"])
served = told(Calendar.from_ical(agenda.event_by_uid(uid).data))
if told(mailed) != served:
    sys.exit("the mail says\n  " + "\n  ".join(told(mailed)) + "\nCalDAV says\n  " + "\n  ".join(served))
print("METHOD", method)
print("\n".join(served))
