"""The check of instruction counts must notice a path that has become dearer, cheaper or lost, and nothing else."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_instructions  # noqa: E402  (the path above comes first)

TABLE = "# What it is.\nMatch\t1000\t4\nEncode\t200\t10\n"
LISTING = """--------------------------------------------------------------------------------
Ir
1,234,567 (100.0%)  PROGRAM TOTALS

  900,000 (72.90%)  bench/hot_paths.cc:corridor::hot_paths::Counted(corridor::hot_paths::(anonymous namespace)::World&) [x]
  200,400 (16.20%)  bench/hot_paths.cc:corridor::hot_paths::Match(corridor::hot_paths::World const&, int) [x]
   40,000 ( 3.20%)  bench/hot_paths.cc:corridor::hot_paths::Encode(corridor::hot_paths::World const&, int) [clone .constprop.0] [x]
"""


class CheckInstructionsTest(unittest.TestCase):
    def setUp(self):
        _, self.paths = check_instructions.read_table(TABLE)

    def found(self, **counted):
        return list(check_instructions.differences(self.paths, counted))

    def test_counts_are_read_from_the_listing_and_are_those_of_one_run(self):
        counted = check_instructions.counts_in(LISTING, 200)
        self.assertEqual((counted["Match"], counted["Encode"]), (1002, 200))

    def test_within_the_tolerance_nothing_is_said(self):
        self.assertEqual(self.found(Match=1040, Encode=180, Other=5), [])

    def test_dearer_and_cheaper_paths_are_named_with_both_figures(self):
        dearer, = self.found(Match=1041, Encode=200)
        self.assertIn("Match takes 1,041 instructions, 4.1 % more than the 1,000", dearer)
        cheaper, = self.found(Match=1000, Encode=100)
        self.assertIn("50.0 % fewer", cheaper)

    def test_a_path_that_is_gone_is_named(self):
        lost, = self.found(Match=1000)
        self.assertIn("Encode", lost)

    def test_an_update_writes_counts_and_keeps_the_rest(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()), \
                mock.patch.object(check_instructions, "count", return_value={"Match": 900, "Encode": 201, "Counted": 9}):
            table = pathlib.Path(folder) / "table"
            table.write_text(TABLE, encoding="utf-8")
            self.assertIn("--update", check_instructions.main("program", table))
            self.assertEqual(check_instructions.main("program", table, "--update"), 0)
            self.assertEqual(table.read_text(encoding="utf-8"), "# What it is.\nMatch\t900\t4\nEncode\t201\t10\n")
            self.assertEqual(check_instructions.main("program", table), 0)


if __name__ == "__main__":
    unittest.main()
