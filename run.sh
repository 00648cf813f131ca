#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the service under Wine and demonstrates its main job: it does a caller's request as the caller.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/environment.sh"

usage() {
  cat <<EOF
usage: ./run.sh           build, install (or upgrade) and start the service, call it, and leave it running
       ./run.sh stop      stop and uninstall the service; keep its settings and logs
       ./run.sh --help    show this text

To show databases and modules it adds two sources, demo-orders and demo-salaries, and the module process to the service's
settings. Existing entries are kept.

Everything happens in a separate Wine prefix: \$WINEPREFIX if it is set, otherwise build/wineprefix. Missing packages are
installed from the distribution. Only changed sources are built: without changes the service is upgraded to the same
version and called.
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
  ! has_nt_wine || use_nt_wine
  with_progress "starting Wine" "$build/log/wine.log" start_wine || fail "Wine does not start ($build/log/wine.log)"
  code=0
  with_progress "uninstall.cmd" "$build/log/uninstall.log" run_installer uninstall.cmd || code=$?
  note "$(cat "$build/log/uninstall.log")"
  stop_wine
  exit "$code"
fi

source "$root/.ci/demonstration.sh"

heading "Packages"
install_packages mingw nt
note "Nothing is missing."
heading "Build"
build_preset mingw onbehalf onbehalf-service onbehalf-run-restricted onbehalf_process_module onbehalf_pipe_server ||
  fail "the build failed (see above)"
note "Building a Wine whose pipes and access checks work like Windows NT's, so that the service can tell callers apart"
code=0
build_nt_wine || code=$?
case $code in
  0) nt=yes && use_nt_wine ;;
  3) nt=no ;; # build_nt_wine has reported why
  *) fail "the Wine with NT's semantics could not be built (see above)" ;;
esac

heading "Install: installer\\install.cmd, under $(wine --version) in $WINEPREFIX"
with_progress "starting Wine" "$build/log/wine.log" start_wine || fail "Wine does not start in $WINEPREFIX ($build/log/wine.log)"
code=0
with_progress "install.cmd" "$build/log/install.log" run_installer install.cmd || code=$?
# Without the output of reg.exe and sc.exe for successful steps.
grep -v '^reg: \|^SERVICE_NAME\|^    ' "$build/log/install.log" || true
[ "$code" = 0 ] || fail "the installation failed ($build/log/install.log has the complete output)"
# The service reports RUNNING once it listens on the pipe, so the first call can follow at once.
audit_before=$(audit_lines | wc -l)
show_calls
show_access
show_files_and_registry
show_database
if [ "$nt" = yes ]; then
  show_second_caller
  show_database_callers
else
  heading "A second caller: not shown"
  note "The installed Wine gives a pipe's server its own token instead of its client's, so the service cannot tell callers
apart."
fi
show_module
show_pipe_server
show_audit "$audit_before"
show_what_next
if [ ${#surprises[@]} != 0 ]; then
  printf '\n'
  printf 'not as expected: %s\n' "${surprises[@]}" >&2
  fail "${#surprises[@]} of the calls above did not end as expected"
fi
