"""The real input through the real programs: the route statements of the shared data are imported into two
brokers, each of which is killed in the middle; then the counts of both regions, and what each agency received,
must be what the rows themselves say. Exits 77 (skipped) where the file is not there.

    route_import_test.py --bin build/bin --root .
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

EAST = {"KEN": "ken", "UGA": "uga", "BDI": "bdi", "ETH": "eth", "TZA": "tza"}
SOUTH = {"THA": "tha", "IDN": "idn", "PHL": "phl"}
FOUNDERS = {**EAST, **SOUTH}
REGIONS = {"east-africa": EAST, "south-east-asia": SOUTH}
# Publisher of a row that touches several founders, in this order (du_routes.textproto).
PUBLISHER_ORDER = ("destination_iso3", "origin_iso3", "transit_iso3")
SUSPECT_OFFICIALS = {"government_police", "armed_rebel_groups", "militia"}
DEADLINE_SECONDS = 150


def codes(row, column):
    return [code.strip() for code in row[column].split(";") if code.strip()]


def region_of(country):
    return next(region for region, countries in REGIONS.items() if country in countries)


def publisher_of(row):
    for column in PUBLISHER_ORDER:
        for code in codes(row, column):
            if code in FOUNDERS:
                return code
    return None


class Expectation:
    """What should happen, from the rows and the rule alone; shares no code with the importer."""

    def __init__(self, rows, left_out):
        self.published = collections.Counter()
        self.crossing = collections.Counter()  # By the region that imports it.
        self.received = collections.Counter()
        for number, row in enumerate(rows, start=1):
            publisher = publisher_of(row)
            if publisher is None or number in left_out:
                continue
            self.add(row, publisher)

    def add(self, row, publisher):
        home = region_of(publisher)
        self.published[home] += 1
        self.received[publisher] += 1
        touched = {code for column in PUBLISHER_ORDER for code in codes(row, column) if code in FOUNDERS}
        if SUSPECT_OFFICIALS & set(codes(row, "trafficker")):
            for country in REGIONS[home]:
                # Members on the route do not get what names its officials.
                if country != publisher and country not in touched:
                    self.received[country] += 1
            return
        others = touched - {publisher}
        # Where only the publisher is touched, the whole home region is meant.
        recipients = others or set(REGIONS[home]) - {publisher}
        for country in recipients:
            self.received[country] += 1
        for region in {region_of(country) for country in recipients} - {home}:
            self.crossing[region] += 1


class Regions:
    def __init__(self, root, binaries, folder):
        self.root, self.bin, self.folder = root, binaries, folder / "demo"
        self.started = {}
        run([root / "deploy/demo/run.sh", "--keep", "--bin", binaries, "--dir", self.folder], timeout=240)

    def ctl(self, profile, *arguments, timeout=60):
        return run([self.bin / "corridorctl", "--profile", self.folder / "profiles" / f"{profile}.profile",
                    "--format=json", *arguments], timeout=timeout)

    def status(self, region):
        return json.loads(self.ctl(f"{region}-operator", "admin", "status"))

    def kill(self, region):
        """kill -9, then start it again on the same data."""
        config = self.folder / region / "broker.textproto"
        for process in pathlib.Path("/proc").iterdir():
            if process.name.isdigit() and str(config).encode() in command_of(process):
                os.kill(int(process.name), signal.SIGKILL)
                while b"corridord" in command_of(process) and not is_zombie(process):
                    time.sleep(0.02)
        log = open(self.folder / region / "broker.log", "ab")
        self.started[region] = subprocess.Popen([self.bin / "corridord", "--config", config],
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self):
        subprocess.run([self.folder / "stop"], check=False)
        for process in self.started.values():
            process.terminate()
            process.wait(timeout=30)


def command_of(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def is_zombie(process):
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def run(command, timeout):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise SystemExit(f"failed ({done.returncode}): {command[:3]}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def until(what, condition):
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"never came: {what}")
        time.sleep(0.2)


def check(what, got, want):
    print(f"{'ok    ' if got == want else 'DIFFER'} {what}: {got}" + ("" if got == want else f", expected {want}"))
    return got == want


def import_command(regions, root, file, folder):
    return [str(part) for part in (
        regions.bin / "corridorctl", "--format=json", "import", "--mapping",
        root / "client/import/mappings/du_routes.textproto", "--publisher-profiles", regions.folder / "profiles",
        "--state", folder / "state", "--report", folder / "report.jsonl", file)]


def received(regions, agency, expected):
    lines = regions.ctl(f"{agency}-focal-point", "watch", "routes", "--for", "8s", "--count",
                        str(expected)).splitlines()
    rest = regions.ctl(f"{agency}-focal-point", "watch", "routes", "--for", "2s").splitlines()
    ids = [re.search(r'"alert_?[iI]d":\s*"([^"]+)"', line).group(1) for line in lines + rest if line.strip()]
    return len(ids), len(set(ids))


def story(root, binaries, file, folder):
    regions = Regions(root, binaries, folder)
    try:
        return tell(root, regions, file, folder)
    finally:
        regions.stop()


def tell(root, regions, file, folder):
    before = {region: regions.status(region) for region in REGIONS}
    for agency in FOUNDERS.values():
        regions.ctl(f"{agency}-focal-point", "subscriptions", "create", "routes")

    command = import_command(regions, root, file, folder)
    importer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    for region in REGIONS:
        regions.kill(region)
    first = json.loads(importer.communicate(timeout=DEADLINE_SECONDS)[0])
    second = json.loads(run(command, timeout=DEADLINE_SECONDS))

    left_out = {json.loads(line)["row"] for line in open(folder / "report.jsonl", encoding="utf-8")}
    with open(file, encoding="utf-8-sig", newline="") as stream:
        want = Expectation(list(csv.DictReader(stream)), left_out)
    until("both regions have what crosses", lambda: all(
        grown(regions, before, region, "imported_records") >= want.crossing[region] for region in REGIONS))
    return reconcile(regions, before, want, first, second)


def grown(regions, before, region, field):
    return int(regions.status(region).get(field, 0)) - int(before[region].get(field, 0))


def reconcile(regions, before, want, first, second):
    total = sum(want.published.values())
    fine = [check("rows that touch a founder", total + sum(
                n for reason, n in first["not_imported"].items() if reason != "FILTERED_OUT"), 3240),
            check("acknowledged by the first run", first["published"] + first["already_there"], total),
            check("new in the second run", second["published"], 0)]
    for region in REGIONS:
        fine.append(check(f"{region}: published here", grown(regions, before, region, "local_records"),
                          want.published[region]))
        fine.append(check(f"{region}: came across", grown(regions, before, region, "imported_records"),
                          want.crossing[region]))
    for country, agency in FOUNDERS.items():
        count, distinct = received(regions, agency, want.received[country])
        fine.append(check(f"{agency}: received", distinct, want.received[country]))
        fine.append(check(f"{agency}: nothing doubled", count - distinct, 0))
    return all(fine)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    shared = os.environ.get("CORRIDOR_SHARED_DIR")
    file = pathlib.Path(shared or "/nonexistent") / "data/routes/du_htc_directionality_2008_2016.csv"
    if not file.is_file():
        print("skipped: the route statements (data/routes of the shared data) are not here")
        return 77
    with tempfile.TemporaryDirectory(prefix="corridor-routes-") as folder:
        return 0 if story(options.root.resolve(), options.bin.resolve(), file, pathlib.Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
