"""Certificates and revocation lists, right and wrong, from their parts: DER is written here byte by byte, so that what
no library would make can be made. Keys and signatures are of python3-cryptography."""

import base64
import dataclasses
import datetime
import functools
import hashlib
import ipaddress
import itertools

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

NOW = datetime.datetime(2027, 1, 15, 12, 0, 0)
DAY = datetime.timedelta(days=1)


# --- DER.

def tlv(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def seq(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = b""
    for number in [first * 40 + second, *rest]:
        part = [number & 0x7f]
        while number := number >> 7:
            part.append(number & 0x7f | 0x80)
        out += bytes(reversed(part))
    return tlv(0x06, out)


def octets(content):
    return tlv(0x04, content)


def bits(content, unused=0):
    return tlv(0x03, bytes((unused,)) + content)


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def utf8(text):
    return tlv(0x0c, text.encode())


def time(when, generalized=None, fraction=False):
    if generalized is None:
        generalized = when.year >= 2050
    text = when.strftime("%Y%m%d%H%M%S" if generalized else "%y%m%d%H%M%S") + (".5" if fraction else "") + "Z"
    return tlv(0x18 if generalized else 0x17, text.encode())


def name(*attributes):
    """("CN", "text") and so on, each in a set of its own."""
    types = {"CN": "2.5.4.3", "O": "2.5.4.10", "C": "2.5.4.6"}
    return seq(*(tlv(0x31, seq(oid(types[kind]), utf8(text))) for kind, text in attributes))


# --- Keys: made once, they cost.

@functools.lru_cache(None)
def key_of(kind, number):
    if kind == "rsa-odd":
        return rsa.generate_private_key(65537, 2050)
    if kind.startswith("rsa"):
        size, _, exponent = kind[3:].partition("-e")
        return rsa.generate_private_key(int(exponent or 65537), int(size))
    if kind.startswith("dsa"):
        return dsa.generate_private_key(int(kind[3:]))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p192": ec.SECP192R1, "p224": ec.SECP224R1, "p256": ec.SECP256R1,
                                    "p384": ec.SECP384R1, "p521": ec.SECP521R1, "k256": ec.SECP256K1}[kind]())


def spki_of(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@functools.lru_cache(None)
def spki_bits(spki):
    """What a key identifier is the SHA-1 of."""
    at = 2 + (spki[1] & 0x7f if spki[1] & 0x80 else 0)  # into the sequence
    size = spki[at + 1]
    header = 2
    if size & 0x80:
        count = size & 0x7f
        header = 2 + count
        size = int.from_bytes(spki[at + 2:at + 2 + count], "big")
    rest = spki[at + header + size:]
    header = 2 + (rest[1] & 0x7f if rest[1] & 0x80 else 0)
    return rest[header + 1:]


NULL = tlv(0x05)
ALGORITHMS = {
    ("ec", "sha256"): seq(oid("1.2.840.10045.4.3.2")), ("ec", "sha384"): seq(oid("1.2.840.10045.4.3.3")),
    ("ec", "sha1"): seq(oid("1.2.840.10045.4.1")),
    ("rsa", "sha256"): seq(oid("1.2.840.113549.1.1.11"), NULL),
    ("rsa", "sha512"): seq(oid("1.2.840.113549.1.1.13"), NULL),
    ("rsa", "sha1"): seq(oid("1.2.840.113549.1.1.5"), NULL), ("rsa", "md5"): seq(oid("1.2.840.113549.1.1.4"), NULL),
    ("dsa", "sha256"): seq(oid("2.16.840.1.101.3.4.3.2")), ("ed", "sha256"): seq(oid("1.3.101.112")),
}
HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512, "sha1": hashes.SHA1,
          "md5": hashes.MD5}


def kind_of(key):
    for kind, base in (("ec", ec.EllipticCurvePrivateKey), ("rsa", rsa.RSAPrivateKey), ("dsa", dsa.DSAPrivateKey)):
        if isinstance(key, base):
            return kind
    return "ed"


def sign(key, data, digest):
    kind = kind_of(key)
    if kind == "ed":
        return key.sign(data)
    if kind == "rsa":
        return key.sign(data, padding.PKCS1v15(), HASHES[digest]())
    if kind == "ec":
        return key.sign(data, ec.ECDSA(HASHES[digest]()))
    return key.sign(data, HASHES[digest]())


# --- Extensions: (oid, critical, value).

def ext(dotted, value, critical=False):
    return (dotted, critical, value)


BC, KU, EKU, SAN, IAN, SKI, AKI, NC, POLICIES, PC, MAPPINGS, IAP, AIA, CDP = (
    "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.18", "2.5.29.14", "2.5.29.35", "2.5.29.30",
    "2.5.29.32", "2.5.29.36", "2.5.29.33", "2.5.29.54", "1.3.6.1.5.5.7.1.1", "2.5.29.31")
SERVER, CLIENT, ANY_EKU, OCSP = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.5.5.7.3.9")


def basic(ca, path_length=None, critical=True):
    parts = ([boolean(True)] if ca else []) + ([integer(path_length)] if path_length is not None else [])
    return ext(BC, seq(*parts), critical)


def usage(*names_, critical=True):
    order = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
             "cRLSign"]
    value = sum(0x80 >> order.index(one) for one in names_)
    unused = (value & -value).bit_length() - 1 if value else 0
    return ext(KU, bits(bytes((value,)), unused), critical)


def extended(*oids, critical=False):
    return ext(EKU, seq(*map(oid, oids)), critical)


def general(kind, value):
    """One GeneralName."""
    if kind == "dns":
        return tlv(0x82, value.encode())
    if kind == "email":
        return tlv(0x81, value.encode())
    if kind == "uri":
        return tlv(0x86, value.encode())
    if kind == "ip":
        return tlv(0x87, value if isinstance(value, bytes) else ipaddress.ip_address(value).packed)
    if kind == "net":
        net = ipaddress.ip_network(value)
        return tlv(0x87, net.network_address.packed + net.netmask.packed)
    return tlv(0xa4, value)  # a directory name


def names(*pairs, critical=False, dotted=SAN):
    return ext(dotted, seq(*(general(*pair) for pair in pairs)), critical)


def constraints(permitted=(), excluded=(), critical=True):
    parts = []
    for tag, pairs in ((0xa0, permitted), (0xa1, excluded)):
        if pairs:
            parts.append(tlv(tag, *(seq(general(*pair)) for pair in pairs)))
    return ext(NC, seq(*parts), critical)


def key_id(key):
    return hashlib.sha1(spki_bits(spki_of(key))).digest()


def subject_id(key, critical=False):
    return ext(SKI, octets(key_id(key)), critical)


def authority_id(key, critical=False, value=None):
    return ext(AKI, seq(tlv(0x80, value or key_id(key))), critical)


# --- Certificates.

serials = itertools.count(0x4f0000000001)


@dataclasses.dataclass
class Spec:
    """One certificate to be; what is None is as it should be."""
    subject: bytes
    key: object
    extensions: list
    serial: int = None
    version: int = 2  # 3, in words
    begin: datetime.datetime = NOW - 30 * DAY
    end: datetime.datetime = NOW + 60 * DAY
    digest: str = "sha256"
    validity: bytes = None
    inner_algorithm: bytes = None
    issuer_name: bytes = None
    spki: bytes = None
    spoil: bool = False
    unique_ids: bytes = b""
    trailing: bytes = b""

    def but(self, **changes):
        return dataclasses.replace(self, **changes)

    def without(self, *dotted):
        return self.but(extensions=[one for one in self.extensions if one[0] not in dotted])

    def with_(self, *more):
        """These in place of those of the same kinds."""
        return self.without(*(one[0] for one in more)).but_add(*more)

    def but_add(self, *more):
        return self.but(extensions=[*self.extensions, *more])


class Made:
    def __init__(self, spec, issuer=None):
        """`issuer` is None for what signs itself."""
        self.spec = spec
        signer = issuer.spec if issuer else spec
        algorithm = ALGORITHMS[kind_of(signer.key), spec.digest]
        issuer_name = spec.issuer_name if spec.issuer_name is not None else signer.subject
        self.serial = spec.serial if spec.serial is not None else next(serials)
        version = [tlv(0xa0, integer(spec.version))] if spec.version else []
        extensions = [tlv(0xa3, seq(*(seq(oid(dotted), *([boolean(True)] if critical else []), octets(value))
                                      for dotted, critical, value in spec.extensions)))] if spec.extensions else []
        tbs = seq(*version, integer(self.serial), spec.inner_algorithm or algorithm, issuer_name,
                  spec.validity or seq(time(spec.begin), time(spec.end)), spec.subject,
                  spec.spki or spki_of(spec.key), spec.unique_ids, *extensions)
        signature = sign(signer.key, tbs, spec.digest)
        if spec.spoil:
            tbs = tbs.replace(b"\x0c", b"\x0c", 1)
            signature = sign(signer.key, tbs + b"x", spec.digest)
        self.der = seq(tbs, algorithm, bits(signature)) + spec.trailing

    def pem(self):
        return pem(self.der)


def pem(der, label="CERTIFICATE"):
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def crl(issuer, revoked=(), begin=NOW - DAY, end=NOW + 7 * DAY, number=1, version=1, extensions=(), key=None,
        digest="sha256"):
    algorithm = ALGORITHMS[kind_of(issuer.spec.key), digest]
    entries = [seq(integer(serial), time(NOW - 2 * DAY)) for serial in revoked]
    exts = [authority_id(issuer.spec.key)] + ([ext("2.5.29.20", integer(number))] if number is not None else [])
    exts += extensions
    body = seq(*([integer(version)] if version else []), algorithm, issuer.spec.subject, time(begin),
               *([time(end)] if end else []), *([seq(*entries)] if entries else []),
               tlv(0xa0, seq(*(seq(oid(dotted), *([boolean(True)] if critical else []), octets(value))
                               for dotted, critical, value in exts))))
    return pem(seq(body, algorithm, bits(sign(key or issuer.spec.key, body, digest))), "X509 CRL")
