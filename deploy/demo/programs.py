"""The programs that the demo runs: how they are started, asked, watched and stopped."""

import json
import shlex
import shutil
import subprocess
import threading
import time

# Bounds, in seconds.
ONE_COMMAND = 60
STOPPING = 15


class DemoError(Exception):
    """The demo cannot go on; the text says why, for people."""


class Programs:
    """Every long-running program of this demo, so that none is left behind."""

    def __init__(self):
        self._running = []

    def start(self, command, outlives_us=False, **streams):
        """Starts a program, out of reach of the terminal's Ctrl-C: it is stopped in good order.

        Call on the main thread only: should this script be killed, what it started ends with
        that thread.
        """
        if not outlives_us and shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **streams)
        self._running.append(program)
        return program

    def stop(self, programs):
        """Asks them to end, waits, and kills what does not."""
        ours = [program for program in self._running if program in programs]
        for program in ours:
            if program.poll() is None:
                program.terminate()
        end = time.monotonic() + STOPPING
        for program in ours:
            try:
                program.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            self._running.remove(program)

    def stop_all(self):
        """Watchers before brokers, so that each takes its leave."""
        for program in reversed(list(self._running)):
            self.stop([program])

    def let_go(self):
        """Leaves what still runs running."""
        self._running.clear()


class Ctl:
    """Runs corridorctl and reads its JSON."""

    def __init__(self, program):
        self.program = str(program)

    def command(self, profile, *words):
        profile_flags = ["--profile", str(profile)] if profile else []
        return [self.program, *profile_flags, *map(str, words)]

    def run(self, profile, *words):
        """(exit code, the JSON values it wrote, what it said on standard error)."""
        command = self.command(profile, *words, "--format=json")
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=ONE_COMMAND, check=False)
        except subprocess.TimeoutExpired:
            raise DemoError(f"no answer within {ONE_COMMAND} s: {shlex.join(command)}") from None
        return done.returncode, parse_json_values(done.stdout, command), done.stderr.strip()

    def ask(self, profile, *words):
        """The values; anything but success ends the demo."""
        code, values, error = self.run(profile, *words)
        if code != 0:
            said = error or json.dumps(values)
            raise DemoError(f"exit code {code} from: {shlex.join(self.command(profile, *words))}\n  {said}")
        return values


def parse_json_values(text, command):
    decoder = json.JSONDecoder()
    values = []
    rest = text.strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except json.JSONDecodeError:
            raise DemoError(f"not JSON, from: {shlex.join(command)}\n  {rest[:300]}") from None
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def wait_until(what, seconds, ready):
    """Asks `ready` until it answers with something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            raise DemoError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class Watcher:
    """One agency's `corridorctl watch`: what it received, and when."""

    def __init__(self, program):
        self.program = program
        self.attached = threading.Event()
        self.errors = []
        self._arrivals = []  # (digest, time, what it wrote)
        self._lock = threading.Lock()
        for target in (self._read_deliveries, self._read_events):
            threading.Thread(target=target, daemon=True).start()

    def _read_deliveries(self):
        for line in self.program.stdout:
            now = time.time()
            try:
                delivery = json.loads(line)
            except json.JSONDecodeError:
                self.errors.append(line.strip())
                continue
            if "digest" not in delivery:
                self.errors.append(line.strip())
                continue
            with self._lock:
                self._arrivals.append((delivery["digest"], now, delivery))

    def _read_events(self):
        for line in self.program.stderr:
            if line.startswith("attached"):
                self.attached.set()
            else:
                self.errors.append(line.strip())

    def arrival(self, digest):
        """(time, delivery) of its first arrival, or None."""
        with self._lock:
            return next(((when, what) for name, when, what in self._arrivals if name == digest), None)

    def digests(self):
        with self._lock:
            return [name for name, _, _ in self._arrivals]
