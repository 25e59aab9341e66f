"""What the table of ./dev bench says of runs that are known: medians, spread, ratios, and which runs do not count."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import results  # noqa: E402

MACHINE = {"cpu": "Example CPU", "cores": 2, "kernel": "6", "memory_gib": 8}
SETTINGS = {"quick": False, "repeats": 3, "seconds": 3, "warm_up": 1, "commit": "abc", "date": "2026-01-01"}
LIMITS = {
    "sync": [{"sync_p50_us": 200, "sync_p99_us": 600}, {"sync_p50_us": 300, "sync_p99_us": 600}],
    "signatures": [{"sign_per_s": 40000, "verify_per_s": 10000}],
    "bare_unary": [{"publish_p50_us": 300}],
    "bare_ping_pong": [{"request_p50_us": 100}],
    "bare_stream_16": [{"statements_per_s": 100_000}],
    "bare_stream_64": [{"statements_per_s": 400_000}],
    "bare_catch_up": [{"deliveries_per_s": 1_000_000}],
    "bare_fan_out": [{"deliveries_per_s": 2_000_000}],
    "bare_handshakes": [{"handshakes_per_s": 150, "server_cpu_us": 2500}],
    "bare_idle": [{"kib_per_session": 120}],
}


def streamed(rate, probes=(200, 210)):
    return {"figures": {"statements_per_s": rate, "request_p50_us": 5, "request_p99_us": 9, "broker_cpu_us": 70},
            "sync_probe_us": list(probes), "load_average": 1.5}


def report(*runs):
    return results.report(MACHINE, LIMITS, [("publish_stream", {"batch": 16}, list(runs))], SETTINGS)


class ResultsTest(unittest.TestCase):
    def test_the_median_stands_with_its_spread(self):
        line = report(streamed(9000), streamed(12000), streamed(10000))["workloads"][0]
        self.assertEqual(line["figures"]["statements_per_s"],
                         {"median": 10000, "min": 9000, "max": 12000, "runs": [9000, 12000, 10000]})

    def test_signing_and_verifying_limit_the_stream(self):
        line = report(streamed(8000))["workloads"][0]
        self.assertAlmostEqual(line["limit"]["value"], 2 * 1e6 / (25 + 100))
        self.assertAlmostEqual(line["ratio"], 0.5)

    def test_one_sync_signature_and_verification_limit_a_lone_publish(self):
        medians = {"sync.sync_p50_us": 250, "signatures.sign_per_s": 40000, "signatures.verify_per_s": 10000}
        self.assertAlmostEqual(results.lone_limit(medians), 250 + 25 + 100)

    def test_a_run_beside_a_slow_disk_does_not_count(self):
        line = report(streamed(9000), streamed(10000), streamed(100, probes=(200, 4000)))["workloads"][0]
        self.assertEqual(line["void_runs"], 1)
        self.assertEqual(line["figures"]["statements_per_s"]["runs"], [9000, 10000])

    def test_where_no_run_counts_all_are_shown_and_said_to_be_void(self):
        slow = (200, 4000)
        result = results.report(MACHINE, LIMITS, [
            ("publish_stream", {}, [streamed(100, probes=slow)]),
            ("publish_bulk", {}, [streamed(9000), streamed(9000), streamed(9000)])], SETTINGS)
        line = result["workloads"][0]
        self.assertEqual((line["void_runs"], line["figures"]["statements_per_s"]["median"]), (1, 100))

    def test_the_table_names_figure_limit_and_ratio(self):
        text = results.render(report(streamed(8000)))
        self.assertIn("| `publish_stream` batch 16 | 8,000 [8,000..8,000] /s |", text)
        self.assertIn("| 0.50 |", text)
        self.assertIn("| 4 KiB append and fdatasync, p50 | 250 [200..300] µs |", text)

    def test_every_limit_is_one_that_is_measured(self):
        medians = {f"{name}.{figure}": 1 for name, runs in LIMITS.items() for figure in runs[0]}
        medians["machine.cores"] = 2
        for workload in results.WORKLOADS.values():
            if workload.limit:
                self.assertGreater(workload.limit(medians), 0)


if __name__ == "__main__":
    unittest.main()
