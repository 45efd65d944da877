#!/bin/sh
# vdirsyncer brings the agenda of an agent into a folder, then prints it,
# unfolded. Argument: a name under which the folder is kept.
set -eu
folder=$WORK/vdirsyncer-$1
export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_DATA_HOME="$folder/data" LC_ALL=C.UTF-8
if [ ! -d "$folder" ]; then
	mkdir -p "$folder/config/vdirsyncer" "$folder/agenda"
	cat >"$folder/config/vdirsyncer/config" <<END
[general]
status_path = "$folder/status/"
[pair agenda]
a = "ici"
b = "serveur"
collections = ["from b"]
conflict_resolution = "b wins"
[storage ici]
type = "filesystem"
path = "$folder/agenda/"
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
for event in "$folder"/agenda/rendez-vous/*.ics; do
	[ -e "$event" ] || continue
	tr -d '\r' <"$event" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g'
	echo
done
