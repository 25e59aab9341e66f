"""After the faults: waits until everything is where it should be, and writes down what is there."""

import concurrent.futures
import json
import queue
import time

import grpc

import cast
import protos
from federation import wait_until
from subscribers import LANES, facts_of

DRAIN = 300
CONFIRM = 90
NAME = "read-back"


def drain(federation):
    """Waits until links are up, nothing waits for a peer, and every subscription has come to the end."""
    for name in cast.REGIONS:
        federation.wait_serving(name)
    wait_until("all links after the faults", DRAIN, lambda: softly(federation.is_linked))
    wait_until("no lag on any link", DRAIN, lambda: softly(lambda: federation.lag() == 0))
    for name in cast.REGIONS:
        wait_until(f"the subscriptions of {name}", DRAIN, lambda name=name: softly(lambda: is_read(federation, name)))
    # The checkers name who has not confirmed.
    wait_until("every holder's confirmation", CONFIRM, lambda: softly(lambda: all_confirmed(federation)), or_go_on=True)


def all_confirmed(federation):
    return all(holder.outcome and recall.outcome
               for name in cast.REGIONS for recall in federation.recalls(name) for holder in recall.holders)


def softly(ask):
    try:
        return ask()
    except grpc.RpcError:
        return None


def is_read(federation, name):
    status = federation.status(name)
    return all(one.status.unsettled == 0 and all(lane.settled_offset >= lane.head_offset for lane in one.status.lanes)
               for one in status.subscriptions)


def collect(federation, folder):
    into = folder / "read_back"
    into.mkdir()
    with concurrent.futures.ThreadPoolExecutor(len(cast.AGENCIES)) as readers:
        list(readers.map(lambda agency: write_all(federation, agency, into), cast.AGENCIES))
    for name in cast.REGIONS:
        status = federation.status(name)
        with open(into / f"{name}.recalls.jsonl", "w", encoding="utf-8") as file:
            for recall in federation.recalls(name):
                file.write(json.dumps({
                    "cause": recall.cause, "publisher": recall.publisher, "alert": recall.alert_id.hex(),
                    "outcome": recall.outcome,
                    "holders": [{"holder": one.holder, "outcome": one.outcome} for one in recall.holders]}) + "\n")
        (into / f"{name}.status.json").write_text(json.dumps({
            "local": status.local_records, "imported": status.imported_records, "head": status.head_offset,
            "epoch": status.epoch}), encoding="utf-8")
        audit = into / f"{name}.audit.jsonl"
        with open(audit, "w", encoding="utf-8") as file:
            federation.ctl("audit", "export", profile=federation.operator_profile(name), into=file)
        try:
            said, whole = federation.ctl("audit", "verify", audit), True
        except Exception as error:  # What it says goes to the checkers.
            said, whole = str(error), False
        (into / f"{name}.verified.json").write_text(json.dumps({"whole": whole, "said": said}), encoding="utf-8")


def write_all(federation, agency, into):
    with open(into / f"{agency.name}.jsonl", "w", encoding="utf-8") as file:
        for facts in read_all(federation, agency):
            file.write(json.dumps(facts) + "\n")


def read_all(federation, agency):
    """All that a new subscription of the agency gets from the oldest on, in the order it came."""
    subscriber, subscription = protos.module("subscriber"), protos.module("subscription")
    with federation.channel(agency.region, agency.name) as channel:
        wanted = subscription.Subscription(name=f"subscriptions/{NAME}", start_from=subscription.START_FROM_OLDEST)
        protos.method(channel, "Subscriber", "CreateSubscription", subscriber.CreateSubscriptionRequest,
                      subscription.Subscription)(subscriber.CreateSubscriptionRequest(subscription=wanted), timeout=60, wait_for_ready=True)
        out = queue.Queue()
        out.put(subscriber.AttachRequest(start=subscriber.SessionStart(subscription=wanted.name)))
        for lane in LANES:
            out.put(subscriber.AttachRequest(window=subscriber.SessionWindow(lane=lane, messages=5000, bytes=32 << 20)))
        call = protos.method(channel, "Subscriber", "Attach", subscriber.AttachRequest, subscriber.AttachResponse,
                             "stream_stream")(iter(out.get, None), timeout=DRAIN)
        begun = time.monotonic()
        for response in call:
            what = response.WhichOneof("response")
            if what == "deliveries":
                settlement = subscriber.Settlement()
                for delivery in response.deliveries.deliveries:
                    settlement.acknowledged.append(delivery.lease)
                    yield {"lane": LANES[delivery.lane], **facts_of(delivery.statement)}
                out.put(subscriber.AttachRequest(settlement=settlement))
            elif what == "heartbeat" and all(
                    lane.settled_offset >= lane.head_offset for lane in response.heartbeat.status.lanes):
                break
            if time.monotonic() - begun > DRAIN:
                raise TimeoutError(f"{agency.name} never came to the end")
        out.put(None)
        call.cancel()
