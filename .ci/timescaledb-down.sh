#!/usr/bin/env bash
# timescaledb-down.sh FOLDER [--remove]: stop the server that timescaledb-up.sh started there; --remove also takes
# away its data and programs, but not the packages.
set -euo pipefail
if (( $# < 1 )) || [[ ! -d $1 ]]; then echo "use: timescaledb-down.sh FOLDER [--remove]" >&2; exit 2; fi
HERE=$(cd "$1" && pwd -P)
exec 9>"$HERE/.lock"
flock -w 120 9
if [[ -s $HERE/data/postmaster.pid ]]; then
  server=$(head -n 1 "$HERE/data/postmaster.pid")
  # ours only: a server works in its data folder
  if [[ $(readlink "/proc/$server/cwd" 2>/dev/null || true) == "$HERE/data" ]]; then
    kill -INT "$server"
    for (( i = 0; i < 300; i++ )); do kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
  fi
fi
if [[ ${2:-} == --remove ]]; then rm -rf "$HERE"/{data,tree,tree.part,apt,password,server.log,initdb.log}; fi
