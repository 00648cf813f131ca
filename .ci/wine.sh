# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # root, build: see environment.sh
# A private Windows session under Wine. Sourced by environment.sh; does nothing by itself.

# use_wine_prefix FOLDER: every later wine command uses this prefix, which is created if it does not exist. Refuses the user's
# default prefix.
use_wine_prefix() {
  local user_prefix
  WINEPREFIX=$(realpath -m "$1")
  user_prefix=$(realpath -m "${HOME:-/root}/.wine")
  [ "$WINEPREFIX" != "$user_prefix" ] || fail "$WINEPREFIX is your own Wine prefix: this would install a service in it. Set WINEPREFIX to another folder, or unset it"
  export WINEPREFIX WINEDEBUG=-all
  # Without it a program that crashed may return 0.
  export WINEDLLOVERRIDES=winedbg.exe=d
  unset WINEARCH WINESERVER WINELOADER
}

# build_nt_wine: builds $build/nt, a Wine with the semantics of NT (docs/testing-on-nt-semantics.md), unless it exists. Returns 3
# if the source package of the distribution's Wine is not available, 1 for another error; reports both.
build_nt_wine() {
  local log=$build/log/nt.log code=0
  mkdir -p "$build/log"
  with_progress "Wine with NT's semantics" "$log" "$root/tests/nt/build.sh" "$build/nt" || code=$?
  case $code in
    0) return 0 ;;
    3)
      # When everything must be tested, a missing package is an error.
      [ "${ONBEHALF_REQUIRE_NT:-}" != 1 ] || { show_log tail -n 20 "$log" >&2; return 1; }
      note "The source package of this distribution's Wine is not available, so the installed Wine is used ($log says why)"
      ;;
    *) show_log tail -n 20 "$log" >&2 ;;
  esac
  return "$code"
}

# Every later wine command uses that Wine.
use_nt_wine() { export PATH=$build/nt/bin:$PATH; }
# Sets its switches for the tests, for a session that is not started yet.
use_nt_switches() { export NT_FILES_OF_ADMINISTRATORS=1 NT_IMPERSONATE_FAULT=$build/nt-impersonate-fault; }
has_nt_wine() { [ -f "$build/nt/built" ]; }

# Starts a Windows session that lasts until stop_wine. The redirections matter: the first command starts services.exe,
# which inherits its standard output; if that were a pipe, the pipe's reader would never see its end.
start_wine() {
  local is_new=yes
  [ ! -f "$WINEPREFIX/.onbehalf" ] || is_new=no
  mkdir -p "$WINEPREFIX"
  # A session of another Wine would keep that Wine's semantics.
  local server
  server="$(command -v wineserver) $(cat "$(dirname "$(command -v wineserver)")/../built" 2>/dev/null || true)"
  [ "$(cat "$WINEPREFIX/.wineserver" 2>/dev/null)" = "$server" ] || stop_wine
  printf '%s\n' "$server" >"$WINEPREFIX/.wineserver"
  # -p: the session, with its services, outlives the last ordinary program.
  wineserver -p >/dev/null 2>&1 </dev/null || true # fails if it is already running, which is fine
  timeout --foreground 120 wine cmd /c exit >/dev/null 2>&1 </dev/null || fail "Wine does not start in $WINEPREFIX"
  if [ "$is_new" = yes ]; then
    timeout --foreground 120 wine winecfg -v win10 >/dev/null 2>&1 </dev/null || fail "the Wine prefix $WINEPREFIX could not be set to Windows 10"
    touch "$WINEPREFIX/.onbehalf" # the prefix is complete
  fi
}

# Ends the session of this prefix only. Does nothing if there is none.
stop_wine() {
  [ -d "${WINEPREFIX:-}" ] || return 0
  wineserver -k >/dev/null 2>&1 || true # fails if none is running
  timeout 60 wineserver -w >/dev/null 2>&1 || true
}

# windows_path FILE: the path under Wine of a file of this system.
windows_path() {
  local path
  path=$(realpath -m "$1")
  printf 'Z:%s' "${path//\//\\}"
}

# run_installer SCRIPT [ARGUMENT...]: runs the build's copy of installer/install.cmd or uninstall.cmd.
run_installer() {
  local script=$1
  shift
  timeout --foreground -k 10 200 wine cmd /c "$(windows_path "$build/mingw/installer/$script")" "$@" </dev/null
}
