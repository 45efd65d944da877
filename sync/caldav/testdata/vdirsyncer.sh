#!/bin/sh
# vdirsyncer pulls an agenda into a folder, follows changes, and is told no.
# Arguments: the server's address, login, password, the address that makes
# changes (POST …/move, …/remove, …/add), an empty folder to work in.
set -eu
url=$1 login=$2 password=$3 control=$4 work=$5
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" LC_ALL=C.UTF-8
mkdir -p "$work/config/vdirsyncer" "$work/agenda"
cat >"$work/config/vdirsyncer/config" <<END
[general]
status_path = "$work/status/"
[pair agenda]
a = "ici"
b = "serveur"
collections = ["from b"]
conflict_resolution = "b wins"
metadata = ["displayname", "color"]
[storage ici]
type = "filesystem"
path = "$work/agenda/"
fileext = ".ics"
[storage serveur]
type = "caldav"
url = "$url"
username = "$login"
password = "$password"
END
dir="$work/agenda/rendez-vous"
check() { # what, then a command that must succeed
	what=$1
	shift
	"$@" || { echo "failed: $what"; exit 1; }
	echo "ok $what"
}
holds() { # exactly these events
	got=$(cd "$dir" && ls | grep '\.ics$' | sort | tr '\n' ' ')
	[ "$got" = "$1" ] || { echo "holds: $got; want: $1"; return 1; }
}
refused() {
	if vdirsyncer sync 2>"$work/refus"; then return 1; fi
	grep -q '403' "$work/refus"
}
post() { python3 -c 'import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method="POST"))' "$control$1"; }

yes | vdirsyncer discover agenda
vdirsyncer sync
check "the whole agenda" holds "conge.ics mardi.ics matin.ics midi.ics serie.ics soir.ics "
check "accents" grep -q 'SUMMARY:Été à préparer' "$dir/soir.ics"
vdirsyncer metasync
check "its name" [ "$(cat "$dir/displayname")" = "Rendez-vous" ]
check "its colour" [ "$(cat "$dir/color")" = "#1b7f79" ]
check "nothing changed" vdirsyncer sync

post move
post remove
post add
vdirsyncer sync
check "a change, a removal, an addition" holds "conge.ics mardi.ics matin.ics midi.ics neuf.ics serie.ics "
check "moved" grep -q 'DTSTART:20261123T093000Z' "$dir/matin.ics"

sed 's/^UID:.*/UID:a-moi/' "$dir/matin.ics" >"$dir/a-moi.ics"
check "a local event is refused" refused
rm "$dir/a-moi.ics" "$dir/mardi.ics"
check "a local deletion is refused" refused
