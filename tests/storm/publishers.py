"""Publishers: each says statements at a pace, and says again what was not answered, with the same id."""

import collections
import queue
import random
import threading
import time

import grpc

import protos
from statements import Author

STEP = 0.1
BATCH_MAX = 16
UNDECIDED_MAX = 512
NO_ANSWER = 20
# How often what comes next is not a new alert, and what then.
NEXT = (("ISSUE", 80), ("REVISE", 9), ("CANCEL", 4), ("RECALL", 7))
GIVES_UP = 0.03
RETRY_CODES = {grpc.StatusCode.DEADLINE_EXCEEDED.value[0], grpc.StatusCode.UNAVAILABLE.value[0],
               grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]}
OLD_MAX = 2000


class Publisher(threading.Thread):
    def __init__(self, agency, channel, key_path, history, rate, seed):
        super().__init__(name=f"publisher {agency.name}", daemon=True)
        self.agency, self.channel, self.history, self.rate = agency, channel, history, rate
        self.dice = random.Random(f"{seed}/{agency.name}")
        self.author = Author(agency, key_path, self.dice)
        self.types = protos.module("publisher")
        self.undecided = collections.OrderedDict()  # id -> (said, thread of the alert)
        self.standing = []  # Alerts whose last word was accepted.
        self.tried = set()
        self.quiet = threading.Event()
        self.lock = threading.Lock()
        self._next_at = time.monotonic()

    # --- What to say.

    def due(self):
        """New statements for the time that has passed; none where too much is undecided, or all is to be quiet."""
        now = time.monotonic()
        if self.quiet.is_set() or len(self.undecided) >= UNDECIDED_MAX:
            self._next_at = now
            return []
        count = int((now - self._next_at) * self.rate)
        if count == 0:
            return []
        self._next_at += count / self.rate
        self._next_at = max(self._next_at, now - 1)
        return [self.make() for _ in range(min(count, int(self.rate) + 1))]

    def make(self):
        kind = self.dice.choices([kind for kind, _ in NEXT], [weight for _, weight in NEXT])[0]
        with self.lock:
            thread = self._take_standing() if kind != "ISSUE" else None
            if thread:
                said = self.author.say(thread, kind)
            else:
                thread, said = self.author.issue()
            self.undecided[said.id] = (said, thread)
        self.history.add("invoke", **said.facts)
        return said

    def _take_standing(self):
        if not self.standing:
            return None
        place = self.dice.randrange(len(self.standing))
        self.standing[place], self.standing[-1] = self.standing[-1], self.standing[place]
        return self.standing.pop()

    # --- What came of it.

    def decide(self, said_id, result):
        """One result of the broker; True when that is final."""
        with self.lock:
            said, thread = self.undecided.get(said_id, (None, None))
            if said is None:
                return True
            if result.WhichOneof("result") == "error" and result.error.code in RETRY_CODES:
                self.history.add("unknown", id=said_id, code=result.error.code, why=result.error.message[:80])
                return False
            del self.undecided[said_id]
            if result.WhichOneof("result") == "error":
                self.history.add("failed", id=said_id, code=result.error.code, why=result.error.message[:200])
                return True
            acceptance = result.receipt.acceptance
            self.history.add("ok", id=said_id, offset=acceptance.position.offset, epoch=acceptance.position.epoch,
                             accepted_ms=acceptance.accept_time_ms, repeated=result.receipt.repeated)
            if said.facts["kind"] in ("ISSUE", "REVISE"):
                self.standing.append(thread)
                if len(self.standing) > OLD_MAX:
                    self.standing.pop(0)
            return True

    def unanswered(self, said_ids, why):
        for said_id in said_ids:
            self.history.add("unknown", id=said_id, why=why)
            first_time = said_id not in self.tried
            self.tried.add(said_id)
            if first_time and self.dice.random() < GIVES_UP:
                with self.lock:
                    if self.undecided.pop(said_id, None):
                        self.history.add("gave_up", id=said_id)

    def waiting(self):
        with self.lock:
            return [said for said, _ in self.undecided.values()]

    def is_finished(self):
        return self.quiet.is_set() and not self.undecided


class BatchPublisher(Publisher):
    """One call at a time, with all that has come up since."""

    def run(self):
        publish = protos.method(self.channel, "Publisher", "Publish", self.types.PublishRequest,
                                self.types.PublishResponse)
        while not self.is_finished():
            self.due()
            batch = self.waiting()[:BATCH_MAX]
            if not batch:
                time.sleep(STEP)
                continue
            try:
                answer = publish(self.types.PublishRequest(statements=[said.message for said in batch]),
                                 timeout=NO_ANSWER)
                results = [self.decide(said.id, result) for said, result in zip(batch, answer.results)]
                time.sleep(0 if all(results) else STEP)
            except grpc.RpcError as error:
                self.unanswered([said.id for said in batch], error.code().name)
                time.sleep(STEP)


class PipelinePublisher(Publisher):
    """A stream of requests that are not waited for."""

    def run(self):
        while not self.is_finished():
            self._stream()
            time.sleep(STEP)

    def _stream(self):
        requests, ended = queue.Queue(), threading.Event()
        self.sent, self.heard = {}, time.monotonic()
        call = protos.method(self.channel, "Publisher", "PublishStream", self.types.PublishRequest,
                             self.types.PublishResponse, "stream_stream")(iter(requests.get, None))
        threading.Thread(target=self._read, args=(call, ended), daemon=True).start()
        number = 0
        while not ended.is_set() and not self.is_finished():
            self.due()
            left = self._not_under_way()
            while left:
                number += 1
                with self.lock:
                    self.sent[number] = [said.id for said in left[:8]]
                requests.put(self.types.PublishRequest(statements=[said.message for said in left[:8]],
                                                       request_sequence=number))
                left = left[8:]
            if not self.sent:
                self.heard = time.monotonic()
            if time.monotonic() - self.heard > NO_ANSWER:
                call.cancel()
            ended.wait(STEP)
        requests.put(None)
        call.cancel()
        ended.wait()
        self.unanswered([said_id for batch in self.sent.values() for said_id in batch], "stream ended")

    def _not_under_way(self):
        with self.lock:
            under_way = {said_id for batch in self.sent.values() for said_id in batch}
        return [said for said in self.waiting() if said.id not in under_way]

    def _read(self, call, ended):
        try:
            for answer in call:
                self.heard = time.monotonic()
                for said_id, result in zip(self.sent.get(answer.request_sequence, ()), answer.results):
                    self.decide(said_id, result)
                with self.lock:
                    self.sent.pop(answer.request_sequence, None)
        except grpc.RpcError:
            pass
        ended.set()


KINDS = {"batch": BatchPublisher, "pipeline": PipelinePublisher}
