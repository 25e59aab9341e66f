"""Subscribers of several kinds. Each notes all that it is handed, and confirms what it is told to erase."""

import hashlib
import queue
import random
import threading
import time

import grpc

import protos

LANES = {1: "routine", 2: "urgent"}
SILENCE_MAX = 11  # Two heartbeats missed.
AGAIN = 0.5
SLOW_STEP = 0.2
RELEASED = 0.05
BREAKS_AFTER = (50, 400)


class Subscriber(threading.Thread):
    def __init__(self, reader, channel, history, seed):
        super().__init__(name=f"subscriber {reader.agency.name}/{reader.name}", daemon=True)
        self.reader, self.channel, self.history = reader, channel, history
        self.dice = random.Random(f"{seed}/{reader.agency.name}/{reader.name}")
        self.types, self.records = protos.module("subscriber"), protos.module("record")
        self.over = threading.Event()
        self.who = f"{reader.agency.name}/{reader.name}"
        self.session = 0
        self.call = None
        self.heard = 0.0

    def note(self, op, **fields):
        self.history.add(op, who=self.who, session=self.session, **fields)

    def run(self):
        threading.Thread(target=self._watch_silence, daemon=True).start()
        while not self.over.is_set():
            self.session += 1
            why = "ended"
            try:
                self._attach()
            except grpc.RpcError as error:
                why = error.code().name
            self.note("detached", why=why)
            self.over.wait(AGAIN)

    def stop(self):
        self.over.set()
        if self.call:
            self.call.cancel()

    def _watch_silence(self):
        while not self.over.wait(1):
            if self.call and time.monotonic() - self.heard > SILENCE_MAX:
                self.call.cancel()

    def _attach(self):
        window = 20 if self.reader.kind == "slow" else 500
        self.out = queue.Queue()
        self.leases, self.held = {}, []
        self.breaks_after = self.dice.randint(*BREAKS_AFTER) if self.reader.kind == "broken" else None
        start = self.types.AttachRequest()
        start.start.subscription = f"subscriptions/{self.reader.name}"
        self.out.put(start)
        for lane in LANES:
            request = self.types.AttachRequest()
            request.window.lane, request.window.messages, request.window.bytes = lane, window, 8 << 20
            self.out.put(request)
        self.heard = time.monotonic()
        call = protos.method(self.channel, "Subscriber", "Attach", self.types.AttachRequest,
                             self.types.AttachResponse, "stream_stream")(iter(self.out.get, None))
        self.call = call
        settler = None
        if self.reader.kind == "slow":
            settler = threading.Thread(target=self._settle_slowly, args=(call,), daemon=True)
            settler.start()
        try:
            for response in call:
                self.heard = time.monotonic()
                if self._take(response):
                    call.cancel()
                    return
        finally:
            self.out.put(None)
            self.call = None
            call.cancel()
            if settler:
                settler.join()

    def _take(self, response):
        """True when the connection is to be dropped now."""
        what = response.WhichOneof("response")
        if what == "started":
            self.note("attached", epoch=response.started.epoch, **progress(response.started.status))
        elif what == "deliveries":
            return self._deliveries(response.deliveries.deliveries)
        elif what == "settled":
            self._settled(response.settled)
        elif what == "recall_notices":
            self._notices(response.recall_notices.notices)
        elif what == "recalls_confirmed":
            for number in response.recalls_confirmed.notice_ids:
                self.note("confirmed", notice=number)
        return False

    def _deliveries(self, deliveries):
        for delivery in deliveries:
            self.leases[delivery.lease] = (LANES[delivery.lane], delivery.statement.position.offset)
            self.note("got", attempt=delivery.attempt, lane=LANES[delivery.lane], **facts_of(delivery.statement))
        if self.breaks_after is not None:
            self.breaks_after -= len(deliveries)
            if self.breaks_after <= 0:
                return True
        leases = [delivery.lease for delivery in deliveries]
        if self.reader.kind == "slow":
            self.held.extend(leases)
        else:
            self._settle(leases)
        return False

    def _settle(self, acknowledged, released=()):
        if acknowledged or released:
            request = self.types.AttachRequest()
            request.settlement.acknowledged.extend(acknowledged)
            request.settlement.released.extend(released)
            for lease in released:
                self.note("released", at=self.leases.get(lease))
            self.out.put(request)

    def _settle_slowly(self, call):
        while call.is_active():
            time.sleep(SLOW_STEP)
            held, self.held = self.held, []
            released = [lease for lease in held if self.dice.random() < RELEASED]
            self._settle([lease for lease in held if lease not in released], released)

    def _settled(self, result):
        for op, leases in (("settled", result.settled), ("stale", result.stale)):
            for lease in leases:
                self.note(op, at=self.leases.pop(lease, None))

    def _notices(self, notices):
        request = self.types.AttachRequest()
        for notice in notices:
            self.note("notice", **notice_facts(notice))
            request.recall_confirmations.confirmations.add(
                notice_id=notice.notice_id, outcome=self.records.RECALL_OUTCOME_ERASED)
        self.out.put(request)


class Feed(threading.Thread):
    """A machine that never attaches: it lists alerts and the notices that wait for it."""

    def __init__(self, principal, channel, history):
        super().__init__(name=f"feed {principal}", daemon=True)
        self.who, self.channel, self.history = principal.split("/agency/")[1], channel, history
        self.types, self.records = protos.module("subscriber"), protos.module("record")
        self.over = threading.Event()
        self.seen = set()

    def run(self):
        while not self.over.wait(1):
            try:
                self._look()
            except grpc.RpcError:
                pass

    def stop(self):
        self.over.set()

    def _call(self, name, request, response):
        return protos.method(self.channel, "Subscriber", name, request, response)(request, timeout=10)

    def _look(self):
        listed = self._call("ListAlerts", self.types.ListAlertsRequest(page_size=100), self.types.ListAlertsResponse)
        for alert in listed.alerts:
            if not alert.HasField("current"):
                continue
            facts = facts_of(alert.current)
            if facts["id"] not in self.seen:
                self.seen.add(facts["id"])
                self.history.add("read", who=self.who, **facts)
        while True:
            page = self._call("ListRecallNotices", self.types.ListRecallNoticesRequest(),
                              self.types.ListRecallNoticesResponse)
            if not page.notices:
                return
            request = self.types.ConfirmRecallsRequest()
            for notice in page.notices:
                self.history.add("notice", who=self.who, **notice_facts(notice))
                request.confirmations.confirmations.add(notice_id=notice.notice_id,
                                                        outcome=self.records.RECALL_OUTCOME_ERASED)
            self._call("ConfirmRecalls", request, self.types.ConfirmRecallsResponse)
            for notice in page.notices:
                self.history.add("confirmed", who=self.who, notice=notice.notice_id)


def facts_of(stored):
    """Of a statement as a reader has it; its digest is computed here, from what came."""
    body = protos.module("statement").StatementBody.FromString(stored.statement.body)
    digest = hashlib.sha256(
        b"corridor/statement/v1\0" + stored.statement.routing_hash +
        hashlib.sha256(stored.statement.body_salt + stored.statement.body).digest()).hexdigest()
    kind = (body.WhichOneof("kind") or "nothing").upper()
    return {"id": body.statement_id.hex(), "digest": digest, "publisher": body.publisher, "alert": body.alert_id.hex(),
            "revision": body.revision, "kind": kind, "offset": stored.position.offset,
            "epoch": stored.position.epoch, "origin": stored.acceptance.position.region,
            "origin_offset": stored.acceptance.position.offset}


def notice_facts(notice):
    return {"notice": notice.notice_id, "cause": notice.cause, "publisher": notice.publisher,
            "alert": notice.alert_id.hex(), "statements": [one.hex() for one in notice.statement_ids]}


def progress(status):
    return {"settled_to": {LANES[lane.lane]: lane.settled_offset for lane in status.lanes},
            "cursor": {LANES[lane.lane]: lane.cursor_offset for lane in status.lanes}}
