"""Statements of the example agencies, made and signed from the protos alone."""

import hashlib
import os
import time

from cryptography.hazmat.primitives import serialization

import cast
import protos

VALID_SECONDS = 60 * 24 * 3600
SAID_AT = int(time.time())


class Said:
    """One statement: the bytes that are sent, again and again if need be, and who should have it."""

    def __init__(self, message, digest, facts):
        self.message, self.digest, self.facts = message, digest, facts
        self.id = facts["id"]


class Thread:
    """One alert of a publisher as its publisher knows it."""

    def __init__(self, alert_id, audience, entitled, urgent):
        self.alert_id, self.audience, self.entitled, self.urgent = alert_id, audience, entitled, urgent
        self.revision = 0


class Author:
    """Makes what one agency says; `dice` decides what."""

    def __init__(self, agency, key_path, dice):
        self.agency, self.dice = agency, dice
        self.key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key_id = hashlib.sha256(raw).digest()[:16]
        self.statement = protos.module("statement")
        self.alert = protos.module("alert")
        self.content = self._content()

    def issue(self, urgent=None, everybody=False):
        form, audience, entitled = self._everybody() if everybody else self._audience()
        urgent = self.dice.random() < 0.1 if urgent is None else urgent
        thread = Thread(os.urandom(16), audience, entitled, urgent)
        return thread, self.say(thread, "ISSUE", form)

    def say(self, thread, kind, form=""):
        """The next revision of an alert."""
        thread.revision += 1
        body = self._envelope(thread, kind)
        routing = b""
        if kind in ("ISSUE", "REVISE"):
            part = getattr(body, kind.lower())
            part.content.CopyFrom(self.content)
            body.valid_until.seconds = SAID_AT + VALID_SECONDS
            routing = thread.audience.SerializeToString(deterministic=True)
        if kind == "REVISE":
            body.revise.reason = self.statement.REVISION_REASON_NEW_INFORMATION
        elif kind == "CANCEL":
            body.cancel.reason = self.statement.CANCEL_REASON_OVER
        elif kind == "RECALL":
            body.recall.reason = self.statement.RECALL_REASON_WRONG_AUDIENCE
        message, digest = self._sign(routing, body.SerializeToString(deterministic=True))
        lane = "urgent" if thread.urgent or kind == "RECALL" else "routine"
        return Said(message, digest, {
            "id": body.statement_id.hex(), "digest": digest.hex(), "publisher": self.agency.id,
            "alert": thread.alert_id.hex(), "revision": thread.revision, "kind": kind, "lane": lane, "form": form,
            "entitled": thread.entitled})

    def _envelope(self, thread, kind):
        body = self.statement.StatementBody(
            schema_version="1", vocabulary_version="1", publisher=self.agency.id,
            publisher_country=self.agency.code, publisher_type=self.alert.PUBLISHER_TYPE_CENTRAL_GOVERNMENT,
            attribution=self.alert.ATTRIBUTION_NAMED, statement_id=os.urandom(16), alert_id=thread.alert_id,
            revision=thread.revision, tlp=self.alert.TLP_GREEN, status=self.alert.ALERT_STATUS_ACTUAL,
            urgency=self.alert.URGENCY_IMMEDIATE if thread.urgent else self.alert.URGENCY_EXPECTED)
        body.published_at.seconds = SAID_AT
        return body

    def _sign(self, routing, body):
        routing_salt, body_salt = os.urandom(16), os.urandom(16)
        digest = hashlib.sha256(b"corridor/statement/v1\0" + hashlib.sha256(routing_salt + routing).digest() +
                                hashlib.sha256(body_salt + body).digest()).digest()
        message = self.statement.SignedStatement(routing=routing, routing_salt=routing_salt, body=body,
                                                 body_salt=body_salt)
        message.proof.key_id = self.key_id
        message.proof.ed25519_signature = self.key.sign(digest)
        return message, digest

    def _everybody(self):
        routing = self.statement.StatementRouting()
        routing.audience.all_members.SetInParent()
        return "everybody", routing, [agency.id for agency in cast.AGENCIES]

    def _audience(self):
        """(its form, routing part, SPIFFE IDs of all who should have it, the publisher among them)."""
        routing = self.statement.StatementRouting()
        form = self.dice.choice(("everybody", "everybody", "regions", "members", "countries", "excluded"))
        others = [agency for agency in cast.AGENCIES if agency != self.agency]
        if form == "everybody":
            return self._everybody()
        if form == "regions":
            names = self.dice.sample(cast.REGIONS, self.dice.choice((1, 2)))
            if names == [self.agency.region]:
                names.append(self.dice.choice([name for name in cast.REGIONS if name != self.agency.region]))
            routing.audience.regions.regions.extend(map(cast.region_id, names))
            chosen = [agency for agency in others if agency.region in names]
        elif form == "excluded":
            # Now and then a whole region is left out, member by member.
            left_out = self.dice.choice([[agency] for agency in others] +
                                        [cast.agencies_of(name) for name in cast.REGIONS if name != self.agency.region])
            routing.audience.all_members.SetInParent()
            for agency in left_out:
                routing.excluded.add(member=agency.id)
            chosen = [agency for agency in others if agency not in left_out]
        else:
            chosen = self.dice.sample(others, self.dice.choice((1, 1, 2, 3)))
            if form == "members":
                routing.audience.organisations.members.extend(agency.id for agency in chosen)
            else:
                routing.audience.countries.countries.extend(agency.code for agency in chosen)
        return form, routing, [self.agency.id] + [agency.id for agency in chosen]

    def _content(self):
        alert = self.alert
        content = alert.AlertContent(severity=alert.SEVERITY_SEVERE, certainty=alert.CERTAINTY_OBSERVED,
                                     verification=alert.VERIFICATION_POSSIBLE)
        content.observed_period.start.year, content.observed_period.start.month = 2025, 1
        content.observed_period.end.year, content.observed_period.end.month = 2025, 3
        content.legs.add(stage=alert.ROUTE_STAGE_RECRUITMENT, country="KEN")
        content.legs.add(stage=alert.ROUTE_STAGE_EXPLOITATION, country="MMR", venue=alert.VENUE_GUARDED_COMPOUND)
        content.pattern.acts.append(alert.TRAFFICKING_ACT_RECRUITMENT)
        content.pattern.means.append(alert.TRAFFICKING_MEANS_DECEPTION)
        content.pattern.purposes.append(alert.TRAFFICKING_PURPOSE_FORCED_CRIMINALITY)
        content.pattern.forced_criminality_kinds.append(alert.FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM)
        return content
