# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # root, build: see environment.sh
# The distribution's packages by what needs them, and the packages of npm and NuGet. Sourced by environment.sh; does nothing by
# itself.

# packages_for NEED: Debian 12 package names. GoogleTest is built from its source package, so that it works for every target.
packages_for() {
  case $1 in
    mingw) printf '%s ' cmake ninja-build g++-mingw-w64-x86-64-posix mingw-w64-tools wine wine64 \
      nlohmann-json3-dev libspdlog-dev libfmt-dev googletest python3 unixodbc libsqliteodbc ;;
    linux) printf '%s ' cmake ninja-build clang lld libclang-rt-14-dev llvm libssl-dev nlohmann-json3-dev \
      libspdlog-dev libfmt-dev googletest python3 ;;
    mingw-clang) packages_for mingw; packages_for linux ;;
    checks) packages_for mingw-clang; printf '%s ' git clang-format clang-tidy shellcheck ;;
    # For tests/nt/build.sh, which compiles a part of Wine.
    nt) printf '%s ' wine wine64 gcc libc6-dev autoconf automake autotools-dev flex bison dpkg-dev patch xz-utils ;;
    postgres) printf '%s ' odbc-postgresql postgresql ;;
    # Any npm will do; the distribution's depends on many packages.
    npm) command -v npm >/dev/null || printf 'npm ' ;;
    # The distribution has no .NET SDK; see has_dotnet.
    dotnet) ;;
    *) fail "no packages are known for $1" ;;
  esac
}

# install_packages NEED...: installs missing packages; does nothing if there are none.
install_packages() {
  local need wanted="" installed missing="" package log=$build/log/packages.log
  mkdir -p "$build/log"
  for need in "$@"; do wanted+=$(packages_for "$need"); done
  # dpkg-query fails for unknown packages; they count as missing.
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null) || true
  for package in $wanted; do
    case $'\n'$installed$'\n '$missing in
      *$'\n'"installed $package"$'\n'* | *" $package "*) ;;
      *) missing+="$package " ;;
    esac
  done
  [ -n "$missing" ] || return 0
  local as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing and there is no sudo to install them with: $missing"
    sudo -v || fail "these packages are missing and sudo refuses to install them: $missing"
    as_root=sudo
  fi
  note "Installing missing packages: $missing"
  # shellcheck disable=SC2086
  if ! with_progress "reading the list of packages" "$log" $as_root apt-get update ||
    ! with_progress "installing packages" "$log" $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends $missing; then
    tail -n 20 "$log" >&2
    fail "the packages could not be installed ($log has more)"
  fi
}

# install_foreign_clients: installs the clients of tests/foreign, in the versions of its lock file, into $build/foreign.
install_foreign_clients() {
  local source=$root/tests/foreign folder=$build/foreign
  mkdir -p "$folder"
  # npm writes the second file once everything is installed.
  if cmp -s "$source/package-lock.json" "$folder/package-lock.json" &&
    [ -f "$folder/node_modules/.package-lock.json" ]; then return 0; fi
  rm -rf "$folder/node_modules"
  cp "$source/package.json" "$source/package-lock.json" "$folder" || return 1
  # --force: Node's build for Windows declares that it is for Windows only.
  (cd "$folder" && npm ci --force --ignore-scripts --no-audit --no-fund)
}

# has_dotnet: whether a .NET SDK 10 or later is in PATH.
has_dotnet() { dotnet --list-sdks 2>/dev/null | awk -F . '$1 >= 10 { found = 1 } END { exit !found }'; }

# publish_for_windows FOLDER PROJECT INPUT... [-- OPTION...]: publishes a self-contained .NET program into
# $build/dotnet/FOLDER, with the packages of its lock file. Does nothing if all INPUTs (files or folders) and the SDK are
# unchanged since the last time.
publish_for_windows() {
  local folder=$build/dotnet/$1 project=$2 state inputs=("$2" "$root/.ci/packages.sh")
  shift 2
  while [ $# != 0 ] && [ "$1" != -- ]; do inputs+=("$1"); shift; done
  [ $# = 0 ] || shift
  state=$(dotnet --version && find "${inputs[@]}" -type f -print0 | sort -z | xargs -0 sha256sum) || return 1
  if [ "$(cat "$folder.state" 2>/dev/null)" = "$state" ]; then return 0; fi
  rm -rf "$folder" "$folder.state"
  # Build servers would keep running.
  DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 dotnet publish "$project" --configuration Release --runtime win-x64 --self-contained --disable-build-servers \
    --artifacts-path "$build/dotnet/artifacts" --output "$folder" "$@" || return 1
  printf '%s\n' "$state" >"$folder.state"
}

# publish_dotnet: the program of tests/dotnet, with the client that `onbehalf generate` writes for the installed service.
publish_dotnet() {
  local generated=$build/dotnet/generated/OnBehalf.cs
  mkdir -p "${generated%/*}"
  wine "$build/mingw/bin/onbehalf.exe" generate --language csharp --output "$(windows_path "$generated")" || return 1
  publish_for_windows clients "$root/tests/dotnet/dotnet_tests.csproj" "$root/tests/dotnet" "$root/tests/generate/golden" \
    "$root/client-lib/samples/csharp" "$root/client-lib/samples/csharp-dll" "$generated" -- "-p:GeneratedClient=$generated" || return 1
  cp "$build/mingw/bin/onbehalf.dll" "$build/dotnet/clients"
}

# publish_powershell: PowerShell's engine.
publish_powershell() {
  publish_for_windows powershell "$root/tests/powershell/engine/engine.csproj" "$root/tests/powershell/engine"
}
