# shellcheck shell=bash
# What the other scripts share: words for people, tools, packages. Sourced,
# never run. Everything starts from the project's root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export GOFLAGS="${GOFLAGS:--tags=webkit2_41,sqlite_fts5 -buildvcs=false}"

go_least=1.26
node_least=20.19

say() { printf '• %s\n' "$*"; }
fail() {
  printf '✗ %s\n' "$*" >&2
  exit 1
}

# quiet SENTENCE COMMAND… runs the command without its output, and shows the end
# of it when it fails.
quiet() {
  local what=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
    return
  fi
  tail -n 40 "$log" >&2
  rm -f "$log"
  fail "$what"
}

# at_least HAVE WANT compares versions such as 1.26.8.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_go() {
  command -v go >/dev/null || fail "Go $go_least ou plus récent est nécessaire et n'est pas installé : voir https://go.dev/dl/"
  local have
  have=$(go env GOVERSION 2>/dev/null) || fail "Go n'a pas pu lire go.mod : Go $go_least ou plus récent est nécessaire (https://go.dev/dl/)."
  at_least "${have#go}" "$go_least" || fail "Go $go_least ou plus récent est nécessaire, ${have#go} est installé : voir https://go.dev/dl/"
}

need_node() {
  command -v node >/dev/null || fail "Node.js $node_least ou plus récent est nécessaire et n'est pas installé : voir https://nodejs.org/"
  command -v npm >/dev/null || fail "npm est nécessaire et n'est pas installé : il accompagne Node.js (https://nodejs.org/)."
  local have
  have=$(node --version)
  at_least "${have#v}" "$node_least" || fail "Node.js $node_least ou plus récent est nécessaire, ${have#v} est installé : voir https://nodejs.org/"
}

# packages PURPOSE lists the Debian packages of a purpose, one a line.
packages() {
  case $1 in
    build) printf '%s\n' gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev ;;
    screens) printf '%s\n' xvfb xauth dbus dbus-x11 at-spi2-core chromium imagemagick x11-utils curl ;;
    # Version 15 on Debian 12; any from 13 on will do.
    base) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql ;;
    clients) printf '%s\n' vdirsyncer python3-caldav python3-icalendar curl ;;
    *) fail "Aucun paquet n'est prévu pour : $1" ;;
  esac
}

# need_packages PURPOSE… installs the packages that are missing, on Debian and
# its descendants, as root or through sudo.
need_packages() {
  local wanted=() missing=() as=() purpose p
  for purpose in "$@"; do
    mapfile -t -O "${#wanted[@]}" wanted < <(packages "$purpose")
  done
  if ! command -v dpkg-query >/dev/null; then
    say "Ce système n'a pas dpkg : l'équivalent de ces paquets doit être installé : ${wanted[*]}"
    return
  fi
  for p in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Ces paquets manquent et demandent les droits d'administration : apt-get install ${missing[*]}"
    as=(sudo)
    { sudo -n true 2>/dev/null || [ -t 0 ]; } || fail "Ces paquets manquent ; installez-les puis recommencez : sudo apt-get install ${missing[*]}"
  fi
  say "Installation des paquets : ${missing[*]}"
  spare_cluster "${missing[*]}" "${as[@]}"
  quiet "La liste des paquets n'a pas pu être lue : vérifiez l'accès au réseau." \
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  quiet "Ces paquets n'ont pas pu être installés : ${missing[*]}" \
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# spare_cluster keeps Debian's PostgreSQL from starting a server of its own: the
# tests start theirs. It does nothing where somebody already decided.
spare_cluster() {
  local names=$1
  shift
  case $names in *postgresql*) ;; *) return 0 ;; esac
  [ ! -e /etc/postgresql-common/createcluster.conf ] || return 0
  "$@" mkdir -p /etc/postgresql-common
  printf 'create_main_cluster = false\n' | "$@" tee /etc/postgresql-common/createcluster.conf >/dev/null
}

# need_modules installs the window's modules, unless they are those of the lock.
need_modules() {
  local mark=frontend/node_modules/.package-lock.json
  if [ -f "$mark" ] && [ ! frontend/package-lock.json -nt "$mark" ]; then
    return
  fi
  say "Installation des modules de la fenêtre"
  quiet "Les modules de la fenêtre n'ont pas pu être installés : vérifiez l'accès au réseau (npm)." \
    npm --prefix frontend ci --no-audit --no-fund --loglevel=error
}

# build_window writes frontend/dist.
build_window() {
  need_modules
  quiet "La fenêtre n'a pas pu être construite." npm --prefix frontend run build
}
