"""Asks each broker again and again how far its links lag, and writes down what it said and when it was asked."""

import re
import threading
import time

import cast

EVERY = 0.5
LAG = re.compile(r'^corridor_link_lag_records\{([^}]*)\} (\S+)$', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Figures(threading.Thread):
    def __init__(self, federation, history):
        super().__init__(name="figures", daemon=True)
        self.federation, self.history = federation, history
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(EVERY):
            for name in cast.REGIONS:
                self._ask(name)

    def stop(self):
        self.over.set()
        self.join()

    def _ask(self, name):
        begun, begun_ms = time.monotonic(), int(time.time() * 1000)
        try:
            text = self.federation.figures(name, timeout=1)
        except OSError:
            return
        lag = [{**dict(LABEL.findall(labels)), "records": float(value)} for labels, value in LAG.findall(text)]
        self.history.add("lag", of=name, asked=round(begun, 4), asked_ms=begun_ms,
                         answered_ms=int(time.time() * 1000), links=lag)
