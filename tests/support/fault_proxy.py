"""A TCP proxy between two programs that delays, shapes, holds up one direction, and breaks off in mid-frame.

    there, back = Way(), Way()
    proxy = FaultProxy(("127.0.0.1", 7001), there, back)
    proxy.port                 # connect here instead
    there.delay = 0.05         # seconds
    there.rate = 125_000       # bytes per second over all connections; None: as fast as it goes
    there.held = True          # nothing passes this way, and nothing is lost until a connection breaks
    proxy.delay, proxy.rate    # of both ways at once
    proxy.hold("there")        # the same as there.held; "back"
    proxy.reset_after(1000)    # the connection that carries the 1,000th byte from now breaks behind it
    proxy.cut()                # every connection breaks now, and none begins
    proxy.release()            # nothing is held, and connections begin again
    proxy.close()

A way may belong to several proxies: two brokers that both dial share one line in each direction. TLS runs through it
untouched. Everything may be called from any thread; all proxies share one thread of their own.
"""

import asyncio
import socket
import struct
import threading
import time

# Bytes read at once: little where a rate is set, so that connections share the line fairly.
CHUNK = 64 * 1024
SHAPED_CHUNK = 1460
# Bytes that wait in one direction of one connection before the sender must wait.
UNDER_WAY_MAX = 256 * 1024
POLL = 0.005


class Way:
    """What happens to bytes in one direction."""

    def __init__(self):
        self.delay = 0.0
        self.rate = None
        self.held = False
        self.bytes_passed = 0
        self._free_at = 0.0

    def turn(self, count):
        """When so many bytes will have left, on a line that carries them one after another."""
        if not self.rate:
            return 0.0
        self._free_at = max(self._free_at, time.monotonic()) + count / self.rate
        return self._free_at

    def heal(self):
        self.delay, self.rate, self.held = 0.0, None, False


class FaultProxy:
    def __init__(self, target, there=None, back=None, port=0):
        self.target = target
        self.there = there or Way()
        self.back = back or Way()
        self.connections_begun = 0
        self._is_cut = False
        self._reset_after = None
        self._connections = set()
        self._server = in_loop(self._listen(port))
        self.port = self._server.sockets[0].getsockname()[1]

    def reset_after(self, count):
        self._reset_after = count

    def cut(self):
        self._is_cut = True
        self.break_all()

    def hold(self, *ways):
        self.there.held, self.back.held = "there" in ways, "back" in ways

    def release(self):
        self.hold()
        self._is_cut = False

    @property
    def delay(self):
        return max(self.there.delay, self.back.delay)

    @delay.setter
    def delay(self, seconds):
        self.there.delay = self.back.delay = seconds

    @property
    def rate(self):
        return self.there.rate

    @rate.setter
    def rate(self, bytes_per_second):
        self.there.rate = self.back.rate = bytes_per_second

    def break_all(self):
        in_loop(self._break_all())

    def close(self):
        self._is_cut = True
        in_loop(self._close())

    async def _listen(self, port):
        return await asyncio.start_server(self._begin, "127.0.0.1", port, limit=CHUNK)

    async def _close(self):
        self._server.close()
        await self._break_all()

    async def _break_all(self):
        for connection in list(self._connections):
            connection.reset()

    async def _begin(self, reader, writer):
        if self._is_cut:
            return reset(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target, limit=CHUNK)
        except OSError:
            return reset(writer)
        connection = Connection(self, writer, far_writer)
        if self._is_cut:
            return connection.reset()
        self.connections_begun += 1
        self._connections.add(connection)
        await asyncio.gather(connection.carry(self.there, reader, far_writer),
                             connection.carry(self.back, far_reader, writer))

    def until_reset(self, count):
        """How many of so many bytes may still pass, and whether the connection breaks behind them."""
        if self._reset_after is None:
            return count, False
        allowed = min(count, self._reset_after)
        self._reset_after -= allowed
        if self._reset_after > 0:
            return allowed, False
        self._reset_after = None
        return allowed, True

    def ended(self, connection):
        self._connections.discard(connection)


class Connection:
    """One connection through the proxy: what is read on one side is written on the other, in due time."""

    def __init__(self, proxy, near, far):
        self.proxy, self.near, self.far = proxy, near, far
        self.over = False

    def reset(self):
        if not self.over:
            self.over = True
            reset(self.near)
            reset(self.far)
            self.proxy.ended(self)

    async def carry(self, way, reader, writer):
        line = Line()
        await asyncio.gather(self._read(way, reader, line), self._write(way, writer, line))

    async def _read(self, way, reader, line):
        while not self.over:
            try:
                data = await reader.read(SHAPED_CHUNK if way.rate else CHUNK)
            except OSError:
                data = b""
            await line.put(data, time.monotonic() + way.delay)
            if not data:
                return

    async def _write(self, way, writer, line):
        while not self.over:
            data, due = await line.take()
            if not data:
                break
            await self._wait(way, max(due, way.turn(len(data))))
            if self.over:
                return
            allowed, breaks = self.proxy.until_reset(len(data))
            try:
                writer.write(data[:allowed])
                await writer.drain()
            except OSError:
                break
            way.bytes_passed += allowed
            if breaks:
                break
        self.reset()

    async def _wait(self, way, due):
        if due > time.monotonic():
            await asyncio.sleep(due - time.monotonic())
        while way.held and not self.over:
            await asyncio.sleep(POLL)


class Line:
    """What is under way in one direction of one connection, in order, each with the time at which it is due."""

    def __init__(self):
        self._queue = asyncio.Queue()
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, data, due):
        await self._room.wait()
        self._bytes += len(data)
        if self._bytes >= UNDER_WAY_MAX:
            self._room.clear()
        self._queue.put_nowait((data, due))

    async def take(self):
        data, due = await self._queue.get()
        self._bytes -= len(data)
        if self._bytes < UNDER_WAY_MAX:
            self._room.set()
        return data, due


def reset(writer):
    """Ends it at once, with a reset, whatever is under way."""
    try:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    writer.transport.abort()


_loop = None
_loop_lock = threading.Lock()


def in_loop(coroutine):
    """Runs it on the proxies' thread and returns what it gives."""
    global _loop
    with _loop_lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="fault-proxy", daemon=True).start()
    return asyncio.run_coroutine_threadsafe(coroutine, _loop).result()
