#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Type-checks the generated TypeScript (golden/*.ts, and the client of the service's own methods, which
# GENERATE writes) and runs sample_client_test.ts with the sample's client. Prints what a GoogleTest program
# prints.
#
# usage: run.sh FOLDER GENERATE...
#   FOLDER     where npm puts the packages that package-lock.json names, and where all output goes
#   GENERATE   the command (absolute path) that writes the client of discover.json: onbehalf generate --language typescript --from ...
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
shift
mkdir -p "$folder"
cd "$folder" || exit 1

failed=0
# check NAME COMMAND...: one test case.
check() {
  local name=$1 outcome="       OK" began=${EPOCHREALTIME/[.,]/}
  shift
  printf '[ RUN      ] TypeScript.%s\n' "$name"
  "$@" || outcome="  FAILED " failed=1
  printf '[%s ] TypeScript.%s (%d ms)\n' "$outcome" "$name" $(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}
install() {
  cmp -s "$here/package-lock.json" package-lock.json && [ -f node_modules/.package-lock.json ] && return 0
  rm -rf node_modules
  cp "$here/package.json" "$here/package-lock.json" . || return 1
  npm ci --ignore-scripts --no-audit --no-fund
}
# The service's own methods.
generate() { "$@" >service.ts; }
compile() {
  node node_modules/typescript/bin/tsc --strict --noUnusedLocals --noUnusedParameters --noImplicitReturns \
    --noUncheckedIndexedAccess --exactOptionalPropertyTypes --target es2022 --lib es2022 --module commonjs \
    "$@"
}

rm -f ./*.ts ./*.js
cp "$here"/../golden/*.ts "$here"/sample_client_test.ts .
printf '[==========] Running 4 tests from 1 test suite.\n'
check PackagesAreInstalled install
check TheServicesMethodsAreWritten generate "$@"
check TheCompilerAcceptsTheGeneratedCode compile --noEmit service.ts sample.ts hostile.ts
check TheCompilerAcceptsUseAndRefusesMisuse compile sample_client_test.ts
[ "$failed" = 0 ] || exit 1
exec node sample_client_test.js
