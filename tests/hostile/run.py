"""A publisher publishes at a steady pace while hostile peers do their worst, one attack after another: how much longer
its slowest calls take than in quiet, what memory the broker takes, and whether it still answers. Exit code 1 where a
call of the publisher fails, the broker ends, or a bound that is asked for is missed.

    run.py --bin build/bin [--seconds 10] [--only silent,rapid_reset] [--ratio-max 2] [--memory-max-mib 600]
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from attacks import ATTACKS  # noqa: E402
from one_region import OneRegion  # noqa: E402

PAUSE_MS = 5
SETTLE = 1


def publish(region, seconds):
    program = region.publisher(seconds, PAUSE_MS)
    out, error = program.communicate()
    if program.returncode != 0:
        raise AssertionError(f"the publisher: {error}")
    result = json.loads(out)
    if error:
        result["error"] = error.strip()
    return result


class Measured:
    """One line of the table."""

    def __init__(self, name, published, resident, said):
        self.name, self.published, self.resident, self.said = name, published, resident, said

    def ratio(self, quiet):
        return self.published["p99_us"] / max(1, quiet["p99_us"])

    def line(self, quiet):
        ms = {key: self.published[key] / 1000 for key in ("p50_us", "p99_us", "max_us")}
        said = " ".join(f"{key}={value}" for key, value in self.said.items())
        return (f"{self.name:22} {ms['p50_us']:7.2f} {ms['p99_us']:7.2f} {ms['max_us']:8.2f} {self.ratio(quiet):6.2f} "
                f"{self.published['failed']:6} {self.resident[0] // 1024:6} {self.resident[1] // 1024:6}  {said}")


def under(region, name, options):
    attacker = region.programs.start(
        [sys.executable, "-B", str(HERE / "attacks.py"), name, str(region.port), str(region.folder),
         str(options.seconds + 2 * SETTLE), str(options.nice)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    time.sleep(SETTLE)
    published = publish(region, options.seconds)
    out, error = attacker.communicate()
    if attacker.returncode != 0:
        raise AssertionError(f"{name} itself failed: {error}")
    return Measured(name, published, region.resident_kib(), json.loads(out))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=10, help="of each attack")
    parser.add_argument("--only", help="these attacks, comma-separated; else all")
    parser.add_argument("--nice", type=int, default=10,
                        help="of the attackers, who share this machine's cores with the broker")
    parser.add_argument("--ratio-max", type=float, help="fail where p99 under attack is more than this times quiet")
    parser.add_argument("--memory-max-mib", type=int, help="fail where the broker took more than this")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(ATTACKS)
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        region = OneRegion(options.bin.resolve(), pathlib.Path(folder))
        try:
            region.start()
            region.register()
            publish(region, 2)  # so that everything has been used once
            quiet = publish(region, options.seconds)
            print(f"{'':22} {'p50':>7} {'p99':>7} {'max':>8} {'p99':>6} {'':6} {'MiB':>6} {'MiB'}")
            print(f"{'attack':22} {'ms':>7} {'ms':>7} {'ms':>8} {'ratio':>6} {'failed':>6} {'now':>6} {'most'}"
                  "    what the attacker managed")
            print(Measured("quiet", quiet, region.resident_kib(), {}).line(quiet), flush=True)
            for name in names:
                measured = under(region, name, options)
                print(measured.line(quiet), flush=True)
                if measured.published["failed"]:
                    faults.append(f"{name}: {measured.published['failed']} calls failed: "
                                  f"{measured.published.get('error', '')}")
                if options.ratio_max and measured.ratio(quiet) > options.ratio_max:
                    faults.append(f"{name}: p99 is {measured.ratio(quiet):.2f} times that of quiet")
                if options.memory_max_mib and measured.resident[1] > options.memory_max_mib * 1024:
                    faults.append(f"{name}: {measured.resident[1] // 1024} MiB")
                time.sleep(SETTLE)
            after = publish(region, options.seconds)
            print(Measured("quiet again", after, region.resident_kib(), {}).line(quiet), flush=True)
        finally:
            region.stop()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
