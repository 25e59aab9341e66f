"""What goes wrong in a run, by a seed. Runs on the main thread, which starts and kills brokers; each fault is written to
the history as it begins and ends. Every fourth quarter of an episode is quiet."""

import random
import signal
import time

import cast

# The worst that each fault lasts, in seconds.
LONG = {"kill": 5, "stop": 60, "partition": 25, "one_way": 25, "flapping": 15, "slow": 20, "shaped": 20}
EPISODE = 40
QUIET = 10


class Nemesis:
    def __init__(self, federation, history, seed, longest=60):
        self.federation, self.history, self.longest = federation, history, longest
        self.dice = random.Random(f"nemesis/{seed}")
        self.until = 0.0
        self.pending = []  # (when, what to do, what it was called)
        self.broken = set()  # What is hurt already: a region, or a pair.
        self.count = {}

    def run(self, seconds):
        self.until = time.monotonic() + seconds
        begun = time.monotonic()
        faults = (self.kill, self.stop, self.partition, self.one_way, self.flapping, self.mid_frame, self.slow,
                  self.shaped, self.kill)
        while time.monotonic() < self.until:
            self.do_due()
            episode = (time.monotonic() - begun) % (EPISODE + QUIET)
            if episode < EPISODE:
                self.dice.choice(faults)()
                self.pause(self.dice.uniform(0.5, 5))
            else:
                self.pause(1)
        self.heal()

    def heal(self):
        for _, act, _ in sorted(self.pending, key=lambda one: one[0]):
            act()
        self.pending.clear()
        self.federation.heal()
        for name in cast.REGIONS:
            if self.federation.exit_code(name) is not None:
                self.federation.start(name)
            self.federation.signal(name, signal.SIGCONT)
        self.broken.clear()

    def pause(self, seconds):
        end = min(self.until, time.monotonic() + seconds)
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            self.do_due()

    def do_due(self):
        now = time.monotonic()
        for one in [one for one in self.pending if one[0] <= now]:
            self.pending.remove(one)
            one[1]()
        for name in cast.REGIONS:
            if name not in self.broken and self.federation.exit_code(name) is not None:
                self.history.add("died", what=name, code=self.federation.exit_code(name))
                self.federation.start(name)

    # --- Faults. Each hurts something whole, and says when it is over.

    def lasting(self, fault, what, begin, end, shortest=0.5):
        if what in self.broken:
            return
        self.broken.add(what)
        seconds = self.dice.uniform(shortest, max(shortest, min(self.longest, LONG[fault])))
        self.count[fault] = self.count.get(fault, 0) + 1
        self.history.add("begin", fault=fault, what=what)
        begin()

        def over():
            end()
            self.broken.discard(what)
            self.history.add("end", fault=fault, what=what)
        self.pending.append((time.monotonic() + seconds, over, fault))

    def region(self):
        return self.dice.choice(cast.REGIONS)

    def some_pair(self):
        return tuple(self.dice.sample(cast.REGIONS, 2))

    def kill(self):
        name = self.region()
        self.lasting("kill", name, lambda: self.federation.kill(name), lambda: self.federation.start(name), 0)

    def stop(self):
        name = self.region()
        self.lasting("stop", name, lambda: self.federation.signal(name, signal.SIGSTOP),
                     lambda: self.federation.signal(name, signal.SIGCONT), 1)

    def partition(self):
        a, b = self.some_pair()
        proxies = self.federation.pair(a, b)
        self.lasting("partition", name_of(a, b), lambda: [proxy.cut() for proxy in proxies],
                     lambda: [proxy.release() for proxy in proxies])

    def one_way(self):
        a, b = self.some_pair()
        way = self.federation.ways[a, b]
        self.lasting("one_way", name_of(a, b), lambda: setattr(way, "held", True), way.heal)

    def flapping(self):
        a, b = self.some_pair()
        proxies = self.federation.pair(a, b)
        what = name_of(a, b)
        if what in self.broken:
            return

        def flap():
            if what in self.broken:
                for proxy in proxies:
                    proxy.break_all()
                self.pending.append((time.monotonic() + self.dice.uniform(0.1, 1.5), flap, "flap"))
        self.lasting("flapping", what, lambda: None, lambda: None, 2)
        flap()

    def mid_frame(self):
        a, b = self.some_pair()
        self.count["mid_frame"] = self.count.get("mid_frame", 0) + 1
        self.history.add("begin", fault="mid_frame", what=name_of(a, b))
        for proxy in self.federation.pair(a, b):
            proxy.reset_after(self.dice.randrange(1, 60_000))

    def slow(self):
        self._line("slow", 0.05, None)

    def shaped(self):
        self._line("shaped", 0.05, 125_000)

    def _line(self, fault, delay, rate):
        a, b = self.some_pair()
        ways = [self.federation.ways[a, b], self.federation.ways[b, a]]

        def begin():
            for way in ways:
                way.delay, way.rate = delay, rate
        self.lasting(fault, name_of(a, b), begin, lambda: [way.heal() for way in ways], 2)


def name_of(a, b):
    return " - ".join(sorted((a, b)))
