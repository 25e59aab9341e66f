"""How the verifier judges chains that it has not seen: about two hundred, made anew in each run after the classes of
public path-validation suites (RFC 5280, the web PKI's rules, name constraints, revocation, pathological chains), each
with the verdict that the standards ask for. `corridorctl certs verify --no-spiffe` judges them. Exits 1 where a chain
is accepted that must be refused, or more than three are refused that must be accepted; 77 (skipped) where Python has no
cryptography.

    path_suite.py --bin build/bin [--keep FOLDER]
"""

import argparse
import collections
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

try:
    import cryptography  # noqa: F401
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from forge import *  # noqa: E402,F403
from forge import DAY, NOW, Made, Spec  # noqa: E402

WRONG_REFUSALS_MAX = 3
Case = collections.namedtuple("Case", "name good roots chain crls purpose at")
CASES = []


def case(name_, good, roots, chain, crls=(), purpose="server", at=NOW):
    CASES.append(Case(name_, good, roots, chain, crls, purpose, at))


def ca_spec(title, number, issuer_key=None, path_length=None, kind="p256", **more):
    key = key_of(kind, number)
    extensions = [basic(True, path_length), usage("keyCertSign", "cRLSign"), subject_id(key)]
    if issuer_key is not None:
        extensions.append(authority_id(issuer_key))
    return Spec(subject=name(("CN", title)), key=key, extensions=extensions, begin=NOW - 365 * DAY,
                end=NOW + 730 * DAY, **more)


def leaf_spec(issuer_key, number=9, kind="p256", san=(("dns", "host.example"),), **more):
    key = key_of(kind, number)
    return Spec(subject=name(("O", "Example")), key=key, extensions=[
        basic(False), usage("digitalSignature"), extended(SERVER, CLIENT), names(*san), subject_id(key),
        authority_id(issuer_key)], **more)


ROOT = ca_spec("root", 0)
SUB = ca_spec("issuing", 1, ROOT.key, 0)
LEAF = leaf_spec(SUB.key)
DIRECT = leaf_spec(ROOT.key)


def chain_of(root=ROOT, sub=SUB, leaf=LEAF):
    top = Made(root)
    middle = Made(sub, top)
    return [top], [Made(leaf, middle), middle]


def three(name_, good, root=ROOT, sub=SUB, leaf=LEAF, **more):
    """Root, issuing authority, leaf."""
    roots, chain = chain_of(root, sub, leaf)
    case(name_, good, roots, chain, **more)


def two(name_, good, root=ROOT, leaf=DIRECT, **more):
    top = Made(root)
    case(name_, good, [top], [Made(leaf, top)], **more)


def everyday():
    three("plain", True)
    three("plain/client", True, purpose="client")
    two("directly under the root", True)
    for kind in ("p384", "ed25519", "rsa2048", "rsa3072", "rsa4096"):
        two(f"leaf key {kind}", True, leaf=leaf_spec(ROOT.key, kind=kind))
        root = ca_spec("root", 3, kind=kind)
        two(f"root key {kind}", True, root=root, leaf=leaf_spec(root.key))
    for digest in ("sha384",):
        two(f"signed with {digest}", True, leaf=DIRECT.but(digest=digest))
    root = ca_spec("root", 4, kind="rsa2048")
    two("signed with rsa sha512", True, root=root, leaf=leaf_spec(root.key).but(digest="sha512"))
    three("basic constraints absent in the leaf", True, leaf=LEAF.without(BC))
    three("key identifier absent in the leaf", True, leaf=LEAF.without(SKI))
    three("unknown uncritical extension", True, leaf=LEAF.but_add(ext("1.3.6.1.4.1.32473.9", octets(b"x"))))
    three("authority information access", True, leaf=LEAF.but_add(
        ext(AIA, seq(seq(oid("1.3.6.1.5.5.7.48.1"), general("uri", "http://ocsp.example"))))))
    three("a policy, asked for by nobody", True, leaf=LEAF.but_add(ext(POLICIES, seq(seq(oid("1.3.6.1.4.1.32473.1"))))))
    three("several DNS names and addresses", True, leaf=leaf_spec(SUB.key, san=(
        ("dns", "a.example"), ("dns", "b.example"), ("ip", "192.0.2.1"), ("ip", "2001:db8::1"))))
    three("subject empty, critical names", True, leaf=LEAF.but(subject=name()).with_(
        names(("dns", "host.example"), critical=True)))
    three("common name that is among the names", True, leaf=LEAF.but(subject=name(("CN", "host.example"))))
    top = Made(ROOT)
    subs = [Made(ca_spec(f"sub {i}", 10 + i, ROOT.key if i == 0 else key_of("p256", 9 + i)),
                 top) if i == 0 else None for i in range(1)]
    for i in range(1, 5):
        subs.append(Made(ca_spec(f"sub {i}", 10 + i, subs[-1].spec.key), subs[-1]))
    leaf = Made(leaf_spec(subs[-1].spec.key), subs[-1])
    case("five issuing authorities", True, [top], [leaf, *reversed(subs)])
    case("five issuing authorities, in another order", True, [top], [leaf, *subs])
    case("an issuing authority missing", False, [top], [leaf, *reversed(subs[1:])])
    case("the root in the chain too", True, [top], [*chain_of()[1][:0], leaf, *reversed(subs), top])
    stranger = Made(ca_spec("stranger", 30))
    roots, chain = chain_of()
    case("a stranger's certificate among the others", True, roots, [*chain, stranger])
    case("two roots, the second fits", True, [stranger, *roots], chain)
    case("an untrusted root", False, [stranger], chain)
    case("the root of another key, by the same name", False, [Made(ca_spec("root", 31))], chain)
    case("the issuing authority alone is trusted", True, [chain[1]], chain)
    # A root that was cross-signed by the one before it.
    old, new = Made(ca_spec("old root", 32)), ca_spec("new root", 33)
    cross = Made(new.but_add(authority_id(old.spec.key)), old)
    below = Made(leaf_spec(new.key), Made(new))
    case("cross-signed by the old root", True, [old], [below, cross])
    case("cross-signed, the new root is trusted", True, [Made(new)], [below, cross])
    case("cross-signed, both are trusted", True, [old, Made(new)], [below, cross])
    case("cross-signed without authority key identifier", False, [old], [below, Made(new, old)])


def form():
    three("version 1 leaf", False, leaf=LEAF.but(version=0, extensions=[]))
    three("version 1 root", False, root=ROOT.but(version=0, extensions=[]))
    three("version 1 issuing authority", False, sub=SUB.but(version=0, extensions=[]))
    three("version 1 with extensions", False, leaf=LEAF.but(version=0))
    three("version 2 leaf", False, leaf=LEAF.but(version=1))
    three("version 4 leaf", False, leaf=LEAF.but(version=3))
    for what, serial in (("zero", 0), ("negative", -5), ("of 21 bytes", 1 << 160), ("of 30 bytes", 1 << 235)):
        three(f"serial {what}", False, leaf=LEAF.but(serial=serial))
        three(f"issuing authority's serial {what}", False, sub=SUB.but(serial=serial))
    three("serial of 20 bytes", True, leaf=LEAF.but(serial=(1 << 158) + 1))
    three("serial one", True, leaf=LEAF.but(serial=1))
    two("leaf with a spoiled signature", False, leaf=DIRECT.but(spoil=True))
    three("issuing authority with a spoiled signature", False, sub=SUB.but(spoil=True))
    three("algorithm inside another than outside", False,
          leaf=LEAF.but(inner_algorithm=ALGORITHMS["ec", "sha384"]))
    three("bytes behind the certificate", False, leaf=LEAF.but(trailing=b"\x00"))
    three("an extension twice", False, leaf=LEAF.but_add(ext("1.3.6.1.4.1.32473.9", octets(b"x")),
                                                        ext("1.3.6.1.4.1.32473.9", octets(b"x"))))
    three("names twice", False, leaf=LEAF.but_add(names(("dns", "other.example"))))
    three("key usage twice", False, leaf=LEAF.but_add(usage("digitalSignature")))
    three("unreadable names", False, leaf=LEAF.with_(ext(SAN, b"\x30\x05\x82")))
    three("unreadable basic constraints", False, leaf=LEAF.with_(ext(BC, b"\x01")))
    three("no names in the extension for them", False, leaf=LEAF.with_(names()))
    three("subject empty, names not critical", False, leaf=LEAF.but(subject=name()))
    three("subject empty and no names", False, leaf=LEAF.but(subject=name()).without(SAN))
    three("issuing authority without a subject", False, sub=SUB.but(subject=name()))
    three("leaf without an issuer name", False, leaf=LEAF.but(issuer_name=name()))
    three("issuer's name differs", False, leaf=LEAF.but(issuer_name=name(("CN", "other"))))
    for where in ("root", "sub", "leaf"):
        spec = {"root": ROOT, "sub": SUB, "leaf": LEAF}[where]
        three(f"unknown critical extension in the {where}", False,
              **{where: spec.but_add(ext("1.3.6.1.4.1.32473.8", octets(b"x"), True))})
    three("critical authority key identifier", False, leaf=LEAF.with_(authority_id(SUB.key, True)))
    three("critical subject key identifier", False, sub=SUB.with_(subject_id(SUB.key, True)))
    three("critical subject key identifier in the leaf", False, leaf=LEAF.with_(subject_id(LEAF.key, True)))
    three("critical authority information access", False, leaf=LEAF.but_add(
        ext(AIA, seq(seq(oid("1.3.6.1.5.5.7.48.1"), general("uri", "http://ocsp.example"))), True)))
    three("no authority key identifier in the leaf", False, leaf=LEAF.without(AKI))
    three("no authority key identifier in the issuing authority", False, sub=SUB.without(AKI))
    three("authority key identifier of another key", False, leaf=LEAF.with_(authority_id(LEAF.key)))
    three("no subject key identifier in the issuing authority", False, sub=SUB.without(SKI))
    three("no subject key identifier in the root", False, root=ROOT.without(SKI))
    three("root with its own authority key identifier", True, root=ROOT.but_add(authority_id(ROOT.key)))
    three("root whose authority key identifier is another's", False, root=ROOT.but_add(authority_id(SUB.key)))
    three("host name with an underscore, or none", False, leaf=leaf_spec(SUB.key, san=(("dns", ""),)))
    three("address of three bytes", False, leaf=leaf_spec(SUB.key, san=(("ip", b"\x01\x02\x03"),)))
    three("common name that is a host and not among the names", False,
          leaf=LEAF.but(subject=name(("CN", "elsewhere.example"))))


def dates():
    three("leaf expired", False, leaf=LEAF.but(end=NOW - DAY))
    three("leaf not yet valid", False, leaf=LEAF.but(begin=NOW + DAY))
    three("issuing authority expired", False, sub=SUB.but(end=NOW - DAY))
    three("issuing authority not yet valid", False, sub=SUB.but(begin=NOW + DAY))
    three("root expired", False, root=ROOT.but(end=NOW - DAY))
    three("root not yet valid", False, root=ROOT.but(begin=NOW + DAY))
    three("ends before it begins", False, leaf=LEAF.but(begin=NOW + DAY, end=NOW - DAY))
    three("first second", True, at=LEAF.begin)
    three("second before the first", False, at=LEAF.begin - datetime.timedelta(seconds=1))
    three("last second but one", True, at=LEAF.end - datetime.timedelta(seconds=1))
    three("second behind the last", False, at=LEAF.end + datetime.timedelta(seconds=1))
    begin, end = LEAF.begin, LEAF.end
    three("fraction of a second", False, leaf=LEAF.but(validity=seq(time(begin), time(end, True, True))))
    three("long form of the year before 2050", False, leaf=LEAF.but(validity=seq(time(begin, True), time(end, True))))
    three("root beyond 2050", True, root=ROOT.but(end=datetime.datetime(2055, 1, 1)))
    three("short form beyond 2049", False,
          leaf=LEAF.but(validity=seq(time(begin), time(datetime.datetime(2055, 1, 1), False))))
    three("no seconds", False, leaf=LEAF.but(validity=seq(tlv(0x17, b"2612010000Z"), time(end))))
    three("local time", False, leaf=LEAF.but(validity=seq(tlv(0x17, b"261201000000+0100"), time(end))))


def usages():
    three("CA certificate as leaf", False, leaf=LEAF.with_(basic(True), usage("digitalSignature")))
    roots, chain = chain_of()
    case("issuing authority itself as leaf", False, roots, chain[1:])
    case("root itself as leaf", False, roots, roots)
    three("leaf may sign certificates", False, leaf=LEAF.with_(usage("digitalSignature", "keyCertSign")))
    three("leaf may sign lists", False, leaf=LEAF.with_(usage("digitalSignature", "cRLSign")))
    three("leaf without key usage", False, leaf=LEAF.without(KU))
    three("leaf with an empty key usage", False, leaf=LEAF.with_(ext(KU, bits(b""), True)))
    three("leaf for key agreement alone", False, leaf=LEAF.with_(usage("keyAgreement")))
    three("leaf for signatures and key agreement", True, leaf=LEAF.with_(usage("digitalSignature", "keyAgreement")))
    three("uncritical key usage of the leaf", True, leaf=LEAF.with_(usage("digitalSignature", critical=False)))
    three("leaf without extended key usage", False, leaf=LEAF.without(EKU))
    three("leaf for any extended usage", False, leaf=LEAF.with_(extended(ANY_EKU)))
    three("leaf for any extended usage and the right one", False, leaf=LEAF.with_(extended(SERVER, ANY_EKU)))
    three("leaf with an empty extended key usage", False, leaf=LEAF.with_(extended()))
    three("leaf for servers, asked as client", False, leaf=LEAF.with_(extended(SERVER)), purpose="client")
    three("leaf for clients, asked as server", False, leaf=LEAF.with_(extended(CLIENT)))
    three("leaf for something else", False, leaf=LEAF.with_(extended(OCSP)))
    three("leaf for servers alone", True, leaf=LEAF.with_(extended(SERVER)))
    three("leaf for clients alone", True, leaf=LEAF.with_(extended(CLIENT)), purpose="client")
    three("issuing authority without basic constraints", False, sub=SUB.without(BC))
    three("issuing authority that is none", False, sub=SUB.with_(basic(False)))
    three("issuing authority with uncritical basic constraints", False, sub=SUB.with_(basic(True, 0, False)))
    three("issuing authority without key usage", False, sub=SUB.without(KU))
    three("issuing authority that may not sign certificates", False, sub=SUB.with_(usage("cRLSign")))
    three("issuing authority for servers", True, sub=SUB.but_add(extended(SERVER, CLIENT)))
    three("issuing authority for clients, leaf asked as server", False, sub=SUB.but_add(extended(CLIENT)))
    three("issuing authority for something else", False, sub=SUB.but_add(extended(OCSP)))
    three("root without basic constraints", False, root=ROOT.without(BC))
    three("root with uncritical basic constraints", False, root=ROOT.with_(basic(True, None, False)))
    three("root that is no CA", False, root=ROOT.with_(basic(False)))
    three("root without key usage", False, root=ROOT.without(KU))
    three("root that may not sign certificates", False, root=ROOT.with_(usage("cRLSign")))
    three("root with extended key usage", False, root=ROOT.but_add(extended(SERVER, CLIENT)))
    three("path length in a leaf", False, leaf=LEAF.with_(ext(BC, seq(integer(0)), True)))
    three("path length without keyCertSign", False, sub=SUB.with_(usage("digitalSignature")))


def lengths():
    top = Made(ROOT)
    for limit, good in ((0, False), (1, True), (None, True)):
        sub = Made(ca_spec("upper", 40, ROOT.key, limit), top)
        lower = Made(ca_spec("lower", 41, sub.spec.key), sub)
        leaf = Made(leaf_spec(lower.spec.key), lower)
        case(f"path length {limit}, one authority below", good, [top], [leaf, lower, sub])
    root = ca_spec("short root", 42, path_length=0)
    top = Made(root)
    sub = Made(ca_spec("below", 43, root.key), top)
    case("root of path length 0 with an authority below", False, [top], [Made(leaf_spec(sub.spec.key), sub), sub])
    case("root of path length 0, leaf directly", True, [top], [Made(leaf_spec(root.key), top)])
    root = ca_spec("negative root", 44, path_length=-1)
    top = Made(root)
    case("negative path length", False, [top], [Made(leaf_spec(root.key), top)])
    top = Made(ROOT)
    # One that names itself as issuer, with another key, does not count for the length.
    first = Made(ca_spec("self", 45, ROOT.key, 0), top)
    second = Made(ca_spec("self", 46, first.spec.key, 0), first)
    case("self-issued, not counted", True, [top], [Made(leaf_spec(second.spec.key), second), second, first])
    chain, above = [], top
    for i in range(9):
        above = Made(ca_spec(f"deep {i}", 50 + i, above.spec.key), above)
        chain.insert(0, above)
    leaf = Made(leaf_spec(above.spec.key), above)
    case("nine issuing authorities", False, [top], [leaf, *chain])
    # Two authorities that certify each other.
    one, other = ca_spec("one", 60), ca_spec("other", 61)
    a = Made(one.but_add(authority_id(other.key)), Made(other))
    b = Made(other.but_add(authority_id(one.key)), Made(one))
    case("two that certify each other", False, [top], [Made(leaf_spec(one.key), Made(one)), a, b])
    twins = [Made(ca_spec("twin", 62, ROOT.key).but(end=NOW - DAY), top), Made(ca_spec("twin", 62, ROOT.key), top)]
    case("two of one name and key, one expired", True, [top], [Made(leaf_spec(twins[0].spec.key), twins[0]), *twins])
    many = [Made(ca_spec("crowd", 70 + i, ROOT.key), top) for i in range(8)]
    case("eight of one name, the last has the key", True, [top],
         [Made(leaf_spec(many[-1].spec.key), many[-1]), *many])
    case("eight of one name, none has the key", False, [top],
         [Made(leaf_spec(key_of("p256", 90)), Made(ca_spec("crowd", 90))), *many])
    fat = leaf_spec(ROOT.key, san=[("dns", f"h{i}.example") for i in range(1500)])
    case("fifteen hundred names", False, [top], [Made(fat, top)])


def keys():
    for kind in ("p192", "p224", "p521", "k256", "rsa1024", "rsa-odd", "rsa2048-e3", "dsa2048"):
        two(f"leaf key {kind}", False, leaf=leaf_spec(ROOT.key, kind=kind))
    for kind in ("p224", "p521", "k256", "rsa1024", "rsa-odd", "dsa2048"):
        root = ca_spec("root", 5, kind=kind)
        two(f"root key {kind}", False, root=root, leaf=leaf_spec(root.key))
        sub = ca_spec("issuing", 6, ROOT.key, 0, kind=kind)
        three(f"issuing key {kind}", False, sub=sub, leaf=leaf_spec(sub.key))
    two("leaf signed with SHA-1", False, leaf=DIRECT.but(digest="sha1"))
    three("issuing authority signed with SHA-1", False, sub=SUB.but(digest="sha1"))
    two("root signed with SHA-1", False, root=ROOT.but(digest="sha1"))
    root = ca_spec("root", 7, kind="rsa2048")
    two("leaf signed with RSA and SHA-1", False, root=root, leaf=leaf_spec(root.key).but(digest="sha1"))
    two("leaf signed with RSA and MD5", False, root=root, leaf=leaf_spec(root.key).but(digest="md5"))
    curve = oid("1.2.840.10045.3.1.7")
    p, n = (1 << 256) - (1 << 224) + (1 << 192) + (1 << 96) - 1, \
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
    g = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
    spki = spki_of(LEAF.key)
    explicit = seq(integer(1), seq(oid("1.2.840.10045.1.1"), integer(p)),
                   seq(octets((p - 3).to_bytes(32, "big")), octets(b.to_bytes(32, "big"))), octets(g), integer(n),
                   integer(1))
    point = bits(spki_bits(spki))
    three("curve by its numbers", False, leaf=LEAF.but(spki=seq(seq(oid("1.2.840.10045.2.1"), explicit), point)))
    three("curve by its name, by hand", True, leaf=LEAF.but(spki=seq(seq(oid("1.2.840.10045.2.1"), curve), point)))
    three("point that is not on the curve", False, leaf=LEAF.but(
        spki=seq(seq(oid("1.2.840.10045.2.1"), curve), bits(b"\x04" + b"\x01" * 64))))


def constrained(title, good, limits, san, subject=None, critical=True, below=None):
    sub = SUB.with_(basic(True)).but_add(constraints(**limits, critical=critical))
    leaf = leaf_spec(SUB.key, san=san)
    if subject is not None:
        leaf = leaf.but(subject=subject)
    if below is None:
        return three(f"constraints: {title}", good, sub=sub, leaf=leaf)
    top = Made(ROOT)
    upper = Made(sub, top)
    lower = Made(ca_spec("below", 8, SUB.key).but_add(constraints(**below)), upper)
    leaf = Made(leaf_spec(lower.spec.key, san=san), lower)
    return case(f"constraints: {title}", good, [top], [leaf, lower, upper])


def name_constraints():
    dns, mail, uri = lambda text: ("dns", text), lambda text: ("email", text), lambda text: ("uri", text)
    within = {"permitted": [dns("example")]}
    constrained("host within", True, within, [dns("a.example")])
    constrained("host itself", True, {"permitted": [dns("a.example")]}, [dns("a.example")])
    constrained("host outside", False, within, [dns("a.test")])
    constrained("one host of two outside", False, within, [dns("a.example"), dns("a.test")])
    constrained("a label that only ends alike", False, {"permitted": [dns("a.example")]}, [dns("ba.example")])
    constrained("letters of another case", True, within, [dns("A.EXAMPLE")])
    constrained("host excluded", False, {"excluded": [dns("a.example")]}, [dns("b.a.example")])
    constrained("host not excluded", True, {"excluded": [dns("a.example")]}, [dns("b.example")])
    constrained("excluded wins over permitted", False, {"permitted": [dns("example")], "excluded": [dns("a.example")]},
                [dns("a.example")])
    constrained("all hosts excluded", False, {"excluded": [dns("")]}, [dns("a.example")])
    constrained("wildcard within", True, within, [dns("*.a.example")])
    constrained("wildcard over what is excluded", False, {"excluded": [dns("b.a.example")]}, [dns("*.a.example")])
    constrained("address within", True, {"permitted": [("net", "192.0.2.0/24")]}, [("ip", "192.0.2.7")])
    constrained("address outside", False, {"permitted": [("net", "192.0.2.0/24")]}, [("ip", "198.51.100.7")])
    constrained("address excluded", False, {"excluded": [("net", "192.0.2.0/24")]}, [("ip", "192.0.2.7")])
    constrained("IPv6 within", True, {"permitted": [("net", "2001:db8::/32")]}, [("ip", "2001:db8::1")])
    constrained("IPv6 outside", False, {"permitted": [("net", "2001:db8::/32")]}, [("ip", "2001:db9::1")])
    constrained("IPv4 limits say nothing of hosts", True, {"permitted": [("net", "192.0.2.0/24")]}, [dns("a.example")])
    constrained("a net with holes", False, {"permitted": [("ip", b"\xc0\x00\x02\x00\xff\x00\xff\x00")]},
                [("ip", "192.0.2.7")])
    constrained("an address of five bytes as limit", False, {"permitted": [("ip", b"\xc0\x00\x02\x00\xff")]},
                [("ip", "192.0.2.7")])
    constrained("mail within", True, {"permitted": [mail("example.org")]}, [dns("a.example"), mail("a@example.org")])
    constrained("mail outside", False, {"permitted": [mail("example.org")]}, [dns("a.example"), mail("a@example.net")])
    constrained("one mailbox", False, {"permitted": [mail("a@example.org")]}, [dns("a.example"), mail("b@example.org")])
    constrained("URI within", True, {"permitted": [uri(".example.org")]},
                [dns("a.example"), uri("https://h.example.org/x")])
    constrained("URI outside", False, {"permitted": [uri(".example.org")]},
                [dns("a.example"), uri("https://h.example.net/x")])
    constrained("URI excluded", False, {"excluded": [uri("h.example.org")]},
                [dns("a.example"), uri("https://h.example.org/x")])
    here = name(("O", "Example"))
    constrained("subject within", True, {"permitted": [("dir", here)]}, [dns("a.example")],
                subject=name(("O", "Example"), ("CN", "desk")))
    constrained("subject outside", False, {"permitted": [("dir", here)]}, [dns("a.example")],
                subject=name(("O", "Other")))
    constrained("subject excluded", False, {"excluded": [("dir", here)]}, [dns("a.example")],
                subject=name(("O", "Example"), ("CN", "desk")))
    constrained("subject in another spelling", True, {"permitted": [("dir", here)]}, [dns("a.example")],
                subject=name(("O", "EXAMPLE "), ("CN", "desk")))
    constrained("not critical", False, within, [dns("a.example")], critical=False)
    constrained("empty", False, {}, [dns("a.example")])
    constrained("both above and below hold", True, within, [dns("x.a.example")], below={"permitted": [dns("a.example")]})
    constrained("below is narrower", False, within, [dns("b.example")], below={"permitted": [dns("a.example")]})
    constrained("below may not widen", False, {"permitted": [dns("a.example")]}, [dns("b.example")], below=within)
    three("constraints: in a leaf", False, leaf=LEAF.but_add(constraints(**within)))
    root = ROOT.but_add(constraints(**within))
    three("constraints: of the root, host outside", False, root=root, leaf=leaf_spec(SUB.key, san=[dns("a.test")]))
    three("constraints: of the root, host within", True, root=root)
    # So many that comparing each with each would take for ever.
    crowd = [dns(f"h{i}.example") for i in range(700)]
    top = Made(ROOT)
    sub = Made(SUB.but_add(constraints(excluded=[dns(f"x{i}.test") for i in range(500)])), top)
    case("constraints: hundreds against hundreds", False, [top], [Made(leaf_spec(SUB.key, san=crowd), sub), sub])


def policies():
    asks = ext(PC, seq(tlv(0x80, b"\x00")), True)
    policy = ext(POLICIES, seq(seq(oid("1.3.6.1.4.1.32473.1"))))
    three("policies: asked for and absent", False, sub=SUB.but_add(asks))
    three("policies: asked for and present", True, sub=SUB.but_add(asks, policy), leaf=LEAF.but_add(policy))
    three("policies: asked for, the leaf has another", False, sub=SUB.but_add(asks, policy),
          leaf=LEAF.but_add(ext(POLICIES, seq(seq(oid("1.3.6.1.4.1.32473.2"))))))
    three("policies: constraints not critical", False, sub=SUB.but_add(ext(PC, seq(tlv(0x80, b"\x00")))))
    three("policies: constraints empty", False, sub=SUB.but_add(ext(PC, seq(), True)))
    three("policies: any is inhibited, not critical", False, sub=SUB.but_add(ext(IAP, integer(0))))
    three("policies: one twice", False, leaf=LEAF.but_add(
        ext(POLICIES, seq(seq(oid("1.3.6.1.4.1.32473.1")), seq(oid("1.3.6.1.4.1.32473.1"))))))


def revocation():
    def build(title, good, of_root=None, of_sub=None, revoke_leaf=False, revoke_sub=False, at=NOW, sub=SUB):
        roots, chain = chain_of(sub=sub)
        lists = []
        if of_root is not None:
            lists.append(crl(roots[0], [chain[1].serial] if revoke_sub else [], **of_root))
        if of_sub is not None:
            lists.append(crl(chain[1], [chain[0].serial] if revoke_leaf else [], **of_sub))
        case(f"revocation: {title}", good, roots, chain, crls=lists, at=at)

    build("lists of all", True, {}, {})
    build("leaf revoked", False, {}, {}, revoke_leaf=True)
    build("issuing authority revoked", False, {}, {}, revoke_sub=True)
    build("no list of the issuing authority", False, {}, None)
    build("no list of the root", False, None, {})
    build("list past its next update", False, {}, {"end": NOW - DAY / 2})
    build("list not yet valid", False, {}, {"begin": NOW + DAY})
    build("list without a next update", False, {}, {"end": None})
    build("list without a number", False, {}, {"number": None})
    build("list of version 1", False, {}, {"version": 0})
    build("list signed with SHA-1", False, {}, {"digest": "sha1"})
    build("list signed by another", False, {}, {"key": ROOT.key})
    build("list with an unknown critical extension", False, {},
          {"extensions": [ext("1.3.6.1.4.1.32473.8", octets(b"x"), True)]})
    build("list that is a part", False, {}, {"extensions": [ext("2.5.29.27", integer(1), True)]})
    build("issuing authority may not sign lists", False, {}, {}, sub=SUB.with_(usage("keyCertSign")))


def judge(program, folder, number, one):
    here = folder / f"{number:03}"
    here.mkdir()
    (here / "roots.pem").write_text("".join(made.pem() for made in one.roots), encoding="ascii")
    (here / "chain.pem").write_text("".join(made.pem() for made in one.chain), encoding="ascii")
    command = [program, "certs", "verify", "--no-spiffe", "--trust-domain", f"suite.example={here / 'roots.pem'}",
               "--purpose", one.purpose, "--at", one.at.strftime("%Y-%m-%dT%H:%M:%SZ")]
    for i, list_ in enumerate(one.crls):
        (here / f"{i}.crl.pem").write_text(list_, encoding="ascii")
        command += ["--crl", here / f"{i}.crl.pem"]
    done = subprocess.run([*command, here / "chain.pem"], capture_output=True, text=True, check=False, timeout=60)
    # A root or a list that is not to be used is refused as such (2).
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f"{one.name}: exit code {done.returncode} {done.stderr}")
    said = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, said[0] if said else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--keep", type=pathlib.Path, help="where to leave the chains")
    parser.add_argument("--all", action="store_true", help="print every verdict")
    options = parser.parse_args()
    for make in (everyday, form, dates, usages, lengths, keys, name_constraints, policies, revocation):
        make()
    accepted, refused = [], []
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        program = options.bin / "corridorctl"
        verdicts = pool.map(lambda pair: judge(program, folder, *pair), enumerate(CASES))
        for one, (good, said) in zip(CASES, verdicts):
            if options.all:
                print(f"{'accepted' if good else 'refused '}  {one.name}: {said}")
            if good and not one.good:
                accepted.append(one.name)
            if one.good and not good:
                refused.append(f"{one.name}: {said}")
    for title, wrong in (("wrongly accepted", accepted), ("wrongly refused", refused)):
        for line in wrong:
            print(f"{title}: {line}")
    print(f"{len(CASES)} chains, {len(accepted)} wrongly accepted, {len(refused)} wrongly refused")
    return 1 if accepted or len(refused) > WRONG_REFUSALS_MAX else 0


if __name__ == "__main__":
    sys.exit(main())
