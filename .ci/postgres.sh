# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # root, build: see environment.sh
# A separate PostgreSQL server for the tests: a new cluster in a temporary folder, on a free port of 127.0.0.1, with one account
# and a random password. Sourced after environment.sh by test.sh; does nothing by itself.
#
# Does not touch a cluster that the distribution's package may have created.

# PostgreSQL refuses to run as root. The package creates the account; every Debian has setpriv.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups -- env HOME=/ "$@")
  else
    "$@"
  fi
}

# The path of one of the server's programs: Debian puts only the clients into PATH.
postgres_program() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1)
  [ -x "$found" ] || found=$(command -v "$1") || return 1
  printf '%s' "$found"
}

# Starts a server and exports its connection string as ONBEHALF_TEST_POSTGRES; if that is already set, uses the server that it
# names. On failure reports why and returns 1. stop_postgres ends the server.
use_postgres() {
  local log=$build/log/postgres.log
  [ -z "${ONBEHALF_TEST_POSTGRES:-}" ] || return 0
  stop_postgres # left by an interrupted run
  if ! with_progress "starting PostgreSQL" "$log" start_postgres; then
    show_log tail -n 20 "$log" >&2
    stop_postgres
    return 1
  fi
  ONBEHALF_TEST_POSTGRES=$(cat "$(cat "$build/postgres.folder")/connection")
  export ONBEHALF_TEST_POSTGRES
}

# Writes the connection string to the file connection in the server's folder.
start_postgres() {
  local initdb pg_ctl folder password port attempt
  if ! initdb=$(postgres_program initdb) || ! pg_ctl=$(postgres_program pg_ctl); then
    printf "PostgreSQL's programs were not found\n"
    return 1
  fi
  # Not in the build folder: the server's account may not have access to another account's home. A short path, because it
  # contains the server's socket.
  folder=$(mktemp -d /tmp/onbehalf-postgres.XXXXXX)
  printf '%s\n' "$folder" >"$build/postgres.folder"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$folder/password"
  [ "$(id -u)" != 0 ] || chown -R postgres:postgres "$folder"
  # The tests' data need not survive a crash of the machine.
  if ! as_postgres "$initdb" -D "$folder/data" -U onbehalf --pwfile="$folder/password" -A scram-sha-256 -E UTF8 \
    --no-locale --no-sync --no-instructions; then return 1; fi
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$folder'" "max_connections = 120" \
    "fsync = off" "full_page_writes = off" "synchronous_commit = off" |
    as_postgres tee -a "$folder/data/postgresql.conf" >/dev/null
  # Another program may take the port before the server starts.
  for attempt in 1 2 3 4 5; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    if as_postgres "$pg_ctl" -D "$folder/data" -l "$folder/server.log" -o "-p $port" -w -t 60 start; then
      printf '%s' "DRIVER={PostgreSQL Unicode};Server=127.0.0.1;Port=$port;Database=postgres;Uid=onbehalf;Pwd=$password" \
        >"$folder/connection"
      return 0
    fi
    printf 'PostgreSQL did not start on port %s (attempt %s)\n' "$port" "$attempt"
  done
  cat "$folder/server.log"
  return 1
}

# Stops only the server that start_postgres started, in this run or an earlier one: pg_ctl stops the process that uses its
# folder. Does nothing if there is none.
stop_postgres() {
  local folder pg_ctl
  [ -f "$build/postgres.folder" ] || return 0
  folder=$(cat "$build/postgres.folder")
  rm -f "$build/postgres.folder"
  case $folder in /tmp/onbehalf-postgres.??????) ;; *) return 0 ;; esac
  [ -d "$folder" ] || return 0
  if [ -f "$folder/data/postmaster.pid" ] && pg_ctl=$(postgres_program pg_ctl); then
    as_postgres "$pg_ctl" -D "$folder/data" -m immediate -w -t 60 stop >/dev/null 2>&1 </dev/null || true # already stopped
  fi
  rm -rf "$folder"
}
