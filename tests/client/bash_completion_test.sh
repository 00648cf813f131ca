#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Tests the output of `onbehalf completions bash` in this bash: its syntax, what it passes to `onbehalf
# complete`, and how it uses the response. Arguments: the program, with what runs it (wine
# .../onbehalf.exe). Needs no service.
set -uo pipefail

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

# expect WHAT ACTUAL EXPECTED
expect() {
  if [ "$2" = "$3" ]; then
    printf 'ok %s\n' "$1"
  else
    printf 'FAILED %s\n  is       %q\n  expected %q\n' "$1" "$2" "$3"
    failed=1
  fi
}

"$@" completions bash >"$folder/onbehalf.bash" 2>"$folder/errors" </dev/null
expect "the script is printed" "$?" 0
[ "$failed" = 0 ] || exit 1
bash -n "$folder/onbehalf.bash"
expect "its syntax is right" "$?" 0
# shellcheck disable=SC1091
source "$folder/onbehalf.bash"
expect "it completes onbehalf" "$(complete -p onbehalf)" "complete -F _onbehalf onbehalf"

# complete_line WORD...: the completions after these words, which bash has split at its COMP_WORDBREAKS. The
# line has a space before each word that does not begin with "+", which stands for no space.
complete_line() {
  local program=$1 word
  shift
  COMP_WORDS=("$program")
  COMP_LINE=$program
  for word in "$@"; do
    if [ "${word#+}" = "$word" ]; then COMP_LINE+=" "; fi
    COMP_WORDS+=("${word#+}")
    COMP_LINE+=${word#+}
  done
  COMP_CWORD=$#
  COMP_POINT=${#COMP_LINE}
  _onbehalf "$program"
}

# A program that records its arguments, and prints the content of the file `answer`.
cat >"$folder/fake" <<'FAKE'
#!/usr/bin/env bash
printf '<%s>' "$@" >"$(dirname "$0")/given"
cat "$(dirname "$0")/answer"
FAKE
chmod +x "$folder/fake"
given() { cat "$folder/given"; }

printf 'rpc.discover\trpc.discover, with\ttabs\nrpc.ping\n' >"$folder/answer"
complete_line "$folder/fake" --json call rpc.
expect "the words go as they are" "$(given)" "<complete><3><--json><call><rpc.>"
expect "candidates come without their summaries" "${COMPREPLY[*]}" "rpc.discover rpc.ping"
complete_line "$folder/fake" call ""
expect "an empty word goes too" "$(given)" "<complete><2><call><>"
complete_line "$folder/fake" call m '"{a b}"' ""
expect "a quoted word is one" "$(given)" '<complete><4><call><m><"{a b}"><>'

# The cursor in the middle of a word, with more words after it.
COMP_WORDS=("$folder/fake" call rpc.ping "{}")
COMP_LINE="$folder/fake call rpc.ping {}"
COMP_CWORD=2
COMP_POINT=$((${#folder} + 5 + 6 + 3))
_onbehalf "$folder/fake"
expect "what is behind the cursor does not go" "$(given)" "<complete><2><call><rpc>"

# bash splits "pipe:", and replaces only what follows the colon.
printf 'pipe:\n' >"$folder/answer"
complete_line "$folder/fake" access show pipe +:
expect "words that bash took apart are one again" "$(given)" "<complete><3><access><show><pipe:>"
expect "what stands before the colon stays" "${COMPREPLY[*]}" ""
complete_line "$folder/fake" access show pi
expect "a candidate with a colon is whole" "${COMPREPLY[*]}" "pipe:"

printf '\tfiles\n' >"$folder/answer"
mkdir "$folder/place"
touch "$folder/place/par ams.json" "$folder/place/other"
pushd "$folder/place" >/dev/null || exit 1
complete_line "$folder/fake" doctor --bundle pa
expect "files are found" "${COMPREPLY[*]}" "par ams.json"
complete_line "$folder/fake" call m @ +pa
expect "the words with @ are one again" "$(given)" "<complete><3><call><m><@pa>"
# An @ is replaced together with what follows it, whether or not bash splits words there.
expect "files behind @ are found, with it" "${COMPREPLY[*]}" "@par\\ ams.json"
COMP_WORDBREAKS=${COMP_WORDBREAKS//@/}
complete_line "$folder/fake" call m @pa
expect "files behind @ are found where @ is part of a word" "${COMPREPLY[*]}" "@par\\ ams.json"

popd >/dev/null || exit 1

: >"$folder/answer"
complete_line "$folder/fake" call x
expect "no candidates are none" "${#COMPREPLY[@]}" 0
complete_line "$folder/no-such-program" call x
expect "no program is silent" "${#COMPREPLY[@]}" 0

# The program itself.
cat >"$folder/onbehalf" <<REAL
#!/usr/bin/env bash
exec $(printf '%q ' "$@")"\$@"
REAL
chmod +x "$folder/onbehalf"
complete_line "$folder/onbehalf" a
expect "commands are completed" "${COMPREPLY[*]}" "access audit"
complete_line "$folder/onbehalf" access re
expect "verbs are completed" "${COMPREPLY[*]}" "revoke"
complete_line "$folder/onbehalf" --trust ""
expect "values are completed" "${COMPREPLY[*]}" "service same-user any"
complete_line "$folder/onbehalf" access show pipe +:
expect "a node with a colon is completed" "${#COMPREPLY[@]}:${COMPREPLY[*]}" "1:"
complete_line "$folder/onbehalf" --pipe onbehalf-that-is-not-there call ""
expect "without a service there is nothing" "${#COMPREPLY[@]}" 0

exit "$failed"
