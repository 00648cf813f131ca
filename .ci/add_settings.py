# SPDX-License-Identifier: MIT
"""Adds entries to the service's settings and keeps everything that is already there.

usage: add_settings.py FILE SECTION.KEY.NAME=JSON...

Each argument is one entry of a setting that maps names to objects, such as database.sources.orders={"connection": "..."}.
An existing entry is kept unchanged. The file is replaced in one step, and only if something was added.
"""
import json
import os
import sys


def main() -> int:
    path, additions = sys.argv[1], sys.argv[2:]
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    is_changed = False
    for addition in additions:
        name, _, value = addition.partition("=")
        *parents, entry = name.split(".")
        place = settings
        for parent in parents:
            place = place.setdefault(parent, {})
        if entry in place:
            print(f"  kept   {name}")
            continue
        place[entry] = json.loads(value)
        is_changed = True
        print(f"  added  {name} = {json.dumps(place[entry], ensure_ascii=False)}")
    if is_changed:
        new = path + ".new"
        with open(new, "w", encoding="utf-8", newline="\n") as file:
            json.dump(settings, file, indent=2, ensure_ascii=False)
            file.write("\n")
        os.replace(new, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
