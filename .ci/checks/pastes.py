# SPDX-License-Identifier: MIT
"""Checks that what the Markdown pages copy from elsewhere is still what stands there. A comment in front of a block of code says
where it comes from:

  <!-- from: client-lib/samples/first_call.cpp -->
      These lines stand in that file, one after another.
  <!-- output of: onbehalf --help -->
      The program prints these lines on standard output, and nothing else. A first line "> COMMAND" repeats the command for the reader.
  <!-- output of: onbehalf-service --check-config --data {folder} with onbehalf.json: {} -->
      The same; {folder} is a new folder with this file in it.
  <!-- labels from: client-lib/cli/whoami.cpp -->
      Output that only a running service can give: the label at the beginning of each line is a string literal of that file, and
      their order is the same.

A line with nothing but an ellipsis (…) stands for lines that were left out.

usage: pastes.py [--root FOLDER] [--programs FOLDER [--run-with COMMAND]]

Commands are run only with --programs, the folder that has the programs (with --run-with, by that command: wine). Without it
everything else is checked, and that each output names a program.
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
    """A copy differs from what it is a copy of, or its comment cannot be understood."""


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
    """Where the piece stands in the lines, indented in whatever way: the index behind it, or None."""
    wanted = textwrap.dedent("\n".join(piece))
    for first in range(begin, len(lines) - len(piece) + 1):
        if textwrap.dedent("\n".join(lines[first:first + len(piece)])) == wanted:
            return first + len(piece)
    return None


def expect_in_order(pieces, lines, where):
    position = 0
    for piece in filter(None, pieces):
        behind = find(piece, lines, position)
        if behind is None:
            raise Fault(f"{where} does not have these lines{' behind those before' if position else ''}: "
                        f"{quoted(piece, lines, position)}")
        position = behind
    return position


def quoted(piece, lines, begin):
    """The first line of the piece that is nowhere; the first of all if each is somewhere."""
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
        raise Fault("what stands behind 'with' is not 'FILE: CONTENT'")
    words = shlex.split(command)
    if not words or words[0] not in PROGRAMS:
        raise Fault(f"the command is not one of {', '.join(PROGRAMS)}: {command}")
    return Command(words, file_name, content)


def without_prompt(copy, command):
    """The lines of the output, after a look at the line that shows the command."""
    if not copy.lines[0].startswith("> "):
        return copy.lines
    shown = copy.lines[0][2:].replace(".exe", "", 1)
    expected = shlex.join(command.words).replace(" --data '{folder}'", "")
    if shlex.join(shlex.split(shown)) != expected:
        raise Fault(f"the line of the prompt shows {shown!r}, and the comment names {expected!r}")
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
    # Without an ellipsis there, nothing is in front of the first piece and nothing behind the last.
    if pieces[0] and find(pieces[0], lines, 0) != len(pieces[0]):
        raise Fault(f"{where} begins with {lines[0]!r}")
    if pieces[-1] and end != len(lines):
        raise Fault(f"{where} goes on with {lines[end]!r}")


def check(copy, root, known, programs, run_with):
    checks = {
        "from": lambda: check_source(copy, root, known),
        "labels from": lambda: check_labels(copy, root, known),
        "output of": lambda: check_output(copy, programs, run_with),
    }
    if copy.kind not in checks:
        raise Fault(f"no comment of the kind '{copy.kind}' is known; there are {', '.join(map(repr, checks))}")
    if not copy.lines:
        raise Fault("no block of code stands behind this comment")
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
