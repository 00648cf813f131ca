# SPDX-License-Identifier: MIT
# Reads a test program's output (of GoogleTest, CTest or libFuzzer) and prints one line per test case:
#   passed<TAB>NAME<TAB><TAB>MS   failed<TAB>NAME<TAB>WHY<TAB>MS   skipped<TAB>NAME<TAB>WHY<TAB>MS
# MS, its duration in milliseconds, is empty if the output does not show it.
# If a program ended early, the case that was running and the announced ones that it did not reach count as failed.
# Variables: exit_code (124 or 137: the time limit was reached).

function why_it_ended() {
  if (exit_code == 124 || exit_code == 137) return "still running at the time limit"
  return "the program ended in it with exit code " exit_code
}
function outcome(kind, name, why, ms) {
  print kind "\t" name "\t" why "\t" ms
  if (kind == "failed") failed++
  seen++
}
# The number in "…(123 ms)".
function milliseconds() { return match($0, /\([0-9]+ ms\)$/) ? substr($0, RSTART + 1, RLENGTH - 5) : "" }

{ sub(/\r$/, "") }

# GoogleTest
match($0, /\[==========\] Running [0-9]+ tests?/) { announced += $3 }
match($0, /\[ RUN      \] /) { name = substr($0, RSTART + RLENGTH); reason = ""; in_skip = 0; next }
match($0, /\[       OK \] /) && name != "" { outcome("passed", name, "", milliseconds()); name = ""; next }
match($0, /\[  FAILED  \] /) && name != "" { outcome("failed", name, "see its output", milliseconds()); name = ""; next }
match($0, /\[  SKIPPED \] /) && name != "" { outcome("skipped", name, reason, milliseconds()); name = ""; next }
name != "" && /(: Skipped|\): Skipped)$/ { in_skip = 1; next }
in_skip && $0 != "" { reason = reason (reason == "" ? "" : " ") $0; next }

# CTest: " 1/3 Test #12: name ........   Passed    0.53 sec", and "***Failed", "***Skipped", "***Timeout", "***Not Run"
match($0, /^Total Tests: [0-9]+/) { announced += $3 }
match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
  line = substr($0, RSTART + RLENGTH)
  case_name = line
  sub(/ \.\.*.*$/, "", case_name)
  ms = match(line, /[0-9.]+ sec$/) ? substr(line, RSTART, RLENGTH - 4) * 1000 : ""
  if (line ~ /   Passed  /) outcome("passed", case_name, "", ms)
  else if (line ~ /\*\*\*Skipped/) outcome("skipped", case_name, "see its output", ms)
  else outcome("failed", case_name, "see its output", ms)
}

# libFuzzer, which prints this only if it found nothing.
match($0, /^Done [0-9]+ runs in /) { outcome("passed", "nothing found", "", $5 * 1000) }

END {
  if (name != "") outcome("failed", name, why_it_ended())
  for (; seen < announced; ) outcome("failed", "(a test that was not reached)", "the program ended early, exit code " exit_code)
  if (seen == 0) outcome("failed", "(no test)", "the program ran no test, exit code " exit_code)
  else if (exit_code != 0 && failed == 0) outcome("failed", "(the program)", "exit code " exit_code " although no test failed")
}
