"""Three real brokers under load while much goes wrong; then all heals, and each entitled journal must hold each
entitled statement exactly once, no other, every region must have confirmed every recall, and lag must have been told
truly throughout.

    ./dev faults --minutes 10 --seed 1       kills, freezes, partitions, breaks in mid-frame, slow lines
    ./dev faults --urgent                    how long an IMMEDIATE statement takes on a line of 1 Mbit/s

What is said: generated alerts and recalls and, where CORRIDOR_SHARED_DIR names the shared data, its route statements.
A run that finds something wrong leaves its folder, with history.jsonl and the brokers' logs. Exit codes: 0 all holds,
1 something is wrong.
"""

import argparse
import concurrent.futures
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from regions import REGIONS, History, Regions, wait_until  # noqa: E402

from checks import Desks, LagWatch, check_audit, check_counts, check_readers, check_recalls  # noqa: E402
from faults import Faults  # noqa: E402
from picture import draw  # noqa: E402
from programs import DemoError, Watcher  # noqa: E402
from said import Said  # noqa: E402

ATTACHED_WITHIN = 60
CATCH_UP = 300
# What an IMMEDIATE statement may take on that line: a second and a round trip.
URGENT_WITHIN = 1.1


def storm(regions, folder, options):
    history = History(folder / "history.jsonl")
    said = Said(regions, history, options.seed)
    faults = Faults(regions, history, options.seed)
    lags = LagWatch(regions, said, history)
    faults.start()
    lags.start()
    desks = Desks(regions)
    end = time.monotonic() + options.minutes * 60
    try:
        with concurrent.futures.ThreadPoolExecutor(len(REGIONS)) as threads:
            for done in [threads.submit(said.speak, name, end) for name in REGIONS]:
                done.result()
    finally:
        faults.stop()
    healed = time.monotonic()
    print(f"seed {options.seed}: {sum(said.published.values())} statements, "
          f"{sum(alert.recalled for alert in said.alerts)} recalls; faults: {faults.count}, "
          f"{faults.reached} named points reached", flush=True)
    wrong = check_counts(regions, said)
    print(f"  caught up {time.monotonic() - healed:.1f} s after the last fault", flush=True)
    lags.stop()
    print(f"  lag: {lags.looked} readings, {len(lags.wrong)} untrue")
    wrong += lags.wrong + check_recalls(regions) + check_readers(regions, said) + desks.check(said)
    regions.stop()
    wrong += check_audit(regions)
    draw(history, folder / "run.svg", f"seed {options.seed}, {options.minutes:g} minutes")
    for one in wrong:
        print(f"  WRONG {one}")
    return 1 if wrong else 0


def urgent(regions, folder, options):
    """How long an IMMEDIATE statement takes over a line of 1 Mbit/s with a backlog in front of it."""
    said = Said(regions, History(folder / "history.jsonl"), options.seed)
    watchers = {}
    for name, codes in REGIONS.items():
        program = regions.programs.start(
            regions.ctl.command(regions.profile(codes[0]), "watch", "all", "--format=json"),
            stdout=-1, stderr=-1, text=True, encoding="utf-8")
        watchers[name] = Watcher(program)
        watchers[name].attached.wait(ATTACHED_WITHIN)
    for proxy in regions.proxies.values():
        proxy.cut()
    for speaker in said.speakers.values():
        for _ in range(60):
            speaker.go_on()
    for proxy in regions.proxies.values():
        proxy.release()
        proxy.delay, proxy.rate = 0.05, 125_000
    wait_until("each line", CATCH_UP, lambda: all(regions.lanes(name) and all(
        lane.get("state") == "LINK_STATE_UP" for _, lane in regions.lanes(name)) for name in REGIONS))
    behind = regions.lag()
    took = []
    for number in range(10):
        alert, receipt = said.speakers[list(REGIONS)[number % len(REGIONS)]].issue(urgent=True)
        accepted = int(receipt["acceptance"]["accept_time_ms"]) / 1000
        for name in alert.regions - {alert.home}:
            arrival = wait_until("an urgent alert", ATTACHED_WITHIN,
                                 lambda name=name, digest=receipt["digest"]: watchers[name].arrival(digest))
            took.append(arrival[0] - accepted)
    print(f"{behind} records behind when each line was up, {regions.lag()} after the last; IMMEDIATE over 1 Mbit/s with "
          f"100 ms round trip: {len(took)} arrivals, median {statistics.median(took):.2f} s, worst {max(took):.2f} s")
    return 1 if max(took) > URGENT_WITHIN else 0


def run(options, folder):
    regions = Regions(options.bin.resolve(), folder)
    try:
        regions.set_up()
        return urgent(regions, folder, options) if options.urgent else storm(regions, folder, options)
    except DemoError as error:
        print(f"  WRONG {error}")
        return 1
    finally:
        regions.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where corridord and corridorctl are")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--urgent", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="leave everything in this new folder")
    options = parser.parse_args()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="corridor-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    result = run(options, folder.resolve())
    if result == 0 and not options.keep:
        shutil.rmtree(folder)
    else:
        print(f"  everything is in {folder}")
    return result


if __name__ == "__main__":
    sys.exit(main())
