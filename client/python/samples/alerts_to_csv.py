#!/usr/bin/env python3
"""Writes what a subscription gets into a CSV file, one row for each statement, ready for pandas:

    pandas.read_csv("alerts.csv", parse_dates=["accepted_at", "valid_until"], dtype={"alert_id": str})

A statement is in the file once, also after a crash: its digest is a column, and it is acknowledged when its row is on disk.
What is recalled is taken out of the file, and that is confirmed. Values of a list are joined by "|".

TLP:RED, and what its publisher marked "no onward sharing without consent", is not written: read it with corridorctl.

Exit codes: 0 ended as asked; 1 the broker refused; 2 wrong command line or files.
"""

import argparse
import csv
import datetime
import fcntl
import io
import logging
import os
import pathlib
import signal
import sys
import uuid

import corridor
from corridor.v1 import alert_pb2

# Columns of the envelope, and of the content by their paths in AlertContent.
ENVELOPE = ("digest", "accepted_at", "kind", "publisher", "publisher_country", "alert_id", "revision", "statement_id",
            "status", "tlp", "urgency", "valid_from", "valid_until", "target_publisher", "target_alert_id")
PLACES = {"recruitment_places": alert_pb2.ROUTE_STAGE_RECRUITMENT, "transit_places": alert_pb2.ROUTE_STAGE_TRANSIT,
          "exploitation_places": alert_pb2.ROUTE_STAGE_EXPLOITATION}
CONTENT = {
    "severity": "severity", "certainty": "certainty", "verification": "verification", "basis": "basis",
    "source_reliability": "source_reliability", "information_credibility": "information_credibility",
    "acts": "pattern.acts", "means": "pattern.means", "purposes": "pattern.purposes",
    "forced_criminality_kinds": "pattern.forced_criminality_kinds", "controls": "pattern.controls",
    "recruitment_methods": "recruitment.recruitment_methods", "platforms": "recruitment.platforms",
    "lures": "recruitment.lures", "claimed_destination": "recruitment.claimed_destination",
    "fee_band": "recruitment.fee_band", "group_size": "affected_group.group_size",
    "recommended_actions": "recommended_actions",
}
COLUMNS = (*ENVELOPE, "observed_from", "observed_to", *PLACES, *CONTENT, "headline")


def row_of(statement):
    """A Statement as a row."""
    body, content = statement.body, statement.content
    accepted_at = datetime.datetime.fromtimestamp(statement.accept_time_ms / 1000, datetime.timezone.utc)
    row = {
        "digest": statement.digest.hex(), "accepted_at": accepted_at.isoformat(timespec="milliseconds"),
        "kind": statement.kind, "publisher": body.publisher, "publisher_country": body.publisher_country,
        "alert_id": id_text(body.alert_id), "revision": body.revision, "statement_id": id_text(body.statement_id),
        "valid_from": time_text(body, "valid_from"), "valid_until": time_text(body, "valid_until"),
        **{name: value_text(body, name) for name in ("status", "tlp", "urgency")},
    }
    if statement.kind in ("SIGHTING", "RESPONSE"):
        target = getattr(body, statement.kind.lower()).target
        row.update(target_publisher=target.publisher, target_alert_id=id_text(target.alert_id))
    if content is not None:
        row.update(content_of(content))
    return row


def content_of(content):
    row = {column: value_text(content, path) for column, path in CONTENT.items()}
    for column, stage in PLACES.items():
        row[column] = "|".join(leg.country or leg.area for leg in content.legs if leg.stage == stage)
    if content.HasField("observed_period"):
        period = content.observed_period
        row["observed_from"], row["observed_to"] = (f"{one.year}-{one.month:02}" for one in (period.start, period.end))
    if content.headlines:
        row["headline"] = " ".join(content.headlines[0].text.split())
        if row["headline"][0] in "=+-@":  # A spreadsheet would run it.
            row["headline"] = "'" + row["headline"]
    return row


def value_text(message, path):
    """A field as text: enums by name without their prefix, lists joined."""
    *parents, name = path.split(".")
    for parent in parents:
        message = getattr(message, parent)
    field = message.DESCRIPTOR.fields_by_name[name]
    value = getattr(message, name)
    values = value if field.label == field.LABEL_REPEATED else [value]
    if field.enum_type is None:
        return "|".join(values)
    known = field.enum_type.values_by_number
    prefix = known[0].name.removesuffix("UNSPECIFIED")
    return "|".join(known[one].name.removeprefix(prefix) if one in known else str(one) for one in values if one)


def time_text(message, name):
    if not message.HasField(name):
        return ""
    return getattr(message, name).ToDatetime(datetime.timezone.utc).isoformat(timespec="seconds")


def id_text(value):
    return str(uuid.UUID(bytes=value)) if len(value) == 16 else value.hex()


def may_be_written(statement):
    content = statement.content
    return statement.body.tlp != alert_pb2.TLP_RED and not (
        content and alert_pb2.HANDLING_CODE_NO_ONWARD_WITHOUT_CONSENT in content.handling)


class Table:
    """The file. One program at a time: a second one is refused (BlockingIOError)."""

    def __init__(self, path):
        self.path = path
        self._lock = open(f"{path}.lock", "w", encoding="utf-8")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        rows = self._read()
        self._digests = {row["digest"] for row in rows}
        self._write_all(rows)

    def add(self, row):
        """Once, and on disk when it returns."""
        if row["digest"] in self._digests:
            return
        text = io.StringIO()
        csv.DictWriter(text, COLUMNS).writerow(row)
        with open(self.path, "a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
        self._digests.add(row["digest"])

    def erase(self, publisher, statement_ids):
        """Takes rows out. What they said is not in the file any more when it returns."""
        ids = {id_text(one) for one in statement_ids}
        self._write_all([row for row in self._read() if row["publisher"] != publisher or row["statement_id"] not in ids])

    def _read(self):
        """All whole rows: one that a crash cut short is left out, and comes again."""
        if not self.path.exists():
            return []
        text = self.path.read_bytes().decode("utf-8", errors="replace")
        whole = text[:text.rfind("\n") + 1]
        return [row for row in csv.DictReader(io.StringIO(whole)) if None not in row.values() and None not in row]

    def _write_all(self, rows):
        new = self.path.with_name(self.path.name + ".new")
        with open(new, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def is_up_to_date(status):
    return status.unsettled == 0 and all(lane.settled_offset >= lane.head_offset for lane in status.lanes)


def follow(subscriber, options, table):
    """Runs until it is told to stop, or with --once until there is nothing more."""
    def handle(delivery):
        if may_be_written(delivery.statement):
            table.add(row_of(delivery.statement))
        else:
            print("a statement is marked against being written; it was left out", file=sys.stderr)
        delivery.ack()

    def erase(notice):
        table.erase(notice.publisher, notice.statement_ids)
        return corridor.Outcome.ERASED

    def on_event(event):
        if options.once and event.status is not None and is_up_to_date(event.status):
            session.stop()

    session = subscriber.session(options.subscription, handle, erase, on_event=on_event,
                                 client_name="alerts_to_csv/0.1")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: session.stop())
    session.run()
    for notice in subscriber.recall_notices():  # What came while it ended.
        subscriber.confirm_recalls({notice.notice_id: erase(notice)})


def main():
    parser = argparse.ArgumentParser(description="Alerts into a CSV file, ready for pandas.")
    parser.add_argument("--profile", type=pathlib.Path, required=True, help="who calls, and which broker")
    parser.add_argument("--subscription", default="csv", help="its name; created, from the oldest alert on, if need be")
    parser.add_argument("--once", action="store_true", help="end when there is nothing more (for cron)")
    parser.add_argument("--verbose", action="store_true", help="say what the session does")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO if options.verbose else logging.ERROR, format="%(message)s")
    try:
        profile = corridor.Profile.read(options.profile)
        table = Table(options.file.absolute())
        with corridor.Connection(profile.connection) as connection:
            subscriber = corridor.Subscriber(connection)
            try:
                subscriber.create(options.subscription, start_from="START_FROM_OLDEST")
            except corridor.ConflictError:
                pass  # It is there, with a filter of its own: that is what is wanted.
            follow(subscriber, options, table)
    except (OSError, ValueError) as error:
        print(f"alerts_to_csv: {error}", file=sys.stderr)
        return 2
    except corridor.CorridorError as error:
        print(f"alerts_to_csv: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
