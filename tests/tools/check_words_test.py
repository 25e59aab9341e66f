"""The word check must find each thing it is there to find, and leave alone what only looks like it."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_words  # noqa: E402  (the path above comes first)


def findings(path, text, real_world=()):
    return list(check_words.check_text(pathlib.PurePosixPath(path), text, set(real_world)))


class CheckWordsTest(unittest.TestCase):
    def assert_found(self, path, text, part):
        found = findings(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_real_clock_only_in_listed_files(self):
        text = "absl::Time Now() { return absl::Now(); }\n"
        self.assert_found("server/link/x.cc", text, "server/link/x.cc:1")
        self.assertEqual(findings("core/base/clock.cc", text, ["core/base/clock.cc"]), [])

    def test_sleep_and_chance_in_a_test(self):
        self.assert_found("tests/a_test.cc", "  std::this_thread::sleep_for(1s);\n", "Executor")
        self.assert_found("tests/a_test.cc", "  std::random_device device;\n", "Random")

    def test_a_method_called_now_is_not_the_machine_clock(self):
        self.assertEqual(findings("server/link/x.cc", "clock_.Now(); queue.time(); uptime(0);\n"), [])

    def test_exceptions_and_unchecked_locks(self):
        self.assert_found("server/link/x.cc", '  throw Error("x");\n', "absl::Status")
        self.assert_found("server/link/x.cc", "std::mutex mutex_;\n", "absl::Mutex")

    def test_include_guard_names_the_path(self):
        good = "#ifndef CORRIDOR_CORE_BASE_CLOCK_H_\n#define CORRIDOR_CORE_BASE_CLOCK_H_\n#endif\n"
        self.assertEqual(findings("core/base/clock.h", good), [])
        self.assert_found("core/base/timer.h", good, "CORRIDOR_CORE_BASE_TIMER_H_")

    def test_silenced_check_needs_a_reason(self):
        self.assert_found("core/a.cc", "int x;  // NOLINT(misc-x)\n", "say why")
        self.assertEqual(findings("core/a.cc", "int x;  // NOLINT(misc-x): the library asks for it\n"), [])

    def test_unowned_todo(self):
        self.assert_found("core/a.cc", "// TODO: later\n", "name the issue")
        self.assertEqual(findings("core/a.cc", "// TODO(#12): later\n"), [])

    def test_private_key_in_the_tree_but_not_its_mention(self):
        key = "-----BEGIN " + "PRIVATE KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIFakeFakeFakeFakeFakeFakeFake\n"
        self.assert_found("deploy/broker.txt", key, "make keys")
        self.assertEqual(findings("core/a.cc", '"expected (-----BEGIN ' + 'PRIVATE KEY-----)"'), [])


if __name__ == "__main__":
    unittest.main()
