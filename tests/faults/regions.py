"""Three regions as real brokers on this machine, each pair linked through a fault proxy."""

import json
import os
import pathlib
import signal
import socket
import string
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("deploy/demo", "tests/support", "tests/system")]

from fault_proxy import FaultProxy  # noqa: E402
from programs import Ctl, Programs, wait_until  # noqa: E402

READY = 60
# The eight example agencies of the route statements, in three regions.
REGIONS = {"east-africa": ("KEN", "UGA", "BDI"), "south-east-asia": ("THA", "IDN"),
           "third": ("PHL", "ETH", "TZA")}
CONFIG = string.Template("""region: "$region"
data_dir: "data"
listeners { address: "127.0.0.1:$port" }
tls {
  certificate_chain_file: "certs/broker.pem"
  private_key_file: "certs/broker.key"
$domains}
acceptance_signing {
  key_file: "certs/broker-signing.key"
  certificate_chain_file: "certs/broker-signing.pem"
}
operators: "spiffe://$region/operator/demo"
$links""")


def region_id(name):
    return f"{name}.corridor.example"


def agency_name(code):
    return f"{code.lower()}-focal-point"


def home_of(code):
    return next(name for name, codes in REGIONS.items() if code in codes)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Regions:
    """The regions, their brokers and the proxies between them. Stop them whatever happens."""

    def __init__(self, binaries, folder):
        self.bin, self.folder = binaries, folder
        self.programs = Programs()
        self.ctl = Ctl(binaries / "corridorctl")
        self.ports = {name: free_port() for name in REGIONS}
        self.brokers = {}
        self.proxies = {}  # by (who dials, who is dialled)
        names = list(REGIONS)
        for i, dialler in enumerate(names):
            for dialled in names[i + 1:]:
                self.proxies[dialler, dialled] = FaultProxy(("127.0.0.1", self.ports[dialled]))

    def set_up(self):
        for name in REGIONS:
            self._make_certificates(name)
        for name in REGIONS:
            self._write_files(name)
            self.start(name)
        for name in REGIONS:
            self.wait_serving(name)
            self._register(name)
        wait_until("all links", READY, self.are_linked)

    # --- How a region is run.

    def start(self, name, die_at=None):
        """From any thread: the broker is stopped by stop(), not by the end of the thread. `die_at`: a point at which
        it kills itself (dying_store.cc)."""
        program = "corridord_dying" if die_at else "corridord"
        with open(self.folder / name / "broker.log", "ab") as log:
            self.brokers[name] = self.programs.start(
                [str(self.bin / program), "--config", str(self._config(name))],
                outlives_us=True, stdout=log, stderr=log, env=dict(os.environ, CORRIDOR_DIE_AT=die_at or ""))

    def has_ended(self, name, seconds, over):
        """Whether the broker ends by itself within that time; `over` ends the wait."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not over.is_set():
            if self.brokers[name].poll() is not None:
                return True
            over.wait(0.05)
        return self.brokers[name].poll() is not None

    def kill(self, name):
        """kill -9."""
        self.brokers[name].send_signal(signal.SIGKILL)
        self.brokers[name].wait()

    def freeze(self, name, seconds, over):
        broker = self.brokers[name]
        broker.send_signal(signal.SIGSTOP)
        over.wait(seconds)
        broker.send_signal(signal.SIGCONT)

    def wait_serving(self, name):
        wait_until(f"the broker of {name}", READY, lambda: self.ask_softly(name, "status") is not None)

    def stop(self):
        for proxy in self.proxies.values():
            proxy.close()
        self.programs.stop_all()

    def export_audit(self, name):
        """The whole audit log of a broker that is stopped, as a file."""
        path = self.folder / f"{name}-audit.jsonl"
        with open(path, "wb") as out:
            subprocess.run([self.bin / "corridord", "--config", self._config(name), "--export-audit"],
                           stdin=subprocess.DEVNULL, stdout=out, check=True, timeout=READY)
        return path

    # --- What is asked of it.

    def operator(self, name):
        return self.folder / "profiles" / f"{name}-operator.profile"

    def profile(self, code):
        return self.folder / "profiles" / f"{agency_name(code)}.profile"

    def ask_softly(self, name, *words):
        """What `admin WORDS` says, or None while it is not to be had."""
        code, values, _ = self.ctl.run(self.operator(name), "admin", *words)
        return values if code == 0 else None

    def records(self, name):
        """(published there, of other regions), of its journal."""
        status = self.ctl.ask(self.operator(name), "admin", "status")[0]
        return int(status.get("local_records", 0)), int(status.get("imported_records", 0))

    def lanes(self, name):
        """Each lane of each link, with the peer's region beside it; None while it is not to be had."""
        links = self.ask_softly(name, "links")
        if links is None:
            return None
        return [(link["peer_region"], lane) for link in links for lane in link.get("lanes", [])]

    def are_linked(self):
        for name in REGIONS:
            lanes = self.lanes(name)
            if lanes is None or len(lanes) != 4:
                return False
            if any(lane.get("state") != "LINK_STATE_UP" for _, lane in lanes):
                return False
            members = self.ask_softly(name, "members", "list", "--linked")
            if members is None or len(members) != sum(map(len, REGIONS.values())):
                return False
        return True

    def lag(self):
        """Records that some peer may have and has not persisted; None while it cannot be told."""
        behind = 0
        for name in REGIONS:
            lanes = self.lanes(name)
            if lanes is None:
                return None
            behind += sum(int(lane.get("lag_records", 0)) for _, lane in lanes)
        return behind

    # --- Setting up.

    def _config(self, name):
        return self.folder / name / "broker.textproto"

    def _make_certificates(self, name):
        certs = self.folder / name / "certs"
        certs.mkdir(parents=True)
        root = self.folder / name / "root"
        self.ctl.ask(None, "certs", "init", "--trust-domain", region_id(name), "--pki", root)

        def issue(profile, identity, file, *more):
            self.ctl.ask(None, "certs", "issue", "--pki", root, "--profile", profile, "--id", identity,
                         "--out", certs / file, "--days", 7, *more)

        issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        issue("signing", "broker/b1", "broker-signing")
        issue("operator", "demo", "operator")
        for code in REGIONS[name]:
            issue("agency", agency_name(code), agency_name(code))
            issue("signing", f"agency/{agency_name(code)}", f"{agency_name(code)}-signing")

    def _write_files(self, name):
        domains = "".join(f'  trust_domains {{ name: "{region_id(other)}" roots_file: "../{other}/root/root.pem" }}\n'
                          for other in REGIONS)
        links = ""
        for other in REGIONS:
            if other == name:
                continue
            proxy = self.proxies.get((name, other))
            address = f' dial_address: "127.0.0.1:{proxy.port}"' if proxy else ""
            links += f'links {{ peer_region: "{region_id(other)}"{address} }}\n'
        self._config(name).write_text(CONFIG.substitute(
            region=region_id(name), port=self.ports[name], domains=domains, links=links), encoding="utf-8")
        (self.folder / "profiles").mkdir(exist_ok=True)
        self._write_profile(self.operator(name), name, "operator")
        for code in REGIONS[name]:
            self._write_profile(self.profile(code), name, agency_name(code),
                                f'signing_key: "../{name}/certs/{agency_name(code)}-signing.key"',
                                f'publisher_country: "{code}"',
                                "publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT")

    def _write_profile(self, path, name, certificate, *more):
        lines = [f'endpoint: "127.0.0.1:{self.ports[name]}"', f'region: "{region_id(name)}"',
                 f'certificate: "../{name}/certs/{certificate}.pem"', f'key: "../{name}/certs/{certificate}.key"',
                 f'trust: "../{name}/root/root.pem"', *more]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _register(self, name):
        admin = self.operator(name)
        for code in REGIONS[name]:
            member = f"spiffe://{region_id(name)}/agency/{agency_name(code)}"
            self.ctl.ask(admin, "admin", "members", "create", member, "--name", f"{code} focal point (example)",
                         "--country", code, "--type", "central-government")
            self.ctl.ask(admin, "admin", "grants", "set", member, "--role",
                         "publisher,immediate-publisher,reader", "--publish-tlp-max", "red")
            self.ctl.ask(admin, "admin", "keys", "register",
                         self.folder / name / "certs" / f"{agency_name(code)}-signing.pem")
        for source in REGIONS:
            for target in REGIONS:
                if name in (source, target):
                    self.ctl.ask(admin, "admin", "agreements", "create", f"{source}-to-{target}", "--title",
                                 "Example agreement", "--from", region_id(source), "--to", region_id(target),
                                 "--tlp-max", "amber", "--use", "counter-trafficking")
        for code in REGIONS[name]:
            self.ctl.ask(self.profile(code), "subscriptions", "create", "all")
        self.ctl.ask(self.profile(REGIONS[name][0]), "subscriptions", "create", "desk")


class History:
    """What was done and seen, in order, for the checks and for people: lines of JSON in a file."""

    def __init__(self, path):
        self.began = time.monotonic()
        self._path = path
        self.entries = []
        path.touch()

    def note(self, what, **more):
        entry = {"at": round(time.monotonic() - self.began, 3), "what": what, **more}
        self.entries.append(entry)
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        return entry
