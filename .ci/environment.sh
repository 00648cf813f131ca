# shellcheck shell=bash
# What run.sh and test.sh have in common: the distribution's packages, the builds, and a private Windows session
# under Wine. Sourced by them; does nothing by itself.
#
# $root is the repository's folder and $build the folder of everything that is made.

# Linux puts a program's heap somewhere in the gigabyte behind its image, and Wine's loader, whose image ends at 0x7d5…,
# needs the page at 0x7ffe0000: about one program in a thousand finds its heap there and cannot start. So everything
# runs without that randomness, where it may be switched off.
if [ -z "${ONBEHALF_FIXED_ADDRESSES:-}" ] && setarch "$(uname -m)" -R true 2>/dev/null; then
  ONBEHALF_FIXED_ADDRESSES=1 exec setarch "$(uname -m)" -R bash "$0" "$@"
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
umask 022 # Wine shows group and other write permission as an entry for ordinary users, which the service refuses.

# By name, from Debian 12. GoogleTest is built from its source package, so that it serves every target.
packages="cmake ninja-build clang lld libclang-rt-14-dev llvm
  g++-mingw-w64-x86-64-posix mingw-w64-tools wine wine64
  nlohmann-json3-dev libspdlog-dev libfmt-dev googletest python3
  unixodbc libsqliteodbc odbc-postgresql postgresql"

heading() { printf '\n== %s\n' "$*"; }
note() { printf '%s\n' "$*"; }
# Ends the script with a reason.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Installs what is missing of the packages, or does nothing at all.
install_packages() {
  local missing="" package log=$build/log/packages.log
  mkdir -p "$build/log"
  for package in $packages; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  local as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing and there is no sudo to install them with:$missing"
    as_root=sudo
  fi
  note "Installing the packages that are missing:$missing"
  # shellcheck disable=SC2086
  if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    fail "the packages could not be installed ($log has everything)"
  fi
}

# build_preset PRESET [TARGET...]: configures the preset when that is needed and builds it, quietly. Returns 1 after
# printing what the compiler said.
build_preset() {
  local preset=$1 folder=$build/$1 log=$build/log/build-$1.log started=$SECONDS
  shift
  mkdir -p "$build/log"
  [ -f "$folder/build.ninja" ] || note "Building $preset (all of it, which takes some minutes)"
  : >"$log"
  # ninja configures again by itself when a CMakeLists.txt changes, but it does not know the presets.
  if [ ! -f "$folder/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$folder/CMakeCache.txt" ]; then
    if ! (cd "$root" && cmake --preset "$preset") >>"$log" 2>&1 </dev/null; then
      tail -n 60 "$log" >&2
      return 1
    fi
    touch "$folder/CMakeCache.txt"
  fi
  if ! ninja -C "$folder" "$@" >>"$log" 2>&1 </dev/null; then
    grep -v '^\[[0-9]*/[0-9]*\] \(Building\|Linking\|Generating\|Scanning\)' "$log" | tail -n 80 >&2
    return 1
  fi
  note "Built $preset in $((SECONDS - started)) s"
}

# Installs the clients of tests/foreign as its lock file names them into $build/foreign. Returns 1 after printing what npm
# said.
install_foreign_clients() {
  local source=$root/tests/foreign folder=$build/foreign log=$build/log/foreign.log
  mkdir -p "$folder" "$build/log"
  # npm writes the second file when it has installed everything.
  if cmp -s "$source/package-lock.json" "$folder/package-lock.json" &&
    [ -f "$folder/node_modules/.package-lock.json" ]; then return 0; fi
  rm -rf "$folder/node_modules"
  cp "$source/package.json" "$source/package-lock.json" "$folder"
  # --force: Node's build for Windows says that it is for no other system.
  if ! (cd "$folder" && npm ci --force --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    return 1
  fi
}

# use_wine_prefix FOLDER: every later wine command uses this prefix, which is made if it is not there. The user's own
# prefix is refused.
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

# Starts a Windows session that lasts until stop_wine. The redirections matter: the first command starts services.exe,
# which inherits its standard output; if that were a pipe, the pipe's reader would never see its end.
start_wine() {
  local is_new=yes
  [ ! -f "$WINEPREFIX/.onbehalf" ] || is_new=no
  mkdir -p "$WINEPREFIX"
  # -p: the session, with its services, outlives the last ordinary program.
  wineserver -p >/dev/null 2>&1 </dev/null || true # fails when it is running already, which is as good
  timeout 120 wine cmd /c exit >/dev/null 2>&1 </dev/null || fail "Wine does not start in $WINEPREFIX"
  if [ "$is_new" = yes ]; then
    timeout 120 wine winecfg -v win10 >/dev/null 2>&1 </dev/null || fail "the Wine prefix $WINEPREFIX could not be set to Windows 10"
    touch "$WINEPREFIX/.onbehalf" # made whole
  fi
}

# Ends the session of this prefix and of no other. Nothing happens if there is none.
stop_wine() {
  [ -d "${WINEPREFIX:-}" ] || return 0
  wineserver -k >/dev/null 2>&1 || true # fails when none is running
  timeout 60 wineserver -w >/dev/null 2>&1 || true
}

# windows_path FILE: how a program under Wine names a file of this system.
windows_path() { printf 'Z:%s' "$(realpath -m "$1" | tr / '\\')"; }
