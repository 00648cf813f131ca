#!/usr/bin/env bash
# Installs the service under Wine and shows the main job on real input: a caller's request is done as the caller.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/environment.sh"

usage() {
  cat <<EOF
usage: ./run.sh         build, install (or upgrade) and start the service, call it, leave it running
       ./run.sh stop    stop it and uninstall it; its settings and logs stay

Everything happens in a Wine prefix of its own: \$WINEPREFIX if that is set, else build/wineprefix. Missing packages are
installed from the distribution.
EOF
}

case "${1:-}" in
  "" | stop) ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

bin=$build/mingw/bin
use_wine_prefix "${WINEPREFIX:-$build/wineprefix}"

if [ "${1:-}" = stop ]; then
  if [ ! -d "$WINEPREFIX" ] || [ ! -f "$build/mingw/installer/uninstall.cmd" ]; then
    note "Nothing is installed in $WINEPREFIX."
    exit 0
  fi
  start_wine
  code=0
  timeout 200 wine cmd /c "$(windows_path "$build/mingw/installer/uninstall.cmd")" </dev/null || code=$?
  stop_wine
  exit "$code"
fi

onbehalf='C:\Program Files\OnBehalf\onbehalf.exe'

# show SHOWN COMMAND...: a command as one would type it on Windows, what it answers, and its exit code if that is not 0.
show() {
  local shown=$1 code=0
  shift
  printf '\n> %s\n' "$shown"
  timeout 60 "$@" </dev/null || code=$?
  [ "$code" = 0 ] || note "(exit code $code)"
}
call() { show "onbehalf $*" wine "$onbehalf" "$@"; }
# The same by a caller of the same account whose token has Administrators for denying only, as the token of an
# administrator who is not elevated.
call_restricted() {
  show "onbehalf $*    (restricted token)" wine "$bin/onbehalf-run-restricted.exe" "$onbehalf" "$@"
}

install_packages
heading "Build"
build_preset mingw onbehalf onbehalf-service onbehalf-service-test onbehalf-run-restricted ||
  fail "the build failed (see above)"

heading "Install: installer\\install.cmd, under $(wine --version) in $WINEPREFIX"
start_wine
timeout 200 wine cmd /c "$(windows_path "$build/mingw/installer/install.cmd")" </dev/null || fail "the installation failed (see above)"
# RUNNING is reported once the pipe listens, so that the first call may follow at once.
audit_lines() { find "$WINEPREFIX/drive_c/ProgramData/OnBehalf/logs" -name 'audit-*.jsonl' -print0 | sort -z | xargs -0 -r cat; }
audit_before=$(audit_lines | wc -l)

heading "Call the service"
call --timeout 10000 ping
call whoami
call methods
call call rpc.ping
call call identity.whoami '{"no_such_parameter": 1}'
call call service.connections

heading "Who may call what"
call access show service.status
call access grant 'BUILTIN\Users' service.status call,see
call access explain service.status
call access revoke 'BUILTIN\Users' service.status
call access history

heading "Work done as the caller: files and the registry"
call call file.makeDirectory '{"path": "C:\\onbehalf-demo"}'
call call file.write '{"path": "C:\\onbehalf-demo\\hello.txt", "data": "written as its caller\n", "mode": "replace"}'
call file ls 'C:\onbehalf-demo'
call file cat 'C:\onbehalf-demo\hello.txt'
call call file.read '{"path": "C:\\onbehalf-demo\\..\\windows\\win.ini"}'
call call file.read '{"path": "C:\\onbehalf-demo\\none.txt"}'
call call file.delete '{"path": "C:\\onbehalf-demo\\hello.txt"}'
call call file.delete '{"path": "C:\\onbehalf-demo", "directory": true}'
call call registry.get '{"key": "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion", "name": "ProductName"}'
call call database.sources

heading "A second caller: the same account with a restricted token (Administrators for denying only)"
# Only what says who somebody is and what becomes of Administrators.
call_whoami() {
  show "onbehalf $* whoami | findstr \"account elevation Administrators\"" \
    bash -c '"$@" | grep -E "account|elevation|Administrators"' - wine "$onbehalf" "$@" whoami
}
call_whoami_restricted() {
  show "onbehalf $* whoami | findstr \"account elevation Administrators\"    (restricted token)" \
    bash -c '"$@" | grep -E "account|elevation|Administrators"' - wine "$bin/onbehalf-run-restricted.exe" "$onbehalf" "$@" whoami
}
administrators() { timeout 60 wine "$@" whoami </dev/null | grep Administrators || fail "whoami does not show the group Administrators"; }
own=$(administrators "$onbehalf")
restricted=$(administrators "$bin/onbehalf-run-restricted.exe" "$onbehalf")
if [ "$own" != "$restricted" ]; then
  call_whoami_restricted
  call_restricted call service.connections
else
  note "This system does not hand the client's token to a pipe's server (Wine gives the server its own), so the installed
service sees no difference between the two callers. What Windows does is shown with the test build of the service,
which takes the client process's token instead, on a pipe of its own:"
  pipe=onbehalf-demo-$$
  data=$build/demo
  # It ends when its input does, also when this script is interrupted.
  coproc service { exec wine "$bin/onbehalf-service-test.exe" --console --until-input-ends --pipe "$pipe" --data "$(windows_path "$data")" 2>&1; }
  # shellcheck disable=SC2154
  service_pid=$service_PID
  printf '\n> onbehalf-service-test --console --pipe %s --data %s\n' "$pipe" "$(windows_path "$data")"
  listening=no
  while IFS= read -r -t 60 line <&"${service[0]}"; do
    case $line in *listening*) listening=yes; break ;; esac
  done
  [ "$listening" = yes ] || fail "the test build of the service does not listen: $line"
  note "listening"
  to_demo=(--pipe "$pipe" --trust same-user)
  call_whoami "${to_demo[@]}"
  call_whoami_restricted "${to_demo[@]}"
  note "
An event and a registry key that only Administrators may open, opened by the handler as its caller:"
  call "${to_demo[@]}" call test.openAdministratorsOnly
  call_restricted "${to_demo[@]}" call test.openAdministratorsOnly
  note "
A method for administrators only:"
  call "${to_demo[@]}" call service.connections
  call_restricted "${to_demo[@]}" call service.connections
  input=${service[1]}
  exec {input}>&-
  wait "$service_pid" || fail "the test build of the service ended with exit code $?"
  note "
What it wrote to its audit about the last of these requests:"
  cat "$data"/logs/audit-*.jsonl | tail -n 4
fi

heading "What the installed service wrote to its audit"
printf '> type C:\\ProgramData\\OnBehalf\\logs\\audit-*.jsonl\n'
audit_lines | tail -n "+$((audit_before + 1))" | sed -n 1,12p
call audit --last 6
call audit verify

heading "The service is running"
cat <<EOF
Call it:    WINEPREFIX='$WINEPREFIX' WINEDEBUG=-all wine '$onbehalf' whoami
State:      WINEPREFIX='$WINEPREFIX' WINEDEBUG=-all wine sc.exe query OnBehalf
Settings:   $WINEPREFIX/drive_c/ProgramData/OnBehalf/onbehalf.json
Logs:       $WINEPREFIX/drive_c/ProgramData/OnBehalf/logs
Stop it:    ./run.sh stop
EOF
