"""The fault proxy does what a test asks of it, and nothing else."""

import contextlib
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_proxy import FaultProxy, Way  # noqa: E402

WAIT = 20


class Echo:
    """Sends back what comes; counts what came."""

    def __init__(self):
        self.received = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = self.server.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                self.received += len(data)
                connection.sendall(data)


def read(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            break
        data += more
    return data


def until(ready):
    end = time.monotonic() + WAIT
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class FaultProxyTest(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.there, self.back = Way(), Way()
        self.proxy = FaultProxy(self.echo.address, self.there, self.back)
        self.addCleanup(self.echo.server.close)
        self.addCleanup(self.proxy.close)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=WAIT)
        self.addCleanup(connection.close)
        return connection

    def test_passes_everything_unchanged_when_nothing_is_wrong(self):
        connection = self.connect()
        sent = bytes(range(256)) * 4096
        threading.Thread(target=connection.sendall, args=(sent,), daemon=True).start()
        self.assertEqual(read(connection, len(sent)), sent)
        self.assertEqual(self.there.bytes_passed, len(sent))

    def test_a_held_way_holds_up_and_loses_nothing(self):
        connection = self.connect()
        self.proxy.hold("back")
        connection.sendall(b"one way")
        self.assertTrue(until(lambda: self.echo.received == 7))
        connection.settimeout(0.1)
        with self.assertRaises(TimeoutError):
            connection.recv(1)
        self.proxy.release()
        connection.settimeout(WAIT)
        self.assertEqual(read(connection, 7), b"one way")

    def test_breaks_behind_the_byte_that_was_named(self):
        connection = self.connect()
        self.proxy.reset_after(1000)
        with self.assertRaises(ConnectionError):
            connection.sendall(b"x" * 5000)
            while connection.recv(65536):
                pass
        self.assertLessEqual(self.there.bytes_passed + self.back.bytes_passed, 1000)
        self.assertEqual(read_after_send(self.connect(), b"again"), b"again")

    def test_cut_breaks_what_is_open_and_refuses_what_comes_until_released(self):
        connection = self.connect()
        self.assertEqual(read_after_send(connection, b"before"), b"before")
        self.proxy.cut()
        with self.assertRaises(ConnectionError):
            connection.recv(1)
        with self.assertRaises(ConnectionError):
            read_after_send(self.connect(), b"during")
        self.proxy.release()
        self.assertEqual(read_after_send(self.connect(), b"after"), b"after")

    def test_delay_holds_for_each_way(self):
        self.proxy.delay = 0.05
        connection = self.connect()
        begun = time.monotonic()
        self.assertEqual(read_after_send(connection, b"ping"), b"ping")
        self.assertGreaterEqual(time.monotonic() - begun, 0.1)

    def test_the_rate_is_that_of_all_connections_together(self):
        self.proxy.rate = 100_000
        connections = [self.connect() for _ in range(2)]
        begun = time.monotonic()
        for connection in connections:
            connection.sendall(b"x" * 20_000)
        for connection in connections:
            self.assertEqual(len(read(connection, 20_000)), 20_000)
        self.assertGreaterEqual(time.monotonic() - begun, 0.35)

    def test_a_target_that_is_not_there_looks_like_a_broken_connection(self):
        self.echo.server.close()
        proxy = FaultProxy(("127.0.0.1", unused_port()))
        self.addCleanup(proxy.close)
        with self.assertRaises(ConnectionError):
            connection = socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT)
            if not read_after_send(connection, b"x"):
                raise ConnectionError


def read_after_send(connection, data):
    connection.sendall(data)
    got = read(connection, len(data))
    if not got:
        raise ConnectionError("ended")
    return got


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
