#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs test.sh on a small tree of its own, which has other suites and builds nothing but copies of scripts, and checks what
it selects, builds, prints and when, and what is left when it is stopped; and .ci/syntax_check on three sources. Prints what
a GoogleTest program prints.

    scripts_test.py [NAME...]      all cases, or these
"""

import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIRST_LINE_SECONDS = 2
LONGEST_SILENCE_SECONDS = 15

# name, kind, limit, needs, program; PROGRAMS defines what the program does.
SUITES = [
    ("alpha", "quick", 60, "-", "onbehalf_alpha_tests"),
    ("alpha-more", "full", 60, "-", "onbehalf_more_tests"),
    ("beta", "full", 60, "-", "onbehalf_beta_tests"),
    ("endless", "long", 2, "-", "onbehalf_endless_tests"),
]
PASSES = """
echo '[==========] Running 2 tests from 1 test suite.'
echo '[ RUN      ] Fake.Passes'
echo '[       OK ] Fake.Passes (1234 ms)'
echo '[ RUN      ] Fake.IsSkipped'
echo 'fake.cpp:1: Skipped'
echo 'missing here: a fake'
echo '[  SKIPPED ] Fake.IsSkipped (0 ms)'
"""
FAILS = """
echo '[==========] Running 1 test from 1 test suite.'
echo '[ RUN      ] Fake.Fails'
echo 'what went wrong'
echo '[  FAILED  ] Fake.Fails (7 ms)'
exit 1
"""
ENDLESS = """
echo '[==========] Running 1 test from 1 test suite.'
echo '[ RUN      ] Fake.NeverEnds'
sleep 1000 & wait
"""
# Longer than test.sh may stay silent.
SLOW = """
echo '[==========] Running 2 tests from 1 test suite.'
echo '[ RUN      ] Fake.TakesLong'
sleep 17
echo '[       OK ] Fake.TakesLong (17000 ms)'
echo '[ RUN      ] Fake.Passes'
echo '[       OK ] Fake.Passes (1 ms)'
"""
# A .NET SDK of one version, which records what it publishes and fails to when told.
DOTNET = """#!/bin/bash
folder=$(dirname "$0")
case $1 in
  --list-sdks) echo "$(cat "$folder/version") [/nowhere]" ;;
  --version) cat "$folder/version" ;;
  publish) echo "$2" >>"$folder/published"; mkdir -p "$OUTPUT"; test ! -e "$folder/broken" ;;
esac
"""
# Ends only when the other one runs too.
MEETS = """
echo '[==========] Running 1 test from 1 test suite.'
echo '[ RUN      ] Fake.Meets'
touch "$PWD/{0}"
until [ -e "$PWD/{1}" ]; do sleep 0.1; done
echo '[       OK ] Fake.Meets (1 ms)'
"""


class Output:
    """A command's output, with times."""

    def __init__(self, command, folder, environment):
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.times = [begin]
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            self.times.append(time.monotonic())
        self.code = process.wait()
        self.times.append(time.monotonic())
        self.text = "\n".join(self.lines)

    def first_line_after(self):
        return self.times[1] - self.times[0]

    def longest_silence(self):
        return max(later - earlier for earlier, later in zip(self.times, self.times[1:]))


class Tree:
    """A folder with test.sh, .ci and a project whose programs are shell scripts."""

    def __init__(self, programs, build_seconds=0, suites=SUITES):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="onbehalf-scripts."))
        self.mark = "ONBEHALF_SCRIPTS_TEST=" + uuid.uuid4().hex
        name, value = self.mark.split("=")
        self.environment = dict(os.environ, **{name: value})
        shutil.copytree(ROOT / ".ci", self.folder / ".ci")
        shutil.copy(ROOT / "test.sh", self.folder)
        table = "".join(f"{name} {kind} {limit} {needs} linux {program} * a fake\n" for name, kind, limit, needs, program in suites)
        with open(self.folder / ".ci/suites.sh", "a", encoding="utf-8") as file:
            file.write(f"suite_table() {{\n  cat <<'END'\n{table}END\n}}\n")
        (self.folder / "CMakePresets.json").write_text(
            '{"version": 6, "configurePresets": [{"name": "linux", "generator": "Ninja",'
            ' "binaryDir": "${sourceDir}/build/linux"}]}')
        lines = ["cmake_minimum_required(VERSION 3.25)", "project(fake LANGUAGES NONE)"]
        for program, text in programs.items():
            (self.folder / program).write_text("#!/bin/bash\n" + text)
            (self.folder / program).chmod(0o755)
            lines.append(f"add_custom_command(OUTPUT ${{CMAKE_BINARY_DIR}}/bin/{program}"
                         f" COMMAND sleep {build_seconds} COMMAND test ! -e ${{CMAKE_SOURCE_DIR}}/{program}.broken"
                         f" COMMAND install -D ${{CMAKE_SOURCE_DIR}}/{program} bin/{program})")
            lines.append(f"add_custom_target({program} ALL DEPENDS ${{CMAKE_BINARY_DIR}}/bin/{program})")
        (self.folder / "CMakeLists.txt").write_text("\n".join(lines) + "\n")

    def run(self, *arguments):
        return Output(["./test.sh", *arguments], self.folder, self.environment)

    def add_dotnet(self, version):
        """Puts a .NET SDK first in PATH. Returns the folder with its records."""
        folder = self.folder / "dotnet"
        folder.mkdir()
        (folder / "dotnet").write_text(DOTNET)
        (folder / "dotnet").chmod(0o755)
        (folder / "version").write_text(version)
        self.environment["PATH"] = f"{folder}:{self.environment['PATH']}"
        return folder

    def built(self):
        return sorted(path.name for path in (self.folder / "build/linux/bin").glob("*"))

    def processes(self):
        """The command lines of this tree's running processes."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (process / "environ").read_bytes().decode(errors="replace").split("\0"):
                    found.append((process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " "))
            except (OSError, ProcessLookupError):
                pass  # ended in the meantime
        return found

    def wait_for_process(self, name, seconds=60):
        deadline = time.monotonic() + seconds
        while not any(name in each for each in self.processes()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} does not begin")
            time.sleep(0.1)

    def remove(self):
        shutil.rmtree(self.folder)


class Scripts(unittest.TestCase):
    maxDiff = None

    def tree(self, **programs):
        options = {option: programs.pop(option) for option in ("build_seconds", "suites") if option in programs}
        every = {f"onbehalf_{name}_tests": PASSES for name in ("alpha", "more", "beta", "endless")}
        every.update({f"onbehalf_{name}_tests": text for name, text in programs.items()})
        tree = Tree(every, **options)
        self.addCleanup(tree.remove)
        return tree

    def assert_ends_with(self, output, counts, code):
        self.assertEqual((output.lines[-1:], output.code), ([counts], code), output.text)

    def test_HelpSaysWhatCanBeAskedFor(self):
        for script, words in {"test.sh": ["FILTER", "--quick", "--long", "--list"], "run.sh": ["stop"]}.items():
            for option in ("--help", "-h"):
                output = Output([ROOT / script, option], ROOT, os.environ)
                self.assertEqual(output.code, 0, output.text)
                self.assertTrue(output.lines[0].startswith("usage: "), output.text)
                for word in words:
                    self.assertIn(word, output.text)

    def test_WrongUsageIsRefused(self):
        for script, arguments in (("test.sh", ["--no-such"]), ("test.sh", ["--quick", "--long"]), ("test.sh", [""]),
                                  ("run.sh", ["--no-such"])):
            output = Output([ROOT / script, *arguments], ROOT, os.environ)
            self.assertEqual(output.code, 2, output.text)
            self.assertIn("usage: ", output.text)

    def test_AFilterWithoutAMatchListsTheSuites(self):
        output = Output([ROOT / "test.sh", "access", "no-such-suite"], ROOT, os.environ)
        self.assertEqual(output.code, 2, output.text)
        self.assertIn("no suite matches no-such-suite", output.lines[0])
        listed = Output([ROOT / "test.sh", "--list"], ROOT, os.environ)
        self.assertEqual(listed.code, 0)
        self.assertEqual(output.lines[1:], listed.lines)

    def test_AFilterThatMatchesOnlyWhatTheOptionsLeaveOutSaysSo(self):
        output = self.tree().run("endless")
        self.assertEqual(output.code, 2, output.text)
        self.assertIn("not of the kind quick or full: endless", output.text)

    def test_AFilterBuildsAndRunsOnlyWhatItMatches(self):
        tree = self.tree()
        self.assert_ends_with(tree.run("eta"), "1 passed, 0 failed, 1 skipped", 0)
        self.assertEqual(tree.built(), ["onbehalf_beta_tests"])

    def test_AFilterThatIsAWholeNameIsThatSuiteAlone(self):
        tree = self.tree()
        self.assert_ends_with(tree.run("alpha"), "1 passed, 0 failed, 1 skipped", 0)
        self.assertEqual(tree.built(), ["onbehalf_alpha_tests"])

    def test_AFilterMayBeAPattern(self):
        tree = self.tree()
        self.assert_ends_with(tree.run("a*more", "b?ta"), "2 passed, 0 failed, 2 skipped", 0)
        self.assertEqual(tree.built(), ["onbehalf_beta_tests", "onbehalf_more_tests"])

    def test_QuickRunsTheQuickOnes(self):
        tree = self.tree()
        self.assert_ends_with(tree.run("--quick"), "1 passed, 0 failed, 1 skipped", 0)
        self.assertEqual(tree.built(), ["onbehalf_alpha_tests"])

    def test_LongRunsTheLongOnesToo(self):
        self.assert_ends_with(self.tree().run("--long"), "4 passed, 0 failed, 4 skipped", 0)

    def test_AFailureIsShownAndCounted(self):
        output = self.tree(beta=FAILS).run()
        self.assert_ends_with(output, "2 passed, 1 failed, 2 skipped", 1)
        self.assertIn("  | what went wrong", output.lines)
        self.assertIn("  beta: Fake.Fails (see its output)", output.lines)
        self.assertIn("      missing here: a fake", output.lines)

    def test_TheSlowestCasesAndTheTimeByPhaseArePrinted(self):
        output = self.tree(beta=FAILS).run()
        slowest = output.lines[output.lines.index("The slowest cases:") + 1:][:3]
        self.assertEqual([line.split(None, 2)[2] for line in slowest],
                         ["alpha: Fake.Passes", "alpha-more: Fake.Passes", "beta: Fake.Fails"], output.text)
        self.assertEqual(slowest[0].split()[:2], ["1.2", "s"])
        self.assertRegex(output.lines[-2], r"^Time: packages \d+ s, builds \d+ s, tests \d+ s, \d+ s in all$")

    def test_ThousandsOfCasesAreCounted(self):
        many = "echo '[==========] Running 3000 tests from 1 test suite.'\n" + """
for ((n = 0; n < 3000; n++)); do
  printf '[ RUN      ] Fake.CaseWithAVeryLongName/%d\\n[       OK ] Fake.CaseWithAVeryLongName/%d (%d ms)\\n' $n $n $n
done
"""
        output = self.tree(beta=many).run("beta")
        self.assert_ends_with(output, "3000 passed, 0 failed, 0 skipped", 0)
        self.assertIn("      3.0 s  beta: Fake.CaseWithAVeryLongName/2999", output.lines)

    def test_WithoutADotnetSdkTheCasesThatNeedItAreSkippedByName(self):
        tree = self.tree(suites=[*SUITES, ("fake", "full", 60, "dotnet", "onbehalf_beta_tests")])
        tree.add_dotnet("8.0.100")
        (tree.folder / "tests/fake").mkdir(parents=True)
        (tree.folder / "tests/fake/one_test.cs").write_text('        Test("Fake.IsBuilt", one =>\n        {\n        });\n')
        (tree.folder / "tests/fake/two_test.ps1").write_text("Test 'Fake.IsScript' {\n}\n")
        output = tree.run("alpha", "fake")
        self.assert_ends_with(output, "1 passed, 0 failed, 3 skipped", 0)
        for name in ("Fake.IsBuilt", "Fake.IsScript"):
            self.assertEqual(output.lines[output.lines.index(f"  fake: {name}") + 1], "      missing here: a .NET SDK 10")
        self.assertEqual(tree.built(), ["onbehalf_alpha_tests"])
        tree.environment["ONBEHALF_REQUIRE_RUNTIMES"] = "1"
        self.assert_ends_with(tree.run("alpha", "fake"), "1 passed, 2 failed, 1 skipped", 1)
        # With one there is no such skip.
        (tree.folder / "dotnet/version").write_text("10.0.100")
        self.assert_ends_with(tree.run("fake"), "1 passed, 0 failed, 1 skipped", 0)

    def test_OfTheSuitesOnDotnetEachCaseHasAName(self):
        listed = subprocess.run(["bash", "-c", 'root=$PWD; . .ci/suites.sh; cases_in_source dotnet; cases_in_source powershell'],
                                cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        written = sum(len(re.findall(r"(?m)^ *Test\b", path.read_text(encoding="utf-8")))
                      for folder in ("dotnet", "powershell") for path in (ROOT / "tests" / folder).glob("*_test.*"))
        self.assertEqual(len(listed), written)
        self.assertEqual(len(set(listed)), len(listed))

    def test_WhatIsPublishedForDotnetIsMadeAnewOnlyWhenSomethingChanged(self):
        tree = self.tree()
        notes = tree.add_dotnet("10.0.100")
        (tree.folder / "sources").mkdir()
        for name in ("sources/main.cs", "program.csproj", "other"):
            (tree.folder / name).write_text("1")

        def publish():
            text = 'root=$PWD build=$PWD/build; mkdir -p build/dotnet; . .ci/packages.sh; publish_for_windows out program.csproj sources'
            code = subprocess.run(["bash", "-c", text], cwd=tree.folder, check=False,
                                  env=dict(tree.environment, OUTPUT=str(tree.folder / "build/dotnet/out"))).returncode
            return code, len((notes / "published").read_text().splitlines())

        self.assertEqual(publish(), (0, 1))
        self.assertEqual(publish(), (0, 1))
        (tree.folder / "other").write_text("2")
        self.assertEqual(publish(), (0, 1))
        changes = [("sources/main.cs", 2), ("program.csproj", 3), ("dotnet/version", 4)]
        for name, count in changes:
            (tree.folder / name).write_text("10.0.200")
            self.assertEqual(publish(), (0, count), name)
            self.assertEqual(publish(), (0, count), name)
        # A failed one does not count as done.
        (notes / "broken").touch()
        (tree.folder / "sources/new.cs").touch()
        self.assertEqual(publish(), (1, 5))
        (notes / "broken").unlink()
        self.assertEqual(publish(), (0, 6))

    def test_AProgramThatEndsEarlyHasFailed(self):
        for text in (PASSES + "exit 3", "exit 0", "echo '[==========] Running 2 tests'\necho '[ RUN      ] Fake.Dies'\nkill -9 $$"):
            output = self.tree(alpha=text).run("alpha")
            self.assertEqual(output.code, 1, output.text)
            self.assertNotIn(" 0 failed", output.lines[-1])

    def test_AProgramIsEndedAtItsLimitWithItsChildren(self):
        tree = self.tree(endless=ENDLESS)
        output = tree.run("--long", "endless")
        self.assert_ends_with(output, "0 passed, 1 failed, 0 skipped", 1)
        self.assertIn("  endless: Fake.NeverEnds (still running at the time limit)", output.lines)
        self.assertEqual(tree.processes(), [])

    def test_ABuildThatFailsIsAFailureAndItsSuitesAreNotRun(self):
        tree = self.tree()
        (tree.folder / "onbehalf_beta_tests.broken").touch()
        output = tree.run("beta", "alpha")
        self.assert_ends_with(output, "0 passed, 1 failed, 0 skipped", 1)
        self.assertIn("FAILED: bin/onbehalf_beta_tests", output.text)

    def test_AProgramOfNoSuiteFailsAFullRun(self):
        tree = self.tree(gamma=PASSES)
        output = tree.run()
        self.assert_ends_with(output, "3 passed, 1 failed, 3 skipped", 1)
        self.assertIn("onbehalf_gamma_tests (it is in no suite", output.text)

    def test_SuitesRunSideBySide(self):
        tree = self.tree(alpha=MEETS.format("alpha", "beta"), beta=MEETS.format("beta", "alpha"))
        self.assert_ends_with(tree.run("alpha", "beta"), "2 passed, 0 failed, 0 skipped", 0)

    def test_IsNeverSilent(self):
        tree = self.tree(beta=SLOW, build_seconds=17)
        output = tree.run("beta")
        self.assert_ends_with(output, "2 passed, 0 failed, 0 skipped", 0)
        self.assertLess(output.first_line_after(), FIRST_LINE_SECONDS)
        self.assertLess(output.longest_silence(), LONGEST_SILENCE_SECONDS, output.text)
        self.assertRegex(output.text, r"(?m)^beta: begins, 2 cases")
        self.assertRegex(output.text, r"(?m)^  beta: 0 of 2 cases, in Fake.TakesLong \(1\d s\)$")
        self.assertRegex(output.text, r"(?m)^beta: 2 passed, 0 failed, 0 skipped \(1\d s\)$")

    def test_OnATerminalProgressIsRewrittenInPlace(self):
        tree = self.tree(beta=SLOW.replace("17", "5"))
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(tree.folder)
            os.execve("./test.sh", ["./test.sh", "beta"], dict(tree.environment, TERM="xterm"))
        output = b""
        try:
            while part := os.read(terminal, 65536):
                output += part
        except OSError:
            pass  # a terminal's way of reporting that its last process has ended
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, output)
        self.assertRegex(output, rb"\r\x1b\[K  beta: 0 of 2 cases, in Fake.TakesLong \(\d s\)\r\x1b\[K")
        self.assertTrue(output.endswith(b"2 passed, 0 failed, 0 skipped\r\n"), output)

    def stopped(self, tree, name, stop):
        """Runs test.sh until the program `name` runs, stops it, and returns its exit code."""
        process = subprocess.Popen(["./test.sh", "--long", "endless"], cwd=tree.folder, env=tree.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        tree.wait_for_process(name)
        stop(process)
        return process.wait(timeout=60)

    def test_NothingOutlivesAnInterruptedRun(self):
        limits = [(name, kind, 600, needs, program) for name, kind, _, needs, program in SUITES]
        # As Ctrl+C in a terminal does, to the foreground group; and as a supervisor does.
        for stop, code in ((lambda process: os.killpg(process.pid, signal.SIGINT), 130),
                           (lambda process: process.terminate(), 143)):
            tree = self.tree(endless=ENDLESS, suites=limits)
            self.assertEqual(self.stopped(tree, "sleep 1000", stop), code)
            self.assertEqual(tree.processes(), [])

    def test_NothingOutlivesAnInterruptedBuild(self):
        tree = self.tree(build_seconds=1001)
        code = self.stopped(tree, "sleep 1001", lambda process: os.killpg(process.pid, signal.SIGINT))
        self.assertEqual(code, 130)
        self.assertEqual(tree.processes(), [])

    def test_ASecondRunAtTheSameTimeIsRefused(self):
        tree = self.tree(endless=ENDLESS, suites=[(name, kind, 600, needs, program) for name, kind, _, needs, program in SUITES])

        def run_a_second(process):
            output = tree.run("alpha")
            self.assertEqual(output.code, 1)
            self.assertIn("another ./test.sh is running", output.text)
            process.terminate()

        self.assertEqual(self.stopped(tree, "sleep 1000", run_a_second), 143)
        self.assert_ends_with(tree.run("alpha"), "1 passed, 0 failed, 1 skipped", 0)

    def test_ASyntaxCheckNamesWhatDoesNotCompileAndMakesNothing(self):
        # In the repository's folder, because only the project's own sources are checked.
        build = ROOT / "build"
        build.mkdir(exist_ok=True)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="scripts-test.", dir=build))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "out").mkdir()
        for name, text in (("good.c", '#include "made.h"\nint good(void) { return MADE; }\n'), ("bad.c", "int bad(void) { return x; }\n"),
                           ("warned.c", "int warned(void) { int unused; return 0; }\n")):
            (folder / name).write_text(text)
        commands = [{"directory": str(folder / "out"), "file": str(folder / name),
                     "command": f"clang -I. -Wall -Werror -MD -MT {name}.o -MF {name}.d -o {name}.o -c ../{name}"}
                    for name in ("good.c", "bad.c", "warned.c")]
        # They are outdated after a change of CMakeLists.txt until Ninja has configured again.
        (folder / "out/compile_commands.json").write_text("[]")
        (folder / "new_commands.json").write_text(json.dumps(commands))
        (folder / "out/build.ninja").write_text(
            "rule CONFIGURE\n  command = cp ../new_commands.json compile_commands.json && touch build.ninja\n  generator = 1\n"
            "build build.ninja: CONFIGURE ../CMakeLists.txt\n"
            "rule CUSTOM_COMMAND\n  command = $COMMAND\nbuild library: phony\n"
            "build made.h: CUSTOM_COMMAND || library\n  COMMAND = echo '#define MADE 1' >made.h\n")
        os.utime(folder / "out/build.ninja", (0, 0))
        (folder / "CMakeLists.txt").touch()
        check = [ROOT / ".ci/syntax_check", folder / "out", "--report", folder / "report"]
        output = Output(check, folder, os.environ)
        self.assertEqual(output.code, 1, output.text)
        here = folder.relative_to(ROOT)
        self.assertEqual((folder / "report").read_text().splitlines(),
                         [f"failed\t{here}/bad.c\tsee its output", f"failed\t{here}/warned.c\tsee its output"])
        self.assertIn("use of undeclared identifier 'x'", output.text)
        self.assertIn("unused variable 'unused'", output.text)
        self.assertRegex(output.text, r"(?m)^\[3/3\] ")
        self.assertEqual(sorted(path.name for path in (folder / "out").iterdir() if not path.name.startswith(".ninja_")),
                         ["build.ninja", "compile_commands.json", "made.h"])
        for name in ("bad.c", "warned.c"):
            (folder / name).write_text("int mended;\n")
        output = Output(check, folder, os.environ)
        self.assertEqual((output.code, (folder / "report").read_text()),
                         (0, "passed\tevery source compiles without a warning\n"), output.text)


class GoogleTestResult(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.begin = time.monotonic()
        self.good = True
        print(f"[ RUN      ] {self.name(test)}", flush=True)

    def stopTest(self, test):
        milliseconds = int((time.monotonic() - self.begin) * 1000)
        print(f"[{'       OK' if self.good else '  FAILED '} ] {self.name(test)} ({milliseconds} ms)", flush=True)
        super().stopTest(test)

    def addError(self, test, err):
        self.addFailure(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.good = False
        print(self.failures[-1][1], flush=True)

    @staticmethod
    def name(test):
        return "Scripts." + test.id().rsplit("test_", 1)[1]


def main():
    names = sys.argv[1:] or [name[len("test_"):] for name in dir(Scripts) if name.startswith("test_")]
    suite = unittest.TestSuite(Scripts("test_" + name) for name in names)
    result = GoogleTestResult()
    print(f"[==========] Running {suite.countTestCases()} tests from 1 test suite.", flush=True)
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
