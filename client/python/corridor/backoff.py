"""How long to wait before trying again."""

import random


class Backoff:
    """Waits that grow from `first` to `most` seconds, each drawn evenly between half of it and all of it, so that many
    clients that fell together do not rise together. Not thread-safe."""

    def __init__(self, first=0.2, most=30.0, factor=2.0, dice=None):
        self._first, self._most, self._factor = first, most, factor
        self._dice = dice or random.Random()
        self._ceiling = first

    def next(self, at_least=None):
        """The next wait, in seconds; not less than `at_least` (a broker's retry_delay)."""
        wait = self._dice.uniform(self._ceiling / 2, self._ceiling)
        self._ceiling = min(self._most, self._ceiling * self._factor)
        return max(wait, at_least or 0.0)

    def reset(self):
        """Starts anew; call after a success."""
        self._ceiling = self._first
