"""The way in: says what a member has to say, and follows it up."""

import dataclasses
import datetime
import os
import time
import uuid

from corridor import proofs
from corridor.backoff import Backoff
from corridor.errors import CorridorError, InvalidError, ProofError, Reason, from_status, make_error
from corridor.signing import SigningKey
from corridor.v1 import (alert_pb2, delivery_report_pb2, publisher_pb2, statement_pb2)

_STATEMENT_BYTES_MAX = 64 << 10
_REQUEST_STATEMENTS_MAX = 256
_REQUEST_BYTES_MAX = 2 << 20
_ID_BYTES = 16
_RECALL_TRIES = 5
# What a publisher need not state, because there is only one answer.
_FIRST_REVISION_KINDS = ("issue", "sighting", "response")


@dataclasses.dataclass
class Draft:
    """What a member wants to say. Publisher.sign() completes what is left out.

    body, routing    a StatementBody and StatementRouting; enum values may be given by name:
                     StatementBody(tlp="TLP_GREEN", urgency="URGENCY_EXPECTED", status="ALERT_STATUS_ACTUAL", ...)
    *_salt           16 bytes each; random where empty. Who must make the same bytes twice gives its own, derived from a
                     secret: a salt that can be guessed lets the routing part be guessed

    Filled in where empty: schema_version, vocabulary_version, publisher, publisher_country, publisher_type (those of the
    Publisher), attribution (NAMED), status (ACTUAL), statement_id (UUIDv7; UUIDv4 under an embargo, because readers see
    it), and for ISSUE, SIGHTING and RESPONSE revision (1) and alert_id (random), published_at (now, to the second; left
    out under an embargo). All else is the caller's.
    """

    body: statement_pb2.StatementBody
    routing: statement_pb2.StatementRouting = dataclasses.field(default_factory=statement_pb2.StatementRouting)
    body_salt: bytes = b""
    routing_salt: bytes = b""


class Publisher:
    """Signs statements, sends them, and answers when each is on the broker's stable storage.

        publisher = Publisher(connection, signing_key_file="ke-desk-signing.key", country="KEN",
                              publisher_type="PUBLISHER_TYPE_CENTRAL_GOVERNMENT")
        receipt = publisher.publish(draft)

    Idempotency: a statement is signed once and keeps its id and its bytes over all attempts, so it is accepted at most
    once, whatever happens in between. A program that may crash keeps the SignedStatement of sign() on disk until it has
    the receipt, and publishes the same again.

    Order: wait for the receipt of an ISSUE before its REVISE; publish() does.

    Memory: nothing is kept beyond the call.

    Thread safety: thread-safe.
    """

    def __init__(self, connection, signing_key_file=None, *, signing_key=None, publisher="", country="",
                 publisher_type=0, retry_for=120.0):
        """The key: from `signing_key_file`, or a SigningKey. `publisher`: SPIFFE ID of the member that speaks; the
        connection's own member when empty. What may succeed later is tried again for `retry_for` seconds."""
        if (signing_key is None) == (signing_key_file is None):
            raise ValueError("give signing_key_file, or signing_key")
        self._connection = connection
        self._key = signing_key or SigningKey.read(signing_key_file)
        self.publisher = publisher or "/".join(connection.principal.split("/")[:5])
        self._country, self._retry_for = country, retry_for
        self._type = alert_pb2.PublisherType.Value(publisher_type) if isinstance(publisher_type, str) else publisher_type

    def sign(self, draft):
        """Completes, serialises and signs a draft. InvalidError: an id or salt of another length than 16, a missing
        alert_id, or more than 64 KiB. What the draft says is judged by check() and publish()."""
        statement = self._serialise(draft)
        self._key.sign_statement(statement)
        return statement

    def sign_batch(self, drafts):
        """The same for 1 to 4,096 drafts that share one signature. InvalidError: as above, or they are not all for the same
        audience (docs/batch_format.md): whoever gets one of a batch learns that there are others."""
        statements = [self._serialise(draft) for draft in drafts]
        if len({_audience(one) for one in statements}) > 1:
            raise InvalidError("INVALID_ARGUMENT", "statements under one signature must be for one audience",
                               reason="MISUSE_RULE")
        self._key.sign_batch(statements)
        return statements

    def publish(self, statement):
        """Publishes a Draft or SignedStatement and returns its Receipt, once it is on stable storage. Tried again while
        that may help; a TemporaryError after that means that the outcome is unknown: publish the same SignedStatement
        again. ProofError: the receipt is not one of this statement."""
        return _answer(self.publish_all([statement])[0])

    def publish_all(self, statements):
        """Publishes many, and returns for each its Receipt or the CorridorError it met, in their order. They stand or fall
        alone. Errors are raised only where nothing can be said of any of them (as by sign())."""
        signed = [self.sign(one) if isinstance(one, Draft) else one for one in statements]
        results = [None] * len(signed)
        left = list(range(len(signed)))
        backoff, until = Backoff(), time.monotonic() + self._retry_for
        while left:
            again = []
            for group in _groups(left, signed):
                for index, result in zip(group, self._publish_group([signed[index] for index in group])):
                    results[index] = result
                    if isinstance(result, Exception) and result.is_retryable:
                        again.append(index)
            wait = backoff.next(max((results[index].retry_delay or 0.0 for index in again), default=0.0))
            if not again or time.monotonic() + wait > until:
                break
            time.sleep(wait)
            left = again
        return results

    def check(self, draft):
        """The broker's judgement without publishing: a CheckStatementResponse that says whether it would pass, why not, and
        who would receive it by which rule. A refusal is an answer here, and no error; from_status(answer.refusal) reads
        it."""
        return self._call("CheckStatement", publisher_pb2.CheckStatementRequest(statement=self.sign(draft)))

    def cancel(self, alert_id, reason="CANCEL_REASON_OVER", revision=0):
        """Says that an alert of one's own is over, or was wrong (CANCEL_REASON_WRONG). It stays readable, flagged."""
        return self._close(alert_id, revision, cancel={"reason": reason})

    def recall(self, alert_id, reason, *, statement_id=b"", revision=0):
        """Takes content back from every known holder, for good: the whole alert, or one statement of it. Who holds copies is
        told at its next contact, and confirms or is named overdue: see report(). `reason`: "RECALL_REASON_PERSONAL_DATA"
        and so on. `revision`: the alert's next one; found out where it is 0."""
        return self._close(alert_id, revision, recall={"reason": reason, "target_statement_id": statement_id})

    def report(self, statement_id=b"", alert_id=b"", recipient=""):
        """How one of the publisher's statements (or an alert's latest content) stands with each region and member it is for:
        a DeliveryReport. NotFoundError: the publisher said no such thing."""
        return self._call("GetDeliveryReport", delivery_report_pb2.DeliveryReportRequest(
            statement_id=statement_id, alert_id=alert_id, recipient=recipient))

    def held(self):
        """The publisher's statements that an embargo holds, by time of release: HeldStatements, one by one."""
        request = publisher_pb2.ListHeldStatementsRequest()
        while True:
            page = self._call("ListHeldStatements", request)
            yield from page.statements
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def __repr__(self):
        return f"Publisher({self.publisher})"

    # --- Making statements.

    def _serialise(self, draft):
        body, routing = statement_pb2.StatementBody(), draft.routing
        body.CopyFrom(draft.body)
        embargoed = routing.HasField("release_not_before")
        self._complete(body, embargoed)
        for name, value in (("alert_id", body.alert_id), ("statement_id", body.statement_id),
                            ("body_salt", draft.body_salt or bytes(_ID_BYTES)),
                            ("routing_salt", draft.routing_salt or bytes(_ID_BYTES))):
            if len(value) != _ID_BYTES:
                raise InvalidError("INVALID_ARGUMENT", f"{name} is not 16 bytes long", reason="STATEMENT_MALFORMED")
        statement = statement_pb2.SignedStatement(
            routing=routing.SerializeToString(deterministic=True), routing_salt=draft.routing_salt or os.urandom(16),
            body=body.SerializeToString(deterministic=True), body_salt=draft.body_salt or os.urandom(16))
        if len(statement.routing) + len(statement.body) > _STATEMENT_BYTES_MAX:
            raise InvalidError("INVALID_ARGUMENT", "a statement has at most 64 KiB", reason="STATEMENT_TOO_LARGE")
        return statement

    def _complete(self, body, embargoed):
        defaults = {"schema_version": "1", "vocabulary_version": "1", "publisher": self.publisher,
                    "publisher_country": self._country, "publisher_type": self._type,
                    "attribution": alert_pb2.ATTRIBUTION_NAMED, "status": alert_pb2.ALERT_STATUS_ACTUAL,
                    "statement_id": uuid.uuid4().bytes if embargoed else uuid7()}
        if body.WhichOneof("kind") in _FIRST_REVISION_KINDS:
            defaults.update(revision=1, alert_id=uuid.uuid4().bytes)
        for name, value in defaults.items():
            if not getattr(body, name):
                setattr(body, name, value)
        if not embargoed and not body.HasField("published_at"):
            body.published_at.seconds = int(time.time())

    def _close(self, alert_id, revision, **kind):
        """CANCEL and RECALL take the alert's next revision; the broker says which one that is not."""
        revision = revision or 2
        for tries_left in reversed(range(_RECALL_TRIES)):
            body = statement_pb2.StatementBody(alert_id=alert_id, revision=revision,
                                               urgency=alert_pb2.URGENCY_UNKNOWN, **kind)
            result = self.publish_all([Draft(body)])[0]
            if tries_left and getattr(result, "reason", "") == Reason.REVISION_CONFLICT and \
                    result.metadata.get("revision", "").isdigit():
                revision = int(result.metadata["revision"]) + 1
                continue
            return _answer(result)
        raise AssertionError("the last try answers")

    # --- Sending them.

    def _publish_group(self, statements):
        """A Receipt or an error for each."""
        try:
            answer = self._call("Publish", publisher_pb2.PublishRequest(statements=statements))
        except CorridorError as error:
            return [error] * len(statements)
        if len(answer.results) != len(statements):
            return [make_error("INTERNAL", "the broker answered another number of statements")] * len(statements)
        return [_result(one, statement) for one, statement in zip(answer.results, statements)]

    def _call(self, method, request):
        return self._connection.call("Publisher", method, request)


def uuid7():
    """A UUIDv7 (RFC 9562): 16 bytes, of which the first 6 are the time."""
    millis = int(time.time() * 1000)
    chance = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (7 << 76) | ((chance >> 68) << 64) | (2 << 62) | (chance & (2**62 - 1))
    return value.to_bytes(16, "big")


def in_days(days):
    """The time so many days from now, for `valid_until`: in_days(30)."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return now + datetime.timedelta(days=days)


def _audience(statement):
    """Whom the signer means: what all the statements of a batch must have in common."""
    body = statement_pb2.StatementBody.FromString(statement.body)
    routing = statement_pb2.StatementRouting.FromString(statement.routing)
    followed = None  # The alert whose readers it goes to, where it names none of its own.
    if routing.audience.WhichOneof("audience") in (None, "to_publisher", "same_as_target"):
        target = {"sighting": body.sighting, "response": body.response}.get(body.WhichOneof("kind"))
        followed = (target.target.publisher, target.target.alert_id) if target is not None else \
            (body.recall.on_behalf_of or body.publisher, body.alert_id)
    return statement.routing, body.tlp, followed


def _groups(indices, signed):
    """Parts of `indices` whose statements fit into one request each."""
    group, size = [], 0
    for index in indices:
        more = signed[index].ByteSize()
        if group and (len(group) >= _REQUEST_STATEMENTS_MAX or size + more > _REQUEST_BYTES_MAX):
            yield group
            group, size = [], 0
        group.append(index)
        size += more
    yield group


def _result(result, statement):
    if result.WhichOneof("result") == "error":
        return from_status(result.error)
    receipt = result.receipt
    digest = proofs.statement_digest(statement)
    if receipt.digest != digest or not (receipt.held or proofs.fits_acceptance(digest, receipt.acceptance)):
        return ProofError("DATA_LOSS", "the receipt is not one of this statement")
    return receipt


def _answer(result):
    if isinstance(result, Exception):
        raise result
    return result
