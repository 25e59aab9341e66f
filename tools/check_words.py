#!/usr/bin/env python3
"""House rules that a compiler does not see. Every finding names its fix. Run by ./dev check words."""

import pathlib
import re
import sys

import house

# The machine's own clock and chance: allowed only in the files that ARCHITECTURE.md lists.
REAL_WORLD = re.compile(
    r"\babsl::(Now|GetCurrentTimeNanos|SleepFor|BitGen|InsecureBitGen)\b|"
    r"\bstd::chrono::(system_clock|steady_clock|high_resolution_clock)\b|"
    r"\bstd::this_thread::sleep_|\bstd::random_device\b|"
    r"\b(gettimeofday|clock_gettime|nanosleep|usleep|RAND_bytes|randombytes_\w+|getrandom)\s*\(|"
    r"[^\w.>]\s*(?:std::)?(rand|time)\s*\(\s*(nullptr|NULL|0|)\s*\)")

# (pattern, which files, what to do instead)
RULES = [
    (re.compile(r"\bthrow\b(?!\w)"), r"^(core|server|client)/.*\.(cc|h)$",
     "return an absl::Status (core/model/errors.h); wrap a library that throws at its door"),
    (re.compile(r"\bstd::(mutex|shared_mutex|recursive_mutex|lock_guard|unique_lock|condition_variable)\b"),
     r"\.(cc|h)$", "use absl::Mutex with ABSL_GUARDED_BY, which clang checks"),
    (re.compile(r"\bstd::(format|views|ranges::views|source_location)\b"), r"\.(cc|h)$",
     "clang 14 has it not; use absl::StrFormat, a loop, or pass what is needed"),
    (re.compile(r"\babsl::string_view\b"), r"^(core|server|client)/(?!base/strings\.h).*\.h$",
     "std::string_view in our interfaces; A() of core/base/strings.h adapts"),
    (re.compile(r"^[ \t]*using namespace\b(?! std::(string_view|string|chrono)?_?literals)", re.M), r"\.(cc|h)$", "name what is used"),
    (re.compile(r"^[ \t]*#\s*pragma once", re.M), r"\.h$", "use an include guard"),
    (re.compile(r"\bNOLINT\w*\b(?!.*(:|//).{10})"), r"\.(cc|h)$",
     "say why behind it: // NOLINT(check): reason"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))"), r"\.(cc|h|proto|py|cmake|sh)$",
     "name the issue: TODO(#12), or do it now"),
    (re.compile(r"-----BEGIN (\w+ )?PRIVATE KEY-----(\\n|\")?\s*\"?[A-Za-z0-9+/=]{40}"), r".", "make keys when the test runs"),
    (re.compile(r"\b(blacklist|whitelist)\w*", re.I), r".", "say denylist, allowlist, or what it is"),
    (re.compile(r"\billegal (im)?migrants?\b|\billegals\b", re.I), r".",
     "say irregular entry, or nothing: a person is not illegal"),
]
SELF = {"tools/check_words.py", "tests/tools/check_words_test.py"}


def guard_of(path):
    parts = re.sub(r"^client/include/corridor/", "client/", str(path))
    return "CORRIDOR_" + re.sub(r"[^A-Za-z0-9]", "_", parts).upper() + "_"


def check_guard(path, text):
    want = guard_of(path)
    guards = {want, "CORRIDOR_" + re.sub(r"[^A-Za-z0-9]", "_", str(path)).upper() + "_"}
    found = re.search(r"^#ifndef (\w+)\n#define (\w+)$", text, re.M)
    if not found or found.group(1) != found.group(2) or found.group(1) not in guards:
        yield f"{path}:1: the include guard is {want}"


def check_text(path, text, real_world_files):
    """Findings in one file."""
    name = str(path)
    if name in SELF:
        return
    for pattern, where, fix in RULES:
        if not re.search(where, name):
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            # Comments may speak of what the code may not do.
            if fix.startswith("return an absl::Status") and "//" in text.splitlines()[line - 1]:
                continue
            yield f"{name}:{line}: '{match.group(0).strip()}': {fix}"
    if re.search(r"\.(cc|h)$", name) and name not in real_world_files:
        for match in REAL_WORLD.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield (f"{name}:{line}: '{match.group(0).strip()}' is the machine's own clock or chance; take a Clock, "
                   "Random or Executor by constructor, or add the file to ARCHITECTURE.md, 'Real time and chance'")
    if name.endswith(".h") and name.split("/")[0] in (*house.CODE_FOLDERS, "tests", "bench"):
        yield from check_guard(path, text)


def check(root):
    real_world = {row[0] for row in house.table(root, "Real time and chance")}
    findings = [f"ARCHITECTURE.md: 'Real time and chance' names {name}, which is not there; take the row out"
                for name in sorted(real_world) if not (root / name).is_file()]
    for path in house.files(root, "."):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # Golden bytes and other binary files.
        findings.extend(check_text(path, text, real_world))
    return findings


if __name__ == "__main__":
    sys.exit(house.report("words", check(pathlib.Path(__file__).resolve().parent.parent)))
