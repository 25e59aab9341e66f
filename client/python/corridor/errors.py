"""What goes wrong, by kind; each error says why, and whether the same request may succeed later.

    try:
        publisher.publish(draft)
    except corridor.InvalidError as error:
        for violation in error.violations:
            print(violation.field, violation.description, violation.passes)
    except corridor.CorridorError as error:
        if error.is_retryable:
            ...

No message, reason or violation ever holds content of a statement or a secret.
"""

import dataclasses
import enum

import grpc
from google.protobuf.message import DecodeError

from corridor.v1 import error_details_pb2, error_reason_pb2

_PREFIX = "ERROR_REASON_"
_DETAILS_KEY = "grpc-status-details-bin"
_RETRYABLE = {"UNAVAILABLE", "DEADLINE_EXCEEDED"}

# Every reason that `proto/corridor/v1/error_reason.proto` lists, as Reason.AUDIENCE_EMPTY and so on. Each is a string:
# `error.reason == Reason.QUOTA` and `error.reason == "QUOTA"` are the same.
Reason = enum.Enum("Reason", {name.removeprefix(_PREFIX): name.removeprefix(_PREFIX)
                              for name in error_reason_pb2.ErrorReason.keys()}, type=str)


@dataclasses.dataclass(frozen=True)
class FieldViolation:
    """One fault in one field of a request or statement."""

    field: str  # Its path, such as "body.issue.content.legs[2].country".
    description: str  # What is wrong and what would pass.
    reason: str  # As CorridorError.reason.
    category: str = ""  # Of the gate: "phone", "small-group".
    rule: str = ""  # Of the gate: "phone.international".
    passes: str = ""  # The one value that would pass, where there is one.


class CorridorError(Exception):
    """Anything that a broker refused, or that kept it from answering.

    code         the canonical status, by name: "INVALID_ARGUMENT"
    reason       why, for programs: a Reason, or a plain string where the broker is newer; "" where none was given
    message      why, and what to do, for people
    violations   the fields at fault
    retry_delay  how many seconds the broker asks to wait at least; None where it did not say
    metadata     further facts by name, such as "rule", "revision" or "gate_policy_version"
    """

    def __init__(self, code, message, reason="", violations=(), retry_delay=None, metadata=None):
        super().__init__(f"{reason or code}: {message}")
        self.code = code
        self.reason = Reason(reason) if reason in Reason.__members__ else reason
        self.message = message
        self.violations = tuple(violations)
        self.retry_delay = retry_delay
        self.metadata = dict(metadata or {})

    @property
    def is_retryable(self):
        """Whether the same request, sent again, may succeed: the broker was not reached, the outcome is unknown, or it
        said when to come again. A statement sent again keeps its bytes; then it counts once."""
        return self.code in _RETRYABLE or (self.code == "RESOURCE_EXHAUSTED" and self.retry_delay is not None)

    def __str__(self):
        return f"{getattr(self.reason, 'value', self.reason) or self.code}: {self.message}"


class InvalidError(CorridorError):
    """The request or statement is wrong (INVALID_ARGUMENT): `violations` say where. Mend it."""


class NotAllowedError(CorridorError):
    """Who calls may not (UNAUTHENTICATED, PERMISSION_DENIED). An operator has to look."""


class NotFoundError(CorridorError):
    """No such object, or none that the caller may see (NOT_FOUND)."""


class ConflictError(CorridorError):
    """It exists already, or changed meanwhile (ALREADY_EXISTS, ABORTED). Read again, then decide."""


class StateError(CorridorError):
    """Not in the state for this (FAILED_PRECONDITION, OUT_OF_RANGE)."""


class TemporaryError(CorridorError):
    """Not now (UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED). Ask `is_retryable`."""


class ProofError(CorridorError):
    """Bytes that do not fit their digest, proof or acceptance (DATA_LOSS). Never use them."""


_CLASSES = {
    "INVALID_ARGUMENT": InvalidError,
    "UNAUTHENTICATED": NotAllowedError,
    "PERMISSION_DENIED": NotAllowedError,
    "NOT_FOUND": NotFoundError,
    "ALREADY_EXISTS": ConflictError,
    "ABORTED": ConflictError,
    "FAILED_PRECONDITION": StateError,
    "OUT_OF_RANGE": StateError,
    "UNAVAILABLE": TemporaryError,
    "DEADLINE_EXCEEDED": TemporaryError,
    "RESOURCE_EXHAUSTED": TemporaryError,
    "DATA_LOSS": ProofError,
}
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


def make_error(code, message, **more):
    """An error of the class that goes with `code`."""
    return _CLASSES.get(code, CorridorError)(code, message, **more)


def from_status(status):
    """The error that a corridor.v1.RpcStatus says: of one statement of a Publish, or of a whole call."""
    more = {}
    for detail in status.details:
        name = detail.type_url.rpartition("/")[2]
        try:
            if name == "google.rpc.ErrorInfo":
                info = error_details_pb2.ErrorInfo.FromString(detail.value)
                more["reason"], more["metadata"] = info.reason, dict(info.metadata)
            elif name == "google.rpc.BadRequest":
                more["violations"] = _violations(error_details_pb2.BadRequest.FromString(detail.value))
            elif name == "google.rpc.RetryInfo":
                delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
                more["retry_delay"] = delay.seconds + delay.nanos / 1e9
        except DecodeError:
            continue  # Code and message say what went wrong; this detail would only have said it better.
    return make_error(_CODES.get(status.code, "UNKNOWN"), status.message, **more)


def from_grpc(error):
    """The error that a grpc.RpcError says."""
    code = error.code()
    for key, value in error.trailing_metadata() or ():
        if key != _DETAILS_KEY:
            continue
        try:
            status = error_details_pb2.RpcStatus.FromString(value)
        except DecodeError:
            break
        if status.code == code.value[0]:
            return from_status(status)
    # The broker's connection check can send no details, so its message begins with the reason.
    reason, colon, rest = (error.details() or "").partition(": ")
    if colon and reason in Reason.__members__:
        return make_error(code.name, rest, reason=reason)
    return make_error(code.name, error.details() or "")


def _violations(request):
    return [FieldViolation(one.field, one.description, one.reason, one.category, one.rule, one.passes)
            for one in request.field_violations]
