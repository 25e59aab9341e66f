"""A verifier of batches written from docs/batch_format.md alone: it must take every good proof of the vectors and refuse every
wrong one. The vectors must be what their script writes."""

import hashlib
import json
import pathlib
import sys
import unittest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "batch"
TEXT = (FOLDER / "v1.json").read_text(encoding="utf-8")
VECTORS = json.loads(TEXT)
PUBLIC_KEY = bytes.fromhex(VECTORS["key"]["public_key"])


def sha256(data):
    return hashlib.sha256(data).digest()


def digest_of(routing, routing_salt, body, body_salt):
    return sha256(b"corridor/statement/v1\0" + sha256(routing_salt + routing) + sha256(body_salt + body))


# --- The messages: a list of (field number, value) each.

def fields_of(data):
    fields, at = [], 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        fields.append((tag >> 3, value))
    return fields


def one(fields, number, absent):
    return next((value for field, value in fields if field == number), absent)


# --- What a verifier must do, by the numbers of that section.

def leads_to_root(digest, root, here, count, path):
    if len(root) != 32 or any(len(step) != 32 for step in path) or not 1 <= count <= 4096 or here >= count:
        return False
    value, last = sha256(b"\0" + digest), count - 1
    for step in path:
        if last == 0:
            return False
        if here % 2 == 1 or here == last:
            value = sha256(b"\1" + step + value)
            while here % 2 == 0 and here != 0:
                here, last = here // 2, last // 2
        else:
            value = sha256(b"\1" + value + step)
        here, last = here // 2, last // 2
    return last == 0 and value == root


def verifies(digest, proof):
    batch = one(fields_of(proof), 3, None)
    if batch is None:
        return False
    fields = fields_of(batch)
    root, signature = one(fields, 1, b""), one(fields, 2, b"")
    path = [value for field, value in fields if field == 5]
    if len(signature) != 64 or not leads_to_root(digest, root, one(fields, 3, 0), one(fields, 4, 0), path):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(PUBLIC_KEY).verify(signature, b"corridor/batch/v1\0" + root)
    except InvalidSignature:
        return False
    return True


def unhex(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


class BatchVectorsTest(unittest.TestCase):
    def test_the_key_id_is_the_head_of_the_keys_digest(self):
        self.assertEqual(VECTORS["key"]["key_id"], sha256(PUBLIC_KEY)[:16].hex())

    def test_every_statement_of_a_batch_is_proved_alone(self):
        for batch in VECTORS["batches"]:
            for vector in batch["statements"]:
                digest = digest_of(*unhex(vector, "routing", "routing_salt", "body", "body_salt"))
                self.assertEqual(digest.hex(), vector["digest"])
                self.assertEqual(sha256(b"\0" + digest).hex(), vector["leaf"])
                self.assertTrue(verifies(digest, bytes.fromhex(vector["proof"])))

    def test_a_proof_is_written_as_the_tables_say(self):
        batch = VECTORS["batches"][-1]
        for index, vector in enumerate(batch["statements"]):
            proof = fields_of(bytes.fromhex(vector["proof"]))
            self.assertEqual([field for field, _ in proof], [1, 3])
            self.assertEqual(proof[0][1].hex(), VECTORS["key"]["key_id"])
            wanted = [(1, batch["root"]), (2, batch["root_signature"]), (3, index), (4, len(batch["statements"])),
                      *((5, step) for step in vector["path"])]
            found = [(field, value.hex() if isinstance(value, bytes) else value) for field, value in fields_of(proof[1][1])]
            self.assertEqual(found, [part for part in wanted if part[1] != 0])

    def test_large_batches(self):
        for batch in VECTORS["large_batches"]:
            for vector in batch["proofs"]:
                digest, proof = unhex(vector, "digest", "proof")
                self.assertEqual(digest, sha256(b"invented digest" + vector["index"].to_bytes(4, "big")))
                self.assertTrue(verifies(digest, proof), (batch["leaf_count"], vector["index"]))

    def test_the_place_is_not_signed(self):
        for vector in VECTORS["place_is_not_signed"]:
            self.assertTrue(verifies(*unhex(vector, "digest", "proof")), vector["index"])

    def test_what_is_wrong_is_refused(self):
        for vector in VECTORS["refused"]:
            self.assertFalse(verifies(*unhex(vector, "digest", "proof")), vector["what"])

    def test_the_script_writes_these_vectors(self):
        sys.path.insert(0, str(FOLDER))
        import make_vectors
        self.assertEqual(make_vectors.text(), TEXT)


if __name__ == "__main__":
    unittest.main()
