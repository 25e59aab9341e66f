"""What a run left is held against what Corridor promises. Shares no code with the broker, nor with the simulation and its
checkers: it knows only what clients said and saw, what the audit logs of the regions say, and what was read back.

    check(folder) -> (what is wrong, for people; figures)

Each check_... takes the run and yields what is wrong. A run is read by Run.
"""

import base64
import collections
import hashlib
import json
import statistics

import cast
import history

PUBLISHED, IMPORTED = "AUDIT_ACT_PUBLISH", "AUDIT_ACT_IMPORT"
ERASED = 1
CAUSE_RECALL = 1
CONTENT = ("ISSUE", "REVISE")
# A figure is worked out some moments before it is read, and brokers' clocks are read in milliseconds.
LAG_MARGIN_MS = 1500


def region_of(spiffe_id):
    return spiffe_id.split("/")[2].split(".")[0]


class Said:
    """One statement, and what its publisher heard of it."""

    def __init__(self, event):
        self.id, self.digest, self.publisher = event["id"], event["digest"], event["publisher"]
        self.alert = (event["publisher"], event["alert"])
        self.revision, self.kind, self.lane = event["revision"], event["kind"], event["lane"]
        self.entitled = set(event["entitled"])
        self.home = region_of(self.publisher)
        self.regions = {self.home} | {region_of(one) for one in self.entitled}
        self.invoked = event["t"]
        self.ok = None  # The event.
        self.failed = None
        self.unknown = 0
        self.gave_up = False


class Run:
    """All that a run left in its folder."""

    def __init__(self, folder):
        self.crashed = [path.name for path in sorted((folder / "history").glob("*.clients.log"))
                        if "Traceback" in path.read_text(encoding="utf-8", errors="replace")]
        self.said = {}
        self.seen = collections.defaultdict(list)  # who -> events of that client, in order
        self.nemesis, self.lag = [], []
        self.journal = {}  # region -> [entry of an admitted statement, in order]
        self.audit = {}  # region -> whether its chain is whole, by corridorctl and by us
        self.read_back, self.recalls, self.status = {}, {}, {}
        for region in cast.REGIONS:
            for event in history.read(folder / f"history/{region}.jsonl"):
                self._add(event)
        self.nemesis = list(history.read(folder / "history/nemesis.jsonl"))
        self.lag = list(history.read(folder / "history/figures.jsonl"))
        for region in cast.REGIONS:
            self._read_region(folder / "read_back", region)
        for agency in cast.AGENCIES:
            self.read_back[agency.id] = list(history.read(folder / f"read_back/{agency.name}.jsonl"))

    def _add(self, event):
        op = event["op"]
        if op == "invoke":
            self.said[event["id"]] = Said(event)
        elif op in ("ok", "failed"):
            setattr(self.said[event["id"]], op, event)
        elif op == "unknown":
            self.said[event["id"]].unknown += 1
        elif op == "gave_up":
            self.said[event["id"]].gave_up = True
        else:
            self.seen[event["who"]].append(event)

    def _read_region(self, folder, region):
        self.journal[region] = []
        verified = json.loads((folder / f"{region}.verified.json").read_text(encoding="utf-8"))
        head, wrong = bytes(32), None if verified["whole"] else verified["said"]
        for number, line in enumerate(history.read(folder / f"{region}.audit.jsonl"), start=1):
            says, entry = line["says"], base64.b64decode(line["entry"])
            head = hashlib.sha256(b"corridor/audit/v1\0" + head + entry).digest()
            if base64.b64decode(line["head"]) != head or int(says["sequence"]) != number:
                wrong = wrong or f"entry {number} does not follow the one before"
            if says["act"] in (PUBLISHED, IMPORTED) and "refusal" not in says:
                self.journal[region].append(Entry(says))
        self.audit[region] = wrong
        self.recalls[region] = list(history.read(folder / f"{region}.recalls.jsonl"))
        self.status[region] = json.loads((folder / f"{region}.status.json").read_text(encoding="utf-8"))

    def by_digest(self):
        return {said.digest: said for said in self.said.values()}

    def alerts(self):
        """Statements of each alert, by revision."""
        alerts = collections.defaultdict(list)
        for said in self.said.values():
            alerts[said.alert].append(said)
        for all_said in alerts.values():
            all_said.sort(key=lambda one: one.revision)
        return alerts


class Entry:
    """That a statement was admitted to a journal."""

    def __init__(self, says):
        self.imported = says["act"] == IMPORTED
        self.digest = base64.b64decode(says["digest"]).hex()
        self.time_ms = int(says["timeMs"])
        self.origin = says["position"]["region"].split(".")[0]
        self.offset = int(says["position"].get("offset", 0))


def followed(alerts, said, journal):
    """Whether a later word on the same alert is in the journal: a higher revision may stand for a lower one."""
    return any(one.revision > said.revision and one.digest in journal for one in alerts[said.alert])


def recalled(alerts, said):
    return any(one.kind == "RECALL" and (one.ok or one.unknown) for one in alerts[said.alert])


# --- P1, P2, P4, P5, P10: what is in the journals.

def check_answers(run):
    for said in run.said.values():
        if said.failed:
            yield (f"{said.kind} {said.id} of {said.publisher} was refused: {said.failed['why']}")
        elif not said.ok and not said.gave_up:
            yield f"{said.kind} {said.id} of {said.publisher} was never answered"


def check_acknowledged(run):
    for region, journal in run.journal.items():
        at = {entry.digest: entry for entry in journal if not entry.imported}
        for said in run.said.values():
            if said.home != region or not said.ok:
                continue
            entry = at.get(said.digest)
            if entry is None:
                yield f"LOST: {said.kind} {said.id} was acknowledged by {region} and is not in its journal"
            elif entry.offset != said.ok["offset"]:
                yield f"{said.id} was acknowledged at {said.ok['offset']} and stands at {entry.offset} of {region}"


def check_journals(run):
    known, alerts = run.by_digest(), run.alerts()
    present = {region: collections.Counter(entry.digest for entry in journal) for region, journal in run.journal.items()}
    for region, count in present.items():
        for digest, times in count.items():
            said = known.get(digest)
            if said is None:
                yield f"INVENTED: the journal of {region} holds {digest}, which nobody said"
            elif region not in said.regions:
                yield f"LEAK: the journal of {region} holds {said.kind} {said.id}, which is for {sorted(said.regions)}"
            if times > 1:
                yield f"TWICE: the journal of {region} holds {digest} {times} times"
        for entry in run.journal[region]:
            if entry.imported and not present[entry.origin][entry.digest]:
                yield f"{region} holds {entry.digest} of {entry.origin}, which has it not"
    for said in run.said.values():
        if not present[said.home][said.digest]:
            continue
        for region in said.regions - {said.home}:
            if present[region][said.digest] or followed(alerts, said, present[region]):
                continue
            if recalled(alerts, said):
                continue  # check_recalls says who must know of it.
            yield f"MISSING: {said.kind} {said.id} of {said.home} never came to {region}"


def check_counts(run):
    for region, journal in run.journal.items():
        local = sum(not entry.imported for entry in journal)
        status = run.status[region]
        if (local, len(journal) - local) != (status["local"], status["imported"]):
            yield (f"{region} says it holds {status['local']} of its own and {status['imported']} of others; its audit log "
                   f"admitted {local} and {len(journal) - local}")


# --- P3, P4, P5, P7: what subscribers got.

def check_entitled(run):
    for who, events in everybody(run):
        for event in events:
            if event["op"] not in ("got", "read"):
                continue
            said = run.said.get(event["id"])
            if said is None or said.digest != event["digest"]:
                yield f"INVENTED: {who} got {event['id']}, which nobody said like that"
            elif member_of(who) not in said.entitled:
                yield f"LEAK: {who} got {said.kind} {said.id}, which is not for it"


def check_read_back(run):
    alerts = run.alerts()
    present = {region: {entry.digest for entry in journal} for region, journal in run.journal.items()}
    for agency in cast.AGENCIES:
        got = collections.Counter(event["id"] for event in run.read_back[agency.id])
        for said_id, times in got.items():
            if times > 1:
                yield f"TWICE: {agency.name} read {said_id} back {times} times"
        for said in run.said.values():
            if agency.id not in said.entitled or said.digest not in present[said.home] or said.kind == "RECALL":
                continue
            if got[said.id] or recalled(alerts, said) or followed(alerts, said, present[agency.region]):
                continue
            yield f"MISSING: {agency.name} cannot read {said.kind} {said.id} of {said.publisher} back"


def check_order(run):
    for who, events in everybody(run):
        first = {}
        revisions = {}
        settled = set()
        for event in events:
            if event["op"] == "settled" and event["at"]:
                settled.add(tuple(event["at"]))
            if event["op"] != "got":
                continue
            at = (event["lane"], event["offset"])
            if at in settled:
                yield f"AGAIN: {who} got {event['id']} once more after it was settled"
            if at in first:
                continue  # Handed over before, and not settled.
            first[at] = event
            last = revisions.get((who, event["lane"]), 0)
            if event["offset"] < last:
                yield f"ORDER: {who} got offset {event['offset']} of its {event['lane']} lane after {last}"
            revisions[who, event["lane"]] = max(last, event["offset"])
            of_origin = revisions.get((who, event["lane"], event["origin"]), 0)
            if event["origin_offset"] < of_origin:
                yield (f"ORDER: {who} got {event['origin_offset']} of {event['origin']} in its {event['lane']} lane after "
                       f"{of_origin}")
            revisions[who, event["lane"], event["origin"]] = max(of_origin, event["origin_offset"])
            if event["kind"] in CONTENT:
                alert = (event["publisher"], event["alert"])
                if event["revision"] < revisions.get(alert, 0):
                    yield f"BACKWARDS: {who} got revision {event['revision']} of {alert[1]} after {revisions[alert]}"
                revisions[alert] = max(event["revision"], revisions.get(alert, 0))


def check_cursors(run):
    for who, events in run.seen.items():
        before = {}
        epoch = None
        for event in events:
            if event["op"] != "attached":
                continue
            if epoch not in (None, event["epoch"]):
                yield f"{who} met another journal: epoch {event['epoch']} after {epoch}"
            epoch = event["epoch"]
            for lane, offset in event["settled_to"].items():
                if offset < before.get(lane, 0):
                    yield f"CURSOR: {who} went back from {before[lane]} to {offset} in its {lane} lane"
                before[lane] = offset


# --- P6: recalls.

def check_recalls(run):
    alerts = run.alerts()
    listed = {region: {(one["publisher"], one["alert"]): one for one in recalls if one["cause"] == CAUSE_RECALL}
              for region, recalls in run.recalls.items()}
    present = {region: {entry.digest for entry in journal} for region, journal in run.journal.items()}
    for said in run.said.values():
        if said.kind != "RECALL" or said.digest not in present[said.home]:
            continue
        for region in cast.REGIONS:
            had = any(one.kind in CONTENT and one.digest in present[region] for one in alerts[said.alert])
            if had and said.alert not in listed[region]:
                yield f"RECALL: {region} holds what {said.id} of {said.home} recalls, and knows of no recall"
            elif not had and said.alert in listed[region] and region != said.home and region not in said.regions:
                yield f"LEAK: {region} knows of recall {said.id} and never was to have what it recalls"
    for region, recalls in run.recalls.items():
        for recall in recalls:
            if recall["outcome"] != ERASED:
                yield f"RECALL: {region} has not erased what was recalled of alert {recall['alert']}"
            for holder in recall["holders"]:
                if holder["outcome"] != ERASED:
                    yield f"RECALL: {holder['holder']} has not confirmed alert {recall['alert']} to {region}"
    yield from check_recalled_holders(run, listed)


def check_recalled_holders(run, listed):
    """Whoever was handed content is a holder of its recall, is told, and gets no more of it."""
    for who, events in everybody(run, with_read_back=False):
        told = set()
        for event in events:
            alert = (event.get("publisher"), event.get("alert"))
            if event["op"] == "notice" and event["cause"] == CAUSE_RECALL:
                told.add(alert)
            elif event["op"] in ("got", "read") and event["kind"] in CONTENT and alert in told:
                yield f"RECALL: {who} got revision {event['revision']} of alert {alert[1]} after it was told to erase it"
        for alert, recall in listed[region_of(member_of(who))].items():
            had = any(event["op"] in ("got", "read") and event["kind"] in CONTENT and
                      (event["publisher"], event["alert"]) == alert for event in events)
            if had and member_of(who) not in {holder["holder"] for holder in recall["holders"]}:
                yield f"RECALL: {who} had alert {alert[1]} and is not named as a holder"
    for agency in cast.AGENCIES:
        for event in run.read_back[agency.id]:
            if event["kind"] in CONTENT and (event["publisher"], event["alert"]) in listed[agency.region]:
                yield f"RECALL: {agency.name} still reads alert {event['alert']}, which was recalled"


# --- P8, P9 and the figures.

def check_audit(run):
    for region, wrong in run.audit.items():
        if wrong:
            yield f"AUDIT: the log of {region} is not whole: {wrong}"


def check_died(run):
    for event in run.nemesis:
        if event["op"] == "died":
            yield f"DIED: the broker of {event['what']} ended by itself with {event['code']}"


def check_clients(run):
    for name in run.crashed:
        yield f"CLIENT: one met what it cannot read; see history/{name}"


def check_lag(run):
    """No figure says zero while something that was acknowledged long enough before is missing on the other side."""
    alerts = run.alerts()
    for source in cast.REGIONS:
        for target in cast.REGIONS:
            if source != target:
                yield from lies_of(run, alerts, source, target)


def lies_of(run, alerts, source, target):
    arrived = {entry.digest: entry.time_ms for entry in run.journal[target]}
    missing = {"routine": [], "urgent": []}
    for said in run.said.values():
        # What was revised, cancelled or recalled may rightly be passed over; judge what stood alone.
        if said.home != source or target not in said.regions or not said.ok or len(alerts[said.alert]) > 1:
            continue
        if said.digest in arrived:
            missing[said.lane].append((said.ok["accepted_ms"], arrived[said.digest], said.id))
    for lane in missing.values():
        lane.sort()
    for sample in run.lag:
        if sample["of"] != source:
            continue
        for link in sample["links"]:
            if link["peer"].split(".")[0] != target or link["records"] > 0:
                continue
            for accepted, came, said_id in missing[link["lane"]]:
                if accepted > sample["asked_ms"] - LAG_MARGIN_MS:
                    break
                if came > sample["answered_ms"] + LAG_MARGIN_MS:
                    yield (f"LAG: {source} said that nothing waits for {target} in its {link['lane']} lane, while {said_id} "
                           f"came there {came - sample['answered_ms']} ms later")
                    break


def everybody(run, with_read_back=True):
    yield from run.seen.items()
    if with_read_back:
        for agency in cast.AGENCIES:
            yield f"{agency.name}/read-back", [{"op": "got", **event} for event in run.read_back[agency.id]]


def member_of(who):
    """SPIFFE ID of the member that a client belongs to: "ken-desk/all"."""
    name = who.split("/")[0]
    return next(agency.id for agency in cast.AGENCIES if agency.name == name)


CHECKS = (check_answers, check_acknowledged, check_journals, check_counts, check_entitled, check_read_back, check_order,
          check_cursors, check_recalls, check_audit, check_died, check_clients, check_lag)


def figures_of(run):
    ok = [said for said in run.said.values() if said.ok]
    arrived = {region: {entry.digest: entry.time_ms for entry in journal if entry.imported}
               for region, journal in run.journal.items()}
    crossing = {"routine": [], "urgent": []}
    for said in ok:
        for region, at in arrived.items():
            if said.digest in at:
                crossing[said.lane].append(at[said.digest] - said.ok["accepted_ms"])
    figures = {
        "statements": f"{len(run.said)} said, {len(ok)} acknowledged, {sum(one.gave_up for one in run.said.values())} given up, "
                      f"{sum(one.unknown > 0 for one in run.said.values())} at some time without an answer",
        "recalls": f"{sum(one.kind == 'RECALL' for one in ok)} acknowledged",
        "deliveries": sum(event["op"] == "got" for events in run.seen.values() for event in events),
    }
    for lane, took in crossing.items():
        if len(took) >= 2:
            took.sort()
            figures[f"from acceptance to the other region's journal, {lane}"] = (
                f"{len(took)}: median {statistics.median(took):.0f} ms, 90% {took[len(took) * 9 // 10]} ms, most {took[-1]} ms")
    return figures


def check(folder):
    run = Run(folder)
    return [wrong for one in CHECKS for wrong in one(run)], figures_of(run)
