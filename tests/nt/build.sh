#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# See usage below; docs/testing-on-nt-semantics.md says what the result is for.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat <<END
usage: tests/nt/build.sh DIR

Makes a Wine in DIR whose named pipes and access checks do what Windows NT's do: the installed Wine, with wineserver and ntdll.so
compiled from the distribution's source package with wine.patch. About 80 s of CPU and 600 MB of disk while it builds, 4 MB
afterwards. With DIR/bin first in PATH, wine and wineserver are this one. Does nothing if it is there and up to date. DIR is
made anew, and refused if it has anything else in it; nothing outside it is changed; what it needs must be installed (see packages_for nt in .ci/packages.sh).

Exit code: 0 done, 1 failed, 3 the source package could not be had.
END
}

case $# in 1) ;; *) usage >&2; exit 2 ;; esac
case $1 in -h | --help) usage; exit 0 ;; -*) usage >&2; exit 2 ;; esac
dir=$(realpath -m "$1")
version=$(dpkg-query -W -f '${source:Version}' wine64)
stamp=$version-$(sha256sum "$here/wine.patch" "$here/build.sh" | sha256sum | cut -c1-16)
if [ "$(cat "$dir/built" 2>/dev/null || true)" = "$stamp" ]; then exit 0; fi

# Never touch a folder that this script did not make.
if [ -n "$(ls -A "$dir" 2>/dev/null || true)" ] && [ ! -f "$dir/made-by-onbehalf" ]; then
  printf '%s exists and was not made by this script\n' "$dir" >&2
  exit 1
fi
rm -rf "$dir"
mkdir -p "$dir"
touch "$dir/made-by-onbehalf"
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/source" "$dir/objects"

# The archive that the installed package came from, with its sources, in a sources list of our own.
archive=$(apt-cache policy wine64 | awk '/^ \*\*\*/ { installed = 1 } installed && /^ +[0-9]+ +(http|https|file|mirror)/ { print $2, $3; exit }')
[ -n "$archive" ] || { printf 'the archive that wine64 came from is unknown\n' >&2; exit 3; }
printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
  "${archive% *}" "$(printf '%s' "${archive#* }" | cut -d/ -f1)" >"$dir/apt/sources.list"
apt_get() {
  apt-get -o "Dir::Etc::sourcelist=$dir/apt/sources.list" -o "Dir::Etc::sourceparts=-" -o "Dir::State::lists=$dir/apt/lists" \
    -o "Dir::Cache=$dir/apt/cache" -o "APT::Sandbox::User=root" "$@"
}
printf 'fetching the source package wine=%s\n' "$version"
if ! apt_get update || ! (cd "$dir/source" && apt_get source "wine=$version"); then
  printf 'cannot get the source package wine=%s\n' "$version" >&2
  exit 3
fi
source=$(find "$dir/source" -mindepth 1 -maxdepth 1 -type d)

printf 'configuring Wine\n'
(
  cd "$source"
  patch -p1 <"$here/wine.patch"
  cp /usr/share/misc/config.guess /usr/share/misc/config.sub tools/
  autoreconf -fi
  # Debian omits what can be generated: the first two commands make empty files with the markers between which
  # make_requests writes.
  sh debian/scripts/generate server/trace.generated make_requests
  sh debian/scripts/generate server/request.generated make_requests
  perl tools/make_requests
  # configure fails when it creates the Makefile; the headers exist by then.
  ./configure --enable-win64 --without-x --without-freetype --without-mingw || true
  test -f include/config.h
  printf '#define wine_build "%s"\n' "$(wine --version)" >dlls/ntdll/version.h
)

# compile FOLDER OBJECTS FLAGS...: every .c of FOLDER
compile() {
  local folder=$1 objects=$2
  shift 2
  mkdir -p "$objects"
  # shellcheck disable=SC2016
  find "$folder" -maxdepth 1 -name '*.c' -print0 |
    xargs -0 -P "$(nproc)" -I {} sh -c 'out=$1/$(basename "$2" .c).o; shift; file=$1; shift; exec gcc -c -o "$out" "$file" "$@"' _ "$objects" {} "$@"
}
locations=(-D__WINESRC__ -D_GNU_SOURCE '-DBINDIR="/usr/lib/wine"' -O2 -w)
printf 'compiling wineserver\n'
(
  cd "$source/server"
  compile . "$dir/objects/server" "${locations[@]}" -I. -I../include '-DDATADIR="/usr/share/wine"' \
    '-DLIBDIR="/usr/lib/x86_64-linux-gnu/wine"' '-DNLSDIR="/usr/share/wine/nls"' '-DBIN_TO_NLSDIR="../../share/wine/nls"'
  gcc -o "$dir/wineserver64" "$dir"/objects/server/*.o -lm
)
printf 'compiling ntdll.so\n'
(
  cd "$source/dlls/ntdll"
  compile unix "$dir/objects/ntdll" "${locations[@]}" -I. -I../../include -D_NTSYSTEM_ -D_ACRTIMP= -DWINBASEAPI= \
    -DWINE_UNIX_LIB '-DSYSTEMDLLPATH=""' '-DDLL_TO_BINDIR="../../wine"' '-DBIN_TO_DATADIR="../../share/wine"' \
    -fPIC -fno-strict-aliasing -fcf-protection=none -fno-stack-protector
  gcc -shared -Wl,-Bsymbolic -Wl,-soname,ntdll.so -o "$dir/ntdll.so" "$dir"/objects/ntdll/*.o -lpthread -lrt
)

# A tree of links to the installed Wine, with the two files in their places: wine64 looks for everything
# relative to itself.
lib=usr/lib/x86_64-linux-gnu/wine
mkdir -p "$dir/root/usr/lib/wine" "$dir/root/usr/share" "$dir/root/$lib" "$dir/bin"
ln -s /usr/share/wine "$dir/root/usr/share/wine"
cp -rs "/$lib/." "$dir/root/$lib/"
rm "$dir/root/$lib/x86_64-unix/ntdll.so"
mv "$dir/ntdll.so" "$dir/root/$lib/x86_64-unix/ntdll.so"
cp /usr/lib/wine/wine64 "$dir/root/usr/lib/wine/wine64"
mv "$dir/wineserver64" "$dir/root/usr/lib/wine/wineserver64"
printf '#!/bin/sh\nexec %q -p0 "$@"\n' "$dir/root/usr/lib/wine/wineserver64" >"$dir/root/usr/lib/wine/wineserver"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexport WINELOADER=%q\nexec "$WINELOADER" "$@"\n' "$dir/root/usr/lib/wine/wine64" >"$dir/bin/wine"
chmod +x "$dir/root/usr/lib/wine/wineserver" "$dir/bin/wine"
ln -s ../root/usr/lib/wine/wineserver "$dir/bin/wineserver"
rm -rf "$dir/source" "$dir/objects" "$dir/apt"
printf '%s\n' "$stamp" >"$dir/built"
