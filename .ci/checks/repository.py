# SPDX-License-Identifier: MIT
"""The repository's files, as git knows them."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def git(*arguments, root=ROOT):
    """What git prints. In a container the folder may belong to another account, which git rejects by default."""
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def files(*patterns, root=ROOT):
    """Tracked files and new ones that are not ignored, as paths relative to the root with slashes."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns, root=root)
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})
