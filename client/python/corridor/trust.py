"""Whose word a statement is: proved by the keys that regions replicate, and by the regions' own roots where known."""

import datetime
import enum
import pathlib
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from corridor import proofs
from corridor.errors import CorridorError, ProofError
from corridor.v1 import subscriber_pb2

# Extended key usage of the certificates that sign statements; it cannot connect.
_STATEMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.32473.3.1")
_KEY_HOLDS = 60.0
_UNKNOWN_HOLDS = 10.0
_KEYS_MAX = 4096


class Proof(enum.IntEnum):
    """How sure it is who said it. Greater is surer."""

    # The signing key is not known here. The statement is the one that its origin accepted.
    KEY_UNKNOWN = 0
    # The proof verifies under a key that the broker vouches for.
    ON_BROKERS_WORD = 1
    # The proof verifies under a key that the publisher's own region certified, by roots given to PublisherTrust.
    CERTIFIED = 2


class PublisherTrust:
    """Roots of regions, to prove publishers by: PublisherTrust({"eac.example": "eac-root.pem"}). They come from the
    region itself, not from a broker. Needs pyOpenSSL (Debian's python3-openssl). Immutable, thread-safe.

    OSError, ValueError: a file cannot be read, or holds no certificate."""

    def __init__(self, roots):
        from OpenSSL import crypto  # Only who proves publishers by roots needs it.

        self._crypto = crypto
        self._roots = {region: _certificates(pathlib.Path(path).read_bytes()) for region, path in roots.items()}

    def knows(self, region):
        """Whether roots of this region were given."""
        return region in self._roots

    def is_certified(self, chain_pem, member, at):
        """Whether the region of `member` certified the first certificate of the chain for signing in its name, at that
        time. Every rule of RFC 5280 is OpenSSL's, in its strict form; what is Corridor's is looked at here."""
        region = member.split("/")[2]
        try:
            leaf, *others = _certificates(chain_pem.encode("ascii"))
        except ValueError:
            return False
        if not _speaks_for(leaf, member):
            return False
        store = self._crypto.X509Store()
        for root in self._roots[region]:
            store.add_cert(self._crypto.X509.from_cryptography(root))
        store.set_flags(self._crypto.X509StoreFlags.X509_STRICT)
        store.set_time(at.astimezone(datetime.timezone.utc).replace(tzinfo=None))
        try:
            self._crypto.X509StoreContext(
                store, self._crypto.X509.from_cryptography(leaf),
                [self._crypto.X509.from_cryptography(one) for one in others]).verify_certificate()
        except self._crypto.X509StoreContextError:
            return False
        return True


class SignerCheck:
    """Proves statements to their publishers. Keys are asked of the broker (GetSigningKeys), and asked again after a
    minute, so that a revocation shows. Thread-safe; waits for the broker where it asks."""

    def __init__(self, connection, trust=None, clock=time.monotonic):
        self._connection, self._trust, self._clock = connection, trust, clock
        self._lock = threading.Lock()
        self._keys = {}  # key id -> (key or None, good until)

    def check(self, body, stored, digest):
        """How sure it is who said `stored` (a StoredStatement), whose opened body and digest these are.
        ProofError: it is not its publisher's word."""
        proof = stored.statement.proof
        key = self._key(proof.key_id)
        if key is None:
            return Proof.KEY_UNKNOWN
        if key.member != body.publisher:
            raise _not_its_word("the signing key is another member's")
        accepted_at = datetime.datetime.fromtimestamp(stored.acceptance.accept_time_ms / 1000, datetime.timezone.utc)
        stands = proofs.key_stands(key, accepted_at)
        # After an embargo the acceptance is that of the release; the key was judged before.
        was_held = not body.HasField("published_at")
        if stands == "compromised" or (stands == "not valid" and not was_held):
            raise _not_its_word("the signing key was not the publisher's own when this was accepted")
        public_key, sure = self._public_key(key, accepted_at)
        if not proofs.is_publishers(digest, proof, public_key):
            raise _not_its_word("the publisher's proof does not verify")
        return sure

    def _public_key(self, key, accepted_at):
        try:
            leaf = _certificates(key.certificate_chain_pem.encode("ascii"))[0]
            public_key = leaf.public_key()
        except ValueError:
            public_key = None
        if not isinstance(public_key, Ed25519PublicKey):
            raise _not_its_word("the publisher's signing certificate cannot be read")
        sure = Proof.ON_BROKERS_WORD
        if self._trust and self._trust.knows(key.member.split("/")[2]):
            # Expired since, it was good when the origin accepted the statement.
            at = max(_time(key.not_before), min(accepted_at, _time(key.not_after)))
            if not self._trust.is_certified(key.certificate_chain_pem, key.member, at):
                raise _not_its_word("the publisher's region has not certified the signing key")
            sure = Proof.CERTIFIED
        return public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw), sure

    def _key(self, key_id):
        now = self._clock()
        with self._lock:
            key, until = self._keys.get(key_id, (None, now))
        if now < until:
            return key
        try:
            answer = self._connection.call("Subscriber", "GetSigningKeys",
                                           subscriber_pb2.GetSigningKeysRequest(key_ids=[key_id]))
        except CorridorError:
            until = now + _UNKNOWN_HOLDS  # What was known before holds meanwhile.
        else:
            key = next((one for one in answer.signing_keys if one.key_id == key_id), None)
            until = now + (_KEY_HOLDS if key else _UNKNOWN_HOLDS)
        with self._lock:
            if key_id not in self._keys and len(self._keys) >= _KEYS_MAX:
                self._keys.clear()
            self._keys[key_id] = (key, until)
        return key


def _not_its_word(why):
    return ProofError("DATA_LOSS", why)


def _speaks_for(leaf, member):
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        basic = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return names.get_values_for_type(x509.UniformResourceIdentifier) == [member] and \
        _STATEMENT_SIGNING in uses and basic.digital_signature and not basic.key_cert_sign


def _certificates(pem):
    """All certificates of a PEM file. ValueError: none, or one that cannot be read."""
    end = b"-----END CERTIFICATE-----"
    blocks = [block + end for block in pem.split(end)[:-1]]
    if not blocks:
        raise ValueError("no certificate")
    return [x509.load_pem_x509_certificate(block) for block in blocks]


def _time(timestamp):
    return timestamp.ToDatetime(tzinfo=datetime.timezone.utc)
