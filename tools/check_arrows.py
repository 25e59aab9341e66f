#!/usr/bin/env python3
"""Compares three statements of who may know whom: the tables in ARCHITECTURE.md, the DEPS in each
CMakeLists.txt, and the #include lines. Every finding names its fix. Run by ./dev check arrows."""

import pathlib
import re
import sys

import house

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
LIBRARY = re.compile(r"\bcorridor_(?:library|proto_library|executable)\s*\(([^)]*)\)")
KEYWORDS = {"NAME", "SRCS", "PROTOS", "DEPS", "LINK", "PRIVATE_LINK", "LABELS", "TIMEOUT"}


class Tree:
    """The folders that are libraries of ours, and what each declares."""

    def __init__(self, root):
        self.root = root
        self.folder_of = {}  # target -> folder, "proto" and "proto_grpc" standing for themselves
        self.deps = {}       # folder -> {target}
        self.folder_of.update({"proto": "proto", "proto_grpc": "proto_grpc"})
        for path in house.files(root, *(f"{top}/**CMakeLists.txt" for top in house.CODE_FOLDERS)):
            self._read(str(path.parent), (root / path).read_text(encoding="utf-8"))

    def _read(self, folder, text):
        text = re.sub(r"#.*", "", text)
        for body in LIBRARY.findall(text):
            arguments = self._arguments(body)
            for target in arguments.get("NAME", []):
                self.folder_of[target] = folder
            self.deps.setdefault(folder, set()).update(arguments.get("DEPS", []))

    @staticmethod
    def _arguments(body):
        arguments, key = {}, None
        for word in body.split():
            if word in KEYWORDS:
                key = word
                arguments.setdefault(key, [])
            elif key:
                arguments[key].append(word)
        return arguments

    def folder(self, path):
        """The library folder that holds `path`: the nearest one upwards."""
        for parent in pathlib.PurePosixPath(path).parents:
            if str(parent) in self.deps:
                return str(parent)
        return None

    def included_folder(self, header):
        """Which library an include line means, or None when it is no header of ours."""
        if header.startswith("corridor/v1/"):
            return "proto_grpc" if header.endswith(".grpc.pb.h") else "proto"
        if header.startswith("corridor/"):
            return self.folder(f"client/include/{header}")
        if header.split("/")[0] in house.CODE_FOLDERS:
            return self.folder(header)
        return None


def allowed_arrows(root):
    return {row[0]: set(house.names(row[1])) for row in house.table(root, "Arrows")}


def allowed(arrows, folder, target):
    may = arrows.get(folder, set())
    if target == "proto":
        return folder != "core/base"
    return "everything" in may or target in may


def check_declared(tree, arrows):
    """DEPS against the table, and the table against the tree."""
    for folder, deps in sorted(tree.deps.items()):
        if folder not in arrows:
            yield f"{folder}/CMakeLists.txt: ARCHITECTURE.md has no row for this folder; add one under '## Arrows'"
            continue
        for target in sorted(deps):
            known = tree.folder_of.get(target)
            if known is None:
                yield (f"{folder}/CMakeLists.txt: DEPS names '{target}', which is no library of ours; outside "
                       "libraries go into LINK or PRIVATE_LINK")
            elif known != folder and not allowed(arrows, folder, known):
                yield (f"{folder}/CMakeLists.txt: {folder} -> {known} is not an arrow of ARCHITECTURE.md; pass in "
                       "what is needed from above, or decide on the arrow in a commit of its own")


def check_cycles(tree):
    """No folder may reach itself by DEPS."""
    edges = {folder: {tree.folder_of[t] for t in deps if tree.folder_of.get(t, folder) != folder}
             for folder, deps in tree.deps.items()}
    done = set()

    def walk(folder, trail):
        if folder in trail:
            yield "circle: " + " -> ".join([*trail[trail.index(folder):], folder]) + "; turn one arrow round"
            return
        if folder in done:
            return
        for target in sorted(edges.get(folder, ())):
            yield from walk(target, [*trail, folder])
        done.add(folder)

    for folder in sorted(edges):
        yield from walk(folder, [])


def doors(root):
    """(library, header prefixes, folders) for each outside library."""
    return [(row[0], house.names(row[1]), house.names(row[2])) for row in house.table(root, "Doors")]


def check_includes(tree, arrows, outside):
    """Every #include line against DEPS and doors; then DEPS that no line needs."""
    used = {folder: set() for folder in tree.deps}
    for path in house.files(tree.root, *(f"{top}/**.{ext}" for top in house.CODE_FOLDERS for ext in ("h", "cc"))):
        folder = tree.folder(path)
        text = (tree.root / path).read_text(encoding="utf-8")
        if folder is None:
            yield f"{path}: lies in no library; add a CMakeLists.txt with corridor_library to its folder"
            continue
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield from check_include(tree, arrows, outside, used, f"{path}:{line}", path, folder, *match.groups())
    for folder, deps in sorted(tree.deps.items()):
        needed = {tree.folder_of.get(t) for t in deps} - used[folder] - {folder, None}
        if "everything" in arrows.get(folder, set()):
            continue
        for target in sorted(needed):
            yield f"{folder}/CMakeLists.txt: DEPS names {target}, but no file includes it; take it out"


def check_include(tree, arrows, outside, used, where, path, folder, quote, header):
    for library, prefixes, folders in outside:
        if any(header.startswith(p) or (p.startswith(".") and header.endswith(p)) for p in prefixes):
            if folder not in folders:
                yield (f"{where}: {library} may be included only in {', '.join(folders)}; use what that folder "
                       "offers, or add to it")
    if quote == '"' and "/" not in header:
        yield f'{where}: include by repository path: "{path.parent}/{header}"'
        return
    target = tree.included_folder(header)
    if target is None:
        if header.split("/")[0] in house.CODE_FOLDERS:
            yield f'{where}: "{header}" lies in no library of ours'
        return
    used[folder].add(target)
    if target == folder:
        return
    if folder == "client/ctl" and header.startswith("client/internal/"):
        yield f"{where}: corridorctl uses the public client headers (corridor/...) alone"
    elif not allowed(arrows, folder, target):
        yield (f"{where}: {folder} may not know {target} (ARCHITECTURE.md, Arrows); pass in what is needed from "
               "above, or decide on the arrow in a commit of its own")
    elif target not in {tree.folder_of.get(dep) for dep in tree.deps[folder]}:
        targets = sorted(t for t, f in tree.folder_of.items() if f == target)
        yield f"{where}: includes {target}; add {' or '.join(targets)} to DEPS in {folder}/CMakeLists.txt"


def check(root):
    tree, arrows, outside = Tree(root), allowed_arrows(root), doors(root)
    return [*check_declared(tree, arrows), *check_cycles(tree), *check_includes(tree, arrows, outside)]


if __name__ == "__main__":
    sys.exit(house.report("arrows", check(pathlib.Path(__file__).resolve().parent.parent)))
