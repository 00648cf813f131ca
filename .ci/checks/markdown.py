# SPDX-License-Identifier: MIT
"""Reads what the checks need from a Markdown page: the anchors of its headings, its links, and the blocks that a comment
before them marks as copies.

Supports only what these pages use: headings with #, fenced and indented code, inline and reference links.
"""

import collections
import re
import textwrap

Link = collections.namedtuple("Link", "line target")
# `kind` and `argument` are from <!-- kind: argument -->; `lines` is the code after it, without its indentation.
Copy = collections.namedtuple("Copy", "line kind argument lines")

FENCE = re.compile(r"\s*(```+|~~~+)")
HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
MARKER = re.compile(r"\s*<!--\s*([a-z ]+):\s*(.*?)\s*-->\s*$")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
INLINE_LINK = re.compile(r"\[[^\[\]]*\]\(\s*(<[^>]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+[\"'(].*?[\"')])?\s*\)")
REFERENCE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]*)\]")
DEFINITION = re.compile(r" {0,3}\[([^\[\]]+)\]:\s*(\S+)")
HTML_ANCHOR = re.compile(r"<[a-zA-Z][^>]*\s(?:id|name)=[\"']([^\"']+)[\"']")


class Page:
    def __init__(self, text):
        self._lines = text.splitlines()
        self.anchors = set()
        self.links = []
        self.copies = []
        self._read_text()
        self._read_copies()

    def _text_lines(self):
        """(number, line) of all lines that are not code."""
        fence = None
        is_code_possible = True  # indented code cannot interrupt a paragraph
        for number, line in enumerate(self._lines, 1):
            match = FENCE.match(line)
            if fence:
                if match and match[1].startswith(fence) and not line.strip().strip(fence[0]):
                    fence = None
                    is_code_possible = True
            elif match:
                fence = match[1]
            elif line.startswith("    ") and is_code_possible:
                continue
            else:
                is_code_possible = not line.strip() or MARKER.match(line) is not None
                yield number, line

    def _read_text(self):
        definitions = {}
        references = []
        taken = collections.Counter()
        for number, line in self._text_lines():
            heading = HEADING.match(line)
            if heading:
                anchor = anchor_of(heading[1])
                count = taken[anchor]
                taken[anchor] += 1
                self.anchors.add(f"{anchor}-{count}" if count else anchor)
            # Code contains no links, but a link's text may be code.
            text = CODE_SPAN.sub(lambda span: "x" * len(span[0]), line)
            self.anchors.update(HTML_ANCHOR.findall(text))
            definition = DEFINITION.match(text)
            if definition:
                definitions[definition[1].lower()] = definition[2]
                self.links.append(Link(number, definition[2].strip("<>")))
                continue
            # A link's text may contain an image, so the innermost goes first.
            while INLINE_LINK.search(text):
                self.links += [Link(number, target.strip("<>")) for target in INLINE_LINK.findall(text)]
                text = INLINE_LINK.sub("x", text)
            references += [(number, name or label) for label, name in REFERENCE.findall(text)]
        self.undefined = [Link(number, name) for number, name in references if name.lower() not in definitions]

    def _read_copies(self):
        for number, line in self._text_lines():
            marker = MARKER.match(line)
            if marker:
                self.copies.append(Copy(number, marker[1].strip(), marker[2], self._code_after(number)))

    def _code_after(self, index):
        """The lines of the block that begins at `index` or after empty lines, or an empty list."""
        while index < len(self._lines) and not self._lines[index].strip():
            index += 1
        if index == len(self._lines):
            return []
        fence = FENCE.match(self._lines[index])
        block = []
        for line in self._lines[index + 1 if fence else index:]:
            if fence and line.strip() == fence[1] or not fence and line.strip() and not line.startswith("    "):
                break
            block.append(line.rstrip())
        return textwrap.dedent("\n".join(block)).rstrip().split("\n") if any(block) else []


def anchor_of(heading):
    """The anchor that GitHub gives to a heading: its visible text in lower case, without punctuation, with hyphens for
    blanks."""
    text = INLINE_LINK.sub(lambda link: link[0][1:link[0].index("]")], heading)
    text = re.sub(r"<[^>]*>", "", text)
    pieces = re.split(r"(`[^`]*`)", text)
    # Removes underscores for emphasis; keeps those in names and in code.
    pieces[::2] = [re.sub(r"(?<!\w)_+(\S.*?)_+(?!\w)", r"\1", piece) for piece in pieces[::2]]
    return re.sub(r"[^\w\- ]", "", "".join(pieces).strip().lower()).replace(" ", "-")
