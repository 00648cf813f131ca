# SPDX-License-Identifier: MIT
"""Runs clang-tidy on the C++ files that a change touches: those that differ from a base revision, including uncommitted and new
ones. A header is checked through the .cpp of the same name. Only findings in these files are reported.

usage: tidy.py --base REVISION --database FOLDER [--seconds N] [--jobs N]

FOLDER has the compile_commands.json of a Clang build, which need not have been built. When the time is over, running checks are
ended, the remaining files are skipped, and the output lists them. Exit code: 0 nothing found, 1 something found, 3 nothing found
but not everything checked.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import repository

CUT_SHORT = 3
NAMED = 8  # how many skipped files are listed
HEADERS = (".h", ".hpp")


def touched_files(base):
    changed = repository.git("diff", "--name-only", "--diff-filter=d", "-z", base, "--")
    new = repository.git("ls-files", "-z", "--others", "--exclude-standard")
    return sorted(set(filter(None, (changed + new).split("\0"))))


def sources_of(touched, commands):
    """The sources to check: first the touched ones, then those of touched headers."""
    by_header = {}
    for name in touched:
        if not name.endswith(HEADERS):
            continue
        stem = pathlib.PurePosixPath(name).stem
        same_name = [source for source in commands if pathlib.PurePosixPath(source).name == f"{stem}.cpp"]
        # The nearest: several files may have the name.
        if same_name:
            nearest = max(same_name, key=lambda source: len(os.path.commonpath([name, source])))
            by_header[nearest] = name
    own = [name for name in touched if name in commands]
    return own + [source for source in sorted(by_header) if source not in own]


def compile_commands(folder):
    """The first command for each .cpp of the repository."""
    commands = {}
    for entry in json.loads((folder / "compile_commands.json").read_text(encoding="utf-8")):
        path = pathlib.Path(entry["directory"], entry["file"])
        if path.suffix != ".cpp" or not path.is_relative_to(repository.ROOT) or path.is_relative_to(folder):
            continue
        # The build creates the precompiled header; without it the header itself is included, which is named next.
        entry["command"] = re.sub(r"-Xclang -include-pch -Xclang \S+ ", "", entry["command"])
        entry["file"] = str(path)
        commands.setdefault(path.relative_to(repository.ROOT).as_posix(), entry)
    return commands


class Run:
    """Runs clang-tidy once per source, several at a time, until the time is over."""

    def __init__(self, database, touched, seconds):
        self._end = time.monotonic() + seconds if seconds else None
        only_touched = json.dumps([{"name": name} for name in touched if name.endswith((".cpp", *HEADERS))])
        self._command = [os.environ.get("CLANG_TIDY", "clang-tidy"), "--quiet", "-p", str(database),
                         f"--line-filter={only_touched}"]

    def __call__(self, source):
        """Its findings, empty if there are none, or None if there was no time."""
        left = self._end - time.monotonic() if self._end else None
        if left is not None and left <= 0:
            return None
        try:
            done = subprocess.run([*self._command, str(repository.ROOT / source)], capture_output=True, text=True,
                                  encoding="utf-8", errors="replace", timeout=left, check=False)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode == 0:
            return ""
        return done.stdout.replace(f"{repository.ROOT}/", "") or done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--database", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()

    touched = touched_files(arguments.base)
    commands = compile_commands(arguments.database.resolve())
    sources = sources_of(touched, commands)
    with tempfile.TemporaryDirectory() as database:
        entries = json.dumps([commands[source] for source in sources])
        (pathlib.Path(database) / "compile_commands.json").write_text(entries, encoding="utf-8")
        run = Run(database, touched, arguments.seconds)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            results = dict(zip(sources, pool.map(run, sources)))

    findings = [text for text in results.values() if text]
    skipped = [source for source, text in results.items() if text is None]
    checked = len(sources) - len(skipped)
    for text in findings:
        print(text.rstrip())
    if skipped:
        more = f" and {len(skipped) - NAMED} more" if len(skipped) > NAMED else ""
        print(f"{checked} of {len(sources)} touched files were checked in {arguments.seconds:g} s, not: "
              f"{' '.join(skipped[:NAMED])}{more}")
    elif not findings:
        print(f"{checked} touched files")
    if findings:
        return 1
    return CUT_SHORT if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
