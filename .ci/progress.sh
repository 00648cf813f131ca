# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # root, build: see environment.sh
# Nothing is silent: a long step runs as a job with its output in a log, and this shell, which waits for it, shows its progress,
# which .ci/progress.awk reads from the log. On a terminal that line is rewritten in place; otherwise a new one appears when
# nothing was printed for some seconds. No extra process prints, so none can outlive the job.
#
# Sourced by environment.sh. Ctrl+C and the end of the script stop the jobs that are still running.

# With this there is a line at least every 15 seconds, even on a busy machine.
readonly kQuietSeconds=10

said=$(mktemp) # time when the last line was printed: the jobs print too
declare -A running=()

# One printf each, so that the lines of two jobs do not mix. The first characters erase the progress line.
erase=""
[ ! -t 1 ] || erase=$'\r\033[K'
note() {
  printf '%s%s\n' "$erase" "$*"
  printf '%s\n' "$EPOCHSECONDS" >"$said"
}
heading() { note $'\n'"== $*"; }
# Ends the script with an error message.
fail() {
  printf '%s%s: %s\n' "$erase" "$(basename "$0")" "$*" >&2
  exit 1
}
# show_log COMMAND...: shows the command's output, a part of a log, indented.
show_log() { note "$("$@" | sed 's/^/  | /')"; }

# start_job COMMAND...: sets $job, the leader of a new process group. Ctrl+C reaches only this shell, which then ends the
# whole group; a `timeout` in a function that is a job needs --foreground to be in that group.
start_job() {
  set -m
  "$@" </dev/null &
  job=$!
  set +m
  running[$job]=1
}

# end_job PID: waits for the job and returns its exit code.
end_job() {
  local code=0
  wait "$1" || code=$?
  unset "running[$1]"
  return "$code"
}

end_jobs() {
  local job tries
  for job in "${!running[@]}"; do kill -TERM -- "-$job" 2>/dev/null || true; done
  for job in "${!running[@]}"; do
    for ((tries = 0; tries < 150; tries++)); do
      kill -0 "$job" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$job" 2>/dev/null || true
    end_job "$job" || true
  done
}

# A function that runs as a job must call this before it starts jobs itself.
in_job() {
  set +m
  running=()
  trap 'end_jobs; exit 143' TERM
}

# at_exit COMMAND: runs the command when the script ends in any way; in reverse order, after all jobs have ended.
exit_commands=()
at_exit() { exit_commands=("$1" "${exit_commands[@]}"); }
clean_up() {
  local command
  trap '' INT TERM HUP
  end_jobs
  for command in "${exit_commands[@]}"; do "$command"; done
  rm -f "$said"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# watch STATUS JOB...: shows the output of the function STATUS until the jobs have ended.
watch() {
  local status=$1 job text last shown=$EPOCHSECONDS
  shift
  for job in "$@"; do
    while kill -0 "$job" 2>/dev/null; do
      sleep 0.2
      [ "$EPOCHSECONDS" != "$shown" ] || continue
      shown=$EPOCHSECONDS
      if [ -n "$erase" ]; then
        text=$("$status")
        printf '%s%.*s' "$erase" $(($(tput cols 2>/dev/null || printf 80) - 1)) "${text//$'\n'/  }"
      else
        read -r last <"$said" || last=0
        [ $((EPOCHSECONDS - last)) -lt "$kQuietSeconds" ] || note "$("$status")"
      fi
    done
  done
  printf '%s' "$erase"
}

# progress LABEL LOG STARTED: prints one line about a job.
progress() {
  printf '  %s (%d s)\n' "$(awk -v label="$1" -f "$root/.ci/progress.awk" "$2")" $((SECONDS - $3))
}

# with_progress LABEL LOG COMMAND...: runs a command as a job and returns its exit code.
with_progress() {
  local label=$1 log=$2 begin=$SECONDS job
  shift 2
  # shellcheck disable=SC2317
  label_and_progress() { progress "$label" "$log" "$begin"; }
  start_job "$@" >"$log" 2>&1
  watch label_and_progress "$job"
  end_job "$job"
}

# phase NAME: begins a phase. time_by_phase prints how long each one took.
phase_name="" phase_started=0 phases=""
phase() {
  [ -z "$phase_name" ] || phases+="$phase_name $((SECONDS - phase_started)) s, "
  phase_name=$1 phase_started=$SECONDS
}
time_by_phase() {
  phase ""
  note "Time: $phases$SECONDS s in all"
}
