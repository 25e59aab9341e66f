"""A TCP proxy between two brokers that can delay, shape, hold up one direction, and break off in mid-frame.

    proxy = FaultProxy(("127.0.0.1", 7001))
    proxy.port               # connect here instead
    proxy.delay = 0.05       # seconds, each way
    proxy.rate = 125_000     # bytes per second, each way; None: as fast as it goes
    proxy.hold("up")         # nothing passes from the dialler on; "down": nothing comes back
    proxy.release()
    proxy.reset_after(1000)  # every connection breaks once so many more bytes have passed in it
    proxy.cut()              # every connection breaks now, and none begins until release()

TLS runs through it untouched. Threads: one that accepts, two for each connection.
"""

import collections
import contextlib
import socket
import struct
import threading
import time

CHUNK = 4096
# Bytes under way in one direction: what a shaped line holds before the sender must wait.
IN_FLIGHT_MAX = 64 * 1024


class FaultProxy:
    def __init__(self, target):
        self.target = target
        self.delay = 0.0
        self.rate = None
        self.bytes_passed = 0
        self._held = set()
        self._cut = False
        self._reset_after = None
        self._connections = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self, *directions):
        self._held = set(directions)

    def release(self):
        self._held = set()
        self._cut = False

    def reset_after(self, count):
        with self._lock:
            self._reset_after = count

    def cut(self):
        self._cut = True
        self.break_all()

    def break_all(self):
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.reset()

    def close(self):
        self._listener.close()
        self.break_all()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._begin, args=(client,), daemon=True).start()

    def _begin(self, client):
        if self._cut:
            return reset(client)
        try:
            server = socket.create_connection(self.target, timeout=5)
        except OSError:
            return reset(client)
        server.settimeout(None)
        connection = Connection(self, client, server)
        with self._lock:
            self._connections.add(connection)
        connection.start()

    def passed(self, connection, count):
        """Whether the connection may go on after so many more bytes."""
        with self._lock:
            self.bytes_passed += count
            if self._reset_after is None:
                return True
            self._reset_after -= count
            if self._reset_after > 0:
                return True
            self._reset_after = None
        connection.reset()
        return False

    def is_held(self, direction):
        return direction in self._held

    def ended(self, connection):
        with self._lock:
            self._connections.discard(connection)


class Connection:
    """One connection through the proxy: what is read on one side is written on the other, in due time."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.over = threading.Event()

    def start(self):
        for direction, source, sink in (("up", self.client, self.server), ("down", self.server, self.client)):
            line = Line()
            threading.Thread(target=self._read, args=(source, line), daemon=True).start()
            threading.Thread(target=self._write, args=(direction, sink, line), daemon=True).start()

    def reset(self):
        if not self.over.is_set():
            self.over.set()
            reset(self.client)
            reset(self.server)
            self.proxy.ended(self)

    def _read(self, source, line):
        try:
            while data := source.recv(CHUNK):
                if not line.put(data, time.monotonic() + self.proxy.delay, self.over):
                    return
        except OSError:
            pass
        line.put(b"", time.monotonic() + self.proxy.delay, self.over)

    def _write(self, direction, sink, line):
        free_at = 0.0  # When the shaped line has room for the next byte.
        while not self.over.is_set():
            data, due = line.take(self.over)
            if not data:
                break
            while self.proxy.is_held(direction) and not self.over.wait(0.01):
                pass
            if self.proxy.rate:
                free_at = max(free_at, time.monotonic()) + len(data) / self.proxy.rate
                due = max(due, free_at)
            self.over.wait(max(0.0, due - time.monotonic()))
            try:
                sink.sendall(data)
            except OSError:
                break
            if not self.proxy.passed(self, len(data)):
                return
        self.reset()


class Line:
    """What is under way in one direction, in order; at most IN_FLIGHT_MAX bytes."""

    def __init__(self):
        self._chunks = collections.deque()
        self._bytes = 0
        self._changed = threading.Condition()

    def put(self, data, due, over):
        with self._changed:
            while self._bytes >= IN_FLIGHT_MAX and not over.is_set():
                self._changed.wait(0.1)
            self._chunks.append((data, due))
            self._bytes += len(data)
            self._changed.notify_all()
            return not over.is_set()

    def take(self, over):
        with self._changed:
            while not self._chunks and not over.is_set():
                self._changed.wait(0.1)
            if not self._chunks:
                return b"", 0.0
            data, due = self._chunks.popleft()
            self._bytes -= len(data)
            self._changed.notify_all()
            return data, due


def reset(sock):
    """Ends it at once, with a reset, whatever is under way."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RD)  # Wakes whoever reads it.
    sock.close()
