# SPDX-License-Identifier: MIT
"""Tests the checks of .ci/check on small repositories made for the purpose: each must fail on what it is meant to find.
Prints what a GoogleTest program prints, and "N passed, N failed, N skipped" as its last line.

usage: checks_test.py [NAME...]
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Repository(unittest.TestCase):
    """A repository in a temporary folder, with a copy of the checks in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        shutil.copytree(ROOT / ".ci", self.root / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        settings = ["-c", "user.name=checks", "-c", "user.email=checks@example.invalid", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(self.root), *settings, *arguments], check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_program(self, name, text):
        path = self.write(name, text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def page(self, marker, *lines):
        self.write("a.md", f"# A\n\n<!-- {marker} -->\n```\n" + "".join(f"{line}\n" for line in lines) + "```\n")

    def run_check(self, *arguments, **environment):
        """Runs .ci/check; returns (exit code, output, lines of the report)."""
        report = self.root / ".git" / "report"
        # Variables of the environment would decide which revision is compared with.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "ONBEHALF_", "CLANG_"))}
        done = subprocess.run([str(self.root / ".ci/check"), "--report", str(report), *arguments], check=False,
                              capture_output=True, text=True, env={**inherited, **environment})
        return done.returncode, done.stdout + done.stderr, report.read_text().splitlines() if report.exists() else None

    def expect_passed(self, gate, *arguments):
        code, output, report = self.run_check(gate, *arguments)
        self.assertEqual((code, report), (0, [f"passed\t{gate}"]), output)
        self.assertEqual(len(output.splitlines()), 1, output)
        return output

    def expect_failed(self, gate, *what, arguments=(), **environment):
        code, output, report = self.run_check(gate, *arguments, **environment)
        self.assertEqual(code, 1, output)
        self.assertEqual([line.split("\t")[:2] for line in report], [["failed", gate]], output)
        self.assertTrue(report[0].split("\t")[2], report)
        for text in what:
            self.assertIn(text, output)
        return output

    def expect_skipped(self, gate, what, *arguments, **environment):
        code, output, report = self.run_check(gate, *arguments, **environment)
        self.assertEqual(code, 0, output)
        self.assertEqual([line.split("\t")[:2] for line in report], [["skipped", gate]], output)
        self.assertIn(what, report[0].split("\t")[2])


class CommandLine(Repository):
    def test_help_names_every_gate(self):
        code, output, _ = self.run_check("--help")
        self.assertEqual(code, 0)
        for gate in ("format", "rooms", "shellcheck", "clang-tidy", "links", "pastes"):
            self.assertIn(f"\n  {gate} ", output)

    def test_an_unknown_gate_is_refused(self):
        code, output, report = self.run_check("linsk")
        self.assertEqual(code, 2)
        self.assertIn("linsk", output)
        self.assertIsNone(report)

    def test_an_option_without_its_value_is_refused(self):
        code, output, _ = self.run_check("links", "--base")
        self.assertEqual(code, 2)
        self.assertIn("--base needs a value", output)

    def test_invalid_seconds_are_refused(self):
        code, output, _ = self.run_check("links", "--tidy-seconds", "1m")
        self.assertEqual(code, 2)
        self.assertIn("1m", output)

    def test_each_gate_has_its_line_and_a_failure_stops_no_other(self):
        self.write("a.md", "[gone](gone.md)\n")
        code, output, report = self.run_check("links", "pastes")
        self.assertEqual(code, 1, output)
        self.assertEqual([line.split("\t")[:2] for line in report], [["failed", "links"], ["passed", "pastes"]])


class Rooms(Repository):
    """Two rooms, one above the other, and a public header of the lower one."""

    def setUp(self):
        super().setUp()
        self.list("onbehalf_room(ground HEADERS onbehalf/service/ground.h SOURCES a.cpp)", "onbehalf_room(upper USES ground SOURCES b.cpp)")
        self.write("service/include/onbehalf/service/ground.h", "#pragma once\n")
        self.write("service/src/ground/a.h", "#pragma once\n")
        self.write("service/src/ground/a.cpp", '#include "ground/a.h"\n#include <string>\n')
        self.write("service/src/upper/b.h", '#include "ground/a.h"\n')
        self.write("service/src/upper/b.cpp", '#include "upper/b.h"\n')
        for room in ("ground", "upper"):
            self.write(f"service/src/{room}/README.md", "# A room\n")
        self.write("docs/architecture.md", "# A\n\n<!-- the rooms of service/src; .ci/checks/rooms.py --write -->\n\n\nEnd.\n")
        self.draw()

    def list(self, *rooms):
        self.write("service/src/CMakeLists.txt", "\n".join(rooms) + "\n")

    def draw(self):
        subprocess.run([sys.executable, "-B", str(self.root / ".ci/checks/rooms.py"), "--root", str(self.root), "--write"],
                       check=False, capture_output=True)

    def test_includes_downwards_pass_and_the_page_shows_them(self):
        self.assertIn("2 rooms, 1 uses, 5 files", self.expect_passed("rooms"))
        page = (self.root / "docs/architecture.md").read_text()
        self.assertIn("     1  upper   ground\n     0  ground\n\nEnd.\n", page)

    def test_a_back_edge(self):
        for include in ('#include "upper/b.h"', " # include <upper/b.h>"):
            self.write("service/src/ground/a.cpp", f'#include "ground/a.h"\n\n{include}\n')
            self.expect_failed("rooms", "service/src/ground/a.cpp:3: ground includes upper/b.h, but upper is above it")

    def test_a_back_edge_of_a_public_header(self):
        self.write("service/include/onbehalf/service/ground.h", '#pragma once\n#include "upper/b.h"\n')
        self.expect_failed("rooms", "ground.h:2: ground includes upper/b.h, but upper is above it")

    def test_a_back_edge_in_the_list(self):
        self.list("onbehalf_room(ground USES upper HEADERS onbehalf/service/ground.h SOURCES a.cpp)",
                  "onbehalf_room(upper USES ground SOURCES b.cpp)")
        self.expect_failed("rooms", "ground uses upper, which does not come before it")

    def test_an_unlisted_use_and_a_listed_one_that_does_not_exist(self):
        self.list("onbehalf_room(ground HEADERS onbehalf/service/ground.h SOURCES a.cpp)", "onbehalf_room(upper SOURCES b.cpp)")
        self.expect_failed("rooms", "service/src/upper/b.h:1: upper includes ground/a.h, but ground is not in its USES")
        self.list("onbehalf_room(ground HEADERS onbehalf/service/ground.h SOURCES a.cpp)", "onbehalf_room(upper USES ground SOURCES b.cpp)")
        self.write("service/src/upper/b.h", "\n")
        self.expect_failed("rooms", "upper uses ground, but none of its files includes a header of it")

    def test_files_in_no_room_or_not_listed(self):
        self.write("service/src/c.cpp", "\n")
        self.write("service/src/ground/d.cpp", "\n")
        output = self.expect_failed("rooms", "service/src/c.cpp: belongs to no room")
        self.assertIn("service/src/ground/d.cpp: is not in service/src/CMakeLists.txt", output)

    def test_portable_sources_are_listed_too(self):
        self.write("service/src/ground/c.cpp", "\n")
        self.list("onbehalf_room(ground HEADERS onbehalf/service/ground.h PORTABLE c.cpp SOURCES a.cpp)",
                  "onbehalf_room(upper USES ground SOURCES b.cpp)")
        self.assertIn("2 rooms, 1 uses, 6 files", self.expect_passed("rooms"))

    def test_a_picture_that_is_out_of_date(self):
        self.list("onbehalf_room(ground HEADERS onbehalf/service/ground.h SOURCES a.cpp)", "onbehalf_room(above USES ground SOURCES b.cpp)")
        os.rename(self.root / "service/src/upper", self.root / "service/src/above")
        self.write("service/src/above/b.cpp", '#include "above/b.h"\n')
        self.expect_failed("rooms", "docs/architecture.md: the picture of the rooms is out of date")


class Links(Repository):
    def test_links_to_files_folders_and_anchors_pass(self):
        self.write("docs/b.md", "# Top\n\n## With `code`, and *more*: x_y\n\n## Twice\n\n## Twice\n\n<a name=\"by-hand\"></a>\n")
        self.write("a.md", "[b](docs/b.md) [folder](docs/) [code](docs/b.md#with-code-and-more-x_y) ![image](docs/b.md)\n"
                           "[second](docs/b.md#twice-1) [hand](docs/b.md#by-hand) [`c`](<docs/b.md>) [root](/docs/b.md)\n"
                           "[by reference][b] [web](https://example.invalid/none#x) [here](#own)\n\n# Own\n\n[b]: docs/b.md#top\n")
        self.assertIn("10 links", self.expect_passed("links"))

    def test_a_missing_file(self):
        self.write("docs/a.md", "text\n[gone](../gone.md)\n")
        self.expect_failed("links", "docs/a.md:2: ../gone.md: there is no gone.md")

    def test_a_file_that_git_ignores_is_missing(self):
        self.write(".gitignore", "/build/\n")
        self.write("build/made.md", "# Made\n")
        self.write("a.md", "[made](build/made.md)\n")
        self.expect_failed("links", "a.md:1: build/made.md")

    def test_a_file_in_another_case_is_missing(self):
        self.write("README.md", "# R\n")
        self.write("a.md", "[r](readme.md)\n")
        self.expect_failed("links", "a.md:1: readme.md")

    def test_a_missing_anchor(self):
        self.write("a.md", "# Some heading\n\n[x](#some-headin) [y](#Some-heading)\n")
        output = self.expect_failed("links", "a.md:3: #some-headin:", "did you mean #some-heading?")
        self.assertIn("#Some-heading", output)

    def test_an_anchor_of_another_page(self):
        self.write("b.md", "# B\n\n    # No heading, but code\n\n```\n# Neither is this\n```\n")
        self.write("a.md", "[b](b.md#b) [x](b.md#no-heading-but-code)\n[y](b.md#neither-is-this)\n")
        self.expect_failed("links", "a.md:1: b.md#no-heading-but-code", "a.md:2: b.md#neither-is-this")

    def test_a_reference_without_a_definition(self):
        self.write("a.md", "[text][nowhere]\n")
        self.expect_failed("links", "a.md:1: [nowhere]")

    def test_a_link_out_of_the_repository(self):
        self.write("a.md", "[up](../../etc/passwd)\n")
        self.expect_failed("links", "points outside the repository")

    def test_code_is_not_a_link(self):
        self.write("a.md", "`[x](gone.md)`\n\n    [x](gone.md)\n\n```\n[x](gone.md)\n```\n")
        self.assertIn("0 links", self.expect_passed("links"))


SOURCE = "int main() {\n  int a = 1;\n  int b = 2;\n  return a + b;\n}\n"


class Pastes(Repository):
    def setUp(self):
        super().setUp()
        self.write("main.cpp", SOURCE)

    def test_lines_of_a_file_pass(self):
        self.page("from: main.cpp", "int a = 1;", "int b = 2;")
        self.assertIn("1 blocks", self.expect_passed("pastes"))

    def test_an_indented_block_passes(self):
        self.write("a.md", "<!-- from: main.cpp -->\n\n    int main() {\n      int a = 1;\n\nText\n")
        self.assertIn("1 blocks", self.expect_passed("pastes"))

    def test_an_ellipsis_stands_for_omitted_lines(self):
        self.page("from: main.cpp", "int main() {", "…", "  return a + b;", "}")
        self.expect_passed("pastes")

    def test_a_line_that_differs(self):
        self.page("from: main.cpp", "int a = 1;", "int b = 3;")
        self.expect_failed("pastes", "a.md:3: main.cpp does not have these lines: 'int b = 3;'")

    def test_lines_that_are_not_consecutive(self):
        self.page("from: main.cpp", "int a = 1;", "return a + b;")
        self.expect_failed("pastes", "a.md:3: main.cpp does not have these lines")

    def test_pieces_in_another_order(self):
        self.page("from: main.cpp", "int b = 2;", "…", "int a = 1;")
        self.expect_failed("pastes", "a.md:3: main.cpp does not have these lines after the previous ones: 'int a = 1;'")

    def test_an_indentation_that_differs(self):
        self.page("from: main.cpp", "int main() {", "int a = 1;")
        self.expect_failed("pastes", "a.md:3")

    def test_a_missing_file(self):
        self.page("from: gone.cpp", "int a;")
        self.expect_failed("pastes", "there is no gone.cpp")

    def test_a_comment_without_a_block(self):
        self.write("a.md", "<!-- from: main.cpp -->\n\nText\n")
        self.expect_failed("pastes", "a.md:1: no block of code")

    def test_an_unknown_comment(self):
        self.page("form: main.cpp", "int a = 1;")
        self.expect_failed("pastes", "'form'")

    def test_labels_pass_in_their_order_only(self):
        self.write("labels.cpp", 'add("account", x);\nadd("logon id", y);\n')
        self.page("labels from: labels.cpp", "> whoami", "account   VM", "logon id  7", "…")
        self.expect_passed("pastes")
        self.page("labels from: labels.cpp", "logon id  7", "account   VM")
        self.expect_failed("pastes", 'labels.cpp does not have "account" in this order')

    def test_an_output_must_name_a_program(self):
        self.page("output of: rm -rf x", "text")
        self.expect_failed("pastes", "the program must be one of onbehalf, onbehalf-service")

    def test_an_output_shows_its_command(self):
        self.page("output of: onbehalf --version", "> onbehalf --help", "onbehalf 0.1.0")
        self.expect_failed("pastes", "the prompt line shows 'onbehalf --help'")


class Outputs(Repository):
    def setUp(self):
        super().setUp()
        self.write_program("bin/onbehalf", '#!/bin/sh\nprintf "%s\\n" one two "  three" >&1\ncat "$2/settings" 2>/dev/null\nexit 1\n')

    def run_pastes(self):
        done = subprocess.run([sys.executable, "-B", str(self.root / ".ci/checks/pastes.py"), "--programs", str(self.root / "bin")],
                              check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def expect_outcome(self, expected_code, what):
        code, output = self.run_pastes()
        self.assertEqual(code, expected_code, output)
        self.assertIn(what, output)

    def test_the_whole_output_passes(self):
        self.page("output of: onbehalf x", "> onbehalf x", "one", "two", "  three")
        self.expect_outcome(0, "1 outputs, run")

    def test_a_part_between_ellipses_passes(self):
        self.page("output of: onbehalf x", "…", "two", "…")
        self.expect_outcome(0, "1 outputs, run")

    def test_a_line_that_differs_in_it(self):
        self.page("output of: onbehalf x", "one", "2", "  three")
        self.expect_outcome(1, "a.md:3: the output of 'onbehalf x' does not have these lines: '2'")

    def test_a_beginning_that_is_not_shown(self):
        self.page("output of: onbehalf x", "two", "  three")
        self.expect_outcome(1, "begins with 'one'")

    def test_an_end_that_is_not_shown(self):
        self.page("output of: onbehalf x", "one", "two")
        self.expect_outcome(1, "continues with '  three'")

    def test_a_file_for_the_command(self):
        self.page("output of: onbehalf x {folder} with settings: four", "…", "  three", "four")
        self.expect_outcome(0, "1 outputs, run")

    def test_a_missing_program(self):
        self.page("output of: onbehalf-service --help", "usage")
        self.expect_outcome(1, "there is no onbehalf-service in")


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class Format(Repository):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", "BasedOnStyle: Google\n")

    def test_formatted_files_pass(self):
        self.write("a.cpp", "int a = 1;\n")
        self.assertIn("1 files", self.expect_passed("format"))

    def test_a_file_that_is_not_formatted(self):
        self.write("a.cpp", "int a = 1;\n")
        self.write("b.h", "int  b=2;\n")
        self.expect_failed("format", "b.h:1:")

    def test_another_version_is_refused(self):
        other = self.write_program(".git/clang-format", "#!/bin/sh\necho 'clang-format version 18.1.3'\n")
        self.expect_failed("format", "is not version 14", CLANG_FORMAT=str(other))


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
class Shellcheck(Repository):
    def setUp(self):
        super().setUp()
        # From the repository itself, only what finds the scripts.
        for path in (self.root / ".ci").iterdir():
            if path.name not in ("check", "checks"):
                path.unlink()

    def test_clean_scripts_pass(self):
        self.write("a.sh", "#!/bin/sh\necho \"$1\"\n")
        self.assertIn("2 scripts", self.expect_passed("shellcheck"))

    def test_a_finding(self):
        self.write("a.sh", "#!/bin/sh\necho $1\n")
        self.expect_failed("shellcheck", "a.sh line 2", "SC2086")

    def test_a_finding_in_a_script_without_a_suffix(self):
        self.write(".ci/other", "#!/usr/bin/env bash\necho $1\n")
        self.expect_failed("shellcheck", ".ci/other line 2")


CMAKE = """cmake_minimum_required(VERSION 3.25)
project(sample LANGUAGES CXX)
add_library(sample STATIC clean.cpp faulty.cpp)
target_precompile_headers(sample PRIVATE <vector>)
add_custom_target(onbehalf_generated_headers)
"""
PRESETS = """{"version": 6, "configurePresets": [{"name": "mingw-clang", "generator": "Ninja",
  "binaryDir": "${sourceDir}/build/mingw-clang",
  "cacheVariables": {"CMAKE_CXX_COMPILER": "clang++", "CMAKE_EXPORT_COMPILE_COMMANDS": "ON"}}]}
"""
FAULTY = '#include "faulty.h"\n\nbool IsSet(int value) { return value ? true : false; }\n'


@unittest.skipUnless(shutil.which("clang-tidy") and shutil.which("ninja") and shutil.which("cmake"),
                     "clang-tidy, ninja or cmake is not installed")
class ClangTidy(Repository):
    """A project with a committed finding and one source without any."""

    def setUp(self):
        super().setUp()
        self.write("CMakeLists.txt", CMAKE)
        self.write("CMakePresets.json", PRESETS)
        self.write(".gitignore", "/build/\n")
        self.write(".clang-tidy", "Checks: '-*,readability-simplify-boolean-expr'\nWarningsAsErrors: '*'\nHeaderFilterRegex: '.*'\n")
        self.write("clean.cpp", "int Clean() { return 1; }\n")
        self.write("faulty.h", "bool IsSet(int value);\n")
        self.write("faulty.cpp", FAULTY)
        self.commit()
        self.git("checkout", "-q", "-b", "change")

    def test_untouched_files_are_not_checked(self):
        self.write("clean.cpp", "int Clean() { return 2; }\n")
        self.assertIn("1 touched files", self.expect_passed("clang-tidy"))

    def test_a_touched_file_that_is_not_committed(self):
        self.write("faulty.cpp", FAULTY + "\n")
        self.expect_failed("clang-tidy", "faulty.cpp:3:", "readability-simplify-boolean-expr")

    def test_a_touched_file_that_is_committed(self):
        self.write("faulty.cpp", FAULTY + "\n")
        self.commit()
        self.write("clean.cpp", "int Clean() { return 2; }\n")
        self.commit()
        self.expect_failed("clang-tidy", "faulty.cpp:3:")

    def test_a_touched_header_counts_through_its_source(self):
        self.write("faulty.h", "inline bool IsNot(int value) { return value ? false : true; }\nbool IsSet(int value);\n")
        output = self.expect_failed("clang-tidy", "faulty.h:1:")
        self.assertNotIn("faulty.cpp:3:", output)  # not touched

    def test_on_main_itself_the_last_commit_is_the_change(self):
        self.git("checkout", "-q", "main")
        self.write("faulty.cpp", FAULTY + "\n")
        self.commit()
        self.expect_failed("clang-tidy", "faulty.cpp:3:")
        self.write("clean.cpp", "int Clean() { return 2; }\n")
        self.commit()
        self.expect_passed("clang-tidy")

    def test_a_base_that_is_given(self):
        self.write("faulty.cpp", FAULTY + "\n")
        self.commit()
        self.expect_passed("clang-tidy", "--base", "HEAD")
        self.expect_failed("clang-tidy", "faulty.cpp:3:", arguments=("--base", "HEAD~1"))
        self.expect_failed("clang-tidy", "there is no revision no-such", arguments=("--base", "no-such"))

    def test_the_base_of_continuous_integration(self):
        self.write("faulty.cpp", FAULTY + "\n")
        self.commit()
        self.commit()
        self.git("checkout", "-q", "-B", "main")  # pushed: the merge base with main says nothing
        self.expect_passed("clang-tidy")
        self.expect_failed("clang-tidy", "faulty.cpp:3:", ONBEHALF_CHECK_BASE="HEAD~2")
        code, output, _ = self.run_check("clang-tidy", ONBEHALF_CHECK_BASE="0" * 40)  # a new branch
        self.assertEqual(code, 0, output)

    def test_without_anything_to_compare_with_it_is_skipped(self):
        self.git("checkout", "-q", "--orphan", "alone")
        self.commit()
        self.git("branch", "-q", "-D", "main", "change")
        self.expect_skipped("clang-tidy", "no revision to compare with")

    def test_files_that_time_did_not_allow_are_named(self):
        self.write("clean.cpp", "int Clean() { return 2; }\n")
        slow = self.write_program(".git/clang-tidy", '#!/bin/sh\n[ "$1" != --version ] || { echo version 14.0.6; exit; }\nexec tail -f /dev/null\n')
        self.expect_skipped("clang-tidy", "0 of 1 touched files were checked in 1 s, not: clean.cpp", "--tidy-seconds", "1",
                            CLANG_TIDY=str(slow))


class Checkout(unittest.TestCase):
    """This repository, checked out as Git for Windows does by default: with carriage returns."""

    @staticmethod
    def git(*arguments):
        command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def test_what_is_compared_to_the_byte_has_the_bytes_it_has_here(self):
        if not (ROOT / ".git").exists():
            self.skipTest("no repository")
        # Those that tests name (ExpectSourceFile), and those that they read unchanged.
        named = {name for source in ROOT.glob("tests/**/*.cpp")
                 for name in re.findall(r'ExpectSourceFile\([^;]*, "([^"]+)"\)', source.read_text(encoding="utf-8"))}
        self.assertIn("docs/methods.md", named)
        listed = self.git("ls-files", "-z", "tests/generate", "tests/fuzz/corpus").split("\0")
        names = sorted(named | {name for name in listed if name})
        with tempfile.TemporaryDirectory() as folder:
            self.git("-c", "core.autocrlf=true", "checkout-index", f"--prefix={folder}/", "--", *names)
            differ = [name for name in names
                      if (pathlib.Path(folder) / name).read_bytes().count(b"\r\n")
                      != (ROOT / name).read_bytes().count(b"\r\n")]
        self.assertEqual(differ, [])


class GoogleTestResult(unittest.TestResult):
    """Prints the lines that the tests' scripts count."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed = 0

    @staticmethod
    def _name(test):
        return f"{type(test).__name__}.{test._testMethodName.removeprefix('test_')}"

    def _end(self, outcome, test, details=""):
        print(f"{details}[{outcome}] {self._name(test)}", flush=True)

    def startTest(self, test):
        super().startTest(test)
        print(f"[ RUN      ] {self._name(test)}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self._end("       OK ", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._end("  FAILED  ", test, self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self._end("  FAILED  ", test, self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._end("  SKIPPED ", test, f"checks_test.py: Skipped\n{reason}\n")


def main(names):
    loader = unittest.defaultTestLoader
    module = sys.modules[__name__]
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    print(f"[==========] Running {suite.countTestCases()} tests from 1 test suite.")
    result = GoogleTestResult()
    suite.run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 0 if result.passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
