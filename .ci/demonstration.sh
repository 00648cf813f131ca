# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The demonstrations of run.sh with the installed service: one function per topic, each at most a screen long. Sourced by
# run.sh after .ci/environment.sh; does nothing by itself.

onbehalf='C:\Program Files\OnBehalf\onbehalf.exe'
service_program='C:\Program Files\OnBehalf\onbehalf-service.exe'
settings=$WINEPREFIX/drive_c/ProgramData/OnBehalf/onbehalf.json
# Commands with an unexpected exit code.
surprises=()

# show PROMPT SHOWN COMMAND...: prints a command as typed on Windows, its output, and its exit code unless that is 0. In the
# environment: exit_code, the expected code (default: 0); max_lines, the number of output lines to show (default: all);
# matching, words separated by |: show only lines with one of them.
show() {
  local prompt=$1 shown=$2 code=0 words=${matching:-} max=${max_lines:-0}
  shift 2
  [ -z "$words" ] || shown="$shown | findstr \"${words//|/ }\""
  printf '\n%s %s\n' "$prompt" "$shown"
  timeout 60 "$@" </dev/null 2>&1 | tr -d '\r' | awk -v words="$words" -v max="$max" '
    words != "" && $0 !~ words { next }
    { count++; if (max == 0 || count <= max) print }
    END { if (max != 0 && count > max) printf "... (%d more lines)\n", count - max }' || code=$?
  [ "$code" = 0 ] || note "(exit code $code)"
  [ "$code" = "${exit_code:-0}" ] || surprises+=("$shown (exit code $code)")
}
call() { show '>' "onbehalf $*" wine "$onbehalf" "$@"; }
# The same from another account, which is not an administrator.
other_account=S-1-5-21-42-42-42-1001
call_other() {
  show 'other>' "onbehalf $*" wine "$bin/onbehalf-run-restricted.exe" --account "$other_account" "$onbehalf" "$@"
}

show_calls() {
  heading "Call the service"
  call --timeout 10000 ping
  max_lines=6 call whoami
  max_lines=8 call methods
  call call rpc.ping
  exit_code=1 call call identity.whoami '{"no_such_parameter": 1}'
}

show_access() {
  heading "Who may call what"
  call access show service.status
  call --json access grant 'BUILTIN\Users' service.status call,see
  call access explain service.status
  call --json access revoke 'BUILTIN\Users' service.status
  max_lines=3 call access history
}

show_files_and_registry() {
  heading "Work done as the caller: files and the registry"
  call --json call file.makeDirectory '{"path": "C:\\onbehalf-demo"}'
  call --json call file.write '{"path": "C:\\onbehalf-demo\\hello.txt", "data": "written as its caller\n", "mode": "replace"}'
  call file ls 'C:\onbehalf-demo'
  call file cat 'C:\onbehalf-demo\hello.txt'
  exit_code=1 call call file.read '{"path": "C:\\onbehalf-demo\\..\\windows\\win.ini"}'
  exit_code=1 call call file.read '{"path": "C:\\onbehalf-demo\\none.txt"}'
  call --json call file.delete '{"path": "C:\\onbehalf-demo\\hello.txt"}'
  call --json call file.delete '{"path": "C:\\onbehalf-demo", "directory": true}'
  call --json call registry.get '{"key": "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion", "name": "ProductName"}'
}

# Two database files, because anyone who may use a source may use all of its database. SQLite's driver is this system's and
# takes this system's paths.
source_of() {
  printf '{"connection": "DRIVER={SQLite3};Database=%s/drive_c/onbehalf-demo-%s.db", "as_caller": true%s}' \
    "$WINEPREFIX" "$1" "${2:+, \"access\": \"$2\"}"
}
# add_sources FILE
add_sources() {
  python3 "$root/.ci/add_settings.py" "$1" \
    "database.sources.demo-orders=$(source_of orders)" \
    "database.sources.demo-salaries=$(source_of salaries 'D:(A;;GX;;;BA)')" || fail "$1 could not be changed"
}
orders='{"source": "demo-orders", "sql": "select * from orders"}'
salaries='{"source": "demo-salaries", "sql": "select * from salaries"}'

show_database() {
  heading "Work done as the caller: databases"
  note "Two sources for C:\\ProgramData\\OnBehalf\\onbehalf.json: SQLite databases that the service opens as its caller. The
access list of the second lets only Administrators use it."
  add_sources "$settings"
  show '>' 'onbehalf-service --check-config' wine "$service_program" --check-config
  call --json call service.reload
  call --json call database.execute '{"source": "demo-orders", "sql": "create table if not exists orders (id integer primary key, customer text, item text)"}'
  call --json call database.execute '{"source": "demo-orders", "sql": "insert or replace into orders values (1, ?, ?), (2, ?, ?)", "parameters": ["Ada", "lamp", "Zoë", "desk"]}'
  call --json call database.batch '{"source": "demo-salaries", "statements": [{"sql": "create table if not exists salaries (name text primary key, amount integer)"}, {"sql": "insert or replace into salaries values (?, ?)", "parameters": ["Ada", 4200]}]}'
  call --json call database.query "$orders"
  note "
Parameters are bound, never made part of the SQL:"
  call --json call database.query '{"source": "demo-orders", "sql": "select item from orders where customer = ?", "parameters": ["Ada'\'' or 1=1 --"]}'
  call --json call database.sources
}

show_second_caller() {
  heading "A second caller: another account, which is not an administrator"
  matching='^sid|Administrators' call whoami
  matching='^sid|Administrators' call_other whoami
  note "
A method for administrators only:"
  call --json call service.connections
  exit_code=1 call_other call service.connections
}

show_database_callers() {
  heading "A database, read by two callers"
  exit_code=5 matching=error call_other call database.query "$orders"
  call_other access explain database.query
  note "
Now it may call the method, and the access list of each source decides:"
  call --json access grant 'BUILTIN\Users' database.query call,see
  call_other --json call database.query "$orders"
  exit_code=1 matching=error call_other call database.query "$salaries"
  call --json call database.query "$salaries"
  call --json access revoke 'BUILTIN\Users' database.query
}

# wait_for_state STATE: waits until the installed service is in this state.
wait_for_state() {
  local deadline=$((SECONDS + 30)) state
  while [ "$SECONDS" -lt "$deadline" ]; do
    state=$(wine sc.exe query OnBehalf </dev/null)
    case $state in *" $1"*) return 0 ;; esac
    sleep 0.2 # sc.exe has no way to wait
  done
  fail "the service is not $1 after 30 s: $state"
}

# talk PROMPT INPUT SHOWN COMMAND...: the client's output for these lines of input.
talk() {
  local input=$2 code=0
  printf '\n%s %s\n%s' "$1" "$3" "$input"
  printf '%s' "$input" | timeout 60 "${@:4}" 2>&1 | tr -d '\r' || code=$?
  [ "$code" = 0 ] || surprises+=("$3 (exit code $code)")
}
show_pipe_server() {
  heading "A pipe without the service: the sample PipeServer.exe, with the library onbehalf::pipe"
  local output server line="" own
  printf '> PipeServer\n'
  exec {output}< <(exec wine "$bin/PipeServer.exe" 2>&1 </dev/null)
  server=$!
  read -r -t 60 line <&"$output" || surprises+=("PipeServer (it does not listen)")
  printf '%s\n' "${line%$'\r'}"
  talk '>' $'hello\nopen C:\\windows\\win.ini\n' "PipeServer /client /level impersonation" \
    wine "$bin/PipeServer.exe" /client /level impersonation
  if [ "$nt" = yes ]; then
    own=$(wine "$onbehalf" whoami </dev/null | tr -d '\r' | awk '$1 == "sid" { print $2 }')
    talk 'other>' $'hello\n' "PipeServer /client /trust $own" \
      wine "$bin/onbehalf-run-restricted.exe" --account "$other_account" "$bin/PipeServer.exe" /client /trust "$own"
  fi
  note "
What the server has shown meanwhile:"
  kill "$server" || true
  tr -d '\r' <&"$output"
  exec {output}<&-
}

show_module() {
  heading "A method of your own: the sample module (service/samples/process_module.cpp)"
  note "The service loads modules when it starts, from the folder modules next to its program:"
  matching=STATE show '>' 'sc.exe stop OnBehalf' wine sc.exe stop OnBehalf
  wait_for_state STOPPED
  printf '\n> copy /y "%s" "C:\\Program Files\\OnBehalf\\modules"\n' "$(windows_path "$bin/modules/process.dll")"
  cp --remove-destination "$bin/modules/process.dll" "$WINEPREFIX/drive_c/Program Files/OnBehalf/modules/" ||
    fail "the module could not be copied"
  note "
The module's name and settings, added to C:\\ProgramData\\OnBehalf\\onbehalf.json:"
  python3 "$root/.ci/add_settings.py" "$settings" 'modules.load.process={}' || fail "$settings could not be changed"
  show '>' 'onbehalf-service --check-config' wine "$service_program" --check-config
  matching=STATE show '>' 'sc.exe start OnBehalf' wine sc.exe start OnBehalf
  wait_for_state RUNNING
  call methods process
  max_lines=13 call call process.list
}

# show_audit LINES: LINES is the number of earlier lines.
show_audit() {
  heading "What the installed service wrote to its audit"
  printf '> type C:\\ProgramData\\OnBehalf\\logs\\audit-*.jsonl\n'
  audit_lines | awk -v before="$1" 'NR > before && NR <= before + 4 { print } END { printf "... (%d more lines)\n", NR - before - 4 }'
  call audit --last 8
  call audit verify
}
audit_lines() { find "$WINEPREFIX/drive_c/ProgramData/OnBehalf/logs" -name 'audit-*.jsonl' -print0 | sort -z | xargs -0 -r cat; }

show_what_next() {
  heading "The service is running. What to try next"
  cat <<EOF
Paste these two lines to call it yourself:
  export WINEPREFIX='$WINEPREFIX' WINEDEBUG=-all PATH='$(dirname "$(command -v wine)")':"\$PATH"
  onbehalf() { wine '$onbehalf' "\$@"; }

  onbehalf --help                        every command
  onbehalf shell                         call methods interactively, with history and completion
  onbehalf call database.query '$orders'
  onbehalf access explain database.query why you may
  onbehalf audit --follow                calls, as they happen
  onbehalf doctor                        check the installation

Settings:   $settings (docs/settings.md)
Logs:       ${settings%/*}/logs
State:      wine sc.exe query OnBehalf
Test it:    ./test.sh
Stop it:    ./run.sh stop
EOF
}
