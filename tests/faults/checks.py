"""What must hold, during a run and after it. Shares nothing with the brokers' own view but what they answer."""

import concurrent.futures
import json
import signal
import subprocess
import threading
import time

from programs import DemoError, wait_until
from regions import READY, REGIONS, agency_name, region_id

CATCH_UP = 300
CONFIRMED_WITHIN = 60
STILL = 8  # Nothing more comes after so many seconds without a line.


class LagWatch:
    """Each second: a lane whose lag reads zero must not lack what was acknowledged before it was asked."""

    def __init__(self, regions, said, history):
        self.regions, self.said, self.history = regions, said, history
        self.looked = 0
        self.wrong = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def _run(self):
        while not self._over.wait(1):
            for name in REGIONS:
                self._look(name)

    def _look(self, name):
        asked_at = time.monotonic()
        try:
            lanes = self.regions.lanes(name)
        except DemoError:
            return  # Frozen.
        for peer, lane in lanes or []:
            self.looked += 1
            persisted = int(lane.get("persisted_offset", 0))
            missing = [alert.id for alert in self._should_have_gone(name, peer, lane["lane"], asked_at)
                       if alert.offset > persisted]
            if missing and int(lane.get("lag_records", 0)) == 0:
                self.wrong.append(f"{name} says that {peer} lacks nothing in {lane['lane']}, and it lacks {missing[0]}")
                self.history.note("lag", where=name, peer=peer)

    def _should_have_gone(self, name, peer, lane, asked_at):
        """Acknowledged two ticks of the broker's own clock before it was asked."""
        urgent = lane == "LANE_URGENT"
        for alert in list(self.said.alerts):
            crosses = alert.home == name and any(region_id(one) == peer for one in alert.regions)
            early = alert.offset and alert.acknowledged_at < asked_at - 3
            if crosses and early and alert.urgent == urgent and not alert.recalled:
                yield alert


class Desks:
    """One agency of each region that reads all the while, with a subscription of its own: it may get a statement again
    where its settlement was lost, and must miss none."""

    def __init__(self, regions):
        self.regions = regions
        self.readers = {}
        for name, codes in REGIONS.items():
            with open(self._file(name), "wb") as out, open(regions.folder / f"{name}-desk.log", "wb") as log:
                self.readers[name] = regions.programs.start(
                    regions.ctl.command(regions.profile(codes[0]), "watch", "desk", "--format=json"),
                    stdout=out, stderr=log)

    def check(self, said):
        wrong = []
        for name in REGIONS:
            must = {alert.id for alert in said.alerts if name in alert.regions and not alert.recalled}
            try:
                wait_until(f"the desk of {name}", CATCH_UP, lambda name=name, must=must: must <= self._got(name))
            except DemoError:
                state = "reads" if self.readers[name].poll() is None else "has ended"
                wrong.append(f"the desk of {name} {state} and lacks {len(must - self._got(name))}")
        return wrong

    def _file(self, name):
        return self.regions.folder / f"{name}-desk.jsonl"

    def _got(self, name):
        whole = self._file(name).read_text("utf-8").rpartition("\n")[0]
        return {body_of(json.loads(line)).get("alert_id") for line in whole.splitlines()}


def check_counts(regions, said):
    """Waits until what crosses has come, and says what is wrong with how much there is."""
    wrong = []
    wait_until("all links after the faults", CATCH_UP, regions.are_linked)
    for name in REGIONS:
        low = said.crossing[name] - said.dropped_at_most[name]
        wait_until(f"what crosses to {name}", CATCH_UP, lambda name=name, low=low: regions.records(name)[1] >= low)
    wait_until("no lag on any link", CATCH_UP, lambda: regions.lag() == 0)
    for name in REGIONS:
        published, imported = regions.records(name)
        low = said.crossing[name] - said.dropped_at_most[name]
        print(f"  {name}: published {published} of {said.published[name]}, came {imported}, entitled "
              f"{low} to {said.crossing[name]}")
        if published != said.published[name]:
            wrong.append(f"{name} holds {published} of its own, not {said.published[name]}")
        if not low <= imported <= said.crossing[name]:
            wrong.append(f"{name} holds {imported} of others, not {low} to {said.crossing[name]}")
    return wrong


def check_readers(regions, said):
    """Every agency has what is for it, once, and nothing else."""
    wrong = []
    generated = {(region_id(alert.home), alert.id): alert for alert in said.alerts}
    everybody = [(name, code) for name, codes in REGIONS.items() for code in codes]
    with concurrent.futures.ThreadPoolExecutor(len(everybody)) as readers:
        for (name, code), got in zip(everybody, readers.map(lambda one: received(regions, one[1]), everybody)):
            if len(got) != len(set(got)):
                wrong.append(f"{code} got {len(got) - len(set(got))} more than once")
            had = {(region, alert) for region, alert, _ in got}
            for key, alert in generated.items():
                if key in had and name not in alert.regions:
                    wrong.append(f"{code} has {alert.id}, which is not for it")
                if key not in had and name in alert.regions and not alert.recalled:
                    wrong.append(f"{code} lacks {alert.id}")
            routes = {one for one in got if one[:2] not in generated}
            if len(routes) != said.received[code]:
                wrong.append(f"{code} has {len(routes)} route statements, not {said.received[code]}")
    return wrong


def received(regions, code):
    """(region of the publisher, alert id, digest) of each delivery until nothing more comes."""
    path = regions.folder / f"{agency_name(code)}-all.jsonl"
    with open(path, "wb") as out:
        reader = subprocess.Popen(regions.ctl.command(regions.profile(code), "watch", "all", "--format=json"),
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    try:
        wait_until_still(path)
    finally:
        reader.send_signal(signal.SIGINT)
        reader.wait(READY)
    deliveries = []
    for line in path.read_text("utf-8").splitlines():
        delivery = json.loads(line)
        if "digest" in delivery:
            body = body_of(delivery)
            region = body["publisher"].split("/")[2]
            deliveries.append((region, body["alert_id"], delivery["digest"]))
    return deliveries


def wait_until_still(path):
    size, since = -1, time.monotonic()
    while time.monotonic() - since < STILL:
        time.sleep(0.2)
        if path.stat().st_size != size:
            size, since = path.stat().st_size, time.monotonic()


def body_of(delivery):
    return delivery.get("statement", {}).get("statement", {}).get("body", {})


def check_recalls(regions):
    """Every region that holds what was recalled has confirmed."""
    state = {}

    def all_confirmed():
        state["confirmed"], state["missing"] = 0, []
        for name in REGIONS:
            for recall in regions.ask_softly(name, "recalls") or []:
                for holder in recall.get("holders", []):
                    if "/" in holder["holder"]:
                        continue  # A member: the run's readers confirm nothing.
                    if holder.get("outcome") == "RECALL_OUTCOME_ERASED":
                        state["confirmed"] += 1
                    else:
                        state["missing"].append(f"{holder['holder']} has not confirmed to {name}")
        return not state["missing"]

    try:
        wait_until("the confirmations", CONFIRMED_WITHIN, all_confirmed)
    except DemoError:
        pass
    print(f"  recalls: {state['confirmed']} confirmations of regions")
    return state["missing"]


def check_audit(regions):
    """The audit log of each broker is whole. The brokers are stopped."""
    wrong = []
    for name in REGIONS:
        code, _, error = regions.ctl.run(None, "audit", "verify", regions.export_audit(name))
        if code != 0:
            wrong.append(f"the audit log of {name} is not whole: {error}")
    return wrong


