#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the service under Wine and shows the main job on real input: a caller's request is done as the caller.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/environment.sh"

usage() {
  cat <<EOF
usage: ./run.sh           build, install (or upgrade) and start the service, call it, leave it running
       ./run.sh stop      stop it and uninstall it; its settings and logs stay
       ./run.sh --help    this

To show databases and modules it adds two sources, demo-orders and demo-salaries, and the module process to the service's
settings. Whatever is there already stays.

Everything happens in a Wine prefix of its own: \$WINEPREFIX if that is set, else build/wineprefix. Missing packages are
installed from the distribution. What was built is not built again, and nothing is done twice: with nothing changed the
service is upgraded to itself and called.
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
build_preset mingw onbehalf onbehalf-service onbehalf-run-restricted onbehalf_process_module ||
  fail "the build failed (see above)"
note "Building a Wine whose pipes and access checks do what Windows NT's do, which tells one caller from another"
code=0
build_nt_wine || code=$?
case $code in
  0) nt=yes && use_nt_wine ;;
  3) nt=no ;; # it has said so
  *) fail "the Wine with NT's semantics could not be built (see above)" ;;
esac

heading "Install: installer\\install.cmd, under $(wine --version) in $WINEPREFIX"
with_progress "starting Wine" "$build/log/wine.log" start_wine || fail "Wine does not start in $WINEPREFIX ($build/log/wine.log)"
code=0
with_progress "install.cmd" "$build/log/install.log" run_installer install.cmd || code=$?
# Without what reg.exe and sc.exe say of each step that went well.
grep -v '^reg: \|^SERVICE_NAME\|^    ' "$build/log/install.log" || true
[ "$code" = 0 ] || fail "the installation failed ($build/log/install.log has everything)"
# RUNNING is reported once the pipe listens, so that the first call may follow at once.
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
  note "The Wine that is installed gives a pipe's server its own token in place of its client's, so the service sees no difference
between two callers."
fi
show_module
show_audit "$audit_before"
show_what_next
if [ ${#surprises[@]} != 0 ]; then
  printf '\n'
  printf 'not as expected: %s\n' "${surprises[@]}" >&2
  fail "${#surprises[@]} of the calls above did not end as expected"
fi
