"""The arrow check must fail on every kind of wrong arrow, and say nothing about a tree that keeps the rules.
Each case writes a small tree, breaks one rule, and looks for the finding that names it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_arrows  # noqa: E402  (the path above comes first)

ARCHITECTURE = """
## Arrows

| Folder | May know |
|---|---|
| core/base | |
| core/model | core/base |
| server/rpc | core/model, core/base, proto_grpc |
| server | everything |
| client | core/base |
| client/ctl | client |

## Doors

| Library | Headers | Folders |
|---|---|---|
| gRPC | grpcpp/, .grpc.pb.h | server/rpc |
| RocksDB | rocksdb/ | server/storage |
"""

KEEPS_THE_RULES = {
    "ARCHITECTURE.md": ARCHITECTURE,
    "core/base/CMakeLists.txt": "corridor_library(NAME core_base SRCS clock.cc LINK absl::time)",
    "core/base/clock.h": "#include <string>\n",
    "core/base/clock.cc": '#include "core/base/clock.h"\n#include "absl/time/time.h"\n',
    "core/model/CMakeLists.txt": "corridor_library(\n  NAME core_model\n  SRCS ids.cc  # values\n  DEPS core_base proto)",
    "core/model/ids.cc": '#include "core/base/clock.h"\n#include "corridor/v1/alert.pb.h"\n',
    "server/rpc/CMakeLists.txt": "corridor_library(NAME server_rpc SRCS a.cc DEPS core_model proto_grpc)",
    "server/rpc/a.cc": '#include "core/model/ids.h"\n#include <grpcpp/server.h>\n#include "corridor/v1/p.grpc.pb.h"\n',
    "core/model/ids.h": "",
    "server/CMakeLists.txt": "corridor_executable(NAME corridord SRCS main.cc DEPS server_rpc core_base)",
    "server/main.cc": '#include "server/rpc/a.h"\n',
    "client/CMakeLists.txt": "corridor_library(NAME client_sdk SRCS internal/stub.cc DEPS core_base)",
    "client/include/corridor/publisher.h": "",
    "client/internal/stub.h": '#include "core/base/clock.h"\n',
    "client/internal/stub.cc": '#include "client/internal/stub.h"\n',
    "client/ctl/CMakeLists.txt": "corridor_executable(NAME corridorctl SRCS main.cc DEPS client_sdk)",
    "client/ctl/main.cc": '#include "corridor/publisher.h"\n',
}


def findings(**changes):
    """What the check says about the good tree with some files changed (None takes a file away)."""
    tree = {**KEEPS_THE_RULES, **{name: text for name, text in changes.get("files", {}).items()}}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in tree.items():
            if text is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q", folder], check=True)
        return check_arrows.check(root)


class CheckArrowsTest(unittest.TestCase):
    def assert_one(self, files, *parts):
        found = findings(files=files)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_tree_that_keeps_the_rules_has_no_finding(self):
        self.assertEqual(findings(), [])

    def test_include_without_dep_names_the_missing_dep(self):
        self.assert_one({"server/rpc/a.h": '#include "core/base/clock.h"\n'},
                        "server/rpc/a.h:1", "add core_base to DEPS")

    def test_include_against_the_arrows_is_found_though_deps_are_silent(self):
        self.assert_one({"core/base/clock.h": '\n#include "core/model/ids.h"\n'},
                        "core/base/clock.h:2", "core/base may not know core/model")

    def test_base_may_not_know_generated_messages(self):
        self.assert_one({"core/base/clock.h": '#include "corridor/v1/alert.pb.h"\n'}, "may not know proto")

    def test_declared_arrow_against_the_table_and_the_circle_it_makes(self):
        found = findings(files={
            "core/base/CMakeLists.txt": "corridor_library(NAME core_base SRCS clock.cc DEPS core_model)",
            "core/base/clock.h": '#include "core/model/ids.h"\n'})
        self.assertTrue(any("core/base -> core/model is not an arrow" in f for f in found), found)
        self.assertTrue(any("circle: core/base -> core/model -> core/base" in f for f in found), found)

    def test_circle_is_found_even_where_the_table_would_allow_it(self):
        self.assert_one({
            "ARCHITECTURE.md": ARCHITECTURE.replace("| core/base | |", "| core/base | core/model |"),
            "core/base/CMakeLists.txt": "corridor_library(NAME core_base SRCS clock.cc DEPS core_model)",
            "core/base/clock.h": '#include "core/model/ids.h"\n'}, "circle:")

    def test_dep_that_nothing_includes_is_taken_out(self):
        self.assert_one({"core/model/ids.cc": '#include "corridor/v1/alert.pb.h"\n'},
                        "names core/base, but no file includes it")

    def test_outside_library_in_deps(self):
        self.assert_one({"core/base/CMakeLists.txt": "corridor_library(NAME core_base SRCS clock.cc DEPS absl::time)"},
                        "'absl::time'", "LINK")

    def test_outside_library_used_outside_its_door(self):
        self.assert_one({"core/model/ids.h": "#include <rocksdb/db.h>\n"}, "RocksDB", "server/storage")
        self.assert_one({"core/model/ids.h": "#include <grpcpp/status.h>\n"}, "gRPC", "server/rpc")

    def test_include_without_repository_path(self):
        self.assert_one({"core/base/clock.cc": '#include "clock.h"\n'}, '"core/base/clock.h"')

    def test_folder_without_a_row_and_folder_without_a_library(self):
        self.assert_one({"core/gate/CMakeLists.txt": "corridor_library(NAME core_gate SRCS g.cc)",
                         "core/gate/g.cc": ""}, "no row for this folder")
        self.assert_one({"core/gate/g.cc": ""}, "lies in no library")

    def test_corridorctl_stays_on_the_public_headers(self):
        self.assert_one({"client/ctl/main.cc": '#include "client/internal/stub.h"\n'}, "public client headers")


if __name__ == "__main__":
    unittest.main()
