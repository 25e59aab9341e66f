"""The Python client and a real broker: publishing, refusals, sessions that are cut, recalls, renewed certificates.
What Python signs the broker judges, and what the broker accepts Python verifies. Exits 77 (skipped) where Python has no
gRPC.

    broker_test.py --bin build/bin
"""

import argparse
import pathlib
import queue
import signal
import sys
import tempfile
import threading
import unittest

import library
import region

FOLDER = tempfile.TemporaryDirectory()
library.load(pathlib.Path(FOLDER.name))

import corridor  # noqa: E402  (made by library.load)
from corridor import proofs  # noqa: E402
from corridor.v1 import delivery_report_pb2, record_pb2  # noqa: E402

LONG = 60  # Seconds: a wait that only a failure lasts out.
BIN = None


def alert(note="", tlp="TLP_GREEN"):
    """A Draft of an alert to all members."""
    draft = corridor.Draft(corridor.StatementBody(tlp=tlp, urgency="URGENCY_EXPECTED"))
    draft.body.valid_until.FromDatetime(corridor.in_days(20))
    draft.routing.audience.all_members.SetInParent()
    content = draft.body.issue.content
    content.severity, content.certainty = 2, 1
    content.observed_period.start.year, content.observed_period.start.month = 2025, 1
    content.observed_period.end.year, content.observed_period.end.month = 2025, 3
    content.legs.add(stage=1, country="KEN")
    content.pattern.acts.append(1)
    content.pattern.means.append(5)
    content.pattern.purposes.append(12)
    if note:
        content.notes.add(language="en", text=note)
    return draft


class Receiver:
    """A session of the Indonesian desk on a thread of its own; what it gets is in `got`, and settled by `settle`."""

    def __init__(self, connection, name, settle=lambda delivery: delivery.ack(), **options):
        self.got, self.notices, self.events = queue.Queue(), queue.Queue(), queue.Queue()
        subscriber = corridor.Subscriber(connection, **options)
        subscriber.create(name, start_from="START_FROM_NOW")

        def handle(delivery):
            self.got.put(delivery)
            settle(delivery)

        def erase(notice):
            self.notices.put(notice)
            return corridor.Outcome.ERASED

        self.session = subscriber.session(name, handle, erase, on_event=self.events.put,
                                          backoff=corridor.Backoff(first=0.05, most=0.2))
        self.error = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.wait_for("attached")

    def _run(self):
        try:
            self.session.run()
        except corridor.CorridorError as error:
            self.error = error

    def wait_for(self, kind):
        while (event := self.events.get(timeout=LONG)).kind != kind:
            pass
        return event

    def get(self):
        return self.got.get(timeout=LONG)

    def stop(self):
        self.session.stop(grace=LONG)
        self.thread.join(LONG)


class BrokerTest(unittest.TestCase):
    """One region for all; each test has statements and subscriptions of its own."""

    @classmethod
    def setUpClass(cls):
        region.without_proxies()
        cls.region = region.Region(BIN, pathlib.Path(FOLDER.name))
        cls.addClassCleanup(cls.region.stop)
        cls.region.start()
        cls.region.register()
        cls.connections = {name: corridor.Connection(corridor.Profile.read(cls.region.profile(name)).connection)
                           for name in region.DESKS}
        for connection in cls.connections.values():
            cls.addClassCleanup(connection.close)
        profile = corridor.Profile.read(cls.region.profile("th-desk"))
        cls.publisher = corridor.Publisher(cls.connections["th-desk"], **profile.publisher)
        cls.reading = cls.connections["id-desk"]

    def receiver(self, name, *settle, **options):
        receiver = Receiver(self.reading, name, *settle, **options)
        self.addCleanup(receiver.stop)
        return receiver

    def test_a_statement_arrives_with_its_publishers_proof(self):
        roots = corridor.PublisherTrust({region.REGION: self.region.folder / "root" / "root.pem"})
        receiver = self.receiver("proved", trust=roots, proof_min=corridor.Proof.CERTIFIED)
        receipt = self.publisher.publish(alert())
        delivery = receiver.get()
        self.assertEqual(delivery.statement.digest, receipt.digest)
        self.assertEqual(delivery.statement.proof, corridor.Proof.CERTIFIED)
        self.assertEqual((delivery.statement.kind, delivery.lane, delivery.attempt), ("ISSUE", "ROUTINE", 1))
        receiver.stop()
        report = self.publisher.report(statement_id=receipt.statement_id)
        states = {one.member.rpartition("/")[2]: one.state for one in report.recipients if one.member}
        self.assertEqual(states["id-desk"], delivery_report_pb2.RECIPIENT_STATE_DELIVERED)

    def test_roots_that_did_not_certify_the_key_refuse_it(self):
        self.region.ctl("certs", "init", "--trust-domain", region.REGION, "--pki", self.region.folder / "other-root")
        roots = corridor.PublisherTrust({region.REGION: self.region.folder / "other-root" / "root.pem"})
        receipt = self.publisher.publish(alert())
        alert_id = next(one.alert_id for one in corridor.Subscriber(self.reading).alerts()
                        if one.current and one.current.digest == receipt.digest)
        with self.assertRaisesRegex(corridor.ProofError, "has not certified"):
            corridor.Subscriber(self.reading, trust=roots).alert(self.publisher.publisher, alert_id)

    def test_statements_under_one_signature_are_proved_each(self):
        receiver = self.receiver("batch", proof_min=corridor.Proof.ON_BROKERS_WORD)
        receipts = self.publisher.publish_all(self.publisher.sign_batch([alert() for _ in range(3)]))
        arrived = [receiver.get().statement for _ in range(3)]
        self.assertEqual({one.digest for one in arrived}, {receipt.digest for receipt in receipts})
        self.assertEqual({one.stored.statement.proof.WhichOneof("proof") for one in arrived}, {"batch"})

    def test_personal_data_is_refused_by_field_and_rule(self):
        draft = alert("Call the recruiter at +254 722 000 000")
        with self.assertRaises(corridor.InvalidError) as raised:
            self.publisher.publish(draft)
        self.assertEqual(raised.exception.reason, corridor.Reason.PERSONAL_DATA)
        self.assertFalse(raised.exception.is_retryable)
        violation = raised.exception.violations[0]
        self.assertIn("notes[0].text", violation.field)
        self.assertNotIn("722", str(raised.exception) + str(raised.exception.violations))
        refusal = corridor.from_status(self.publisher.check(draft).refusal)
        self.assertEqual(refusal.violations, raised.exception.violations)

    def test_check_says_who_would_receive_it(self):
        answer = self.publisher.check(alert())
        self.assertTrue(answer.acceptable)
        self.assertIn(f"spiffe://{region.REGION}/agency/id-desk",
                      {one.member for one in answer.recipients if one.allowed})

    def test_the_same_statement_again_gets_its_first_receipt(self):
        statement = self.publisher.sign(alert())
        first, again = self.publisher.publish(statement), self.publisher.publish(statement)
        self.assertEqual((first.repeated, again.repeated), (False, True))
        self.assertEqual(first.acceptance, again.acceptance)

    def test_what_is_released_or_deferred_comes_again(self):
        settlements = iter((lambda one: one.nack(), lambda one: one.defer(0), lambda one: one.ack()))
        receiver = self.receiver("again", lambda delivery: next(settlements)(delivery))
        digest = self.publisher.publish(alert()).digest
        deliveries = [receiver.get() for _ in range(3)]
        self.assertEqual([one.statement.digest for one in deliveries], [digest] * 3)
        self.assertEqual([one.attempt for one in deliveries], [1, 2, 3])

    def test_a_broker_that_is_killed_loses_nothing_and_the_session_resumes(self):
        receiver = self.receiver("killed", lambda delivery: delivery.keep())
        before = self.publisher.publish(alert())
        kept = receiver.get()
        self.region.kill()
        outcome = queue.Queue()
        during = self.publisher.sign(alert())
        threading.Thread(target=lambda: outcome.put(self.publisher.publish(during)), daemon=True).start()
        receiver.wait_for("detached")
        with self.assertRaises(corridor.StaleLease):
            kept.ack().result(LONG)
        self.region.start()
        self.assertEqual(outcome.get(timeout=LONG).digest, proofs.statement_digest(during))
        again = [receiver.get() for _ in range(2)]
        self.assertEqual({one.statement.digest for one in again}, {before.digest, proofs.statement_digest(during)})
        for delivery in again:
            delivery.ack().result(LONG)

    def test_a_recall_reaches_who_holds_a_copy_and_the_publisher_sees_it_confirmed(self):
        receiver = self.receiver("recalled")
        receipt = self.publisher.publish(alert())
        statement = receiver.get().statement
        self.publisher.recall(statement.body.alert_id, "RECALL_REASON_WRONG_AUDIENCE")
        notice = receiver.notices.get(timeout=LONG)
        self.assertEqual(list(notice.statement_ids), [receipt.statement_id])
        receiver.stop()
        report = self.publisher.report(statement_id=receipt.statement_id, recipient=self.reading.principal)
        recipient = next(one for one in report.recipients if one.member == self.reading.principal)
        self.assertEqual(recipient.recall_outcome, record_pb2.RECALL_OUTCOME_ERASED)

    def test_a_second_session_takes_over(self):
        first = self.receiver("taken")
        second = self.receiver("taken")
        first.thread.join(LONG)
        self.assertEqual(first.error.reason, corridor.Reason.SUBSCRIPTION_IN_USE)
        self.assertTrue(second.thread.is_alive())

    def test_renewed_certificates_are_taken_and_broken_ones_are_not(self):
        for part in ("pem", "key"):
            data = (self.region.folder / f"id-desk.{part}").read_bytes()
            (self.region.folder / f"renewed.{part}").write_bytes(data)
        options = corridor.Profile.read(self.region.profile("id-desk")).connection
        options = corridor.ConnectionOptions(**{
            **vars(options), "certificate_file": self.region.folder / "renewed.pem",
            "key_file": self.region.folder / "renewed.key"})
        with corridor.Connection(options) as connection:
            subscriber = corridor.Subscriber(connection)
            list(subscriber.subscriptions())
            before = connection._credentials
            self.region.issue("agency", "id-desk", "id-desk-2")
            (self.region.folder / "renewed.pem").write_bytes((self.region.folder / "id-desk-2.pem").read_bytes())
            with self.assertLogs("corridor", "WARNING"):
                list(subscriber.subscriptions())  # The key is still the old one: nothing changes.
            self.assertIs(connection._credentials, before)
            (self.region.folder / "renewed.key").write_bytes((self.region.folder / "id-desk-2.key").read_bytes())
            list(subscriber.subscriptions())
            self.assertIsNot(connection._credentials, before)

    def test_only_a_broker_of_the_region_is_spoken_to(self):
        options = corridor.Profile.read(self.region.profile("id-desk")).connection
        elsewhere = corridor.ConnectionOptions(**{**vars(options), "region": "eac.example"})
        with corridor.Connection(elsewhere) as connection, self.assertRaises(corridor.NotAllowedError) as raised:
            corridor.Subscriber(connection).get("all")
        self.assertEqual(raised.exception.reason, corridor.Reason.IDENTITY_INVALID)
        with self._insisting_on("b2", options) as connection, self.assertRaises(corridor.TemporaryError):
            corridor.Subscriber(connection).get("all")

    def _insisting_on(self, name, options):
        """A connection whose channel expects another broker than it will meet."""
        connection = corridor.Connection(options)
        connection._channel = connection._credentials.open_channel(options, f"spiffe://{region.REGION}/broker/{name}")
        connection._broker, connection._suspect = name, False
        return connection

    def test_corridorctl_verifies_what_python_published_and_the_other_way_round(self):
        receipt = self.publisher.publish(alert())
        reader = corridor.Subscriber(self.connections["th-desk"])
        mine = next(one for one in reader.alerts() if one.current and one.current.digest == receipt.digest)
        saved = self.region.folder / "alert.bin"
        self.region.ctl("alerts", "show", mine.publisher, mine.alert_id.hex(), "--save", saved, profile="id-desk")
        self.region.ctl("alerts", "verify", saved, "--trust-domain", f"{region.REGION}={self.region.folder}/root/root.pem",
                        "--signer", self.region.folder / "th-desk-signing.pem", "--signer", self.region.folder / "signing.pem")
        receiver = self.receiver("from-ctl", proof_min=corridor.Proof.ON_BROKERS_WORD)
        self.region.ctl("publish", library.ROOT / "deploy/demo/alerts/01-first-warning.textproto", profile="th-desk")
        self.assertEqual(receiver.get().statement.body.issue.content.legs[0].area, "014")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=region.bin_folder, required=True)
    options, rest = parser.parse_known_args()
    BIN = options.bin
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main(argv=[sys.argv[0], *rest])
