"""What goes wrong during a run, chosen by a seed: brokers killed anywhere and at named points, frozen, lines cut, held up one way, broken in
mid-frame, slow; with quiet stretches between."""

import random
import threading
import time

from regions import REGIONS

QUIET_EVERY = 60
QUIET_FOR = 15
# Where a broker kills itself (dying_store.cc): which write, and how many of them pass before at most.
POINTS = [(when, what, times)
          for when in ("before", "after")
          for what, times in (("r/", 40),     # a record, with its audit entry and the peer's mark
                              ("d/", 3),      # a disclosure: before anything is handed out
                              ("s/", 20),     # the cursor of a subscription
                              ("w/r/", 2),    # a recall with its holders: its content is not erased yet
                              ("x/", 2),      # what is to be erased, and that it is
                              ("w/h/", 3),    # a holder's confirmation
                              ("purge", 1))]  # destroyed keys leave the files
POINT_WITHIN = 20


class Faults:
    def __init__(self, regions, history, seed):
        self.regions, self.history = regions, history
        self.dice = random.Random(seed)
        self._points = []
        self.count = {}
        self.reached = 0  # Named points at which a broker died.
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Ends them and heals all."""
        self._over.set()
        self._thread.join()
        for proxy in self.regions.proxies.values():
            proxy.release()
            proxy.delay, proxy.rate = 0.0, None
        self.history.note("healed")

    def _run(self):
        kinds = (self._kill, self._die_at_point, self._die_at_point, self._die_at_point, self._freeze, self._partition, self._one_way, 
                 self._flap, self._mid_frame, self._slow)
        quiet_at = QUIET_EVERY
        waited = 0.0
        while True:
            pause = self.dice.uniform(1, 6)
            if waited > quiet_at:
                quiet_at, pause = quiet_at + QUIET_EVERY, QUIET_FOR
            waited += pause
            if self._over.wait(pause):
                return
            fault = self.dice.choice(kinds)
            name = fault.__name__.strip("_")
            self.count[name] = self.count.get(name, 0) + 1
            waited += fault(name)

    def _note(self, kind, where, seconds=0.0):
        self.history.note("fault", kind=kind, where=where, seconds=round(seconds, 1))
        return seconds

    def _line(self):
        return self.dice.choice(list(self.regions.proxies.items()))

    def _kill(self, kind):
        name = self.dice.choice(list(REGIONS))
        down = self.dice.uniform(0, 4)
        self._note(kind, name, down)
        self.regions.kill(name)
        self._over.wait(down)
        self.regions.start(name)
        return down

    def _die_at_point(self, kind):
        """It comes back in the same state as after any kill: nothing is half done."""
        name = self.dice.choice(list(REGIONS))
        if not self._points:
            self._points = self.dice.sample(POINTS, len(POINTS))
        when, what, times = self._points.pop()
        point = f"{when} {what} {self.dice.randint(1, times)}"
        began = time.monotonic()
        self._note(kind, name)
        self.regions.kill(name)
        self.regions.start(name, die_at=point)
        reached = self.regions.has_ended(name, POINT_WITHIN, self._over)
        self.history.note("point", point=point, reached=reached, where=name)
        self.reached += reached
        self.regions.kill(name)
        self.regions.start(name)
        return time.monotonic() - began

    def _freeze(self, kind):
        name = self.dice.choice(list(REGIONS))
        seconds = self.dice.uniform(1, 20)
        self._note(kind, name, seconds)
        self.regions.freeze(name, seconds, self._over)
        return seconds

    def _partition(self, kind):
        line, proxy = self._line()
        seconds = self.dice.uniform(1, 15)
        self._note(kind, "-".join(line), seconds)
        proxy.cut()
        self._over.wait(seconds)
        proxy.release()
        return seconds

    def _flap(self, kind):
        line, proxy = self._line()
        seconds = self._note(kind, "-".join(line), 6.0)
        for _ in range(6):
            proxy.cut()
            self._over.wait(0.5)
            proxy.release()
            self._over.wait(0.5)
        return seconds

    def _one_way(self, kind):
        line, proxy = self._line()
        seconds = self.dice.uniform(1, 20)
        self._note(kind, "-".join(line), seconds)
        proxy.hold(self.dice.choice(("there", "back")))
        self._over.wait(seconds)
        proxy.release()
        return seconds

    def _mid_frame(self, kind):
        line, proxy = self._line()
        self._note(kind, "-".join(line))
        proxy.reset_after(self.dice.randrange(1, 20_000))
        return 0.0

    def _slow(self, kind):
        """A round trip of 100 ms, and at times 1 Mbit/s."""
        line, proxy = self._line()
        seconds = self.dice.uniform(1, 15)
        self._note(kind, "-".join(line), seconds)
        proxy.delay, proxy.rate = 0.05, self.dice.choice((None, 125_000))
        self._over.wait(seconds)
        proxy.delay, proxy.rate = 0.0, None
        return seconds
