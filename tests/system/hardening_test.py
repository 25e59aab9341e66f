"""What docs/operations/hardening.md says has no switch, tried on the real broker: TLS 1.3 alone, no resumed session, no
endless chain, no deep nesting, no compression; and clients who give up many calls at once, as they do when a broker
stands still, keep their connection.

    hardening_test.py --bin build/bin
"""

import argparse
import concurrent.futures
import pathlib
import signal
import ssl
import socket
import sys
import tempfile
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from one_region import OneRegion  # noqa: E402

SOON = 20
STANDSTILL = 3
DEADLINE = 1
# As many as one connection may have open (streams_per_connection).
AT_ONCE = 256
# The start and the end of a group in a field that no message has.
GROUP, END_GROUP = b"\xc3\x3e", b"\xc4\x3e"


class Hardening:
    def __init__(self, region):
        self.region, self.folder = region, region.folder

    def context(self, certificate="id-desk.pem"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        context.load_cert_chain(self.folder / certificate, self.folder / "id-desk.key")
        return context

    def shake_hands(self, context, session=None):
        """The socket after the handshake and the broker's first words; raises where it refuses."""
        plain = socket.create_connection(("127.0.0.1", self.region.port), timeout=10)
        secure = context.wrap_socket(plain, server_hostname="localhost", session=session)
        if not secure.recv(9):
            raise ConnectionResetError
        return secure

    def refuses(self, context):
        try:
            self.shake_hands(context).close()
        except OSError:
            return True
        return False

    def channel(self):
        def read(name):
            return (self.folder / name).read_bytes()
        return grpc.secure_channel(f"localhost:{self.region.port}", grpc.ssl_channel_credentials(
            read("roots.pem"), read("th-desk.key"), read("th-desk.pem")))

    def only_tls_1_3(self):
        old = self.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert self.refuses(old), "TLS 1.2 was accepted"
        assert not self.refuses(self.context()), "TLS 1.3 was refused"

    def no_resumption(self):
        context = self.context()
        first = self.shake_hands(context)
        assert first.session is None or not first.session.has_ticket, "the broker gives tickets"
        again = self.shake_hands(context, first.session)
        assert not again.session_reused, "a session was resumed"

    def no_endless_chain(self):
        own = (self.folder / "id-desk.pem").read_text(encoding="ascii")
        (self.folder / "eleven.pem").write_text(own + (self.folder / "roots.pem").read_text(encoding="ascii") * 10,
                                                encoding="ascii")
        assert self.refuses(self.context("eleven.pem")), "a chain of eleven was accepted"

    def no_deep_nesting(self):
        with self.channel() as channel:
            check = channel.unary_unary("/corridor.v1.Publisher/CheckStatement")
            answers = [code_of(check, GROUP * depth + END_GROUP * depth) for depth in (90, 110, 100_000)]
        assert answers[0] != answers[1] == answers[2], f"nested 90, 110 and 100,000 deep: {answers}"

    def no_compression(self):
        with self.channel() as channel:
            check = channel.unary_unary("/corridor.v1.Publisher/CheckStatement")
            try:
                check(b"\0" * 4096, timeout=10, compression=grpc.Compression.Gzip)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error
            else:
                raise AssertionError("a compressed message was taken")

    def endless_headers_end(self):
        def frame(kind, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes((kind, 0)) + stream.to_bytes(4, "big") + payload

        # One literal header of 1,000 bytes, never to be indexed, sixteen times.
        filler = (b"\x10\x03x-a\x7f\xe9\x06" + b"a" * 1000) * 16
        secure = self.shake_hands(self.context())
        secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0) + frame(1, 1, filler))
        sent, end = 0, time.monotonic() + SOON
        try:
            while time.monotonic() < end:
                sent += secure.send(frame(9, 1, filler))
        except OSError:
            print(f"headers without end: closed after {sent >> 20} MiB")
            return
        raise AssertionError("the connection is still open")

    def giving_up_is_no_attack(self):
        """As many calls as a connection carries, each given up after a second and begun anew, while the broker stands
        still: everybody's deadlines pass, and nobody is thrown out for it."""
        with self.channel() as channel:
            list_own = channel.unary_unary("/corridor.v1.Subscriber/ListSubscriptions")
            assert code_of(list_own, b"") == "OK"
            given_up = 0
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as callers:
                self.region.broker.send_signal(signal.SIGSTOP)
                try:
                    end = time.monotonic() + STANDSTILL
                    while time.monotonic() < end:
                        asked = [callers.submit(code_of, list_own, b"", DEADLINE) for _ in range(AT_ONCE)]
                        given_up += sum(one.result() == "DEADLINE_EXCEEDED" for one in asked)
                finally:
                    self.region.broker.send_signal(signal.SIGCONT)
            time.sleep(1)
            assert code_of(list_own, b"") == "OK", "the connection was closed"
        assert given_up >= AT_ONCE, given_up
        print(f"{given_up} calls were given up in {STANDSTILL} s, and the connection stayed")


def code_of(method, message, deadline=10):
    try:
        method(message, timeout=deadline)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        region = OneRegion(options.bin.resolve(), pathlib.Path(folder))
        try:
            region.start()
            region.register()
            hardening = Hardening(region)
            for claim in (hardening.only_tls_1_3, hardening.no_resumption, hardening.no_endless_chain,
                          hardening.no_deep_nesting, hardening.no_compression,
                          hardening.endless_headers_end, hardening.giving_up_is_no_attack):
                claim()
                print(f"{claim.__name__}: holds")
        except BaseException:
            print(region.log()[-4000:])
            raise
        finally:
            region.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
