"""Three real brokers under the load of clients that are written from the protos alone, while things go wrong; then all
heals, and what is there is held against what was said.

    storm.py --bin build/bin --minutes 10 --seed 1       ./dev storm
    storm.py --check FOLDER                              the checkers once more, over what a run left

Everything that a run saw stays in its folder (--keep, else build/storm/seed-SEED), with run.html as its picture. Exit
codes: 0 all promises held, 1 not.
"""

import argparse
import json
import os
import pathlib
import random
import select
import shutil
import subprocess
import sys
import time

try:
    import cryptography  # noqa: F401
    import grpc  # noqa: F401
except ImportError:
    sys.exit(77)

import cast  # noqa: E402
import checkers  # noqa: E402
import picture  # noqa: E402
import protos  # noqa: E402


# How long it may take until all that was said is answered, once nothing is wrong any more: seconds.
FINISH = 300


class Clients:
    """The clients of one region, in a program of their own."""

    def __init__(self, folder, region, rate, seed):
        self.region = region
        log = open(folder / "history" / f"{region}.clients.log", "wb")
        self.program = subprocess.Popen(
            [sys.executable, "-B", pathlib.Path(__file__).with_name("clients.py"), folder, region, str(rate),
             str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()

    def order(self, word):
        self.program.stdin.write(word + "\n")
        self.program.stdin.flush()

    def wait_finished(self):
        ready, _, _ = select.select([self.program.stdout], [], [], FINISH)
        if not ready or self.program.stdout.readline().strip() != "finished":
            raise RuntimeError(f"the publishers of {self.region} were not all answered, or ended; see history/"
                               f"{self.region}.clients.log")

    def stop(self):
        if self.program.poll() is None:
            self.order("stop")
            try:
                self.program.wait(30)
            except subprocess.TimeoutExpired:
                self.program.kill()


def run(options, folder):
    from federation import Federation, facts
    from figures import Figures
    from history import History
    from nemesis import Nemesis
    import read_back

    (folder / "history").mkdir()
    federation = Federation(options.bin.resolve(), folder, random.Random())
    nemesis_history = History(folder / "history/nemesis.jsonl")
    figures_history = History(folder / "history/figures.jsonl")
    clients = []
    try:
        federation.set_up()
        (folder / "facts.json").write_text(facts(federation), encoding="utf-8")
        figures = Figures(federation, figures_history)
        figures.start()
        clients = [Clients(folder, name, options.rate / len(cast.REGIONS), options.seed) for name in cast.REGIONS]
        nemesis = Nemesis(federation, nemesis_history, options.seed, options.longest)
        nemesis.run(options.minutes * 60)
        print(f"seed {options.seed}: faults {dict(sorted(nemesis.count.items()))}", flush=True)
        healed = time.monotonic()
        nemesis_history.add("healed")
        for client in clients:
            client.order("quiet")
        for client in clients:
            client.wait_finished()
        print("  all that was said is answered", flush=True)
        read_back.drain(federation)
        nemesis_history.add("drained")
        print(f"  all answered, sent, read and confirmed {time.monotonic() - healed:.1f} s after the last fault", flush=True)
        for client in clients:
            client.stop()
        figures.stop()
        read_back.collect(federation, folder)
    finally:
        for client in clients:
            client.stop()
        federation.stop()
        nemesis_history.close()
        figures_history.close()


def report(folder):
    wrong, figures = checkers.check(folder)
    picture.draw(folder, wrong)
    (folder / "verdict.json").write_text(json.dumps({"wrong": wrong, "figures": figures}, indent=1), encoding="utf-8")
    for name, value in figures.items():
        print(f"  {name}: {value}")
    for one in wrong[:40]:
        print(f"  WRONG {one}")
    if len(wrong) > 40:
        print(f"  ... and {len(wrong) - 40} more in {folder}/verdict.json")
    print(f"  {'WRONG' if wrong else 'all promises held'}; picture: {folder}/run.html")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=protos.ROOT / "build/bin")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=90, help="statements a second, over all regions")
    parser.add_argument("--longest", type=float, default=60, help="seconds that a fault lasts at most")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for what the run leaves; overwritten")
    parser.add_argument("--check", type=pathlib.Path, help="only check what a run left in this folder")
    options = parser.parse_args()
    if options.check:
        return report(options.check)
    os.environ.pop("http_proxy", None)
    os.environ.pop("https_proxy", None)
    folder = (options.keep or protos.ROOT / f"build/storm/seed-{options.seed}").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    protos.generate(folder / "stubs")
    protos.load(folder / "stubs")
    run(options, folder)
    return report(folder)


if __name__ == "__main__":
    sys.exit(main())
