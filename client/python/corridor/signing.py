"""The key that signs what a member says."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from corridor import proofs
from corridor.v1 import statement_pb2


class SigningKey:
    """An Ed25519 key in memory. It is shown, pickled and logged nowhere. Thread-safe."""

    def __init__(self, private_key):
        """`private_key`: an Ed25519PrivateKey of the `cryptography` package."""
        if not isinstance(private_key, Ed25519PrivateKey):
            raise ValueError("a signing key is an Ed25519 key")
        self._key = private_key
        self.public_key = private_key.public_key().public_bytes(serialization.Encoding.Raw,
                                                                serialization.PublicFormat.Raw)
        self.key_id = proofs.key_id_of(self.public_key)

    @classmethod
    def read(cls, path):
        """From a PEM file (PKCS#8, not encrypted). OSError: it cannot be read. ValueError: it is no such key."""
        with open(path, "rb") as file:
            return cls(serialization.load_pem_private_key(file.read(), None))

    @classmethod
    def from_seed(cls, seed):
        """From its 32 bytes; for tests and vectors."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def sign_bytes(self, message):
        """The signature over a message, domain string and all: 64 bytes."""
        return self._key.sign(message)

    def sign_statement(self, statement):
        """Puts a proof of its own on a SignedStatement."""
        statement.proof.CopyFrom(statement_pb2.StatementProof(
            key_id=self.key_id, ed25519_signature=self.sign_bytes(proofs.statement_digest(statement))))

    def sign_batch(self, statements):
        """Puts proofs on 1 to 4,096 SignedStatements that share one signature."""
        root, paths = proofs.merkle_tree([proofs.leaf_hash(proofs.statement_digest(one)) for one in statements])
        signature = self.sign_bytes(proofs.batch_message(root))
        for index, (statement, path) in enumerate(zip(statements, paths)):
            statement.proof.Clear()
            statement.proof.key_id = self.key_id
            statement.proof.batch.CopyFrom(statement_pb2.BatchProof(
                root=root, root_signature=signature, leaf_index=index, leaf_count=len(statements), path=path))

    def __repr__(self):
        return f"SigningKey({self.key_id.hex()})"

    def __reduce__(self):
        raise TypeError("a signing key is not to be copied out of this process")
