#!/usr/bin/env python3
"""Mirrors alerts into PostgreSQL: one row for each alert, in its latest revision, with cancellations and recalls applied.

Each statement is applied once: its digest is written in the same transaction, and it is acknowledged when that is committed;
one that comes again, after a crash or a lost connection, changes nothing. What is recalled is erased (deleted, and vacuumed),
and that is confirmed. TLP:RED, and what its publisher marked "no onward sharing without consent", is not mirrored.

Needs Debian's python3-psycopg2. The database is named by libpq's own means: --database "dbname=corridor", PGHOST, a service
file. Tables are made where they are not there; see TABLES.

Exit codes: 0 ended as asked; 1 the broker or the database refused; 2 wrong command line or files.
"""

import argparse
import json
import pathlib
import signal
import sys
import uuid

import corridor
import psycopg2
from corridor.v1 import alert_pb2
from google.protobuf import json_format

TABLES = """
CREATE TABLE IF NOT EXISTS alerts (
  publisher     text        NOT NULL,
  alert_id      uuid        NOT NULL,
  revision      bigint      NOT NULL,
  statement_id  uuid        NOT NULL,
  state         text        NOT NULL,  -- ACTIVE or CANCELLED; compare valid_until for those that ended
  accepted_at   timestamptz NOT NULL,  -- by the publisher's broker
  tlp           text        NOT NULL,
  urgency       text        NOT NULL,
  valid_until   timestamptz,
  content       jsonb       NOT NULL,  -- AlertContent, as protobuf's JSON with the names of the protos
  PRIMARY KEY (publisher, alert_id)
);
CREATE TABLE IF NOT EXISTS applied_statements (digest bytea PRIMARY KEY);
"""
UPSERT = """
INSERT INTO alerts VALUES (%s, %s, %s, %s, %s, to_timestamp(%s / 1000.0), %s, %s, %s, %s)
ON CONFLICT (publisher, alert_id) DO UPDATE SET
  revision = excluded.revision, statement_id = excluded.statement_id, state = excluded.state,
  accepted_at = excluded.accepted_at, tlp = excluded.tlp, urgency = excluded.urgency,
  valid_until = excluded.valid_until, content = excluded.content
WHERE alerts.revision < excluded.revision
"""
# What came by the other lane first is not there yet: a row without content keeps its place.
CANCEL = """
INSERT INTO alerts VALUES (%s, %s, %s, %s, %s, to_timestamp(%s / 1000.0), %s, %s, %s, %s)
ON CONFLICT (publisher, alert_id) DO UPDATE SET state = excluded.state, revision = excluded.revision
WHERE alerts.revision < excluded.revision
"""
DROP_EARLIER = "DELETE FROM alerts WHERE publisher = %s AND alert_id = %s AND revision < %s"
ERASE = "DELETE FROM alerts WHERE publisher = %s AND statement_id = ANY(%s::uuid[])"
NO_ONWARD = alert_pb2.HANDLING_CODE_NO_ONWARD_WITHOUT_CONSENT


class Mirror:
    """The tables, by one connection. Each method is one transaction."""

    def __init__(self, database):
        self._database = psycopg2.connect(database)
        with self._database, self._database.cursor() as cursor:
            cursor.execute(TABLES)

    def apply(self, statement):
        """Once, and committed when it returns."""
        body = statement.body
        with self._database, self._database.cursor() as cursor:
            cursor.execute("INSERT INTO applied_statements VALUES (%s) ON CONFLICT DO NOTHING", (statement.digest,))
            if cursor.rowcount == 0:
                return
            if statement.kind == "CANCEL":
                cursor.execute(CANCEL, row_of(statement))
            elif statement.content is not None and may_be_mirrored(statement):
                cursor.execute(UPSERT, row_of(statement))
            elif statement.content is not None:  # What it replaces does not hold any more.
                cursor.execute(DROP_EARLIER, (body.publisher, id_text(body.alert_id), body.revision))

    def erase(self, publisher, statement_ids):
        """What these statements said is not in the table any more when it returns."""
        with self._database, self._database.cursor() as cursor:
            cursor.execute(ERASE, (publisher, [id_text(one) for one in statement_ids]))
        self._database.autocommit = True
        with self._database.cursor() as cursor:
            cursor.execute("VACUUM (FULL) alerts")
        self._database.autocommit = False


def row_of(statement):
    body, content = statement.body, statement.content
    state = "CANCELLED" if content is None else "ACTIVE"
    until = body.valid_until.ToDatetime().isoformat() + "Z" if body.HasField("valid_until") else None
    said = json_format.MessageToDict(content, preserving_proto_field_name=True) if content else {}
    return (body.publisher, id_text(body.alert_id), body.revision, id_text(body.statement_id), state,
            statement.accept_time_ms, alert_pb2.Tlp.Name(body.tlp).removeprefix("TLP_"),
            alert_pb2.Urgency.Name(body.urgency).removeprefix("URGENCY_"), until, json.dumps(said))


def id_text(value):
    return str(uuid.UUID(bytes=value))


def may_be_mirrored(statement):
    return statement.body.tlp != alert_pb2.TLP_RED and NO_ONWARD not in statement.content.handling


def is_up_to_date(status):
    return status.unsettled == 0 and all(lane.settled_offset >= lane.head_offset for lane in status.lanes)


def follow(subscriber, options, mirror):
    """Runs until it is told to stop, or with --once until there is nothing more."""
    failures = []

    def handle(delivery):
        try:
            mirror.apply(delivery.statement)
        except psycopg2.Error as error:  # What is not committed comes again, once that is mended.
            failures.append(error)
            session.stop()
            return
        delivery.ack()

    def erase(notice):
        mirror.erase(notice.publisher, notice.statement_ids)
        return corridor.Outcome.ERASED

    def on_event(event):
        if options.once and event.status is not None and is_up_to_date(event.status):
            session.stop()

    session = subscriber.session(options.subscription, handle, erase, on_event=on_event,
                                 client_name="mirror_postgresql/0.1")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: session.stop())
    session.run()
    if failures:
        raise failures[0]
    for notice in subscriber.recall_notices():  # What came while it ended.
        subscriber.confirm_recalls({notice.notice_id: erase(notice)})


def main():
    parser = argparse.ArgumentParser(description="Alerts into PostgreSQL.")
    parser.add_argument("--profile", type=pathlib.Path, required=True, help="who calls, and which broker")
    parser.add_argument("--subscription", default="mirror", help="its name; created, from the oldest alert on, if need be")
    parser.add_argument("--database", default="", help='as libpq takes it, such as "dbname=corridor"')
    parser.add_argument("--once", action="store_true", help="end when there is nothing more (for cron)")
    options = parser.parse_args()
    try:
        profile = corridor.Profile.read(options.profile)
        with corridor.Connection(profile.connection) as connection:
            subscriber = corridor.Subscriber(connection)
            try:
                subscriber.create(options.subscription, start_from="START_FROM_OLDEST")
            except corridor.ConflictError:
                pass  # It is there, with a filter of its own: that is what is wanted.
            follow(subscriber, options, Mirror(options.database))
    except (OSError, ValueError) as error:
        print(f"mirror_postgresql: {error}", file=sys.stderr)
        return 2
    except (corridor.CorridorError, psycopg2.Error) as error:
        print(f"mirror_postgresql: {str(error).strip()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
