"""What the checks share: the tables of ARCHITECTURE.md, the files of the tree, and how findings are shown."""

import pathlib
import re
import subprocess
import sys

CODE_FOLDERS = ("core", "server", "client")


def table(root, heading):
    """The rows of the table under `## heading` in ARCHITECTURE.md, each a list of cells."""
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not section:
        raise SystemExit(f"ARCHITECTURE.md: no section '## {heading}'; the check reads its table")
    rows = [line for line in section.group(1).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows[2:]]


def names(cell):
    """The comma-separated names of one cell."""
    return [name.strip().strip("`") for name in cell.split(",") if name.strip()]


def files(root, *patterns):
    """Files of the project that match any of `patterns`, whether committed yet or not."""
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        capture_output=True, text=True, check=True).stdout.split("\n")
    return sorted({pathlib.PurePosixPath(name) for name in listing if name and (root / name).is_file()})


def report(check, findings):
    """Prints the findings and answers with the exit code."""
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{check}: {len(findings)} to mend" if findings else f"{check}: nothing to mend")
    return 1 if findings else 0
