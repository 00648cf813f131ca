# SPDX-License-Identifier: MIT
"""Checks that the rooms of the service use each other in one direction: that every include is of its own room or of one in the
room's USES in service/src/CMakeLists.txt, that USES lists only earlier rooms of that file that are used, and that the picture
in docs/architecture.md matches the file.

usage: rooms.py [--root FOLDER] [--write]

  --write  write the picture into the page
"""

import argparse
import pathlib
import re
import sys

import repository

SOURCES = "service/src"
HEADERS = "service/include"
LIST = SOURCES + "/CMakeLists.txt"
PAGE = "docs/architecture.md"
BEGIN = "<!-- the rooms of service/src; .ci/checks/rooms.py --write -->\n\n"


class Room:
    def __init__(self, name, keywords):
        self.name = name
        self.uses = keywords.get("USES", [])
        self.headers = keywords.get("HEADERS", [])
        self.sources = keywords.get("PORTABLE", []) + keywords.get("SOURCES", [])


def read_rooms(text):
    """The rooms in the order of the file."""
    rooms = {}
    for name, body in re.findall(r"^onbehalf_room\((\w+)([^)]*)\)", text, re.MULTILINE):
        keywords = {}
        for word in body.split():
            if word in ("USES", "HEADERS", "PORTABLE", "SOURCES"):
                keywords[word] = []
            else:
                keywords[list(keywords)[-1]].append(word)
        rooms[name] = Room(name, keywords)
    return rooms


def faults_of_includes(rooms, root, names):
    """The faults of includes, and the set of (room, used room)."""
    by_header = {header: room.name for room in rooms.values() for header in room.headers}
    faults, used = [], set()
    for name in names:
        if name.startswith(SOURCES + "/"):
            parts = name[len(SOURCES) + 1 :].split("/")
            own = parts[0] if len(parts) > 1 else None
        else:
            own = by_header.get(name[len(HEADERS) + 1 :])
        if own not in rooms:
            faults.append(f"{name}: belongs to no room of {LIST}")
            continue
        for number, line in enumerate((root / name).read_text(encoding="utf-8").splitlines(), 1):
            included = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
            if not included:
                continue
            header = included.group(1)
            other = by_header.get(header) or header.split("/")[0]
            if other not in rooms or other == own:
                continue
            used.add((own, other))
            if other not in rooms[own].uses:
                order = list(rooms)
                why = "is above it" if order.index(other) > order.index(own) else "is not in its USES"
                faults.append(f"{name}:{number}: {own} includes {header}, but {other} {why}")
    return faults, used


def faults_of_list(rooms, root, names, used):
    faults, above = [], set()
    for room in rooms.values():
        for other in room.uses:
            if other not in above:
                faults.append(f"{LIST}: {room.name} uses {other}, which does not come before it")
            elif (room.name, other) not in used:
                faults.append(f"{LIST}: {room.name} uses {other}, but none of its files includes a header of it")
        above.add(room.name)
        listed = {f"{SOURCES}/{room.name}/{source}" for source in room.sources}
        there = {name for name in names if name.startswith(f"{SOURCES}/{room.name}/") and name.endswith(".cpp")}
        for name in sorted(there - listed - {f"{SOURCES}/program/main.cpp"}):
            faults.append(f"{name}: is not in {LIST}")
        if not (root / SOURCES / room.name / "README.md").is_file():
            faults.append(f"{SOURCES}/{room.name}: has no README.md")
    return faults


def picture(rooms):
    """The rooms from the top down. Rooms at the same height do not use each other."""
    level = {}
    for room in rooms.values():
        level[room.name] = max((level[other] + 1 for other in room.uses if other in level), default=0)
    lines = []
    width = max(len(name) for name in rooms)
    for height in range(max(level.values(), default=-1), -1, -1):
        for room in rooms.values():
            if level[room.name] == height:
                lines.append(f"    {height:2}  {room.name:{width}}  {' '.join(reversed(room.uses))}".rstrip())
    return f"        {'room':{width}}  uses\n" + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    root = options.root
    if not (root / LIST).is_file():
        print("there is no " + LIST)
        return 1
    rooms = read_rooms((root / LIST).read_text(encoding="utf-8"))
    names = sorted(
        name
        for name in repository.files(root=root)
        if name.startswith((SOURCES + "/", HEADERS + "/")) and name.endswith((".h", ".hpp", ".cpp"))
    )
    faults, used = faults_of_includes(rooms, root, names)
    faults += faults_of_list(rooms, root, names, used)

    page = (root / PAGE).read_text(encoding="utf-8")
    begin = page.find(BEGIN)
    if begin < 0:
        faults.append(f"{PAGE}: has no picture of the rooms")
    else:
        begin += len(BEGIN)
        end = begin
        while end < len(page) and page.startswith("    ", end):
            end = page.index("\n", end) + 1
        if options.write:
            (root / PAGE).write_text(page[:begin] + picture(rooms) + page[end:], encoding="utf-8")
        elif page[begin:end] != picture(rooms):
            faults.append(f"{PAGE}: the picture of the rooms is out of date; run .ci/checks/rooms.py --write")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(rooms)} rooms, {len(used)} uses, {len(names)} files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
