# Reads what a test program printed, GoogleTest's text or CTest's, and prints one line a test case:
#   passed<TAB>NAME   failed<TAB>NAME<TAB>WHY   skipped<TAB>NAME<TAB>WHY
# A program that ended early has failed the case it was in and those that it announced and did not come to.
# Variables: exit_code (124 or 137: it was stopped at its time limit).

function why_it_ended() {
  if (exit_code == 124 || exit_code == 137) return "still running at the time limit"
  return "the program ended in it with exit code " exit_code
}
function outcome(kind, name, why) {
  print kind "\t" name (kind == "passed" ? "" : "\t" why)
  if (kind == "failed") failed++
  seen++
}

{ sub(/\r$/, "") }

# GoogleTest
match($0, /\[==========\] Running [0-9]+ tests?/) { announced += $3 }
match($0, /\[ RUN      \] /) { name = substr($0, RSTART + RLENGTH); reason = ""; in_skip = 0; next }
match($0, /\[       OK \] /) && name != "" { outcome("passed", name); name = ""; next }
match($0, /\[  FAILED  \] /) && name != "" { outcome("failed", name, "see its output"); name = ""; next }
match($0, /\[  SKIPPED \] /) && name != "" { outcome("skipped", name, reason); name = ""; next }
name != "" && /(: Skipped|\): Skipped)$/ { in_skip = 1; next }
in_skip && $0 != "" { reason = reason (reason == "" ? "" : " ") $0; next }

# CTest: " 1/3 Test #12: name ........   Passed    0.53 sec", and "***Failed", "***Skipped", "***Timeout", "***Not Run"
match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
  line = substr($0, RSTART + RLENGTH)
  case_name = line
  sub(/ \.\.*.*$/, "", case_name)
  if (line ~ /   Passed  /) outcome("passed", case_name)
  else if (line ~ /\*\*\*Skipped/) outcome("skipped", case_name, "see its output")
  else outcome("failed", case_name, "see its output")
}

END {
  if (name != "") outcome("failed", name, why_it_ended())
  for (; seen < announced; ) outcome("failed", "(a test that was not come to)", "the program ended early, exit code " exit_code)
  if (seen == 0) outcome("failed", "(no test)", "the program ran no test, exit code " exit_code)
  else if (exit_code != 0 && failed == 0) outcome("failed", "(the program)", "exit code " exit_code " although no test failed")
}
