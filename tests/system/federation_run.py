"""Three real brokers under load, kills, partitions, one-way loss and breaks in mid-frame, for some minutes; then
all heals, and each entitled journal must hold each entitled statement exactly once, no other, and every recall
must be confirmed by every region that holds it.

    federation_run.py --bin build/bin --minutes 10 --seed 1       ./dev federation
    federation_run.py --bin build/bin --urgent                    an IMMEDIATE statement on a line of 1 Mbit/s

The load is generated alerts and, where CORRIDOR_SHARED_DIR names the shared data, its route statements.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import random
import re
import statistics
import sys
import tempfile
import time

import route_import_test as routes
from federation import (ROOT, REGIONS, Alert, Faults, Federation, agency_name, home_of, publish, received, region_id)
from programs import DemoError, Watcher, wait_until

ROUTES = "data/routes/du_htc_directionality_2008_2016.csv"
ROWS_AT_A_TIME = 40
CATCH_UP = 300


class Load:
    """What is said, and who should have it: counted from what was asked, not from what brokers say."""

    def __init__(self, federation, folder, seed):
        self.federation, self.folder = federation, folder
        self.dice = random.Random(seed)
        self.alerts = []
        self.rows = self._rows()
        self.slices = 0
        self.published = collections.Counter()
        self.crossing = collections.Counter()
        self.received = collections.Counter()
        self.dropped_at_most = collections.Counter()  # Recalled: may be dropped before they came.

    def _rows(self):
        shared = os.environ.get("CORRIDOR_SHARED_DIR")
        file = pathlib.Path(shared or "/nonexistent") / ROUTES
        if not file.is_file():
            return []
        with open(file, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        self.dice.shuffle(rows)
        return rows

    def go_on(self):
        """Some route statements, a generated alert, now and then a recall."""
        if self.rows:
            taken, self.rows = self.rows[:ROWS_AT_A_TIME], self.rows[ROWS_AT_A_TIME:]
            self._import(taken)
        for _ in range(3):
            self.issue()
        standing = [alert for alert in self.alerts if not alert.recalled]
        if standing and self.dice.random() < 0.5:
            self.recall(self.dice.choice(standing))

    def issue(self, urgent=False):
        alert = Alert(len(self.alerts) + 1, self.dice, urgent)
        receipt = publish(self.federation, alert.publisher, alert.text(), self.folder, f"issue-{alert.id}")
        self.alerts.append(alert)
        self.published[home_of(alert.publisher)] += 1
        for name in alert.regions - {home_of(alert.publisher)}:
            self.crossing[name] += 1
        return alert, receipt

    def recall(self, alert):
        publish(self.federation, alert.publisher, alert.recall_text(), self.folder, f"recall-{alert.id}")
        alert.recalled = True
        home = home_of(alert.publisher)
        self.published[home] += 1
        for name in alert.regions - {home}:
            # The recall crosses where the content may have gone; what comes after it is dropped.
            self.crossing[name] += 1
            self.dropped_at_most[name] += 2

    def _import(self, rows):
        self.slices += 1
        folder = self.folder / f"slice-{self.slices}"
        folder.mkdir()
        file = folder / "rows.csv"
        with open(file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        mapping = folder / "mapping.textproto"
        text = (ROOT / "client/import/mappings/du_routes.textproto").read_text(encoding="utf-8")
        for name, codes in REGIONS.items():
            for code in codes:
                text = re.sub(r"spiffe://[a-z.-]+/agency/" + agency_name(code),
                              f"spiffe://{region_id(name)}/agency/{agency_name(code)}", text)
        mapping.write_text(text, encoding="utf-8")
        command = ["import", "--mapping", mapping, "--publisher-profiles", self.federation.folder / "profiles",
                   "--state", folder / "state", "--report", folder / "report.jsonl", file]
        end = time.monotonic() + CATCH_UP
        while True:
            code, answers, error = self.federation.ctl.run(None, *command)
            done = answers and answers[-1].get("published") is not None
            if code == 0 or (done and not answers[-1].get("not_sent")):
                break
            if time.monotonic() > end:
                raise DemoError(f"an import never ended well: {error}")
        left_out = {json.loads(line)["row"] for line in open(folder / "report.jsonl", encoding="utf-8")}
        want = routes.Expectation(rows, left_out)
        self.published += want.published
        self.crossing += want.crossing
        self.received += want.received


def settle(federation, load):
    """Waits for what must come, and returns what is wrong, for people."""
    wait_until("all links after the faults", CATCH_UP, federation.is_linked)
    wrong = []

    def has_come(name):
        return federation.records(name)[1] >= load.crossing[name] - load.dropped_at_most[name]

    for name in REGIONS:
        wait_until(f"what crosses to {name}", CATCH_UP, lambda name=name: has_come(name))
    wait_until("no lag on any link", CATCH_UP, lambda: not any(federation.lag().values()))
    for name in REGIONS:
        published, imported = federation.records(name)
        low = load.crossing[name] - load.dropped_at_most[name]
        print(f"  {name}: published {published} of {load.published[name]}, came {imported}, entitled "
              f"{low}..{load.crossing[name]}")
        if published != load.published[name]:
            wrong.append(f"{name} holds {published} of its own, not {load.published[name]}")
        if not low <= imported <= load.crossing[name]:
            wrong.append(f"{name} holds {imported} of others, not {low} to {load.crossing[name]}")
    return wrong


def check_readers(federation, load):
    wrong = []
    for name, codes in REGIONS.items():
        for code in codes:
            ids = received(federation, code)
            alerts = {alert.id: alert for alert in load.alerts}
            for alert in load.alerts:
                entitled = name in alert.regions
                had = alert.id in ids
                if had and not entitled:
                    wrong.append(f"{code} has {alert.id}, which is not for it")
                if entitled and not had and not alert.recalled:
                    wrong.append(f"{code} lacks {alert.id}")
            route_ids = [one for one in ids if one not in alerts]
            if len(set(route_ids)) != load.received[code]:
                wrong.append(f"{code} has {len(set(route_ids))} route statements, not {load.received[code]}")
            if len(ids) != len(set(ids)):
                wrong.append(f"{code} got {len(ids) - len(set(ids))} more than once")
    return wrong


def check_recalls(federation, load):
    """Regions that hold what was recalled and have not confirmed, as their origins list them."""
    wrong, confirmed = [], 0
    for name in REGIONS:
        recalls = federation.ask_softly(name, "recalls")
        if recalls is None:
            return [], None
        for holder in holders_in(recalls):
            if "/" in holder.get("holder", ""):
                continue
            if holder.get("outcome") == "RECALL_OUTCOME_ERASED":
                confirmed += 1
            else:
                wrong.append(f"{holder.get('holder')} has not confirmed to {name}")
    return wrong, confirmed


def holders_in(value):
    if isinstance(value, dict):
        if "holder" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from holders_in(one)


def run(options, folder):
    federation = Federation(options.bin.resolve(), folder)
    routes.REGIONS = {name: dict.fromkeys(codes) for name, codes in REGIONS.items()}
    try:
        federation.set_up()
        return urgent(federation, folder, options) if options.urgent else storm(federation, folder, options)
    finally:
        federation.stop()


def storm(federation, folder, options):
    load = Load(federation, folder / "said", options.seed)
    (folder / "said").mkdir()
    faults = Faults(federation, options.seed)
    faults.start()
    end = time.monotonic() + options.minutes * 60
    try:
        while time.monotonic() < end:
            load.go_on()
    finally:
        faults.stop()
    healed = time.monotonic()
    print(f"seed {options.seed}: {sum(load.published.values())} statements, "
          f"{sum(alert.recalled for alert in load.alerts)} recalls; faults: {faults.count}")
    wrong = settle(federation, load)
    print(f"  caught up {time.monotonic() - healed:.1f} s after the last fault")
    wrong += check_readers(federation, load)
    unconfirmed, confirmed = check_recalls(federation, load)
    print("  recalls: " + ("not listed by this build" if confirmed is None else f"confirmed by {confirmed} regions"))
    wrong += unconfirmed
    for one in wrong:
        print(f"  WRONG {one}")
    return 1 if wrong else 0


def urgent(federation, folder, options):
    """How long an IMMEDIATE statement takes over a line of 1 Mbit/s with a backlog in front of it."""
    load = Load(federation, folder / "said", options.seed)
    (folder / "said").mkdir()
    watchers = {}
    for name, codes in REGIONS.items():
        program = federation.programs.start(
            federation.ctl.command(federation.profile(codes[0]), "watch", "all", "--format=json"),
            stdout=-1, stderr=-1, text=True, encoding="utf-8")
        watchers[name] = Watcher(program)
        watchers[name].attached.wait(60)
    for proxy in federation.proxies.values():
        proxy.cut()
    rows, load.rows = load.rows[:2000], []
    if rows:
        load._import(rows)
    for _ in range(20):
        load.issue()
    for proxy in federation.proxies.values():
        proxy.release()
        proxy.delay, proxy.rate = 0.05, 125_000
    wait_until("all links", CATCH_UP, federation.is_linked)
    behind = sum(federation.lag().values())
    took = []
    for _ in range(10):
        alert, receipt = load.issue(urgent=True)
        accepted = int(receipt["acceptance"]["accept_time_ms"]) / 1000
        for name in alert.regions - {home_of(alert.publisher)}:
            arrival = wait_until("an urgent alert", 60, lambda name=name: watchers[name].arrival(receipt["digest"]))
            took.append(arrival[0] - accepted)
        time.sleep(1)
    print(f"backlog when the line came up: {behind} records; IMMEDIATE over 1 Mbit/s and 100 ms round trip: "
          f"{len(took)} arrivals, median {statistics.median(took):.2f} s, worst {max(took):.2f} s")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--urgent", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="leave everything in this new folder")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True)
        return run(options, options.keep.resolve())
    with tempfile.TemporaryDirectory(prefix="corridor-federation-") as folder:
        return run(options, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
