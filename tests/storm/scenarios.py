"""One thing that goes wrong at a time, between three real brokers, and what it took to get over it.

    scenarios.py --bin build/bin [NAME...]

Order and completeness are asserted; times are measured and printed, never asserted: they belong to the machine.
"""

import argparse
import os
import pathlib
import random
import signal
import statistics
import sys
import tempfile
import threading
import time

try:
    import cryptography  # noqa: F401
    import grpc
except ImportError:
    sys.exit(77)

import cast  # noqa: E402
import protos  # noqa: E402

EAST, SOUTH, AFRICA = cast.REGIONS
KEN, UGA, THA, PHL, ZAF, MOZ = cast.AGENCIES
ARRIVE = 240
BATCH = 100
ROUND_TRIP = 0.1
MEGABIT = 125_000  # bytes a second


class Arrivals:
    """What one subscriber was handed, in order, and when; stands in for a history."""

    def __init__(self):
        self._when = {}
        self._lock = threading.Lock()

    def add(self, op, **fields):
        if op == "got":
            with self._lock:
                self._when.setdefault(fields["id"], time.monotonic())

    def of(self, said_id):
        with self._lock:
            return self._when.get(said_id)

    def order(self):
        with self._lock:
            return list(self._when)


class Stage:
    """Three regions, a publisher in each agency's name, and one prompt subscriber in each region."""

    def __init__(self, binaries, folder):
        from federation import Federation
        from statements import Author
        from subscribers import Subscriber

        self.federation = Federation(binaries, folder, random.Random())
        self.arrivals, self._subscribers, self._channels = {}, [], {}
        self.federation.set_up()
        self.authors = {agency: Author(agency, folder / agency.region / "certs" / f"{agency.name}-signing.key",
                                       random.Random(agency.code)) for agency in cast.AGENCIES}
        for name in cast.REGIONS:
            reader = cast.readers_of(name)[0]
            self.arrivals[name] = Arrivals()
            subscriber = Subscriber(reader, self.federation.channel(name, reader.agency.name), self.arrivals[name], 0)
            subscriber.start()
            self._subscribers.append(subscriber)

    def say(self, agency, count=1, urgent=False):
        """Says so many alerts to everybody, and waits until they are acknowledged: [(id, when that was)], as the journal has
        them."""
        said = [self.authors[agency].issue(urgent, everybody=True)[1] for _ in range(count)]
        return [done for at in range(0, count, BATCH) for done in self._publish(agency, said[at:at + BATCH])]

    def _publish(self, agency, said):
        types = protos.module("publisher")
        if agency not in self._channels:
            self._channels[agency] = self.federation.channel(agency.region, agency.name)
        publish = protos.method(self._channels[agency], "Publisher", "Publish", types.PublishRequest,
                                types.PublishResponse)
        request = types.PublishRequest(statements=[one.message for one in said])
        while True:  # With the same ids, until it is answered.
            try:
                results = publish(request, timeout=20).results
            except grpc.RpcError:
                time.sleep(0.1)
                continue
            refused = [result.error.message for result in results if result.WhichOneof("result") != "receipt"]
            if refused:
                raise AssertionError(f"{agency.name} was refused: {refused[0]}")
            # In the order of the journal, which is not that of one request: it is judged by several threads.
            by_offset = sorted(zip(said, results), key=lambda pair: pair[1].receipt.acceptance.position.offset)
            return [(one.id, time.monotonic()) for one, _ in by_offset]

    def arrive(self, said, *regions):
        """Waits until all of it was handed to the subscribers of these regions; the time of the last."""
        from federation import wait_until
        for name in regions or cast.REGIONS:
            wait_until(f"{len(said)} statements in {name}", ARRIVE,
                       lambda name=name: all(self.arrivals[name].of(one) for one, _ in said))
        return max(self.arrivals[name].of(one) for name in regions or cast.REGIONS for one, _ in said)

    def took(self, said, *regions):
        self.arrive(said, *regions)
        return sorted(self.arrivals[name].of(one) - when for name in regions for one, when in said)

    def wait_linked(self):
        from federation import wait_until
        from read_back import softly
        wait_until("all links", ARRIVE, lambda: softly(self.federation.is_linked))

    def each_once(self, said):
        for name in cast.REGIONS:
            order = self.arrivals[name].order()
            if [one for one in order if one in {said_id for said_id, _ in said}] != [said_id for said_id, _ in said]:
                raise AssertionError(f"{name} got them in another order")

    def stop(self):
        for subscriber in self._subscribers:
            subscriber.stop()
        self.federation.stop()


def spread(seconds):
    return (f"median {statistics.median(seconds) * 1000:.0f} ms, 90% {seconds[len(seconds) * 9 // 10] * 1000:.0f} ms, "
            f"most {seconds[-1] * 1000:.0f} ms")


def latency(stage):
    """Nothing is wrong: from the acknowledgement in one region to the hands of a subscriber in another."""
    said = [one for _ in range(40) for one in stage.say(KEN)]
    took = stage.took(said, SOUTH)
    stage.each_once(said)
    return spread(took)


def round_trip(stage):
    """The same with 100 ms between all regions."""
    for way in stage.federation.ways.values():
        way.delay = ROUND_TRIP / 2
    said = [one for _ in range(20) for one in stage.say(KEN)]
    took = stage.took(said, SOUTH)
    stage.each_once(said)
    return spread(took)


def partition(stage):
    """Nobody reaches anybody; each region goes on alone, and all is brought up afterwards."""
    for proxy in stage.federation.proxies.values():
        proxy.cut()
    said = stage.say(KEN, 1000)
    if any(stage.arrivals[SOUTH].of(one) for one, _ in said):
        raise AssertionError("something crossed a partition")
    if not stage.federation.lag():
        raise AssertionError("lag reads zero while everything waits")
    stage.federation.heal()
    healed = time.monotonic()
    last = stage.arrive(said)
    stage.each_once(said)
    return f"1,000 statements in both other regions {last - healed:.1f} s after the end of the partition"


def one_way(stage):
    """What one region sends to another is lost for a while; nothing tells it so but silence."""
    way = stage.federation.ways[EAST, SOUTH]
    way.held = True
    said = stage.say(KEN, 50)
    stage.arrive(said, AFRICA)
    if any(stage.arrivals[SOUTH].of(one) for one, _ in said) or not stage.federation.lag():
        raise AssertionError("something crossed, or lag reads zero while it waits")
    way.heal()
    healed = time.monotonic()
    last = stage.arrive(said, SOUTH)
    stage.each_once(said)
    return f"50 statements {last - healed:.1f} s after it ended"


def mid_frame(stage):
    """Connections break again and again in the middle of what they carry."""
    dice = random.Random(1)
    said, breaks = [], 0
    for _ in range(20):
        for proxy in stage.federation.proxies.values():
            proxy.reset_after(dice.randrange(1, 20_000))
            breaks += 1
        said += stage.say(KEN, 20)
    stage.arrive(said)
    stage.each_once(said)
    return f"400 statements over {breaks} breaks, each once and in order"


def kill_origin(stage):
    """kill -9 of the broker that has just acknowledged what its peers do not have yet."""
    return kill(stage, EAST)


def kill_receiver(stage):
    """kill -9 of a broker while records come in."""
    return kill(stage, SOUTH)


def kill(stage, region):
    said = []
    for _ in range(3):
        said += stage.say(KEN, 200)
        stage.federation.signal(region, signal.SIGKILL)
        stage.federation.brokers[region].wait()
        stage.federation.start(region)
        stage.federation.wait_serving(region)
    last_said = time.monotonic()
    last = stage.arrive(said)
    stage.each_once(said)
    return f"600 statements over 3 kills; the last {max(last - last_said, 0):.1f} s after the last start"


def urgent(stage):
    """A line of 1 Mbit/s with a backlog in front: what is IMMEDIATE overtakes."""
    for proxy in stage.federation.proxies.values():
        proxy.cut()
    backlog = stage.say(KEN, 2000)
    for way in stage.federation.ways.values():
        way.delay, way.rate = ROUND_TRIP / 2, MEGABIT
    for proxy in stage.federation.proxies.values():
        proxy.release()
    stage.arrive(backlog[:100], SOUTH)
    alerts, behind = [], []
    for _ in range(8):
        (alert,) = stage.say(KEN, urgent=True)
        alerts.append(alert)
        stage.arrive([alert], SOUTH)
        behind.append(sum(stage.arrivals[SOUTH].of(one) is None for one, _ in backlog))
        time.sleep(0.3)
    took = stage.took(alerts, SOUTH)
    healed_last = stage.arrive(backlog, SOUTH)
    if behind[0] == 0 or stage.arrivals[SOUTH].of(alerts[0][0]) >= healed_last:
        raise AssertionError("an IMMEDIATE statement waited behind the backlog")
    return f"{spread(took)}, with {behind[0]} to {behind[-1]} of 2,000 statements still waiting"


SCENARIOS = (latency, round_trip, partition, one_way, mid_frame, kill_origin, kill_receiver, urgent)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=protos.ROOT / "build/bin")
    parser.add_argument("names", nargs="*", help=", ".join(one.__name__ for one in SCENARIOS))
    options = parser.parse_args()
    os.environ.pop("http_proxy", None)
    os.environ.pop("https_proxy", None)
    with tempfile.TemporaryDirectory(prefix="corridor-scenarios-") as name:
        folder = pathlib.Path(name)
        protos.generate(folder / "stubs")
        protos.load(folder / "stubs")
        stage = Stage(options.bin.resolve(), folder)
        try:
            for scenario in SCENARIOS:
                if not options.names or scenario.__name__ in options.names:
                    print(f"{scenario.__name__}: {scenario(stage)}", flush=True)
                    stage.federation.heal()
                    stage.wait_linked()
        finally:
            stage.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
