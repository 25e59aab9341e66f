#!/usr/bin/env python3
"""Counts the instructions of hot paths with callgrind, and compares them with a table: a path that takes more, or less, than
its tolerance allows has to be explained by whoever changed it. Run by ./dev check instructions.

    check_instructions.py PROGRAM TABLE             compare; exit code 1 beyond a tolerance
    check_instructions.py PROGRAM TABLE --update    write what was counted into the table

PROGRAM has a function corridor::hot_paths::NAME for each path, and prints how often Counted() runs each.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

NAMESPACE = "corridor::hot_paths::"
HOW_TO_ACCEPT = "If that is meant, run ./dev check instructions --update, and say why in the commit."


def count(program):
    """Instructions that each path takes once, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "callgrind.out"
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", f"--zero-before={NAMESPACE}Counted*", str(program)],
            capture_output=True, text=True, check=False, env={"LD_BIND_NOW": "1", "PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        if run.returncode != 0:
            sys.exit(f"instructions: {program} failed under valgrind:\n{run.stdout}{run.stderr}")
        listing = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no", str(out)],
                                 capture_output=True, text=True, check=True).stdout
    return counts_in(listing, int(run.stdout))


def counts_in(listing, times):
    """What callgrind_annotate lists, for one of `times` runs."""
    totals = {}
    for number, name in re.findall(rf"^\s*([\d,]+) .*?{NAMESPACE}(\w+)[(.]", listing, re.MULTILINE):
        totals[name] = totals.get(name, 0) + int(number.replace(",", ""))
    return {name: total // times for name, total in totals.items()}


def read_table(text):
    """(lines before the paths, {path: (instructions, tolerance in percent)})."""
    head, paths = [], {}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            head.append(line)
            continue
        name, instructions, tolerance = line.split("\t")
        paths[name] = (int(instructions), float(tolerance))
    return head, paths


def write_table(head, paths):
    return "\n".join([*head, *(f"{name}\t{count}\t{tolerance:g}" for name, (count, tolerance) in paths.items())]) + "\n"


def differences(paths, counted):
    """What has to be explained, a line each."""
    for name, (before, tolerance) in paths.items():
        if name not in counted:
            yield f"{name} is in the table, and the program has no such path"
            continue
        change = 100 * (counted[name] - before) / before
        if abs(change) > tolerance:
            more = "more" if change > 0 else "fewer"
            yield (f"{name} takes {counted[name]:,} instructions, {abs(change):.1f} % {more} than the {before:,} of the table "
                   f"(tolerance {tolerance:g} %)")


def main(program, table, *options):
    table = pathlib.Path(table)
    head, paths = read_table(table.read_text(encoding="utf-8"))
    counted = count(program)
    if options == ("--update",):
        missing = [name for name in paths if name not in counted]
        if missing:
            return f"instructions: the program has no path {', '.join(missing)}"
        paths = {name: (counted[name], tolerance) for name, (_, tolerance) in paths.items()}
        table.write_text(write_table(head, paths), encoding="utf-8")
        print(f"instructions: {table} is written")
        return 0
    found = list(differences(paths, counted))
    for name in paths:
        print(f"{name}: {counted.get(name, 0):,}")
    for line in found:
        print(f"instructions: {line}", file=sys.stderr)
    if found:
        return f"instructions: {HOW_TO_ACCEPT}"
    print("instructions: within their tolerances")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[3:] not in ([], ["--update"]):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
