"""Corridor: publish, receive and take back anonymised alerts on human trafficking.

    import corridor

    profile = corridor.Profile.read("ke-desk.profile")
    with corridor.Connection(profile.connection) as connection:
        publisher = corridor.Publisher(connection, **profile.publisher)
        subscriber = corridor.Subscriber(connection)

Start with Connection, Publisher, Subscriber and Session; each says its errors, bounds and thread rule. Statements are
protobuf messages: corridor.StatementBody and so on, whose fields `proto/corridor/v1/*.proto` explains. All errors are
CorridorError. The logger "corridor" tells of connections and refusals; never of content, and never of secrets.
"""

from corridor.backoff import Backoff
from corridor.connection import Connection
from corridor.errors import (ConflictError, CorridorError, FieldViolation, InvalidError, NotAllowedError, NotFoundError,
                             ProofError, Reason, StateError, TemporaryError, from_status)
from corridor.options import ConnectionOptions, Profile
from corridor.publisher import Draft, Publisher, in_days
from corridor.session import Delivery, Outcome, Session, SessionEvent, StaleLease, nothing_kept
from corridor.signing import SigningKey
from corridor.subscriber import Alert, Statement, Subscriber
from corridor.trust import Proof, PublisherTrust
from corridor.v1.alert_pb2 import AlertContent
from corridor.v1.record_pb2 import RecallNotice, Receipt
from corridor.v1.statement_pb2 import SignedStatement, StatementBody, StatementRouting
from corridor.v1.subscription_pb2 import Filter, FilterClause, Subscription

__all__ = [
    "Alert", "AlertContent", "Backoff", "ConflictError", "Connection", "ConnectionOptions", "CorridorError", "Delivery",
    "Draft", "FieldViolation", "Filter", "FilterClause", "InvalidError", "NotAllowedError", "NotFoundError", "Outcome",
    "Profile", "Proof", "ProofError", "Publisher", "PublisherTrust", "Reason", "RecallNotice", "Receipt", "Session",
    "SessionEvent", "SignedStatement", "SigningKey", "StaleLease", "StateError", "Statement", "StatementBody",
    "StatementRouting", "Subscriber", "Subscription", "TemporaryError", "from_status", "in_days", "nothing_kept",
]
