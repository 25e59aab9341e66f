"""One region as a real broker on this machine, with two agencies, for tests of the programs."""

import pathlib
import socket
import string
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/demo")]

from programs import Ctl, Programs, Watcher, wait_until  # noqa: E402

REGION = "sea.example"
READY = 60
CONFIG = string.Template("""region: "$region"
data_dir: "data"
listeners { address: "0.0.0.0:$port" }
tls {
  certificate_chain_file: "broker.pem"
  private_key_file: "broker.key"
  trust_domains { name: "$region" roots_file: "roots.pem" $crls }
  $trust
}
acceptance_signing { key_file: "broker-signing.key" certificate_chain_file: "broker-signing.pem" }
operators: "spiffe://$region/operator/ops"
log { level: LOG_LEVEL_WARNING }
$more
""")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OneRegion:
    """The region. Stop it whatever happens."""

    def __init__(self, binaries, folder, more="", with_crls=False, name=REGION):
        self.bin, self.folder, self.name = binaries, folder, name
        self.port = free_port()
        self.programs = Programs()
        self.ctl = Ctl(binaries / "corridorctl")
        self.broker = None
        self.init_authority("pki")
        for profile, identity, file in (("signing", "broker/b1", "broker-signing"), ("operator", "ops", "ops"),
                                        ("agency", "th-desk", "th-desk"), ("agency", "id-desk", "id-desk"),
                                        ("agency", "ph-desk", "ph-desk"),
                                        ("signing", "agency/th-desk", "th-desk-signing")):
            self.issue("pki", profile, identity, file)
        self.issue("pki", "broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        self.put("roots.pem", (folder / "pki/root.pem").read_bytes())
        if with_crls:
            self.put("crl.pem", (folder / "pki/crl.pem").read_bytes())
        self.configure(more)
        for name in ("ops", "th-desk", "id-desk"):
            self.write_profile(name)

    def configure(self, more="", trust=""):
        """`more` stands at the end of the configuration, `trust` beside the region's own roots."""
        crls = 'crl_file: "crl.pem"' if (self.folder / "crl.pem").exists() else ""
        (self.folder / "broker.textproto").write_text(
            CONFIG.substitute(region=self.name, port=self.port, more=more, trust=trust, crls=crls), encoding="utf-8")

    def init_authority(self, pki):
        self.ctl.ask(None, "certs", "init", "--trust-domain", self.name, "--pki", self.folder / pki)

    def issue(self, pki, profile, identity, file, *more):
        self.ctl.ask(None, "certs", "issue", "--pki", self.folder / pki, "--profile", profile, "--id", identity,
                     "--out", self.folder / file, "--days", 7, *more)

    def put(self, name, content, mode=0o644):
        """In place of what is there, in one step."""
        aside = self.folder / (name + ".aside")
        aside.write_bytes(content)
        aside.chmod(mode)
        aside.rename(self.folder / name)

    def profile(self, name):
        return self.folder / f"{name}.profile"

    def write_profile(self, name):
        lines = [f'endpoint: "127.0.0.1:{self.port}"', f'region: "{self.name}"', f'certificate: "{name}.pem"',
                 f'key: "{name}.key"', 'trust: "roots.pem"']
        self.profile(name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def start(self):
        with open(self.folder / "broker.log", "ab") as log:
            self.broker = self.programs.start(
                [str(self.bin / "corridord"), "--config", str(self.folder / "broker.textproto")], stdout=log,
                stderr=log)
        wait_until("the broker", READY, lambda: self.ctl.run(self.profile("ops"), "admin", "status")[0] == 0)

    def add_reader(self, name, country):
        """One more agency with a certificate, a profile, and the right to read; its SPIFFE ID."""
        self.issue("pki", "agency", name, name)
        self.write_profile(name)
        member = f"spiffe://{self.name}/agency/{name}"
        self.register_member(member, country, "reader")
        return member

    def register_member(self, member, country, roles, *more):
        admin = self.profile("ops")
        self.ctl.ask(admin, "admin", "members", "create", member, "--name", f"{member} (example)", "--country",
                     country, "--type", "central-government")
        self.ctl.ask(admin, "admin", "grants", "set", member, "--role", roles, *more)

    def watch(self, name, subscription):
        """A reader at work on a new subscription, once it is attached."""
        self.ctl.ask(self.profile(name), "subscriptions", "create", subscription)
        watcher = Watcher(self.programs.start(
            [*self.ctl.command(self.profile(name), "watch", subscription), "--format=json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        if not watcher.attached.wait(READY):
            raise AssertionError(f"{name} does not attach: {watcher.errors}")
        return watcher

    def register(self):
        """Thailand's desk publishes and reads, Indonesia's reads, the Philippines' may publish."""
        admin = self.profile("ops")
        self.register_member(f"spiffe://{self.name}/agency/th-desk", "THA", "publisher,reader", "--publish-tlp-max",
                             "amber")
        self.register_member(f"spiffe://{self.name}/agency/id-desk", "IDN", "reader")
        self.register_member(f"spiffe://{self.name}/agency/ph-desk", "PHL", "publisher", "--publish-tlp-max",
                             "amber")
        self.ctl.ask(admin, "admin", "keys", "register", self.folder / "th-desk-signing.pem")
        self.ctl.ask(admin, "admin", "agreements", "create", "in-region", "--title", "Example agreement", "--from",
                     self.name, "--to", self.name, "--tlp-max", "amber", "--use", "counter-trafficking")

    def publisher(self, seconds, pause_ms):
        """A steady publisher, running; what it prints is read by its caller."""
        return self.programs.start(
            [str(self.bin / "steady_publisher"), f"127.0.0.1:{self.port}", self.name,
             *(str(self.folder / name) for name in ("th-desk.pem", "th-desk.key", "roots.pem",
                                                    "th-desk-signing.key")), str(seconds), str(pause_ms)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def resident_kib(self):
        """(now, at most so far), of the broker's memory."""
        status = pathlib.Path(f"/proc/{self.broker.pid}/status").read_text(encoding="ascii")
        values = dict(line.split(":", 1) for line in status.splitlines())
        return int(values["VmRSS"].split()[0]), int(values["VmHWM"].split()[0])

    def log(self):
        path = self.folder / "broker.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def stop(self):
        self.programs.stop_all()
