"""A live attachment to a subscription."""

import collections
import concurrent.futures
import dataclasses
import enum
import functools
import logging
import queue
import threading
import time

import grpc

from corridor.backoff import Backoff
from corridor.errors import CorridorError, ProofError, Reason, TemporaryError, make_error
from corridor.v1 import record_pb2, subscriber_pb2

_LOG = logging.getLogger("corridor")
_LANES = (record_pb2.LANE_ROUTINE, record_pb2.LANE_URGENT)
_DEFER_MAX = 600.0
# How often in the life of a lease it is extended: one lost turn does no harm.
_EXTENSIONS_PER_LEASE = 3
_HEARTBEATS_MISSED = 2.5
_LOOK_EVERY = 0.25
_TAKING_LEAVE = 2.0
# Attaching again would be answered the same way,
_FINAL_CODES = {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION",
                "UNIMPLEMENTED", "CANCELLED"}
# except for these, which an operator or a renewed certificate mends while we wait.
_MENDABLE = {Reason.REACH_SUSPENDED, Reason.IDENTITY_INVALID, Reason.CERTIFICATE_REVOKED}
_GO_AWAY = {
    subscriber_pb2.GO_AWAY_REASON_DRAINING: ("UNAVAILABLE", Reason.DRAINING),
    subscriber_pb2.GO_AWAY_REASON_TAKEN_OVER: ("FAILED_PRECONDITION", Reason.SUBSCRIPTION_IN_USE),
    subscriber_pb2.GO_AWAY_REASON_SUBSCRIPTION_DELETED: ("NOT_FOUND", Reason.NOT_FOUND),
    subscriber_pb2.GO_AWAY_REASON_NO_LONGER_AUTHORISED: ("PERMISSION_DENIED", Reason.POLICY_DENIED),
}


class Outcome(enum.IntEnum):
    """What became of the copies that a recall notice names."""

    ERASED = record_pb2.RECALL_OUTCOME_ERASED  # All are gone, also those handed on; or there never were any.
    RETAINED_UNDER_HOLD = record_pb2.RECALL_OUTCOME_RETAINED_UNDER_HOLD  # The law makes us keep them; nobody sees them.


def nothing_kept(_notice):
    """An `on_recall` for programs that keep no copy of anything they receive, and hand none on."""
    return Outcome.ERASED


class StaleLease(CorridorError):
    """The settlement came too late, or its connection was lost first: the delivery comes again if it is still due."""


@dataclasses.dataclass(frozen=True)
class SessionEvent:
    """What happens to a session, for those who show or count it.

    kind        "attached" (deliveries may come), "detached" (connection lost; `error` says why; it reconnects),
                "progress" (a heartbeat), "refused" (a delivery or notice failed verification, and `error` says why)
    error       a CorridorError, or None
    status      a SubscriptionStatus with "attached" and "progress": backlog by lane, unsettled, delivery_state
    unsettled   how many deliveries were handed over and not settled
    """

    kind: str
    error: CorridorError | None = None
    status: object = None
    unsettled: int = 0


class Delivery:
    """One handing-over of one statement, to be settled by one of ack(), nack() and defer(); only the first does anything.
    May be settled later than the handler returns, and from any thread, after keep(). Thread-safe."""

    def __init__(self, session, attachment, delivery, statement):
        self._session, self._attachment, self._lease = session, attachment, delivery.lease
        self.statement = statement  # A Statement: body, kind, digest, proof, stored.
        self.attempt = delivery.attempt  # 1 for the first handing-over since the broker's start.
        self.lane = record_pb2.Lane.Name(delivery.lane).removeprefix("LANE_")  # "ROUTINE" or "URGENT".
        self._kept = False

    def ack(self):
        """Done: never delivered again on this subscription. Returns a concurrent.futures.Future: its result() returns when
        that is durable, and raises StaleLease where it came too late."""
        return self._session._settle(self._attachment, self._lease, "acknowledged")

    def nack(self):
        """Not done: deliver again, after a delay that grows with each attempt (1 s to 10 min)."""
        self._session._settle(self._attachment, self._lease, "released")

    def defer(self, seconds):
        """Not done: deliver again after so many seconds, up to 600 (a longer delay is cut)."""
        self._session._settle(self._attachment, self._lease, "deferred", seconds)

    def keep(self):
        """It is settled later: without this, what a handler leaves unsettled is released as by nack()."""
        self._kept = True


class Session:
    """Hands over what a subscription gets, one by one, in the order of its lane; reconnects with growing, jittered pauses
    and resumes where settlements ended. Each statement is handed over at least once; a program that must not act twice
    keeps Statement.digest with its own result, in one transaction. Made by Subscriber.session().

        def handle(delivery):
            store(delivery.statement)
            delivery.ack()

        session = subscriber.session("all", handle, on_recall=erase)
        signal.signal(signal.SIGTERM, lambda *_: session.stop())
        session.run()

    handler(delivery)    Runs on the thread of run(). What it raises is logged by its type alone, and the delivery released.
    on_recall(notice)    A RecallNotice names content that must go: erase every copy, also what was handed on, then return
                         Outcome.ERASED or RETAINED_UNDER_HOLD; None: not yet, it comes again with the next attachment,
                         and Subscriber.confirm_recalls() confirms it meanwhile. What is not confirmed in time is named
                         overdue to the publisher. The answer is for every copy that the principal has: programs that keep
                         copies apart need principals of their own. Runs like the handler, before any delivery that came
                         after it.
    on_event(event)      A SessionEvent. Runs on a thread of the session; must not block.

    Content is verified before the handler sees it (Subscriber.open()). What fails is released and told as "refused".

    Bounds: at most `window_messages` deliveries and `window_bytes` bytes per lane are handed over and not settled; that is
    what the session keeps in memory. A lease is extended for as long as the delivery is unsettled, `handling_max` seconds
    at most (an hour is the broker's cap); then it comes again, and settling it is answered with StaleLease.

    A broker that is silent for two heartbeats and a half is given up, as is one that does not answer for `attach_timeout`.

    It ends for good, by an exception of run(), when another session took over (StateError, SUBSCRIPTION_IN_USE), the
    subscription is gone (NotFoundError), the caller may not read (NotAllowedError), or the request is wrong
    (InvalidError).

    Thread safety: run() once, on one thread. stop() from any thread, a handler or a signal handler.
    """

    def __init__(self, connection, subscription, open_statement, handler, on_recall, *, on_event=None, client_name=None,
                 window_messages=256, window_bytes=8 << 20, handling_max=600.0, attach_timeout=20.0, backoff=None):
        self._connection, self._subscription, self._open = connection, subscription, open_statement
        self._handler, self._on_recall, self._on_event = handler, on_recall, on_event or (lambda event: None)
        self._client_name = client_name or connection.options.client_name
        self._windows = dict.fromkeys(_LANES, (window_messages, window_bytes))
        self._handling_max, self._attach_timeout = handling_max, attach_timeout
        self._backoff = backoff or Backoff()
        self._changed = threading.Condition()  # Guards all below.
        self._work = collections.deque()  # Bounded by the windows.
        self._attachment = None
        self._stop_at = None
        self._ended = False
        self._failure = None

    def run(self):
        """Works until stop(), or until it ends for good. Returns how many deliveries were handed over and not settled for
        good: they come again. Raises the CorridorError that ended it."""
        threads = [threading.Thread(target=target, name=f"corridor-{name}", daemon=True)
                   for name, target in (("attach", self._stay_attached), ("watch", self._watch))]
        for thread in threads:
            thread.start()
        try:
            while (work := self._next_work()) is not None:
                work()
        finally:
            left = self._finish(threads[0])
            for thread in threads:
                thread.join(self._attach_timeout)
        if self._failure is not None:
            raise self._failure
        return left

    def stop(self, grace=5.0):
        """Takes nothing more, lets what is handed over be settled, and recalls be confirmed, for up to `grace` seconds, then
        ends run(). Does not wait. Deliveries that wait for their turn are given back."""
        with self._changed:
            if self._stop_at is None:
                self._stop_at = time.monotonic() + grace
                self._windows = dict.fromkeys(_LANES, (0, 0))
                self._send_windows()
            self._changed.notify_all()

    def set_window(self, lane, messages, bytes):
        """Changes how much may be handed over and not settled in a lane ("ROUTINE", "URGENT"); 0 messages pauses it."""
        with self._changed:
            if self._stop_at is None:
                self._windows[record_pb2.Lane.Value(f"LANE_{lane}")] = (messages, bytes)
                self._send_windows()

    # --- The thread of run().

    def _next_work(self):
        """What is to be done next; None at the end."""
        with self._changed:
            while True:
                if self._ended:
                    return None
                if self._stop_at is not None:
                    self._give_back()
                    wait = self._stop_at - time.monotonic()
                    if wait <= 0 or self._attachment is None or not (self._work or self._attachment.is_busy()):
                        return None
                if self._work:
                    return self._work.popleft()
                self._changed.wait(None if self._stop_at is None else wait)

    def _give_back(self):
        """Releases deliveries that nobody has seen. Notices keep their turn."""
        for work in [one for one in self._work if one.func == self._hand_over]:
            self._work.remove(work)
            self._settle(work.args[0], work.args[1].lease, "released")

    def _hand_over(self, attachment, delivery):
        if attachment.over:
            return  # It comes again.
        try:
            statement = self._open(delivery.statement)
        except ProofError as error:
            self._settle(attachment, delivery.lease, "released")
            return self._tell(SessionEvent("refused", error))
        handed = Delivery(self, attachment, delivery, statement)
        try:
            self._handler(handed)
        except Exception as error:  # Whatever it is, the session goes on and the delivery comes again.
            _LOG.error("a handler failed: %s; its delivery is released", type(error).__name__)
            handed.nack()
        if not handed._kept:
            handed.nack()

    def _hand_notice(self, attachment, notice):
        if notice.HasField("recall"):
            try:
                self._open(notice.recall)
            except ProofError as error:
                return self._tell(SessionEvent("refused", error))
        try:
            outcome = self._on_recall(notice)
        except Exception as error:  # Not confirmed, it comes again.
            _LOG.error("a recall handler failed: %s; its notice is not confirmed", type(error).__name__)
            return
        if outcome is None:
            return
        request = subscriber_pb2.AttachRequest()
        request.recall_confirmations.confirmations.add(notice_id=notice.notice_id, outcome=outcome)
        with self._changed:
            attachment.confirming.add(notice.notice_id)
            attachment.send(request)

    def _finish(self, attaching):
        """Ends the attachment. Answers how much of it was not settled."""
        with self._changed:
            self._ended = True
            attachment, left = self._attachment, 0
            if attachment is not None:
                left = attachment.unsettled()
            self._changed.notify_all()
        if attachment is not None:
            attachment.requests.put(None)  # What was said before it still arrives,
            attaching.join(_TAKING_LEAVE)  # and the broker ends the stream.
            attachment.end()
        return left

    # --- The thread that attaches, and reads.

    def _stay_attached(self):
        while not self._is_over():
            try:
                self._attach()
                error = make_error("UNAVAILABLE", "the broker closed the session")
            except CorridorError as raised:
                error = raised
            if self._is_over():
                return
            if error.code in _FINAL_CODES and error.reason not in _MENDABLE:
                with self._changed:
                    self._failure, self._ended = error, True
                    self._changed.notify_all()
                return
            self._pause(self._backoff.next(error.retry_delay))

    def _attach(self):
        """One attachment from its beginning to its end. CorridorError: why it ended."""
        attachment = _Attachment(self._attach_timeout)
        attachment.send(subscriber_pb2.AttachRequest(start={
            "subscription": self._subscription, "client_name": self._client_name}))
        error = None
        with self._changed:
            self._attachment = attachment
            self._send_windows()
        try:
            call = self._connection.stream("Subscriber", "Attach", iter(attachment.requests.get, None))
            attachment.begin(call)
            for response in call:
                self._take(attachment, response)
        except grpc.RpcError as raised:
            error = self._connection.told(raised)
        except CorridorError as raised:
            error = raised
        finally:
            lost = self._lose(attachment)
        if attachment.silent:
            error = TemporaryError("UNAVAILABLE", "the broker was silent")
        elif attachment.go_away is not None:
            code, reason = _GO_AWAY.get(attachment.go_away.reason, ("UNAVAILABLE", ""))
            error = make_error(code, attachment.go_away.message, reason=reason)
        if not self._is_over():
            self._tell(SessionEvent("detached", error, unsettled=lost))
        if error is not None:
            raise error

    def _take(self, attachment, response):
        what = response.WhichOneof("response")
        told, confirmed = None, []
        with self._changed:
            attachment.heard_at = time.monotonic()
            if what == "started":
                attachment.start(response.started)
                self._backoff.reset()
                told = SessionEvent("attached", status=response.started.status)
            elif what == "deliveries":
                for delivery in response.deliveries.deliveries:
                    attachment.held[delivery.lease] = _Lease(attachment.heard_at)
                    self._work.append(functools.partial(self._hand_over, attachment, delivery))
            elif what == "recall_notices":
                for notice in response.recall_notices.notices:
                    self._work.append(functools.partial(self._hand_notice, attachment, notice))
            elif what == "recalls_confirmed":
                attachment.confirming.difference_update(response.recalls_confirmed.notice_ids)
            elif what == "settled":
                confirmed = attachment.settled(response.settled)
            elif what == "heartbeat":
                told = SessionEvent("progress", status=response.heartbeat.status, unsettled=attachment.unsettled())
            elif what == "go_away":
                attachment.go_away = response.go_away
            self._changed.notify_all()
        for future, error in confirmed:
            _resolve(future, error)
        if told:
            self._tell(told)

    def _lose(self, attachment):
        """What was not settled comes again, to the next attachment. Answers how much that is."""
        with self._changed:
            attachment.over = True
            if self._attachment is attachment:
                self._attachment = None
            unsettled = attachment.unsettled()
            unconfirmed = list(attachment.unconfirmed.values())
            attachment.held.clear()
            attachment.unconfirmed.clear()
            # Deliveries of it that wait for their turn come again; notices stand.
            self._work = collections.deque(work for work in self._work
                                           if work.func != self._hand_over or work.args[0] is not attachment)
            self._changed.notify_all()
        attachment.end()
        for future in unconfirmed:
            _resolve(future, "the connection was lost first; the delivery may come again")
        return unsettled

    # --- The thread that watches.

    def _watch(self):
        """Notices silence, and extends leases."""
        while not self._is_over():
            silent = None
            with self._changed:
                attachment, now = self._attachment, time.monotonic()
                if attachment is not None:
                    attachment.extend(now, self._handling_max)
                    if now - attachment.heard_at > attachment.silence_max:
                        silent = attachment
            if silent is not None:
                silent.silent = True
                silent.end()
            self._pause(_LOOK_EVERY)

    # --- From any thread.

    def _settle(self, attachment, lease, how, delay=0.0):
        """Says what became of a delivery, once. The Future of an acknowledgement, else None."""
        future = concurrent.futures.Future() if how == "acknowledged" else None
        stale = True
        with self._changed:
            if not attachment.over and attachment.held.pop(lease, None) is not None:
                stale = False
                if future is not None:  # Only acknowledgements are answered.
                    attachment.unconfirmed[lease] = future
                attachment.send(_settlement(lease, how, delay))
            self._changed.notify_all()
        if stale:
            _resolve(future, "settled before, or too late; the delivery comes again if it is still due")
        return future

    def _send_windows(self):
        if self._attachment is None:
            return
        for lane, (messages, size) in self._windows.items():
            self._attachment.send(subscriber_pb2.AttachRequest(
                window={"lane": lane, "messages": messages, "bytes": size}))

    def _tell(self, event):
        if event.error is not None:
            _LOG.info("session on %s: %s: %s", self._subscription, event.kind, event.error)
        try:
            self._on_event(event)
        except Exception as error:  # Who watches must not end what is watched.
            _LOG.error("an event handler failed: %s", type(error).__name__)

    def _is_over(self):
        with self._changed:
            return self._ended

    def _pause(self, seconds):
        until = time.monotonic() + seconds
        with self._changed:
            while not self._ended and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)


class _Lease:
    """One delivery that is not settled here yet."""

    def __init__(self, now):
        self.begun_at = now
        self.extended_at = now


class _Attachment:
    """What one attachment has, and loses with its connection. Guarded by its session's lock."""

    def __init__(self, attach_timeout):
        self.requests = queue.SimpleQueue()  # Bounded by the windows: a settlement for each delivery.
        self.call = None
        self.heard_at = time.monotonic()
        self.silence_max = attach_timeout
        self.lease = 0.0  # Seconds; 0: leases are not extended.
        self.held = {}  # Lease -> _Lease.
        self.unconfirmed = {}  # Acknowledged lease -> Future.
        self.confirming = set()  # Notices whose confirmation is not durable yet.
        self.go_away = None
        self.silent = False
        self.over = False
        self.ended = False

    def begin(self, call):
        self.call = call
        if self.ended:
            call.cancel()

    def start(self, started):
        self.silence_max = max(started.heartbeat_interval_ms / 1000, 0.1) * _HEARTBEATS_MISSED
        self.lease = started.lease_ms / 1000

    def send(self, request):
        if not self.over:
            self.requests.put(request)

    def unsettled(self):
        return len(self.held) + len(self.unconfirmed)

    def is_busy(self):
        return bool(self.held or self.unconfirmed or self.confirming)

    def settled(self, result):
        """[(future, why it is stale or None)] of what the broker has decided."""
        decided = [(self.unconfirmed.pop(lease, None), None) for lease in result.settled]
        for lease in result.stale:
            self.held.pop(lease, None)  # It could not be extended.
            decided.append((self.unconfirmed.pop(lease, None), "settled too late; the delivery comes again"))
        return decided

    def extend(self, now, handling_max):
        if not self.lease:
            return
        request = subscriber_pb2.AttachRequest()
        for lease, held in self.held.items():
            if now - held.extended_at >= self.lease / _EXTENSIONS_PER_LEASE and now - held.begun_at < handling_max:
                held.extended_at = now
                request.settlement.extended.append(lease)
        if request.settlement.extended:
            self.send(request)

    def end(self):
        """Ends the call; may be said again."""
        self.ended = True
        self.requests.put(None)
        if self.call is not None:
            self.call.cancel()


def _settlement(lease, how, delay):
    request = subscriber_pb2.AttachRequest()
    if how == "deferred":
        request.settlement.deferred.add(lease=lease, delay_ms=int(min(max(delay, 0.0), _DEFER_MAX) * 1000))
    else:
        getattr(request.settlement, how).append(lease)
    return request


def _resolve(future, why_stale):
    if future is None:
        return
    if why_stale is None:
        future.set_result(None)
    else:
        future.set_exception(StaleLease("FAILED_PRECONDITION", why_stale, reason=Reason.LEASE_STALE.value))
