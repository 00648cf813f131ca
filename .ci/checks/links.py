# SPDX-License-Identifier: MIT
"""Checks that the targets of links in the Markdown pages exist: files of the repository, and the anchors in them. Uses no
network, so links to other hosts are ignored.

usage: links.py [--root FOLDER]
"""

import argparse
import difflib
import pathlib
import posixpath
import re
import sys
import urllib.parse

import markdown
import repository

OTHER_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


class Tree:
    """The files of the repository, and their folders."""

    def __init__(self, root):
        self._root = root
        self._files = set(repository.files(root=root))
        self._folders = {str(parent) for name in self._files for parent in pathlib.PurePosixPath(name).parents}
        self._pages = {}

    def page_names(self):
        return sorted(name for name in self._files if name.endswith(".md"))

    def has(self, name):
        return name in self._files or name in self._folders

    def page(self, name):
        if name not in self._pages:
            self._pages[name] = markdown.Page((self._root / name).read_text(encoding="utf-8"))
        return self._pages[name]


def fault_of(tree, page_name, target):
    """The fault of a link on a page, or None."""
    path, _, anchor = target.partition("#")
    path = urllib.parse.unquote(path)
    if not path:
        name = page_name
    elif path.startswith("/"):
        name = posixpath.normpath(path.lstrip("/") or ".")
    else:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page_name), path))
    if name.startswith(".."):
        return "points outside the repository"
    if not tree.has(name):
        return f"there is no {name} in the repository"
    if not anchor:
        return None
    if not name.endswith(".md"):
        return f"{name} is not a Markdown page, so it has no anchors"
    anchors = tree.page(name).anchors
    anchor = urllib.parse.unquote(anchor)
    if anchor in anchors:
        return None
    close = difflib.get_close_matches(anchor, anchors, 1)
    return f"{name} has no heading with this anchor" + (f"; did you mean #{close[0]}?" if close else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=repository.ROOT)
    tree = Tree(parser.parse_args().root.resolve())
    faults = []
    links = 0
    for name in tree.page_names():
        page = tree.page(name)
        for link in page.links:
            if OTHER_HOST.match(link.target):
                continue
            links += 1
            fault = fault_of(tree, name, link.target)
            if fault:
                faults.append(f"{name}:{link.line}: {link.target}: {fault}")
        faults += [f"{name}:{link.line}: [{link.target}]: this reference has no definition"
                   for link in page.undefined]
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{links} links of {len(tree.page_names())} pages")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
