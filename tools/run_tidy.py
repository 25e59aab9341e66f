#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build folder, and remembers what was clean: a source is read again only when
it, a header of ours below it, its compile command, or .clang-tidy has changed. Run by ./dev check tidy.

    run_tidy.py BUILD_FOLDER JOBS [SOURCE...]      (every source of the build folder when none is named)
"""

import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def header_lists(build):
    """For each object file, the files of ours that it was last compiled from, as ninja recorded them."""
    listing = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=False)
    lists, current = {}, None
    for line in listing.stdout.splitlines():
        if line.startswith("    "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.append(path)
        elif line and "#deps" in line:
            current = []
            if "(VALID)" in line:  # A stale list is read over, and never looked up.
                lists[line.split(":")[0]] = current
    return lists


def key_of(entry, headers):
    """A name for everything the outcome depends on, or None when ninja does not know the headers yet."""
    if headers is None:
        return None
    digest = hashlib.sha256(entry["command"].encode())
    for path in [ROOT / ".clang-tidy", *sorted(set(headers))]:
        if not path.is_file():
            return None
        digest.update(path.read_bytes())
    return digest.hexdigest()


def object_of(entry):
    """The object file that a compile command makes, as ninja names it."""
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def examine(build, entry):
    """(clean, what clang-tidy said)"""
    outcome = subprocess.run(["clang-tidy", "--quiet", f"-p={build}", entry["file"]],
                             capture_output=True, text=True, check=False)
    return outcome.returncode == 0, outcome.stdout


def main(build, jobs, wanted):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    entries = [e for e in entries if not pathlib.Path(e["file"]).is_relative_to(build)]
    if wanted:
        entries = [e for e in entries if pathlib.Path(e["file"]) in wanted]
    lists = header_lists(build)
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)
    unseen = []
    for entry in entries:
        key = key_of(entry, lists.get(object_of(entry)))
        if key is None or not (memory / key).exists():
            unseen.append((entry, key))

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for (entry, key), (clean, said) in zip(unseen, pool.map(lambda u: examine(build, u[0]), unseen)):
            if clean and key:
                (memory / key).touch()
            elif not clean:
                failed += 1
                print(said, flush=True)
    print(f"tidy: {len(entries)} sources, {len(unseen)} read, {failed} to mend")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]),
                  {(ROOT / name).resolve() for name in sys.argv[3:]}))
