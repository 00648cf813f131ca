# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What run.sh and test.sh share, one file each: progress of long steps, packages, builds, a Windows session under Wine.
# Sourced by them; does nothing by itself.
#
# $root is the repository's folder and $build the folder for all output.

# Linux places a program's heap at a random address in the gigabyte after its image, and Wine's loader, whose image ends at
# 0x7d5…, needs the page at 0x7ffe0000: about one program in a thousand has its heap there and cannot start. So everything
# runs without address randomization, if it can be disabled.
if [ -z "${ONBEHALF_FIXED_ADDRESSES:-}" ] && setarch "$(uname -m)" -R true 2>/dev/null; then
  ONBEHALF_FIXED_ADDRESSES=1 exec setarch "$(uname -m)" -R bash "$0" "$@"
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
umask 022 # Wine maps group and other write permission to an entry for ordinary users, which the service rejects.

source "$root/.ci/progress.sh"
source "$root/.ci/packages.sh"
source "$root/.ci/build.sh"
source "$root/.ci/wine.sh"
