#!/usr/bin/env python3
"""Writes v1.json anew: see README.md. Only for a new kind of vector, never for a changed one.

    make_vectors.py
"""

import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
KINDS = ("issue", "revise", "cancel", "recall", "sighting", "response")
PUBLISHER_SEED = bytes(range(32))
BROKER_SEED = bytes(range(32, 64))
EPOCH = 0x0123456789ABCDEF
ACCEPTED_MS = 1743494400250


def make():
    """All vectors, as they stand in the file."""
    from corridor import SigningKey, proofs
    from corridor.v1 import statement_pb2

    publisher, broker = SigningKey.from_seed(PUBLISHER_SEED), SigningKey.from_seed(BROKER_SEED)
    statements = {kind: statement_pb2.SignedStatement.FromString(
        (HERE.parent / "formats" / "v1" / f"{kind}.bin").read_bytes()) for kind in KINDS}
    digests = {kind: proofs.statement_digest(one) for kind, one in statements.items()}
    return {
        "keys": [{"seed": seed.hex(), "public_key": key.public_key.hex(), "key_id": key.key_id.hex()}
                 for seed, key in ((PUBLISHER_SEED, publisher), (BROKER_SEED, broker))],
        "statements": [{
            "file": f"../formats/v1/{kind}.bin",
            "routing_hash": proofs.routing_hash(one.routing_salt, one.routing).hex(),
            "digest": digests[kind].hex(),
            "ed25519_signature": one.proof.ed25519_signature.hex(),
        } for kind, one in statements.items()],
        "merkle": [merkle(proofs, size) for size in (1, 2, 3, 5, 8, 11)],
        "batch": batch(publisher, list(statements.values())),
        "wrong": wrong(proofs, list(statements.values()), digests),
        "acceptances": acceptances(proofs, broker, list(digests.values())),
        "withdrawal": withdrawal(broker),
        "errors": errors(),
    }


def merkle(proofs, size):
    leaves = [proofs.leaf_hash(bytes([number])) for number in range(size)]
    root, paths = proofs.merkle_tree(leaves)
    return {"leaf_data": [bytes([number]).hex() for number in range(size)], "root": root.hex(),
            "paths": [[one.hex() for one in path] for path in paths]}


def batch(publisher, statements):
    """All golden statements under one signature."""
    publisher.sign_batch(statements)
    return [one.proof.SerializeToString(deterministic=True).hex() for one in statements]


def wrong(proofs, batched, digests):
    """Proofs of the third statement of the batch, each with one thing wrong: none of them may pass."""
    right = batched[2].proof

    def altered(what, change):
        proof = type(right).FromString(right.SerializeToString())
        change(proof)
        return {"what": what, "digest": digests[KINDS[2]].hex(), "proof": proof.SerializeToString(deterministic=True).hex()}

    def flip(data):
        return bytes([data[0] ^ 1]) + data[1:]

    def alter_root(proof):
        proof.batch.root = flip(proof.batch.root)

    def alter_path(proof):
        proof.batch.path[1] = flip(proof.batch.path[1])

    def alter_signature(proof):
        proof.batch.root_signature = flip(proof.batch.root_signature)

    def other_place(proof):
        proof.batch.leaf_index += 1

    def beyond(proof):
        proof.batch.leaf_index = proof.batch.leaf_count

    def other_size(proof):
        proof.batch.leaf_count = 3

    def too_short(proof):
        del proof.batch.path[-1]

    def too_long(proof):
        proof.batch.path.append(proof.batch.root)

    def short_hash(proof):
        proof.batch.path[0] = proof.batch.path[0][:31]

    def none_at_all(proof):
        proof.ClearField("batch")

    def batch_as_statement(proof):
        proof.ed25519_signature = right.batch.root_signature

    made = [altered(change.__name__.replace("_", " "), change) for change in (
        alter_root, alter_path, alter_signature, other_place, beyond, other_size, too_short, too_long, short_hash,
        none_at_all, batch_as_statement)]
    return [*made, {**altered("another statement", lambda proof: None), "digest": digests[KINDS[3]].hex()}]


def acceptances(proofs, broker, digests):
    """One commit batch, in which the last statement took the urgent lane."""
    from corridor.v1 import record_pb2

    made = [record_pb2.Acceptance(
        position={"region": "eac.example", "epoch": EPOCH, "offset": 41 + index},
        lane=record_pb2.LANE_URGENT if index == len(digests) - 1 else record_pb2.LANE_ROUTINE,
        accept_time_ms=ACCEPTED_MS + index, key_id=broker.key_id) for index in range(len(digests))]
    leaves = [proofs.acceptance_leaf(digest, one) for digest, one in zip(digests, made)]
    root, paths = proofs.merkle_tree(leaves)
    signature = broker.sign_bytes(proofs.acceptance_message(EPOCH, root))
    for index, (one, path) in enumerate(zip(made, paths)):
        one.proof.root, one.proof.root_signature = root, signature
        one.proof.leaf_index, one.proof.leaf_count = index, len(made)
        one.proof.path.extend(path)
    return [{"digest": digest.hex(), "leaf": leaf.hex(), "acceptance": one.SerializeToString(deterministic=True).hex()}
            for digest, leaf, one in zip(digests, leaves, made)]


def withdrawal(broker):
    from corridor import proofs
    from corridor.v1 import record_pb2

    said = record_pb2.Withdrawal(region="eac.example", offset=44, epoch=EPOCH, publisher="spiffe://eac.example/agency/ke-desk",
                                 alert_id=b"ALERT-0123456789", statement_ids=[b"STATEMENT-ISSUE1"], time_ms=ACCEPTED_MS)
    setattr(said, "from", "spiffe://sea.example/agency/th-desk")
    data = said.SerializeToString(deterministic=True)
    return record_pb2.SignedWithdrawal(
        withdrawal=data, signature=broker.sign_bytes(proofs.withdrawal_message(data)),
        key_id=broker.key_id).SerializeToString(deterministic=True).hex()


def errors():
    """Three RpcStatus as `grpc-status-details-bin` carries them, and what a client reads in them."""
    from corridor.v1 import error_details_pb2 as details

    def status(code, message, **parts):
        made = details.RpcStatus(code=code, message=message)
        for name, part in parts.items():
            made.details.add(type_url=f"type.googleapis.com/google.rpc.{name}", value=part.SerializeToString(deterministic=True))
        return made.SerializeToString(deterministic=True).hex()

    refused = details.BadRequest()
    refused.field_violations.add(field="body.issue.content.notes[0].text", description="looks like a telephone number; leave it out",
                                 reason="PERSONAL_DATA", category="phone", rule="phone.international")
    full = details.RetryInfo()
    full.retry_delay.seconds, full.retry_delay.nanos = 2, 500_000_000
    return [
        {"status": status(3, "refused", ErrorInfo=details.ErrorInfo(reason="PERSONAL_DATA", domain="corridor"),
                          BadRequest=refused),
         "code": "INVALID_ARGUMENT", "reason": "PERSONAL_DATA", "is_retryable": False, "retry_delay": None,
         "fields": ["body.issue.content.notes[0].text"]},
        {"status": status(8, "the queue is full", ErrorInfo=details.ErrorInfo(reason="QUOTA", domain="corridor"),
                          RetryInfo=full),
         "code": "RESOURCE_EXHAUSTED", "reason": "QUOTA", "is_retryable": True, "retry_delay": 2.5, "fields": []},
        {"status": status(8, "too large", ErrorInfo=details.ErrorInfo(reason="QUOTA", domain="corridor")),
         "code": "RESOURCE_EXHAUSTED", "reason": "QUOTA", "is_retryable": False, "retry_delay": None, "fields": []},
        {"status": status(10, "another revision", ErrorInfo=details.ErrorInfo(
            reason="REVISION_CONFLICT", domain="corridor", metadata={"revision": "4"})),
         "code": "ABORTED", "reason": "REVISION_CONFLICT", "is_retryable": False, "retry_delay": None, "fields": []},
        {"status": status(14, "a reason that this client does not know yet",
                          ErrorInfo=details.ErrorInfo(reason="OF_TOMORROW", domain="corridor")),
         "code": "UNAVAILABLE", "reason": "OF_TOMORROW", "is_retryable": True, "retry_delay": None, "fields": []},
    ]


def text():
    return json.dumps(make(), indent=1) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests" / "interop" / "python"))
    import library

    with tempfile.TemporaryDirectory() as folder:
        library.load(pathlib.Path(folder))
        (HERE / "v1.json").write_text(text(), encoding="utf-8")
