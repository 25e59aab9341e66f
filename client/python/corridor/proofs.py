"""Digests, signatures and Merkle paths of statements, acceptances and withdrawals, as `statement.proto` and
`record.proto` define them. Pure functions: no clock, chance, file or network. Those that verify say False for anything
malformed and never raise. `docs/clients.md` has the formulas, and vectors to try an implementation on."""

import datetime
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from corridor.v1 import member_pb2

_STATEMENT = b"corridor/statement/v1\0"
_BATCH = b"corridor/batch/v1\0"
_ACCEPTANCE = b"corridor/acceptance/v1\0"
_WITHDRAWAL = b"corridor/withdrawal/v1\0"
_LEAVES_MAX = 4096


def key_id_of(public_key):
    """Names a raw Ed25519 public key (32 bytes): 16 bytes."""
    return _sha256(public_key)[:16]


def routing_hash(routing_salt, routing):
    """What readers get in place of the routing part."""
    return _sha256(routing_salt + routing)


def statement_digest(statement):
    """The digest of a SignedStatement: 32 bytes."""
    return _digest(routing_hash(statement.routing_salt, statement.routing), statement.body_salt, statement.body)


def reader_digest(statement):
    """The digest of a ReaderStatement: the same 32 bytes, from what a reader has."""
    return _digest(statement.routing_hash, statement.body_salt, statement.body)


def leaf_hash(data):
    """RFC 9162, section 2.1: of a leaf."""
    return _sha256(b"\0" + data)


def node_hash(left, right):
    """RFC 9162, section 2.1: of a node."""
    return _sha256(b"\1" + left + right)


def merkle_tree(leaves):
    """(root, the path of each leaf) of the tree over these leaf hashes, at least one."""
    level = [(leaf, [index]) for index, leaf in enumerate(leaves)]
    paths = [[] for _ in leaves]
    while len(level) > 1:
        above = []
        for (left, under_left), (right, under_right) in zip(level[::2], level[1::2]):
            for index in under_left:
                paths[index].append(right)
            for index in under_right:
                paths[index].append(left)
            above.append((node_hash(left, right), under_left + under_right))
        if len(level) % 2:
            above.append(level[-1])  # Without a right neighbour it rises unchanged.
        level = above
    return level[0][0], paths


def is_included(root, leaf, index, size, path):
    """Whether `path` proves that `leaf` is leaf `index` of the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(one) != 32 for one in path):
        return False
    here, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here % 2 or here == last:
            value = node_hash(sibling, value)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            value = node_hash(value, sibling)
        here, last = here // 2, last // 2
    return last == 0 and value == root


def is_publishers(digest, proof, public_key):
    """Whether a StatementProof proves that the holder of `public_key` (32 bytes) made the statement of `digest`."""
    form = proof.WhichOneof("proof")
    if form == "ed25519_signature":
        return _is_signed(public_key, proof.ed25519_signature, digest)
    if form != "batch":
        return False
    return _leads_to_root(proof.batch, leaf_hash(digest)) and \
        _is_signed(public_key, proof.batch.root_signature, batch_message(proof.batch.root))


def batch_message(root):
    """What a publisher signs for a whole batch."""
    return _BATCH + root


def acceptance_message(epoch, root):
    """What a broker signs for a whole commit batch."""
    return _ACCEPTANCE + epoch.to_bytes(8, "big") + root


def withdrawal_message(withdrawal):
    """What a broker signs for a serialised Withdrawal."""
    return _WITHDRAWAL + withdrawal


def acceptance_leaf(digest, acceptance):
    """The leaf hash of a statement in its commit batch."""
    return leaf_hash(digest + acceptance.position.offset.to_bytes(8, "big") + bytes([acceptance.lane & 0xFF]) +
                     (acceptance.accept_time_ms & (2**64 - 1)).to_bytes(8, "big"))


def fits_acceptance(digest, acceptance):
    """Whether the acceptance is one of this statement: its path leads from the digest to the root that the origin
    signed. Whether the origin did sign it: is_accepted()."""
    return len(digest) == 32 and _leads_to_root(acceptance.proof, acceptance_leaf(digest, acceptance))


def is_accepted(digest, acceptance, public_key):
    """Whether the holder of the broker key `public_key` accepted the statement of `digest` as `acceptance` says."""
    message = acceptance_message(acceptance.position.epoch, acceptance.proof.root)
    return fits_acceptance(digest, acceptance) and _is_signed(public_key, acceptance.proof.root_signature, message)


def is_withdrawn(withdrawal, public_key):
    """Whether the holder of the broker key `public_key` made a SignedWithdrawal."""
    return _is_signed(public_key, withdrawal.signature, withdrawal_message(withdrawal.withdrawal))


def key_stands(key, accepted_at):
    """How a corridor.v1.SigningKey stood when its origin accepted the statement (aware datetime): "good", "not valid"
    (not yet, expired, retired), or "compromised" (in wrong hands by then: nobody's word)."""
    if key.state == member_pb2.SIGNING_KEY_STATE_REVOKED and accepted_at >= _time(key.compromised_at):
        return "compromised"
    if not _time(key.not_before) <= accepted_at <= _time(key.not_after):
        return "not valid"
    if key.HasField("retired_at") and accepted_at >= _time(key.retired_at):
        return "not valid"
    return "good"


def _sha256(data):
    return hashlib.sha256(data).digest()


def _digest(hash_of_routing, body_salt, body):
    return _sha256(_STATEMENT + hash_of_routing + _sha256(body_salt + body))


def _leads_to_root(proof, leaf):
    return proof.leaf_count <= _LEAVES_MAX and len(proof.root) == 32 and \
        is_included(proof.root, leaf, proof.leaf_index, proof.leaf_count, proof.path)


def _is_signed(public_key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _time(timestamp):
    return timestamp.ToDatetime(tzinfo=datetime.timezone.utc)
