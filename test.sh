#!/usr/bin/env bash
# Builds everything and runs every test. See usage below; docs/operating.md and tests/README.md say what is tested.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/environment.sh"

usage() {
  cat <<EOF
usage: ./test.sh [--long]

Builds the project natively and for Windows, runs every test (Windows programs under Wine, in a prefix of their own),
prints a summary and ends with 0 only if nothing failed. Missing packages are installed from the distribution.

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

install_packages
heading "Builds"
linux=no
build_or_record linux && linux=yes

heading "Tests"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
[ "$linux" = no ] || run_gtest_programs "native, ASan+UBSan" "$build/linux/bin" 600

summary
! grep -q $'\tfailed\t' "$outcomes"
