# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # root, build: see environment.sh
# Builds with CMake's presets. Sourced by environment.sh; does nothing by itself.

what_builds() {
  case $1 in
    mingw) printf 'for Windows, with GCC' ;;
    mingw-clang) printf 'for Windows, with Clang' ;;
    linux) printf 'the portable part for this system, with sanitizers' ;;
  esac
}

# configure_preset PRESET: configures if necessary. On failure prints CMake's output and returns 1.
configure_preset() {
  local preset=$1 folder=$build/$1 log=$build/log/configure-$1.log
  mkdir -p "$build/log"
  # Ninja reconfigures by itself when a CMakeLists.txt changes, but it does not know the presets.
  if [ -f "$folder/build.ninja" ] && [ ! "$root/CMakePresets.json" -nt "$folder/CMakeCache.txt" ]; then return 0; fi
  if ! with_progress "$preset: configuring" "$log" cmake -S "$root" --preset "$preset"; then
    show_log tail -n 60 "$log" >&2
    return 1
  fi
  touch "$folder/CMakeCache.txt"
}

# build_preset PRESET [TARGET...]: builds these targets, or everything. On failure prints the compiler's output and returns 1.
build_preset() {
  local preset=$1 folder=$build/$1 log=$build/log/build-$1.log begin=$SECONDS first=""
  shift
  [ -d "$folder" ] || first=". The first build takes some minutes"
  note "Building $preset ($(what_builds "$preset")): ${*:-everything}$first"
  configure_preset "$preset" || return 1
  # In the format that .ci/progress.awk reads.
  if ! NINJA_STATUS="[%f/%t] " with_progress "$preset" "$log" ninja -C "$folder" "$@"; then
    show_log filter_build_log "$log" >&2
    return 1
  fi
  note "Built $preset in $((SECONDS - begin)) s"
}
# Without successful steps.
filter_build_log() { grep -v '^\[[0-9]*/[0-9]*\] \(Building\|Linking\|Generating\|Scanning\)' "$1" | tail -n 80; }
