#!/usr/bin/env bash
# timescaledb-up.sh FOLDER PORT
#
# A PostgreSQL 17 server with TimescaleDB (Apache edition, as Debian packages it) on 127.0.0.1:PORT, for tests.
# Prints the address of a superuser as the only line on standard output; a second call finds it running.
# Nothing is installed: the packages are fetched by an apt of our own, unpacked under FOLDER and run by their own
# loader, so any Debian or Ubuntu will do, as root or not. FOLDER must be where the server's user can go
# (not below a home of mode 0700). Stop it with timescaledb-down.sh FOLDER.
#
#   TSDB_CACHE   folder to keep the packages in from run to run (FOLDER/packages)
#   TSDB_MIRROR  address of a Debian mirror (that of this machine's own apt)
#   TSDB_SUITE, TSDB_PG  Debian suite and PostgreSQL version (trixie, 17)
set -euo pipefail
export LC_ALL=C

note() { echo "timescaledb-up: $*" >&2; }
fail() { note "$*"; exit 1; }

(( $# == 2 )) && [[ $2 =~ ^[0-9]+$ ]] || fail "use: timescaledb-up.sh FOLDER PORT"
mkdir -p "$1"
HERE=$(cd "$1" && pwd -P)
PORT=$2
SUITE=${TSDB_SUITE:-trixie}
MAJOR=${TSDB_PG:-17}
CACHE=${TSDB_CACHE:-$HERE/packages}
TREE=$HERE/tree
DATA=$HERE/data
TOOLS=$TREE/usr/lib/postgresql/$MAJOR/bin
LOG=$HERE/server.log

for tool in apt-get dpkg-deb flock setpriv sha256sum; do
  command -v "$tool" >/dev/null || fail "$tool is needed: apt-get install apt dpkg util-linux coreutils"
done
exec 9>"$HERE/.lock"
flock -w 600 9 || fail "another run has held $HERE/.lock for ten minutes"

# What the server never loads: the just-in-time compiler, cluster tools and their interpreters, locales, logins.
LEFT_OUT='^(perl.*|libperl.*|lib.*-perl|libllvm.*|libz3.*|postgresql.*-common|postgresql-[0-9]+-jit.*|locales|libc-l10n'
LEFT_OUT+='|openssl.*|ssl-cert|adduser|passwd|login.*|base-passwd|debconf|libdebconf.*|ucf|sensible-utils|procps'
LEFT_OUT+='|libproc2.*|netbase|readline-common|libpam-.*|libsem.*|libgdbm.*|libdb5.*|init-system.*|sysvinit.*)$'

fetch() { # the packages into CACHE, with a ledger of their checksums
  local apt=$HERE/apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg names
  mirror=${TSDB_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 -E '/debian/?$' || true)}
  [[ -n $mirror ]] || fail "no Debian mirror among apt's sources: export TSDB_MIRROR=ADDRESS"
  [[ -r $keyring ]] || fail "$keyring is absent: apt-get install debian-archive-keyring"
  rm -rf "$apt"
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
  : >"$apt/state/status"
  echo "deb [signed-by=$keyring] $mirror $SUITE main" >"$apt/sources.list"
  {
    echo "Dir::State \"$apt/state\";"
    echo "Dir::State::status \"$apt/state/status\";"
    echo "Dir::Cache \"$apt/cache\";"
    echo "Dir::Log \"$apt\";"
    echo "Dir::Etc::sourcelist \"$apt/sources.list\";"
    echo 'Dir::Etc::sourceparts "/dev/null"; Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";'
    echo "APT::Install-Recommends \"false\"; APT::Sandbox::User \"$(id -un)\";"
    echo 'Acquire::Languages "none"; Acquire::Retries "3";'
  } >"$apt/apt.conf"
  note "asking for the packages of $SUITE"
  APT_CONFIG=$apt/apt.conf apt-get -qq update >&2
  names=$(APT_CONFIG=$apt/apt.conf apt-get -qq install -y --print-uris "postgresql-$MAJOR-timescaledb" \
    | awk '{ sub(/_.*/, "", $2); print $2 }' | grep -Ev "$LEFT_OUT") || fail "$SUITE has no postgresql-$MAJOR-timescaledb"
  note "fetching $(wc -w <<<"$names") packages"
  # shellcheck disable=SC2086  # names, one a word
  (cd "$CACHE" && APT_CONFIG=$apt/apt.conf apt-get -qq download $names >&2 \
    && for name in $names; do ls -t "$name"_*.deb | head -n 1; done | xargs sha256sum >"$LEDGER.part")
  mv "$CACHE/$LEDGER.part" "$CACHE/$LEDGER"
  rm -rf "$apt"
}

unpack() {
  rm -rf "$TREE" "$TREE.part"
  mkdir -p "$TREE.part"
  while read -r _ package; do dpkg-deb -x "$CACHE/$package" "$TREE.part"; done <"$CACHE/$LEDGER"
  rm -rf "$TREE.part"/usr/share/{doc,man,locale,lintian}
  mv "$TREE.part" "$TREE"
  # a newer C library than the machine's: each tool is started by the loader that belongs to it
  local loader libraries tool
  loader=$(find "$TREE" -name 'ld-linux*.so.*' -print -quit)
  [[ -n $loader ]] || fail "no loader among the packages"
  libraries=$(find "$TREE" -maxdepth 3 -name '*-linux-gnu*' | paste -sd:)
  for tool in postgres initdb pg_ctl psql; do
    mv "$TOOLS/$tool" "$TOOLS/$tool.bin"
    cat >"$TOOLS/$tool" <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$libraries" --argv0 "$TOOLS/$tool" "$TOOLS/$tool.bin" "\$@"
SCRIPT
    chmod 755 "$TOOLS/$tool"
  done
  echo "$SUITE $MAJOR" >"$TREE/.whole"
}

mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd -P)
LEDGER=$SUITE-$MAJOR.list
if [[ ! -e $TREE/.whole || $(<"$TREE/.whole") != "$SUITE $MAJOR" ]]; then
  if [[ ! -s $CACHE/$LEDGER ]] || ! (cd "$CACHE" && sha256sum --quiet --status -c "$LEDGER"); then fetch; fi
  unpack
fi

# PostgreSQL refuses root; an unprivileged user that exists already will do
AS=()
OWNER=$(id -un)
if (( EUID == 0 )); then
  OWNER=$(id -un postgres 2>/dev/null || echo nobody)
  AS=(setpriv --reuid "$OWNER" --regid "$(id -g "$OWNER")" --clear-groups)
  chmod 755 "$HERE"
  "${AS[@]}" test -x "$TOOLS/postgres" || fail "user $OWNER cannot go to $HERE: give a folder that all may enter"
fi
run() { local tool=$1; shift; (cd / && HOME=$HERE exec "${AS[@]}" "$TOOLS/$tool" "$@" 9>&-); }
ask() { PGPASSWORD=$(<"$HERE/password") run psql -XqAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PORT" -U postgres "$@"; }

if [[ ! -e $DATA/.made ]]; then
  rm -rf "$DATA"
  mkdir -m 700 "$DATA"
  (umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$HERE/password")
  if (( EUID == 0 )); then chown "$OWNER" "$DATA"; fi
  SECRET=$(mktemp)
  trap 'rm -f "$SECRET"' EXIT
  cp "$HERE/password" "$SECRET"
  if (( EUID == 0 )); then chown "$OWNER" "$SECRET"; fi
  run initdb -D "$DATA" -U postgres -A scram-sha-256 --pwfile="$SECRET" -E UTF8 --locale=C >"$HERE/initdb.log" 2>&1 \
    || fail "initdb failed: $(tail -n 3 "$HERE/initdb.log")"
  echo "include 'test.conf'" >>"$DATA/postgresql.conf"
  touch "$DATA/.made"
fi

if ! ask -d postgres -c 'select 1' >/dev/null 2>&1; then
  if (exec 8<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then fail "port $PORT is taken: give another"; fi
  # a killed server that nobody reaps still has a process id; its lock file must go
  if [[ -s $DATA/postmaster.pid ]]; then
    state=$(awk '{ print $3 }' "/proc/$(head -n 1 "$DATA/postmaster.pid")/stat" 2>/dev/null || true)
    if [[ $state == Z ]]; then rm -f "$DATA/postmaster.pid"; fi
  fi
  cat >"$DATA/test.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $PORT
unix_socket_directories = ''
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
max_worker_processes = 24
jit = off
fsync = off
shared_buffers = 256MB
max_wal_size = 2GB
timezone = 'GMT'
log_timezone = 'GMT'
CONF
  : >>"$LOG"
  if (( EUID == 0 )); then chown "$OWNER" "$LOG" "$DATA/test.conf"; fi
  run pg_ctl -D "$DATA" -l "$LOG" -w -t 120 start >/dev/null || fail "it did not start: $(tail -n 3 "$LOG")"
fi
note "PostgreSQL $(ask -d postgres -c 'show server_version'), packages of $SUITE"
echo "postgresql://postgres:$(<"$HERE/password")@127.0.0.1:$PORT/postgres"
