#!/usr/bin/env python3
"""Writes v1.json anew, from docs/batch_format.md and invented bytes alone: no code of Corridor is used. Only for a new kind of
vector, never for a changed one.

    make_vectors.py
"""

import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = pathlib.Path(__file__).resolve().parent
SEED, STRANGERS_SEED = bytes(range(64, 96)), bytes(range(96, 128))


class Key:
    def __init__(self, seed):
        self.seed, self._key = seed, Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key_id = sha256(self.public_key)[:16]

    def sign(self, message):
        return self._key.sign(message)

    def shown(self):
        return {"seed": self.seed.hex(), "public_key": self.public_key.hex(), "key_id": self.key_id.hex()}


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(digest):
    return sha256(b"\0" + digest)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


# The tree as RFC 9162 defines it: the left half is the largest power of two below the size.
def halves(leaves):
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return leaves[:half], leaves[half:]


def root_of(leaves):
    return leaves[0] if len(leaves) == 1 else node_hash(*(root_of(part) for part in halves(leaves)))


def path_of(index, leaves):
    if len(leaves) == 1:
        return []
    left, right = halves(leaves)
    if index < len(left):
        return path_of(index, left) + [root_of(right)]
    return path_of(index - len(left), right) + [root_of(left)]


# --- The messages, in protobuf's wire format.

def varint(number):
    data = b""
    while number > 127:
        data, number = data + bytes([number & 127 | 128]), number >> 7
    return data + bytes([number])


def number_field(field, number):
    return varint(field << 3) + varint(number) if number else b""


def bytes_field(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def batch_proof(root, signature, index, count, path):
    return bytes_field(1, root) + bytes_field(2, signature) + number_field(3, index) + number_field(4, count) + \
        b"".join(bytes_field(5, one) for one in path)


def statement_proof(key_id, batch):
    return bytes_field(1, key_id) + bytes_field(3, batch)


# --- Invented content.

def statement(number):
    """Parts of a statement: bytes that mean nothing, and so are no statement that a gate would take."""
    return {"routing": b"invented routing, the same for all", "routing_salt": sha256(b"routing salt %d" % number)[:16],
            "body": b"invented body %d" % number, "body_salt": sha256(b"body salt %d" % number)[:16]}


def digest_of(parts):
    return sha256(b"corridor/statement/v1\0" + sha256(parts["routing_salt"] + parts["routing"]) +
                  sha256(parts["body_salt"] + parts["body"]))


def digest_by_number(number):
    """Stands for the digest of a statement where a batch has too many to be written down."""
    return sha256(b"invented digest" + number.to_bytes(4, "big"))


class Batch:
    """One signature over digests."""

    def __init__(self, key, digests, message=b"corridor/batch/v1\0"):
        self.key, self.digests, self.leaves = key, digests, [leaf_hash(one) for one in digests]
        self.root = root_of(self.leaves)
        self.signature = key.sign(message + self.root)

    def parts(self, index):
        """What BatchProof says of one of them, by its names."""
        return {"root": self.root, "signature": self.signature, "index": index, "count": len(self.digests),
                "path": path_of(index, self.leaves)}

    def proof(self, place, **changes):
        return statement_proof(self.key.key_id, batch_proof(**{**self.parts(place), **changes}))


def small(key, size):
    """A batch written out whole."""
    parts = [statement(number) for number in range(size)]
    batch = Batch(key, [digest_of(one) for one in parts])
    return {"root": batch.root.hex(), "root_signature": batch.signature.hex(), "statements": [{
        **{name: data.hex() for name, data in one.items()},
        "digest": batch.digests[index].hex(), "leaf": batch.leaves[index].hex(),
        "path": [step.hex() for step in path_of(index, batch.leaves)],
        "proof": batch.proof(index).hex(),
    } for index, one in enumerate(parts)]}


def large(key, size, indices):
    """A batch whose digests follow from their number, with the proofs of some of them."""
    batch = Batch(key, [digest_by_number(number) for number in range(size)])
    return {"leaf_count": size, "root": batch.root.hex(), "proofs": [
        {"index": index, "digest": batch.digests[index].hex(), "proof": batch.proof(index).hex()} for index in indices]}


def place_is_not_signed(key):
    """The last of five has one step to the root, like the second of two: index and count say how to walk, no more."""
    batch = Batch(key, [digest_of(statement(number)) for number in range(5)])
    return [{"index": index, "count": count, "digest": batch.digests[4].hex(),
             "proof": batch.proof(4, index=index, count=count).hex()} for index, count in ((4, 5), (1, 2), (2, 3))]


def flip(data, at=0):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def refused(key, stranger):
    """Proofs that must not pass, each with one thing wrong, of the third of five under a good signature."""
    digests = [digest_of(statement(number)) for number in range(5)]
    batch = Batch(key, digests)
    right = batch.parts(2)
    path = right["path"]
    over = Batch(key, [digest_by_number(number) for number in range(4097)])

    def case(what, proof, digest=digests[2]):
        return {"what": what, "digest": digest.hex(), "proof": proof.hex()}

    def changed(what, **changes):
        return case(what, batch.proof(2, **changes))

    return [
        case("the path of a neighbour", batch.proof(3)),
        case("a digest that is in no batch", batch.proof(2), digest_by_number(0)),
        changed("another root", root=flip(right["root"])),
        changed("another signature", signature=flip(right["signature"])),
        changed("a signature of another half", signature=flip(right["signature"], 40)),
        changed("a path with a changed first step", path=[flip(path[0]), *path[1:]]),
        changed("a path with a changed last step", path=[*path[:-1], flip(path[-1], 31)]),
        changed("a path in another order", path=path[::-1]),
        changed("a path without its first step", path=path[1:]),
        changed("a path without its last step", path=path[:-1]),
        changed("a path with one step more", path=[*path, right["root"]]),
        changed("no path", path=[]),
        changed("a step of 31 bytes", path=[path[0][:31], *path[1:]]),
        changed("a step of 33 bytes", path=[path[0] + b"\0", *path[1:]]),
        changed("a root of 31 bytes", root=right["root"][:31]),
        changed("a signature of 63 bytes", signature=right["signature"][:63]),
        changed("the place of a neighbour", index=3),
        changed("a place beyond the last", index=5),
        changed("a batch of none", count=0),
        changed("a batch of two", count=2),
        case("a batch of 4,097, which is too many", over.proof(7), digest_by_number(7)),
        case("signed without the domain string", Batch(key, digests, b"").proof(2)),
        case("signed as an acceptance is", Batch(key, digests, b"corridor/acceptance/v1\0" + bytes(8)).proof(2)),
        case("the leaf is the digest, unhashed", statement_proof(key.key_id, batch_proof(
            digests[2], key.sign(b"corridor/batch/v1\0" + digests[2]), 0, 1, []))),
        case("the leaf is hashed as a node", statement_proof(key.key_id, batch_proof(
            sha256(b"\1" + digests[2]), key.sign(b"corridor/batch/v1\0" + sha256(b"\1" + digests[2])), 0, 1, []))),
        case("a stranger's signature under this key's name", statement_proof(key.key_id, batch_proof(
            **{**right, "signature": stranger.sign(b"corridor/batch/v1\0" + right["root"])}))),
        case("no proof", bytes_field(1, key.key_id)),
        case("the root's signature as one of the statement", bytes_field(1, key.key_id) + bytes_field(2, batch.signature)),
    ]


def make():
    key, stranger = Key(SEED), Key(STRANGERS_SEED)
    return {
        "key": key.shown(),
        "batches": [small(key, size) for size in (1, 2, 3, 5, 7)],
        "large_batches": [large(key, 64, (0, 1, 31, 32, 63)), large(key, 100, (0, 63, 64, 96, 99)),
                          large(key, 4096, (0, 1, 2048, 4095))],
        "place_is_not_signed": place_is_not_signed(key),
        "refused": refused(key, stranger),
    }


def text():
    return json.dumps(make(), indent=1) + "\n"


if __name__ == "__main__":
    (HERE / "v1.json").write_text(text(), encoding="utf-8")
