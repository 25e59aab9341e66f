"""The way out: subscriptions, alerts as they stand, recall notices, and sessions."""

import dataclasses

from corridor import proofs
from corridor.errors import ProofError
from corridor.session import Session
from corridor.trust import Proof, SignerCheck
from corridor.v1 import record_pb2, statement_pb2, subscriber_pb2, subscription_pb2


@dataclasses.dataclass(frozen=True)
class Statement:
    """One statement as a reader has it, its bytes verified."""

    body: statement_pb2.StatementBody  # What it says.
    kind: str  # "ISSUE", "REVISE", "CANCEL", "RECALL", "SIGHTING" or "RESPONSE".
    digest: bytes  # Its digest: 32 bytes. The same statement always has the same.
    proof: Proof  # How sure it is who said it.
    stored: record_pb2.StoredStatement  # As it came: exact bytes, proofs, position here and at its origin.

    @property
    def accept_time_ms(self):
        """When its origin accepted it: milliseconds since the Unix epoch. (A publisher's own clock proves nothing.)"""
        return self.stored.acceptance.accept_time_ms

    @property
    def content(self):
        """The AlertContent of an ISSUE or REVISE, else None."""
        return getattr(self.body, self.kind.lower()).content if self.kind in ("ISSUE", "REVISE") else None


@dataclasses.dataclass(frozen=True)
class Alert:
    """One alert as it stands."""

    publisher: str  # SPIFFE ID. With alert_id it names the alert.
    alert_id: bytes
    revision: int  # The highest known.
    state: str  # "ACTIVE", "CANCELLED", "RECALLED", "EXPIRED" or "QUARANTINED".
    current: Statement | None  # Its latest ISSUE or REVISE. None where its content is erased or withheld.
    closing: Statement | None  # The CANCEL or RECALL that closed it.


class Subscriber:
    """Reads what the caller may have; what it may not have looks absent.

        subscriber = Subscriber(connection)
        subscriber.create("all")
        for alert in subscriber.alerts():
            print(alert.current.body.publisher, alert.state)

    `trust`: a PublisherTrust, to prove publishers by their own regions' roots. `proof_min`: what a statement is worth at
    least; what is worth less is refused (ProofError). A proof that does not verify is refused always.

    Who only calls, and never attaches, asks recall_notices() whenever `connection.recalls_pending` is not 0, erases what
    they name, and confirms.

    Thread safety: thread-safe.
    """

    def __init__(self, connection, *, trust=None, proof_min=Proof.KEY_UNKNOWN):
        self._connection, self._proof_min = connection, proof_min
        self._signers = SignerCheck(connection, trust)

    # --- Subscriptions.

    def create(self, name, filter=None, **fields):
        """Creates a subscription, for everything where no Filter is given; the fields are those of `subscription.proto`
        (include_non_actual=True, start_from="START_FROM_OLDEST", ...). Creating the same again returns it.
        ConflictError: there is another of that name."""
        return self._call("CreateSubscription", subscriber_pb2.CreateSubscriptionRequest(
            subscription=subscription_pb2.Subscription(name=full_name(name), filter=filter, **fields)))

    def get(self, name):
        """(Subscription, SubscriptionStatus): the subscription, and how it stands."""
        answer = self._call("GetSubscription", subscriber_pb2.GetSubscriptionRequest(name=full_name(name)))
        return answer.subscription, answer.status

    def update(self, subscription, fields):
        """Changes the named fields (a list) of a Subscription that was read. ConflictError (ETAG_MISMATCH): it changed
        meanwhile; read it again."""
        request = subscriber_pb2.UpdateSubscriptionRequest(subscription=subscription)
        request.update_mask.paths.extend(fields)
        return self._call("UpdateSubscription", request)

    def delete(self, name):
        """Deletes a subscription and its place. A session on it ends."""
        self._call("DeleteSubscription", subscriber_pb2.DeleteSubscriptionRequest(name=full_name(name)))

    def subscriptions(self):
        """The caller's subscriptions by name."""
        return self._pages("ListSubscriptions", subscriber_pb2.ListSubscriptionsRequest(), "subscriptions")

    # --- Alerts as they stand.

    def alerts(self, filter=None, *, include_closed=False, include_non_actual=False, on_refused=None):
        """All alerts that the caller may have and the Filter wants, newest acceptance first: Alerts, one by one, each
        verified. `on_refused`: called with the ProofError of each alert that is left out for it; without it, that is
        raised."""
        request = subscriber_pb2.ListAlertsRequest(filter=filter, include_closed=include_closed, page_size=500,
                                                   include_non_actual=include_non_actual)
        for alert in self._pages("ListAlerts", request, "alerts"):
            try:
                opened = self._alert(alert)
            except ProofError as error:
                if on_refused is None:
                    raise
                on_refused(error)
                continue
            yield opened

    def alert(self, publisher, alert_id):
        """One Alert. NotFoundError also when it may not be seen."""
        return self._alert(self._call("GetAlert", subscriber_pb2.GetAlertRequest(publisher=publisher, alert_id=alert_id)))

    # --- What must be erased.

    def recall_notices(self):
        """What the caller must erase and has not confirmed, the oldest first: RecallNotices, one by one."""
        return self._pages("ListRecallNotices", subscriber_pb2.ListRecallNoticesRequest(), "notices")

    def confirm_recalls(self, outcomes):
        """Says what became of copies: {notice id: Outcome}. Returns once that is durable; may be said again."""
        confirmations = [subscriber_pb2.RecallConfirmation(notice_id=notice, outcome=outcome)
                         for notice, outcome in outcomes.items()]
        for at in range(0, len(confirmations), 1000):
            request = subscriber_pb2.ConfirmRecallsRequest()
            request.confirmations.confirmations.extend(confirmations[at:at + 1000])
            self._call("ConfirmRecalls", request)

    # --- Live.

    def session(self, name, handler, on_recall, **options):
        """A Session on a subscription; its run() does the work. See Session."""
        return Session(self._connection, full_name(name), self.open, handler, on_recall, **options)

    def open(self, stored):
        """The Statement in a StoredStatement, verified: the digest is computed anew from the bytes, the acceptance's path
        leads from it to the root that the origin signed, and the publisher's proof is its own. ProofError: something does
        not fit, or is worth less than `proof_min`."""
        digest = proofs.reader_digest(stored.statement)
        if not proofs.fits_acceptance(digest, stored.acceptance):
            raise ProofError("DATA_LOSS", "the statement is not the one that its origin accepted")
        try:
            body = statement_pb2.StatementBody.FromString(stored.statement.body)
        except Exception:
            raise ProofError("DATA_LOSS", "the statement's body does not parse") from None
        kind = (body.WhichOneof("kind") or "unspecified").upper()
        if statement_pb2.StatementKind.Value(f"STATEMENT_KIND_{kind}") != stored.kind:
            raise ProofError("DATA_LOSS", "the statement's kind is another")
        proof = self._signers.check(body, stored, digest)
        if proof < self._proof_min:
            raise ProofError("DATA_LOSS", f"it cannot be proved who said it ({proof.name})")
        return Statement(body, kind, digest, proof, stored)

    def _alert(self, alert):
        current, closing = (self.open(getattr(alert, part)) if alert.HasField(part) else None
                            for part in ("current", "closing"))
        state = record_pb2.AlertState.Name(alert.state).removeprefix("ALERT_STATE_")
        return Alert(alert.publisher, alert.alert_id, alert.revision, state, current, closing)

    def _call(self, method, request):
        return self._connection.call("Subscriber", method, request)

    def _pages(self, method, request, field):
        while True:
            page = self._call(method, request)
            yield from getattr(page, field)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def full_name(name):
    return name if name.startswith("subscriptions/") else f"subscriptions/{name}"
