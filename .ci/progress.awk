# SPDX-License-Identifier: MIT
# Reads the log of a running job and prints its progress in one short line: [done/all] for Ninja and .ci/syntax_check, the
# finished and current cases of test programs (GoogleTest, CTest and similar output), the last line of anything else.
# Variables: label (the job's name).

function shorter(text) { return length(text) > 70 ? substr(text, 1, 67) "..." : text }

{ sub(/\r$/, "") }
/^[ \t]*$/ { next }
{ last = $0 }

match($0, /^\[ *[0-9]+\/[0-9]+\] /) {
  step = substr($0, 2, RLENGTH - 3)
  split(step, part, "/")
  what = $NF
  # service/CMakeFiles/onbehalf_service.dir/src/x.cpp.obj is made from service/src/x.cpp
  if (sub(/CMakeFiles\/[^\/]*\.dir\//, "", what)) sub(/\.(obj|o)$/, "", what)
}

match($0, /\[==========\] Running [0-9]+ tests?/) { all += $3 }
/\[ RUN      \] / { current = $NF; begun++ }
/\[(       OK|  FAILED  | SKIPPED) \] / && begun > over { over++ }
match($0, /^Total Tests: [0-9]+/) { all += $3 }
/^ +Start +[0-9]+: / { current = $NF; begun++ }
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / { over++ }

END {
  if (step != "") printf "[%*d/%d] %s: %s\n", length(part[2]), part[1], part[2], label, shorter(what)
  else if (all > 0) printf "%s: %d of %d cases%s\n", label, over, all, current == "" ? "" : ", in " shorter(current)
  else print label (last == "" ? "" : ": " shorter(last))
}
