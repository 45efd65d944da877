"""Reads a mail with Python's own email package and says what it found, as JSON.

It is the second opinion on our messages: another language, another parser.
"""
import email
import email.policy
import json
import sys

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.default)


def defects(part):
    found = [str(d) for d in part.defects]
    for header in part.values():
        found += [str(d) for d in getattr(header, "defects", ())]
    for child in part.iter_parts() if part.is_multipart() else ():
        found += defects(child)
    return found


def tree(part):
    node = {"type": part.get_content_type(), "params": dict(part["Content-Type"].params)}
    node["params"].pop("boundary", None)
    if part.is_multipart():
        node["parts"] = [tree(p) for p in part.iter_parts()]
    else:
        node["encoding"] = str(part["Content-Transfer-Encoding"])
        node["disposition"] = part.get_content_disposition()
        node["filename"] = part.get_filename()
        content = part.get_content()
        node["text"] = content if isinstance(content, str) else content.decode("utf-8")
    return node


addresses = {}
for name in ("From", "To", "Reply-To"):
    addresses[name] = [[a.display_name, a.addr_spec] for a in message[name].addresses]

json.dump(
    {
        "headers": message.keys(),
        "subject": str(message["Subject"]),
        "addresses": addresses,
        "defects": defects(message),
        "tree": tree(message),
    },
    sys.stdout,
)
