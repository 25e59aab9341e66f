"""What clients saw, a line of JSON for each event, with the time on this machine's monotonic clock in seconds.

Of a publisher:   invoke (what is said, and to whom), ok, failed, unknown (no answer; it is said again),
                  gave_up (no answer, and never said again).
Of a subscriber:  attached, got, settled, released, stale, notice, confirmed, detached.
Of the nemesis:   begin, end (a fault and what it is done to).
Of the figures:   lag (what a broker says of a link, and between which times it was asked).
"""

import json
import threading
import time


class History:
    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8", buffering=1 << 16)
        self._lock = threading.Lock()

    def add(self, op, **fields):
        line = json.dumps({"t": round(time.monotonic(), 4), "op": op, **fields}, separators=(",", ":"))
        with self._lock:
            self._file.write(line + "\n")

    def flush(self):
        with self._lock:
            self._file.flush()

    def close(self):
        with self._lock:
            self._file.close()


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
