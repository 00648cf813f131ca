# SPDX-License-Identifier: MIT
"""Checks that what the Markdown pages copy from elsewhere still matches its source. A comment before a block of code names the
source:

  <!-- from: client-lib/samples/first_call.cpp -->
      The file has these lines, one after another.
  <!-- output of: onbehalf --help -->
      The program prints exactly these lines on standard output. A first line "> COMMAND" repeats the command for the reader.
  <!-- output of: onbehalf-service --check-config --data {folder} with onbehalf.json: {} -->
      The same; {folder} is a new folder with this file in it.
  <!-- labels from: client-lib/cli/whoami_text.cpp -->
      Output that needs a running service: the label at the beginning of each line is a string literal in that file, in the same
      order.

A line with only an ellipsis (…) stands for omitted lines.

usage: pastes.py [--root FOLDER] [--programs FOLDER [--run-with COMMAND]]

Commands are run only with --programs, the folder with the programs (with --run-with, through that command: wine). Without it
everything else is checked, and whether each output names a program.
"""

import argparse
import collections
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap

import markdown
import repository

ELLIPSIS = "…"
PROGRAMS = ("onbehalf", "onbehalf-service")
TIME_LIMIT_S = 60

Command = collections.namedtuple("Command", "words file_name file_content")


class Fault(Exception):
    """A copy differs from its source, or its comment is invalid."""


def pieces_of(lines):
    """The runs of lines between ellipses."""
    pieces = [[]]
    for line in lines:
        if line.strip() == ELLIPSIS:
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def find(piece, lines, begin):
    """Finds the piece in the lines, with any indentation: the index after it, or None."""
    wanted = textwrap.dedent("\n".join(piece))
    for first in range(begin, len(lines) - len(piece) + 1):
        if textwrap.dedent("\n".join(lines[first:first + len(piece)])) == wanted:
            return first + len(piece)
    return None


def expect_in_order(pieces, lines, where):
    position = 0
    for piece in filter(None, pieces):
        after = find(piece, lines, position)
        if after is None:
            raise Fault(f"{where} does not have these lines{' after the previous ones' if position else ''}: "
                        f"{quoted(piece, lines, position)}")
        position = after
    return position


def quoted(piece, lines, begin):
    """The first line of the piece that is missing; its first line if none is missing."""
    present = {line.strip() for line in lines[begin:]}
    missing = [line for line in piece if line.strip() not in present]
    return repr((missing or piece)[0].strip())


def stripped_lines(text):
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]


def check_source(copy, root, known):
    if copy.argument not in known:
        raise Fault(f"there is no {copy.argument} in the repository")
    lines = stripped_lines((root / copy.argument).read_text(encoding="utf-8"))
    expect_in_order(pieces_of(copy.lines), lines, copy.argument)


def check_labels(copy, root, known):
    if copy.argument not in known:
        raise Fault(f"there is no {copy.argument} in the repository")
    source = (root / copy.argument).read_text(encoding="utf-8")
    position = 0
    for line in copy.lines:
        if line.startswith("> ") or line.strip() == ELLIPSIS:
            continue
        literal = '"' + re.split(r"\s{2,}", line.strip())[0] + '"'
        position = source.find(literal, position) + 1
        if not position:
            raise Fault(f"{copy.argument} does not have {literal} in this order")


def parse_command(argument):
    command, has_file, file = argument.partition(" with ")
    file_name, _, content = file.partition(": ")
    if has_file and not content:
        raise Fault("expected 'FILE: CONTENT' after 'with'")
    words = shlex.split(command)
    if not words or words[0] not in PROGRAMS:
        raise Fault(f"the program must be one of {', '.join(PROGRAMS)}: {command}")
    return Command(words, file_name, content)


def without_prompt(copy, command):
    """The lines of the output without the line that shows the command, which is checked."""
    if not copy.lines[0].startswith("> "):
        return copy.lines
    shown = copy.lines[0][2:].replace(".exe", "", 1)
    expected = shlex.join(command.words).replace(" --data '{folder}'", "")
    if shlex.join(shlex.split(shown)) != expected:
        raise Fault(f"the prompt line shows {shown!r}, but the comment names {expected!r}")
    return copy.lines[1:]


def check_output(copy, programs, run_with):
    command = parse_command(copy.argument)
    expected = without_prompt(copy, command)
    if not programs:
        return
    program = next((file for file in (programs / command.words[0], programs / f"{command.words[0]}.exe") if file.is_file()),
                   None)
    if program is None:
        raise Fault(f"there is no {command.words[0]} in {programs}")
    with tempfile.TemporaryDirectory() as folder:
        if command.file_name:
            (pathlib.Path(folder) / command.file_name).write_text(command.file_content, encoding="utf-8")
        # Wine's drive Z: is the root.
        shown_folder = "Z:" + folder.replace("/", "\\") if run_with else folder
        words = [word.replace("{folder}", shown_folder) for word in command.words[1:]]
        done = subprocess.run([*run_with, str(program), *words], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIME_LIMIT_S, check=False)
    lines = stripped_lines(done.stdout.decode("utf-8"))
    pieces = pieces_of(expected)
    where = f"the output of '{copy.argument}'"
    end = expect_in_order(pieces, lines, where)
    # Without an ellipsis there, nothing may come before the first piece or after the last.
    if pieces[0] and find(pieces[0], lines, 0) != len(pieces[0]):
        raise Fault(f"{where} begins with {lines[0]!r}")
    if pieces[-1] and end != len(lines):
        raise Fault(f"{where} continues with {lines[end]!r}")


def check(copy, root, known, programs, run_with):
    checks = {
        "from": lambda: check_source(copy, root, known),
        "labels from": lambda: check_labels(copy, root, known),
        "output of": lambda: check_output(copy, programs, run_with),
    }
    if copy.kind not in checks:
        raise Fault(f"unknown comment '{copy.kind}'; expected one of {', '.join(map(repr, checks))}")
    if not copy.lines:
        raise Fault("no block of code follows this comment")
    checks[copy.kind]()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=repository.ROOT)
    parser.add_argument("--programs", type=pathlib.Path)
    parser.add_argument("--run-with", type=shlex.split, default=[])
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    known = set(repository.files(root=root))
    faults = []
    counts = collections.Counter()
    for name in sorted(name for name in known if name.endswith(".md")):
        for copy in markdown.Page((root / name).read_text(encoding="utf-8")).copies:
            counts[copy.kind] += 1
            try:
                check(copy, root, known, arguments.programs, arguments.run_with)
            except (Fault, subprocess.TimeoutExpired, UnicodeDecodeError) as fault:
                faults.append(f"{name}:{copy.line}: {fault}")
    for fault in faults:
        print(fault)
    if not faults:
        ran = "run" if arguments.programs else "read, not run"
        print(f"{counts['from'] + counts['labels from']} blocks from files; {counts['output of']} outputs, {ran}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
