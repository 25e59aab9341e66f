"""The Python client without a broker: the test vectors, what sign() completes, what is tried again, and the life of a
session against a broker that is a script. Exits 77 (skipped) where Python has no gRPC.

    library_test.py
"""

import datetime
import json
import logging
import pathlib
import pickle
import queue
import random
import tempfile
import threading
import unittest

import library

FOLDER = tempfile.TemporaryDirectory()
library.load(pathlib.Path(FOLDER.name))

import corridor  # noqa: E402  (made by library.load)
import grpc  # noqa: E402
from corridor import errors, proofs, publisher as publishing, session as sessions  # noqa: E402
from corridor.v1 import (error_details_pb2, member_pb2, publisher_pb2, record_pb2, statement_pb2,  # noqa: E402
                         subscriber_pb2)

PROOFS = library.ROOT / "tests" / "testdata" / "proofs"
VECTORS = json.loads((PROOFS / "v1.json").read_text(encoding="utf-8"))
KEY = corridor.SigningKey.from_seed(bytes(range(32)))
BROKER_KEY = corridor.SigningKey.from_seed(bytes(range(32, 64)))
LONG = 60  # Seconds: a wait that only a failure lasts out.


def golden(kind):
    return statement_pb2.SignedStatement.FromString(
        (library.ROOT / "tests/testdata/formats/v1" / f"{kind}.bin").read_bytes())


class VectorsTest(unittest.TestCase):
    def test_this_code_makes_the_vectors_that_are_kept(self):
        import sys
        sys.path.insert(0, str(PROOFS))
        import make_vectors
        self.assertEqual(json.loads(make_vectors.text()), VECTORS)

    def test_digests_and_signatures_of_the_golden_statements_are_those_of_the_other_implementation(self):
        for vector in VECTORS["statements"]:
            with self.subTest(vector["file"]):
                path = PROOFS / vector["file"]
                statement = statement_pb2.SignedStatement.FromString(path.read_bytes())
                digest = proofs.statement_digest(statement)
                self.assertEqual(digest.hex(), path.with_suffix(".digest").read_text(encoding="ascii").strip())
                self.assertEqual(digest.hex(), vector["digest"])
                self.assertTrue(proofs.is_publishers(digest, statement.proof, KEY.public_key))
                signed_here = statement_pb2.SignedStatement.FromString(path.read_bytes())
                KEY.sign_statement(signed_here)
                self.assertEqual(signed_here, statement)

    def test_a_reader_computes_the_same_digest_without_the_routing_part(self):
        for vector in VECTORS["statements"]:
            whole = statement_pb2.SignedStatement.FromString((PROOFS / vector["file"]).read_bytes())
            readers = statement_pb2.ReaderStatement(body=whole.body, body_salt=whole.body_salt,
                                                    routing_hash=bytes.fromhex(vector["routing_hash"]))
            self.assertEqual(proofs.reader_digest(readers).hex(), vector["digest"])

    def test_python_serialises_the_golden_parts_to_the_same_bytes(self):
        for kind in ("issue", "revise", "cancel", "recall", "sighting", "response"):
            statement = golden(kind)
            for part, message in (("body", corridor.StatementBody), ("routing", corridor.StatementRouting)):
                data = getattr(statement, part)
                self.assertEqual(message.FromString(data).SerializeToString(deterministic=True), data)

    def test_paths_lead_to_their_roots_and_nowhere_else(self):
        for tree in VECTORS["merkle"]:
            size, root = len(tree["paths"]), bytes.fromhex(tree["root"])
            for index, path in enumerate(tree["paths"]):
                leaf = proofs.leaf_hash(bytes.fromhex(tree["leaf_data"][index]))
                path = [bytes.fromhex(one) for one in path]
                places = [(place, of) for of in range(1, 13) for place in range(of)
                          if proofs.is_included(root, leaf, place, of, path)]
                self.assertIn((index, size), places)
                self.assertFalse(proofs.is_included(root, leaf, size, size, path))
                self.assertFalse(proofs.is_included(root, proofs.leaf_hash(b"another"), index, size, path))

    def test_a_batch_proves_each_of_its_statements(self):
        for vector, proof in zip(VECTORS["statements"], VECTORS["batch"]):
            proof = statement_pb2.StatementProof.FromString(bytes.fromhex(proof))
            digest = bytes.fromhex(vector["digest"])
            self.assertTrue(proofs.is_publishers(digest, proof, KEY.public_key))
            self.assertFalse(proofs.is_publishers(digest, proof, BROKER_KEY.public_key))

    def test_no_wrong_proof_passes(self):
        for wrong in VECTORS["wrong"]:
            with self.subTest(wrong["what"]):
                proof = statement_pb2.StatementProof.FromString(bytes.fromhex(wrong["proof"]))
                self.assertFalse(proofs.is_publishers(bytes.fromhex(wrong["digest"]), proof, KEY.public_key))

    def test_an_acceptance_holds_for_its_statement_place_lane_and_time_alone(self):
        for vector in VECTORS["acceptances"]:
            digest = bytes.fromhex(vector["digest"])
            acceptance = record_pb2.Acceptance.FromString(bytes.fromhex(vector["acceptance"]))
            self.assertEqual(proofs.acceptance_leaf(digest, acceptance).hex(), vector["leaf"])
            self.assertTrue(proofs.is_accepted(digest, acceptance, BROKER_KEY.public_key))
            self.assertFalse(proofs.is_accepted(digest, acceptance, KEY.public_key))
            for field in ("offset", "epoch"):
                other = record_pb2.Acceptance.FromString(bytes.fromhex(vector["acceptance"]))
                setattr(other.position, field, getattr(other.position, field) + 1)
                self.assertFalse(proofs.is_accepted(digest, other, BROKER_KEY.public_key))
            for field, value in (("accept_time_ms", 1), ("lane", 3 - acceptance.lane)):
                other = record_pb2.Acceptance.FromString(bytes.fromhex(vector["acceptance"]))
                setattr(other, field, value)
                self.assertFalse(proofs.fits_acceptance(digest, other))

    def test_a_withdrawal_is_its_brokers_word(self):
        signed = record_pb2.SignedWithdrawal.FromString(bytes.fromhex(VECTORS["withdrawal"]))
        self.assertTrue(proofs.is_withdrawn(signed, BROKER_KEY.public_key))
        self.assertFalse(proofs.is_withdrawn(signed, KEY.public_key))
        signed.withdrawal += b"\0"
        self.assertFalse(proofs.is_withdrawn(signed, BROKER_KEY.public_key))

    def test_errors_are_read(self):
        for vector in VECTORS["errors"]:
            error = corridor.from_status(error_details_pb2.RpcStatus.FromString(bytes.fromhex(vector["status"])))
            self.assertEqual(
                (error.code, error.reason, error.is_retryable, error.retry_delay, [one.field for one in error.violations]),
                (vector["code"], vector["reason"], vector["is_retryable"], vector["retry_delay"], vector["fields"]))

    def test_a_refusal_at_the_door_has_its_reason_in_its_message(self):
        for said, reason, message in (("IDENTITY_INVALID: UNTRUSTED_ISSUER: no path", "IDENTITY_INVALID",
                                       "UNTRUSTED_ISSUER: no path"), ("who: are you", "", "who: are you")):
            error = errors.from_grpc(Refused(said))
            self.assertEqual((error.code, error.reason, error.message), ("UNAUTHENTICATED", reason, message))

    def test_a_key_is_judged_at_the_time_of_acceptance(self):
        def day(number):
            return datetime.datetime(2026, 3, number, tzinfo=datetime.timezone.utc)

        key = member_pb2.SigningKey(state=member_pb2.SIGNING_KEY_STATE_ACTIVE)
        key.not_before.FromDatetime(day(2))
        key.not_after.FromDatetime(day(20))
        self.assertEqual([proofs.key_stands(key, day(at)) for at in (1, 2, 20, 21)],
                         ["not valid", "good", "good", "not valid"])
        key.retired_at.FromDatetime(day(10))
        self.assertEqual([proofs.key_stands(key, day(at)) for at in (9, 10)], ["good", "not valid"])
        key.state = member_pb2.SIGNING_KEY_STATE_REVOKED
        key.compromised_at.FromDatetime(day(8))
        self.assertEqual([proofs.key_stands(key, day(at)) for at in (7, 8, 21)], ["good", "compromised", "compromised"])


class ScriptedBroker:
    """Stands where a Connection does. Calls are answered by `answers`; each Attach is one Attachment."""

    principal = "spiffe://eac.example/agency/ke-desk/integration/desk"

    def __init__(self):
        self.options = corridor.ConnectionOptions("broker.example:7443", "eac.example", None, None, None)
        self.requests = []
        self.answers = []
        self.attachments = queue.Queue()

    def call(self, service, method, request, timeout=None):
        if method == "GetSigningKeys":
            return subscriber_pb2.GetSigningKeysResponse()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def stream(self, service, method, requests):
        attachment = Attachment(requests)
        self.attachments.put(attachment)
        return attachment

    def told(self, error):
        return error.told


class Ended(grpc.RpcError):
    def __init__(self, told):
        super().__init__()
        self.told = told


class Refused(grpc.RpcError):
    """As the broker's connection check refuses a call: without details."""

    def __init__(self, message):
        super().__init__()
        self.message = message

    def code(self):
        return grpc.StatusCode.UNAUTHENTICATED

    def details(self):
        return self.message

    def trailing_metadata(self):
        return ()


class Attachment:
    """The broker's side of one Attach: say() and end(), and what the client said, in its order."""

    def __init__(self, requests):
        self.said = queue.Queue()
        self.out = queue.Queue()
        self.was_cancelled = threading.Event()
        threading.Thread(target=self._read, args=(requests,), daemon=True).start()

    def _read(self, requests):
        for request in requests:
            self.said.put(request)
        self.out.put(None)

    def __iter__(self):
        while (response := self.out.get()) is not None:
            if isinstance(response, Exception):
                raise response
            yield response

    def cancel(self):
        self.was_cancelled.set()
        self.out.put(Ended(corridor.TemporaryError("CANCELLED", "cancelled here")))

    def say(self, **response):
        self.out.put(subscriber_pb2.AttachResponse(**response))

    def start(self, lease_ms=0, heartbeat_ms=60_000):
        self.say(started={"heartbeat_interval_ms": heartbeat_ms, "lease_ms": lease_ms, "region": "eac.example", "epoch": 7})

    def deliver(self, *leases, kind="issue"):
        self.say(deliveries={"deliveries": [delivery(lease, kind) for lease in leases]})

    def end(self, code="UNAVAILABLE", reason=""):
        self.out.put(Ended(corridor.CorridorError(code, "ended by the script", reason=reason)))

    def next(self, what):
        """The next thing said of that sort."""
        while True:
            request = self.said.get(timeout=LONG)
            if request.WhichOneof("request") == what:
                return getattr(request, what)


def delivery(lease, kind="issue"):
    """A golden statement as it would be handed over."""
    whole = golden(kind)
    digest = proofs.statement_digest(whole)
    vector = next(one for one in VECTORS["acceptances"] if one["digest"] == digest.hex())
    stored = record_pb2.StoredStatement(
        kind=statement_pb2.StatementKind.Value(f"STATEMENT_KIND_{kind.upper()}"),
        acceptance=record_pb2.Acceptance.FromString(bytes.fromhex(vector["acceptance"])))
    stored.statement.body, stored.statement.body_salt = whole.body, whole.body_salt
    stored.statement.routing_hash = proofs.routing_hash(whole.routing_salt, whole.routing)
    stored.statement.proof.CopyFrom(whole.proof)
    stored.position.CopyFrom(stored.acceptance.position)
    return subscriber_pb2.Delivery(lease=lease, attempt=1, lane=record_pb2.LANE_ROUTINE, statement=stored)


def accepted(request):
    """Answers a PublishRequest as a broker that accepts all."""
    answer = publisher_pb2.PublishResponse()
    for statement in request.statements:
        digest = proofs.statement_digest(statement)
        receipt = answer.results.add().receipt
        receipt.digest = digest
        receipt.acceptance.lane, receipt.acceptance.position.offset = 1, 5
        receipt.acceptance.proof.root = proofs.acceptance_leaf(digest, receipt.acceptance)
        receipt.acceptance.proof.leaf_count = 1
    return answer


def refused(code, reason, **metadata):
    def answer(request):
        made = publisher_pb2.PublishResponse()
        for _ in request.statements:
            error = made.results.add().error
            error.code = code
            error.details.add(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=error_details_pb2.ErrorInfo(
                reason=reason, domain="corridor", metadata=metadata).SerializeToString())
        return made
    return answer


class PublisherTest(unittest.TestCase):
    def setUp(self):
        self.broker = ScriptedBroker()
        self.publisher = corridor.Publisher(self.broker, signing_key=KEY, country="KEN",
                                            publisher_type="PUBLISHER_TYPE_CENTRAL_GOVERNMENT")
        self.draft = corridor.Draft(corridor.StatementBody(tlp="TLP_GREEN", urgency="URGENCY_EXPECTED"))
        self.draft.body.issue.content.severity = 2
        self.draft.routing.audience.all_members.SetInParent()

    def test_what_is_left_out_of_a_draft_is_completed_and_the_draft_stays_as_it_was(self):
        before = self.draft.body.SerializeToString()
        statement = self.publisher.sign(self.draft)
        body = corridor.StatementBody.FromString(statement.body)
        self.assertEqual(body.publisher, "spiffe://eac.example/agency/ke-desk")
        self.assertEqual((body.schema_version, body.publisher_country, body.revision), ("1", "KEN", 1))
        self.assertEqual((len(body.alert_id), body.statement_id[6] >> 4, body.statement_id[8] >> 6), (16, 7, 2))
        self.assertTrue(body.HasField("published_at"))
        self.assertTrue(proofs.is_publishers(proofs.statement_digest(statement), statement.proof, KEY.public_key))
        self.assertEqual(self.draft.body.SerializeToString(), before)
        self.assertNotEqual(self.publisher.sign(self.draft).body_salt, statement.body_salt)

    def test_under_an_embargo_nothing_that_readers_see_tells_the_time(self):
        self.draft.routing.release_not_before.FromDatetime(corridor.in_days(1))
        body = corridor.StatementBody.FromString(self.publisher.sign(self.draft).body)
        self.assertFalse(body.HasField("published_at"))
        self.assertEqual(body.statement_id[6] >> 4, 4)

    def test_a_draft_that_cannot_be_signed_is_refused_before_it_is_sent(self):
        for change in (lambda draft: setattr(draft.body, "alert_id", b"short"),
                       lambda draft: setattr(draft, "body_salt", b"short"),
                       lambda draft: draft.body.issue.content.notes.add(text="x" * 65536)):
            draft = corridor.Draft(corridor.StatementBody(), corridor.StatementRouting())
            draft.body.CopyFrom(self.draft.body)
            change(draft)
            with self.assertRaises(corridor.InvalidError):
                self.publisher.publish(draft)
        self.assertEqual(self.broker.requests, [])

    def test_what_may_succeed_later_is_sent_again_with_the_same_bytes(self):
        self.broker.answers = [corridor.TemporaryError("UNAVAILABLE", "away"), refused(4, "OUTCOME_UNKNOWN"), accepted]
        self.publisher.publish(self.draft)
        first, second, third = self.broker.requests
        self.assertEqual(first, second)
        self.assertEqual(first, third)

    def test_after_its_time_the_last_error_is_the_answer(self):
        self.publisher = corridor.Publisher(self.broker, signing_key=KEY, country="KEN", retry_for=0)
        self.broker.answers = [corridor.TemporaryError("UNAVAILABLE", "away")]
        with self.assertRaises(corridor.TemporaryError):
            self.publisher.publish(self.draft)

    def test_a_refusal_is_final_and_stands_alone(self):
        def mixed(request):
            answer = accepted(request)
            answer.results[1].CopyFrom(refused(3, "AUDIENCE_EMPTY")(request).results[1])
            return answer

        self.broker.answers = [mixed]
        first, second, third = self.publisher.publish_all([self.draft] * 3)
        self.assertIsInstance(second, corridor.InvalidError)
        self.assertEqual(second.reason, corridor.Reason.AUDIENCE_EMPTY)
        self.assertTrue(first.digest and third.digest)
        self.assertEqual(len(self.broker.requests), 1)

    def test_many_are_sent_in_requests_that_a_broker_takes(self):
        self.broker.answers = [accepted, accepted, accepted]
        receipts = self.publisher.publish_all(self.publisher.sign_batch([self.draft] * 600))
        self.assertEqual([len(request.statements) for request in self.broker.requests], [256, 256, 88])
        self.assertEqual(len({receipt.digest for receipt in receipts}), 600)

    def test_a_batch_is_for_one_audience(self):
        def cancel(alert_id):
            return corridor.Draft(corridor.StatementBody(alert_id=alert_id, revision=2, cancel={}))

        narrower, amber = (corridor.Draft(corridor.StatementBody(), corridor.StatementRouting()) for _ in range(2))
        for draft in (narrower, amber):
            draft.body.CopyFrom(self.draft.body)
            draft.routing.CopyFrom(self.draft.routing)
        narrower.routing.excluded.add(country="UGA")
        amber.body.tlp = statement_pb2.StatementBody(tlp="TLP_AMBER").tlp
        for other in (narrower, amber, cancel(bytes(16))):
            with self.assertRaises(corridor.InvalidError) as raised:
                self.publisher.sign_batch([self.draft, other])
            self.assertEqual(raised.exception.reason, "MISUSE_RULE")
        with self.assertRaises(corridor.InvalidError):
            self.publisher.sign_batch([cancel(b"1" * 16), cancel(b"2" * 16)])
        self.assertEqual(len(self.publisher.sign_batch([cancel(b"1" * 16)] * 2)), 2)

    def test_a_receipt_of_another_statement_is_no_receipt(self):
        self.broker.answers = [lambda request: accepted(publisher_pb2.PublishRequest(statements=[golden("issue")]))]
        with self.assertRaises(corridor.ProofError):
            self.publisher.publish(self.draft)

    def test_a_recall_finds_the_next_revision_by_itself(self):
        self.broker.answers = [refused(10, "REVISION_CONFLICT", revision="4"), accepted]
        self.publisher.recall(b"ALERT-0123456789", "RECALL_REASON_SAFETY")
        bodies = [corridor.StatementBody.FromString(request.statements[0].body) for request in self.broker.requests]
        self.assertEqual([body.revision for body in bodies], [2, 5])
        self.assertEqual(len({body.statement_id for body in bodies}), 2)

    def test_a_signing_key_is_shown_nowhere(self):
        seed = bytes(range(32))
        for text in (repr(KEY), str(vars(self.publisher)), repr(self.publisher)):
            self.assertNotIn(seed.hex(), text)
        with self.assertRaises(TypeError):
            pickle.dumps(KEY)

    def test_uuid7_rises_with_the_time(self):
        self.assertLessEqual(publishing.uuid7()[:6], publishing.uuid7()[:6])


class SessionTest(unittest.TestCase):
    """Each test plays the broker; the session runs on a thread of its own."""

    def setUp(self):
        logging.getLogger("corridor").setLevel(logging.CRITICAL)
        self.broker = ScriptedBroker()
        self.events, self.handled, self.notices = queue.Queue(), queue.Queue(), queue.Queue()
        self.outcome = corridor.Outcome.ERASED
        self.result = None

    def start(self, handler=None, **options):
        def handle(delivery):
            if handler:
                handler(delivery)
            self.handled.put(delivery)

        def erase(notice):
            self.notices.put(notice)
            return self.outcome

        subscriber = corridor.Subscriber(self.broker)
        options.setdefault("backoff", corridor.Backoff(first=0.001, most=0.002, dice=random.Random(1)))
        self.session = subscriber.session("all", handle, erase, on_event=self.events.put, **options)

        def run():
            try:
                self.result = self.session.run()
            except corridor.CorridorError as error:
                self.result = error

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        self.addCleanup(self.finish)
        return self.broker.attachments.get(timeout=LONG)

    def finish(self):
        self.session.stop(0)
        self.thread.join(LONG)
        self.assertFalse(self.thread.is_alive())
        return self.result

    def event(self, kind):
        while (event := self.events.get(timeout=LONG)).kind != kind:
            pass
        return event

    def test_it_opens_with_its_name_and_both_windows(self):
        attachment = self.start(window_messages=7, window_bytes=1000)
        self.assertEqual(attachment.next("start").subscription, "subscriptions/all")
        windows = [attachment.next("window") for _ in range(2)]
        self.assertEqual([(window.lane, window.messages, window.bytes) for window in windows],
                         [(1, 7, 1000), (2, 7, 1000)])

    def test_an_acknowledgement_is_done_when_the_broker_says_so(self):
        acknowledged = queue.Queue()
        attachment = self.start(lambda delivery: acknowledged.put(delivery.ack()))
        attachment.start()
        attachment.deliver(b"a", b"b")
        futures = [acknowledged.get(timeout=LONG) for _ in range(2)]
        self.assertEqual(attachment.next("settlement").acknowledged, [b"a"])
        attachment.next("settlement")
        self.assertFalse(futures[0].done())
        attachment.say(settled={"settled": [b"a"], "stale": [b"b"]})
        self.assertIsNone(futures[0].result(LONG))
        with self.assertRaises(corridor.StaleLease):
            futures[1].result(LONG)

    def test_what_a_handler_leaves_or_fails_at_is_released(self):
        def handler(delivery):
            if delivery._lease == b"fails":
                raise RuntimeError("a handler's own failure")

        attachment = self.start(handler)
        attachment.start()
        attachment.deliver(b"fails", b"left")
        self.assertEqual([attachment.next("settlement").released for _ in range(2)], [[b"fails"], [b"left"]])

    def test_a_kept_delivery_is_settled_later_once_and_from_another_thread(self):
        attachment = self.start(lambda delivery: delivery.keep())
        attachment.start()
        attachment.deliver(b"kept")
        kept = self.handled.get(timeout=LONG)
        kept.defer(5000)
        kept.nack()
        settlement = attachment.next("settlement")
        self.assertEqual([(one.lease, one.delay_ms) for one in settlement.deferred], [(b"kept", 600_000)])
        with self.assertRaises(corridor.StaleLease):
            kept.ack().result(LONG)
        self.assertTrue(attachment.said.empty())

    def test_after_a_cut_it_attaches_again_and_what_was_not_settled_is_stale(self):
        attachment = self.start(lambda delivery: delivery.keep())
        attachment.start()
        attachment.deliver(b"old")
        old = self.handled.get(timeout=LONG)
        attachment.end()
        self.assertEqual(self.event("detached").unsettled, 1)
        again = self.broker.attachments.get(timeout=LONG)
        again.start()
        with self.assertRaises(corridor.StaleLease):
            old.ack().result(LONG)
        again.deliver(b"new")
        self.assertEqual(self.handled.get(timeout=LONG).statement.digest, old.statement.digest)

    def test_a_broker_that_is_silent_is_given_up(self):
        attachment = self.start()
        attachment.start(heartbeat_ms=100)
        self.assertTrue(attachment.was_cancelled.wait(LONG))
        self.assertEqual(self.event("detached").error.message, "the broker was silent")
        self.broker.attachments.get(timeout=LONG)

    def test_a_broker_that_does_not_answer_is_given_up(self):
        self.assertTrue(self.start(attach_timeout=0.1).was_cancelled.wait(LONG))

    def test_a_lease_is_extended_while_its_delivery_is_unsettled(self):
        attachment = self.start(lambda delivery: delivery.keep())
        attachment.start(lease_ms=300)
        attachment.deliver(b"long")
        for _ in range(2):
            self.assertEqual(attachment.next("settlement").extended, [b"long"])
        self.handled.get(timeout=LONG).ack()
        while not attachment.next("settlement").acknowledged:
            pass

    def test_leases_are_extended_three_times_in_their_life_and_not_beyond_what_handling_may_take(self):
        attachment = sessions._Attachment(attach_timeout=20)
        attachment.start(subscriber_pb2.SessionStarted(heartbeat_interval_ms=5000, lease_ms=30_000))
        attachment.held[b"long"] = sessions._Lease(100.0)
        extended = []
        for now in (109, 110, 119, 120, 690, 700, 10_000):
            attachment.extend(now, handling_max=600)
            if not attachment.requests.empty():
                self.assertEqual(attachment.requests.get().settlement.extended, [b"long"])
                extended.append(now)
        self.assertEqual(extended, [110, 120, 690])

    def test_going_away_is_final_or_not_by_its_reason(self):
        for reason, error in (("TAKEN_OVER", corridor.StateError), ("SUBSCRIPTION_DELETED", corridor.NotFoundError),
                              ("NO_LONGER_AUTHORISED", corridor.NotAllowedError)):
            attachment = self.start()
            attachment.start()
            attachment.say(go_away={"reason": f"GO_AWAY_REASON_{reason}", "message": "by the script"})
            attachment.out.put(None)
            self.thread.join(LONG)
            self.assertIsInstance(self.result, error)

    def test_a_draining_broker_is_attached_again(self):
        attachment = self.start()
        attachment.say(go_away={"reason": "GO_AWAY_REASON_DRAINING"})
        attachment.out.put(None)
        self.assertEqual(self.event("detached").error.reason, corridor.Reason.DRAINING)
        self.broker.attachments.get(timeout=LONG)

    def test_what_an_operator_or_a_renewed_certificate_mends_is_waited_out_and_other_denials_are_not(self):
        self.start().end("PERMISSION_DENIED", "REACH_SUSPENDED")
        for reason in ("IDENTITY_INVALID", "CERTIFICATE_REVOKED"):
            self.broker.attachments.get(timeout=LONG).end("UNAUTHENTICATED", reason)
        self.broker.attachments.get(timeout=LONG).end("PERMISSION_DENIED", "POLICY_DENIED")
        self.thread.join(LONG)
        self.assertEqual(self.result.reason, corridor.Reason.POLICY_DENIED)

    def test_a_notice_is_confirmed_by_what_the_handler_says(self):
        attachment = self.start()
        attachment.start()
        notice = {"notice_id": 9, "statement_ids": [b"STATEMENT-ISSUE1"], "recall": delivery(b"", "recall").statement}
        attachment.say(recall_notices={"notices": [notice]})
        confirmation, = attachment.next("recall_confirmations").confirmations
        self.assertEqual((confirmation.notice_id, confirmation.outcome), (9, corridor.Outcome.ERASED))

    def test_a_notice_is_not_confirmed_when_the_handler_cannot_yet_nor_when_it_is_forged(self):
        self.outcome = None
        attachment = self.start()
        attachment.start()
        forged = delivery(b"", "recall").statement
        forged.statement.body += b"\x50\x01"
        attachment.say(recall_notices={"notices": [{"notice_id": 1}, {"notice_id": 2, "recall": forged}]})
        self.assertEqual(self.notices.get(timeout=LONG).notice_id, 1)
        self.assertIsInstance(self.event("refused").error, corridor.ProofError)
        self.finish()
        while not attachment.said.empty():
            self.assertNotEqual(attachment.said.get().WhichOneof("request"), "recall_confirmations")

    def test_what_does_not_fit_its_acceptance_never_reaches_the_handler(self):
        attachment = self.start()
        attachment.start()
        altered = delivery(b"altered")
        altered.statement.statement.body_salt = bytes(16)
        another_kind = delivery(b"kind")
        another_kind.statement.kind = 2
        attachment.say(deliveries={"deliveries": [altered, another_kind]})
        attachment.deliver(b"good")
        self.assertEqual(self.handled.get(timeout=LONG)._lease, b"good")
        self.assertEqual([attachment.next("settlement").released for _ in range(3)], [[b"altered"], [b"kind"], [b"good"]])
        self.event("refused")
        self.event("refused")

    def test_what_cannot_be_proved_is_refused_where_that_is_asked_for(self):
        strict = corridor.Subscriber(self.broker, proof_min=corridor.Proof.ON_BROKERS_WORD)
        with self.assertRaises(corridor.ProofError):
            strict.open(delivery(b"x").statement)
        self.assertEqual(corridor.Subscriber(self.broker).open(delivery(b"x").statement).proof, corridor.Proof.KEY_UNKNOWN)

    def test_stopping_takes_nothing_more_and_waits_for_what_is_at_work(self):
        begun, go_on = threading.Event(), threading.Event()

        def handler(delivery):
            begun.set()
            go_on.wait(LONG)
            delivery.ack()

        attachment = self.start(handler)
        attachment.start()
        attachment.deliver(b"at work", b"waiting")
        begun.wait(LONG)
        self.session.stop(grace=LONG)
        go_on.set()
        settlements = [attachment.next("settlement") for _ in range(2)]
        self.assertEqual([list(one.acknowledged) + list(one.released) for one in settlements], [[b"at work"], [b"waiting"]])
        attachment.say(settled={"settled": [b"at work"]})
        self.thread.join(LONG)
        self.assertEqual(self.result, 0)

    def test_after_the_grace_it_tells_how_much_was_not_settled(self):
        attachment = self.start(lambda delivery: delivery.keep())
        attachment.start()
        attachment.deliver(b"one", b"two")
        for _ in range(2):
            self.handled.get(timeout=LONG)
        self.session.stop(grace=0)
        self.thread.join(LONG)
        self.assertEqual(self.result, 2)

    def test_a_lane_can_be_paused(self):
        attachment = self.start()
        attachment.start()
        for _ in range(2):
            attachment.next("window")
        self.session.set_window("ROUTINE", 0, 0)
        self.assertEqual(attachment.next("window").messages, 0)


class BackoffTest(unittest.TestCase):
    def test_waits_grow_are_jittered_and_heed_the_broker(self):
        backoff = corridor.Backoff(first=1, most=4, dice=random.Random(5))
        waits = [backoff.next() for _ in range(5)]
        for wait, ceiling in zip(waits, (1, 2, 4, 4, 4)):
            self.assertTrue(ceiling / 2 <= wait <= ceiling)
        self.assertNotEqual(waits[3], waits[4])
        self.assertEqual(backoff.next(at_least=60), 60)
        backoff.reset()
        self.assertLessEqual(backoff.next(), 1)


if __name__ == "__main__":
    unittest.main()
