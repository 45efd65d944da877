#!/bin/sh
# vdirsyncer brings the agenda of an agent into a folder, then prints it,
# unfolded. Argument: a name under which the folder is kept.
set -eu
work=$WORK/vdirsyncer-$1
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" LC_ALL=C.UTF-8
if [ ! -d "$work" ]; then
	mkdir -p "$work/config/vdirsyncer" "$work/agenda"
	cat >"$work/config/vdirsyncer/config" <<END
[general]
status_path = "$work/status/"
[pair agenda]
a = "ici"
b = "serveur"
collections = ["from b"]
conflict_resolution = "b wins"
[storage ici]
type = "filesystem"
path = "$work/agenda/"
fileext = ".ics"
[storage serveur]
type = "caldav"
url = "$URL"
username = "$LOGIN"
password = "$PASSWORD"
END
	yes | vdirsyncer discover agenda >/dev/null 2>&1
fi
vdirsyncer sync >/dev/null
for event in "$work"/agenda/rendez-vous/*.ics; do
	[ -e "$event" ] || continue
	tr -d '\r' <"$event" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g'
	echo
done
