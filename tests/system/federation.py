"""Three regions as real brokers on this machine, each pair linked through a fault proxy."""

import json
import pathlib
import random
import re
import signal
import string
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/demo"), str(ROOT / "tests/support")]

from fault_proxy import FaultProxy  # noqa: E402
from programs import Ctl, DemoError, Programs, wait_until  # noqa: E402

READY = 60
# The eight example agencies of the route statements, in three regions.
REGIONS = {"east-africa": ("KEN", "UGA", "BDI"), "south-east-asia": ("THA", "IDN"),
           "third": ("PHL", "ETH", "TZA")}
CONFIG = string.Template("""region: "$region"
data_dir: "data"
listeners { address: "127.0.0.1:$port" }
metrics_address: "127.0.0.1:0"
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
    import socket
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Federation:
    """The regions, their brokers and the proxies between them. Stop it whatever happens."""

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
        wait_until("all links", READY, self.is_linked)

    # --- How a region is run.

    def start(self, name):
        log = open(self.folder / name / "broker.log", "ab")
        self.brokers[name] = self.programs.start(
            [str(self.bin / "corridord"), "--config", str(self.folder / name / "broker.textproto")],
            stdout=log, stderr=log)
        log.close()

    def kill(self, name):
        """kill -9."""
        self.brokers[name].send_signal(signal.SIGKILL)
        self.brokers[name].wait()

    def wait_serving(self, name):
        wait_until(f"the broker of {name}", READY, lambda: self.ask_softly(name, "status") is not None)

    def stop(self):
        for proxy in self.proxies.values():
            proxy.close()
        self.programs.stop_all()

    # --- What is asked of it.

    def operator(self, name):
        return self.folder / "profiles" / f"{name}-operator.profile"

    def profile(self, code):
        return self.folder / "profiles" / f"{agency_name(code)}.profile"

    def ask_softly(self, name, *words):
        """What `admin WORDS` says, or None while it is not to be had."""
        code, values, _ = self.ctl.run(self.operator(name), "admin", *words)
        return values if code == 0 else None

    def status(self, name):
        values = self.ask_softly(name, "status")
        return values[0] if values else None

    def records(self, name):
        """(published there, of other regions), of its journal."""
        status = self.ctl.ask(self.operator(name), "admin", "status")[0]
        return int(status.get("local_records", 0)), int(status.get("imported_records", 0))

    def lanes(self, name):
        links = self.ask_softly(name, "links")
        return [lane for link in links or [] for lane in link.get("lanes", [])]

    def is_linked(self):
        for name in REGIONS:
            lanes = self.lanes(name)
            if len(lanes) != 4 or any(lane.get("state") != "LINK_STATE_UP" for lane in lanes):
                return False
            members = self.ask_softly(name, "members", "list", "--linked")
            if members is None or len(members) != sum(map(len, REGIONS.values())):
                return False
        return True

    def lag(self):
        """Records of each region that a peer has not persisted, by lane and link."""
        behind = {}
        for name in REGIONS:
            for link in self.ask_softly(name, "links") or []:
                for lane in link.get("lanes", []):
                    head, persisted = int(lane.get("head_offset", 0)), int(lane.get("persisted_offset", 0))
                    behind[name, link.get("peer_region"), lane["lane"]] = max(0, head - persisted)
        return behind

    # --- Setting up.

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
        (self.folder / name / "broker.textproto").write_text(CONFIG.substitute(
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


class Faults:
    """What goes wrong while it runs, by a seed: kills, partitions, breaks in mid-frame, slow lines."""

    def __init__(self, federation, seed):
        self.federation = federation
        self.dice = random.Random(seed)
        self.count = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Ends them, heals all, and starts what is down."""
        self._over.set()
        self._thread.join()
        for proxy in self.federation.proxies.values():
            proxy.release()
            proxy.delay, proxy.rate = 0.0, None

    def _run(self):
        while not self._over.wait(self.dice.uniform(1, 6)):
            fault = self.dice.choice((self._kill, self._partition, self._one_way, self._mid_frame, self._slow))
            self.count[fault.__name__.strip("_")] = self.count.get(fault.__name__.strip("_"), 0) + 1
            fault()

    def _proxy(self):
        return self.dice.choice(list(self.federation.proxies.values()))

    def _kill(self):
        name = self.dice.choice(list(REGIONS))
        self.federation.kill(name)
        self._over.wait(self.dice.uniform(0, 4))
        self.federation.start(name)

    def _partition(self):
        proxy = self._proxy()
        proxy.cut()
        self._over.wait(self.dice.uniform(1, 15))
        proxy.release()

    def _one_way(self):
        proxy = self._proxy()
        proxy.hold(self.dice.choice(("up", "down")))
        self._over.wait(self.dice.uniform(1, 20))
        proxy.release()

    def _mid_frame(self):
        self._proxy().reset_after(self.dice.randrange(1, 20_000))

    def _slow(self):
        proxy = self._proxy()
        proxy.delay = 0.05  # A round trip of 100 ms.
        proxy.rate = self.dice.choice((None, 125_000))
        self._over.wait(self.dice.uniform(1, 15))
        proxy.delay, proxy.rate = 0.0, None


# --- Statements.

ALERT = string.Template("""alert_id: "$alert"
statement_id: "$statement"
tlp: TLP_GREEN
urgency: $urgency
valid_until: "60 days"
audience { $audience }
issue {
  severity: SEVERITY_SEVERE
  certainty: CERTAINTY_OBSERVED
  observed_period { start { year: 2025 month: 1 } end { year: 2025 month: 3 } }
  legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
  legs { stage: ROUTE_STAGE_EXPLOITATION country: "MMR" venue: VENUE_GUARDED_COMPOUND }
  pattern {
    acts: TRAFFICKING_ACT_RECRUITMENT
    means: TRAFFICKING_MEANS_DECEPTION
    purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
    forced_criminality_kinds: FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM
  }
  verification: VERIFICATION_POSSIBLE
}
""")


class Alert:
    """One generated alert, its publisher, and who should have it."""

    def __init__(self, number, dice, urgent=False):
        self.id = f"0193b000-0000-7000-8000-{number:012x}"
        self.publisher = dice.choice([code for codes in REGIONS.values() for code in codes])
        home = home_of(self.publisher)
        other = dice.choice([name for name in REGIONS if name != home])
        self.regions = dice.choice(({home}, {home, other}, set(REGIONS)))
        self.urgent = urgent or dice.random() < 0.2
        self.recalled = False

    def statement_id(self, revision):
        return f"{self.id[:9]}{revision:04x}{self.id[13:]}"

    def text(self):
        audience = ("all_members {}" if self.regions == set(REGIONS) else
                    "regions { " + " ".join(f'regions: "{region_id(name)}"' for name in self.regions) + " }")
        return ALERT.substitute(alert=self.id, statement=self.statement_id(1), audience=audience,
                                urgency="URGENCY_IMMEDIATE" if self.urgent else "URGENCY_EXPECTED")

    def recall_text(self):
        return (f'alert_id: "{self.id}"\nstatement_id: "{self.statement_id(2)}"\nrevision: 2\nurgency: URGENCY_IMMEDIATE\n'
                "recall { reason: RECALL_REASON_WRONG_AUDIENCE }\n")


def publish(federation, code, text, folder, name, deadline=120):
    """Publishes until it is acknowledged; its id is in the file, so it is said once. The receipt, or None
    where the answer to an earlier try was lost."""
    path = folder / f"{name}.textproto"
    path.write_text(text, encoding="utf-8")
    end = time.monotonic() + deadline
    while True:
        status, answers, error = federation.ctl.run(federation.profile(code), "publish", path)
        if status == 0:
            return answers[0]["receipt"]
        said = json.dumps(answers) + error
        if "STATEMENT_ID_REUSED" in said:
            return None
        if time.monotonic() > end:
            raise DemoError(f"{name} was never acknowledged: {said}")
        time.sleep(0.3)


def received(federation, code):
    """Alert ids that the subscription hands over until nothing more comes, in order."""
    done = subprocess.run(
        federation.ctl.command(federation.profile(code), "watch", "all", "--for", "6s", "--format=json"),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=READY, check=False)
    return re.findall(r'"alert_?[iI]d":\s*"([^"]+)"', done.stdout)
