"""One real broker on this machine, with an operator: what the tests of the programs start from."""

import contextlib
import json
import pathlib
import re
import signal
import socket
import subprocess
import time

REGION = "sea.example"
READY_SECONDS = 60

CONFIG = """
region: "{region}"
data_dir: "data"
listeners {{ address: "127.0.0.1:{port}" }}
metrics_address: "127.0.0.1:0"
tls {{
  certificate_chain_file: "broker.pem"
  private_key_file: "broker.key"
  trust_domains {{ name: "{region}" roots_file: "root/root.pem" crl_file: "root/crl.pem" }}
}}
acceptance_signing {{ key_file: "signing.key" certificate_chain_file: "signing.pem" }}
operators: "spiffe://{region}/operator/ops"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    def __init__(self, programs, folder):
        self.bin = pathlib.Path(programs)
        self.folder = pathlib.Path(folder)
        self.log_file = self.folder / "broker.log"
        self.profile = self.folder / "ops.profile"
        self.process = None
        self.make_files()

    def make_files(self):
        self.run("certs", "init", "--trust-domain", REGION, "--pki", self.folder / "root")
        self.issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        self.issue("signing", "broker/b1", "signing")
        self.issue("operator", "ops", "ops")
        port = free_port()
        (self.folder / "broker.textproto").write_text(CONFIG.format(region=REGION, port=port), encoding="utf-8")
        self.profile.write_text(f'endpoint: "127.0.0.1:{port}"\nregion: "{REGION}"\ncertificate: "ops.pem"\n'
                                'key: "ops.key"\ntrust: "root/root.pem"\n', encoding="utf-8")

    def issue(self, profile, identity, name, *more):
        self.run("certs", "issue", "--pki", self.folder / "root", "--profile", profile, "--id", identity,
                 "--out", self.folder / name, "--days", "7", *more)

    def ctl(self, *words):
        """corridorctl as the operator: (exit code, standard output, standard error)."""
        done = subprocess.run([self.bin / "corridorctl", "--profile", self.profile, *map(str, words)],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def run(self, *words):
        """The same, which must end well: its standard output."""
        code, out, err = self.ctl(*words)
        if code != 0:
            raise AssertionError(f"corridorctl {' '.join(map(str, words))}: exit code {code}\n{out}{err}")
        return out

    def start(self):
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [self.bin / "corridord", "--config", self.folder / "broker.textproto"], stdout=log, stderr=log)
        self.wait_for("serving")
        return self

    def events(self):
        """What it logged so far."""
        found = []
        for line in self.log_file.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError):  # A last line that is still being written.
                found.append(json.loads(line))
        return found

    def wait_for(self, event):
        self.wait_until(lambda: any(line.get("event") == event for line in self.events()), f"no event {event}")

    def wait_until(self, ready, failure):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if ready():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{failure}:\n" + self.log_file.read_text(encoding="utf-8"))

    def metrics(self):
        """Its figures: {(name, labels as written): value}."""
        port = next(line["port"] for line in self.events() if line.get("event") == "metrics_listening")
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            page = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        rows = re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", page, re.M)
        return {(name, labels): float(value) for name, labels, value in rows if name.startswith("corridor_")}

    def stop(self):
        """Its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(READY_SECONDS)
