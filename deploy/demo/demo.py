#!/usr/bin/env python3
"""Two regions on this machine, one warning, end to end.

Everything is done as an operator and an agency would do it: certificates, members, grants, keys,
agreements, subscriptions, statements and figures all go through corridorctl. This script starts the
programs, shows what each agency receives and why another does not, and compares the counts.
Standard library only. `deploy/demo/run.sh --help` says how to use it.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

# Bounds, in seconds. The whole run takes a few on an idle machine.
WHOLE_RUN = 300
ONE_COMMAND = 60
READY = 60
ARRIVAL = 30
STOPPING = 15


@dataclasses.dataclass(frozen=True)
class Agency:
    code: str  # ISO 3166-1 alpha-3
    country: str
    subscription: str = "all"
    flags: tuple = ()
    # Why the subscription passes over what its owner may have, for people.
    wants: str = ""

    @property
    def name(self):
        return f"{self.code.lower()}-focal-point"


@dataclasses.dataclass(frozen=True)
class Region:
    name: str
    folder: str
    agencies: tuple

    @property
    def id(self):
        return f"{self.folder}.corridor.example"

    def member(self, agency):
        return f"spiffe://{self.id}/agency/{agency.name}"


SOUTH_EAST_ASIA = Region("South-East Asia", "south-east-asia", (
    Agency("THA", "Thailand"),
    Agency("IDN", "Indonesia", "grave", ("--severity-min", "severe", "--non-actual"),
           "its subscription asks for severe harm and above"),
    Agency("PHL", "Philippines", "scams", ("--purpose", "forced-criminality"),
           "its subscription asks for forced criminality"),
))
EAST_AFRICA = Region("East Africa", "east-africa", (
    Agency("KEN", "Kenya"),
    Agency("UGA", "Uganda"),
    Agency("BDI", "Burundi", "all", ("--non-actual",)),
    Agency("ETH", "Ethiopia"),
    Agency("TZA", "Tanzania", "all", ("--non-actual",)),
))
REGIONS = (EAST_AFRICA, SOUTH_EAST_ASIA)
AGENCIES = {agency.code: agency for region in REGIONS for agency in region.agencies}
MEMBERS = {region.member(agency): agency for region in REGIONS for agency in region.agencies}
HOME = {agency.code: region for region in REGIONS for agency in region.agencies}

# What lets statements flow: (id, title, from, to, highest marking). An agreement across is
# registered by both regions, each its own copy.
AGREEMENTS = (
    ("within-east-africa", "Agencies of East Africa warn one another", EAST_AFRICA, EAST_AFRICA, "red"),
    ("within-south-east-asia", "Agencies of South-East Asia warn one another", SOUTH_EAST_ASIA,
     SOUTH_EAST_ASIA, "red"),
    ("ea-to-sea", "East Africa warns South-East Asia", EAST_AFRICA, SOUTH_EAST_ASIA, "amber"),
    ("sea-to-ea", "South-East Asia warns East Africa", SOUTH_EAST_ASIA, EAST_AFRICA, "amber"),
)


class DemoError(Exception):
    """The demo cannot go on; the text says why, for people."""


class Screen:
    """What people see: coloured on a terminal, plain text elsewhere."""

    CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
    TLP = {"RED": "red", "AMBER": "yellow", "GREEN": "green", "CLEAR": "bold"}

    def __init__(self):
        self.live = sys.stdout.isatty()
        self.colour = (self.live and "NO_COLOR" not in os.environ
                       and os.environ.get("TERM", "dumb") != "dumb")
        self.width = max(72, min(shutil.get_terminal_size((110, 24)).columns, 120))

    def paint(self, style, text):
        return f"\033[{self.CODES[style]}m{text}\033[0m" if self.colour else text

    def line(self, text=""):
        print(text, flush=True)

    def heading(self, text):
        self.line()
        self.line(self.paint("bold", f"== {text}"))

    def wrapped(self, label, text, style=None, indent=4, gap=12):
        """`label` in a column of its own, `text` beside it, wrapped."""
        lines = textwrap.wrap(text, self.width - indent - gap, break_on_hyphens=False) or [""]
        for number, part in enumerate(lines):
            head = (label if number == 0 else "").ljust(gap)
            self.line(" " * indent + (self.paint(style, head) if style else head) + part)

    def table(self, header, rows):
        """Numbers to the right, text to the left; the last cell says whether the row agrees."""
        cells = [[str(cell) for cell in row] for row in [header, *rows]]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        for number, row in enumerate(cells):
            parts = []
            for i, cell in enumerate(row):
                right = number > 0 and cell.isdigit() or number == 0 and rows and str(rows[0][i]).isdigit()
                parts.append(cell.rjust(widths[i]) if right else cell.ljust(widths[i]))
            text = "  " + "  ".join(parts).rstrip()
            if number == 0:
                text = self.paint("dim", text)
            elif row[-1] != "ok":
                text = self.paint("red", text)
            self.line(text)


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


class Alert:
    """One alert file, and what its comments say the demo should see."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        comments = [line[2:] for line in self.text.splitlines() if line.startswith("# ")]
        marks = dict(line.split(": ", 1) for line in comments if re.match(r"(publisher|reaches|refused): ", line))
        self.title = comments[0]
        self.publisher = AGENCIES[marks["publisher"].split("-")[0].upper()]
        self.reaches = marks.get("reaches", "").split()
        self.refused = marks.get("refused")
        self.exercise = "ALERT_STATUS_EXERCISE" in self.text
        marking = re.search(r"^tlp: TLP_(\w+)", self.text, re.M)
        self.tlp = marking.group(1) if marking else ""
        kind = re.search(r"^(issue|revise|cancel|recall|sighting|response) ", self.text, re.M)
        self.kind = kind.group(1)
        self.immediate = "URGENCY_IMMEDIATE" in self.text

    def audience(self):
        """Who is meant, as the file says it."""
        found = re.search(r"^audience \{\s*(\w+)(.*?)^\S", self.text + "\n.", re.M | re.S)
        if not found:
            return "whoever had the alert"
        form, rest = found.groups()
        names = re.findall(r'(\w+): "([^"]+)"', rest.split("excluded")[0].split("\nissue")[0])
        if form == "all_members":
            words = "all members"
        elif form == "to_publisher":
            words = "the publisher of the alert"
        elif form == "corridor":
            ends = [[value for key, value in names if key == end] for end in ("from_countries", "to_countries")]
            words = "both ends of a corridor, " + " to ".join(", ".join(end) for end in ends)
        elif form == "countries":
            words = "countries " + ", ".join(value for _, value in names)
        elif form == "regions":
            words = "regions " + ", ".join(value.split(".")[0] for _, value in names)
        else:
            words = "named member " + ", ".join(value.rsplit("/", 1)[-1] for _, value in names)
        left_out = re.findall(r'^excluded \{ \w+: "(?:\S+/)?([^"]+)"', self.text, re.M)
        return words + (", never " + ", ".join(left_out) if left_out else "")


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


@dataclasses.dataclass
class Published:
    """A statement that was accepted."""
    alert: Alert
    digest: str
    accept_time_ms: int
    entitled: set  # codes of agencies that policy allows, the publisher among them
    expected: set  # those of them whose subscription asks for it


class Demo:
    def __init__(self, options, screen, programs, folder):
        self.options = options
        self.screen = screen
        self.programs = programs
        self.folder = folder
        self.ctl = Ctl(options.bin / "corridorctl")
        self.brokers = {}
        self.watchers = {}
        self.published = []
        self.refused = []
        self.differences = []

    # --- Files of one region.

    def region_folder(self, region):
        return self.folder / region.folder

    def log_file(self, region):
        return self.region_folder(region) / "broker.log"

    def operator(self, region):
        return self.folder / "profiles" / f"{region.folder}-operator.profile"

    def profile(self, agency):
        return self.folder / "profiles" / f"{agency.name}.profile"

    # --- Setting up.

    def make_certificates(self, region):
        folder = self.region_folder(region)
        certs = folder / "certs"
        certs.mkdir(parents=True)
        root = folder / "root"
        self.ctl.ask(None, "certs", "init-region", "--trust-domain", region.id, "--out", root, "--days", 30)

        def issue(profile, identity, name, *more):
            self.ctl.ask(None, "certs", "issue", "--root", root, "--profile", profile, "--id", identity,
                         "--out", certs / name, "--days", 7, *more)

        issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        issue("signing", "broker/b1", "broker-signing")
        issue("operator", "demo", "operator")
        for agency in region.agencies:
            issue("agency", agency.name, agency.name)
            issue("signing", f"agency/{agency.name}", f"{agency.name}-signing")

    def write_broker_config(self, region, peer, ports):
        folder = self.region_folder(region)
        # A region gives its peer its root certificate, and nothing else.
        shutil.copy(self.region_folder(peer) / "root" / "root.pem", folder / "peer-root.pem")
        template = string.Template((HERE / "broker.textproto.in").read_text(encoding="utf-8"))
        (folder / "broker.textproto").write_text(template.substitute(
            region=region.id, port=ports[region.id], peer_region=peer.id, peer_port=ports[peer.id]),
            encoding="utf-8")

    def write_profiles(self, region, port):
        def write(path, certificate, *more):
            certs = f"../{region.folder}/certs"
            lines = [f'endpoint: "127.0.0.1:{port}"', f'region: "{region.id}"',
                     f'certificate: "{certs}/{certificate}.pem"', f'key: "{certs}/{certificate}.key"',
                     f'trust: "../{region.folder}/root/root.pem"', *more]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")

        write(self.operator(region), "operator")
        for agency in region.agencies:
            write(self.profile(agency), agency.name,
                  f'signing_key: "../{region.folder}/certs/{agency.name}-signing.key"',
                  f'publisher_country: "{agency.code}"', "publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT")

    def start_broker(self, region):
        with open(self.log_file(region), "ab") as log:
            self.brokers[region.id] = self.programs.start(
                [str(self.options.bin / "corridord"), "--config",
                 str(self.region_folder(region) / "broker.textproto")],
                outlives_us=self.options.keep, stdout=log, stderr=log)

    def start_brokers(self):
        """On free ports; should another program take one in between, on others."""
        for attempt in range(3):
            ports = free_ports(REGIONS)
            for region, peer in zip(REGIONS, reversed(REGIONS)):
                self.write_broker_config(region, peer, ports)
                self.write_profiles(region, ports[region.id])
                self.start_broker(region)
            if all([self.is_serving(region, last=attempt == 2) for region in REGIONS]):
                return ports
            self.programs.stop(list(self.brokers.values()))
        raise DemoError("no free port could be found")

    def is_serving(self, region, last):
        """Waits for its status. False when its port was taken; other failures end the demo."""
        broker = self.brokers[region.id]
        end = time.monotonic() + READY
        while time.monotonic() < end:
            if broker.poll() is not None:
                if broker.returncode == 5 and not last:  # An address cannot be listened on.
                    return False
                raise DemoError(f"the broker of {region.name} ended with exit code {broker.returncode}")
            code, values, error = self.ctl.run(self.operator(region), "admin", "status")
            if code == 0:
                return True
            if code != 3:  # 3: no broker answered.
                raise DemoError(f"the broker of {region.name} gives no status: {error or values}")
            time.sleep(0.1)
        raise DemoError(f"the broker of {region.name} does not serve within {READY} s")

    def register(self, region):
        """Everything an operator does before a region can work, and each agency's subscription."""
        admin = self.operator(region)
        for agency in region.agencies:
            member = region.member(agency)
            self.ctl.ask(admin, "admin", "members", "create", member, "--name",
                         f"{agency.country} focal point (example)", "--country", agency.code, "--type",
                         "central-government")
            self.ctl.ask(admin, "admin", "grants", "set", member, "--role",
                         "publisher,immediate-publisher,reader", "--publish-tlp-max", "red")
            self.ctl.ask(admin, "admin", "keys", "register",
                         self.region_folder(region) / "certs" / f"{agency.name}-signing.pem")
        for identity, title, source, target, ceiling in AGREEMENTS:
            if region in (source, target):
                self.ctl.ask(admin, "admin", "agreements", "create", identity, "--title", title, "--from",
                             source.id, "--to", target.id, "--tlp-max", ceiling, "--use",
                             "counter-trafficking")
        for agency in region.agencies:
            self.ctl.ask(self.profile(agency), "subscriptions", "create", agency.subscription, *agency.flags)

    def is_linked(self, region):
        """Both lanes up, and every member of the other region known here."""
        links = self.ctl.ask(self.operator(region), "admin", "links")
        lanes = [lane for link in links for lane in link.get("lanes", [])]
        if len(lanes) != 2 or any(lane.get("state") != "LINK_STATE_UP" for lane in lanes):
            return False
        members = self.ctl.ask(self.operator(region), "admin", "members", "list", "--linked")
        return {member["spiffe_id"] for member in members} == set(MEMBERS)

    def start_watchers(self):
        for agency in AGENCIES.values():
            self.watchers[agency.code] = Watcher(self.programs.start(
                self.ctl.command(self.profile(agency), "watch", agency.subscription, "--format=json"),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"))
        for code, watcher in self.watchers.items():
            if not watcher.attached.wait(READY):
                raise DemoError(f"the watcher of {AGENCIES[code].country} is not attached: {watcher.errors}")

    def set_up(self):
        self.screen.heading("Two regions")
        with self.step("certificates: two roots, two brokers, two operators, eight agencies"):
            in_both(self.make_certificates)
        with self.step("brokers") as note:
            ports = self.start_brokers()
            note(", ".join(f"{region.name} on 127.0.0.1:{ports[region.id]}" for region in REGIONS))
        with self.step("members, grants, signing keys, agreements, subscriptions"):
            in_both(self.register)
        with self.step("link: both lanes up, directories exchanged"):
            for region in REGIONS:
                wait_until(f"the link of {region.name}", READY, lambda region=region: self.is_linked(region))
        with self.step("watchers: one at each agency"):
            self.start_watchers()

    @contextlib.contextmanager
    def step(self, text):
        begin = time.monotonic()
        notes = []
        yield notes.append
        took = f"{time.monotonic() - begin:.1f} s"
        self.screen.line(f"  {self.screen.paint('green', 'done')}  {': '.join([text, *notes])}"
                         f"  {self.screen.paint('dim', took)}")

    # --- Publishing, and watching it arrive.

    def show_title(self, number, alert):
        screen = self.screen
        marking = screen.paint(screen.TLP[alert.tlp], f"TLP:{alert.tlp}") if alert.tlp else "no marking"
        words = [screen.paint("bold", f"{number:2}. {alert.publisher.country}"), alert.kind.upper(), marking]
        if alert.immediate:
            words.append(screen.paint("red", "IMMEDIATE"))
        if alert.exercise:
            words.append("EXERCISE")
        screen.line()
        screen.line("  ".join([*words, "to " + alert.audience()]))
        screen.wrapped("", screen.paint("cyan", alert.title) if screen.colour else alert.title, gap=0)

    def play(self, number, alert):
        self.show_title(number, alert)
        profile = self.profile(alert.publisher)
        # Explain before send: the broker's own dry run.
        _, verdicts, error = self.ctl.run(profile, "check", alert.path)
        if not verdicts:
            raise DemoError(f"no verdict on {alert.path.name}: {error}")
        verdict = verdicts[0]
        code, answers, error = self.ctl.run(profile, "publish", alert.path)
        answer = answers[0] if answers else {}
        if "error" in answer:
            return self.show_refusal(alert, verdict, answer["error"])
        if code != 0 or "receipt" not in answer:
            raise DemoError(f"{alert.path.name} was not published: {error or answers}")
        if alert.refused:
            self.differs(f"{alert.path.name} was accepted; {alert.refused} was expected")
        return self.show_arrivals(alert, verdict, answer["receipt"])

    def show_refusal(self, alert, verdict, error):
        self.refused.append(alert)
        rule = f" ({error['rule']})" if "rule" in error else ""
        self.screen.wrapped("refused", error.get("reason", error["code"]) + rule, "red")
        faults = [f"{fault['field']}: {fault['description']}" for fault in error.get("violations", [])]
        for fault in faults or [error["message"]]:
            self.screen.wrapped("", fault)
        if error.get("reason") != alert.refused:
            self.differs(f"{alert.path.name} was refused with {error.get('reason')}, not {alert.refused}")
        if verdict["acceptable"]:
            self.differs(f"{alert.path.name} was refused, and check had said that it would pass")

    def show_arrivals(self, alert, verdict, receipt):
        acceptance = receipt["acceptance"]
        entitled = {MEMBERS[decision["member"]].code for decision in verdict.get("recipients", [])
                    if decision.get("allowed", False)}
        statement = Published(alert, receipt["digest"], int(acceptance["accept_time_ms"]), entitled,
                              set(alert.reaches))
        self.published.append(statement)
        missing = self.wait_for_arrivals(statement)
        self.show_content(statement)
        self.show_received(statement)
        self.show_not(statement, verdict)
        if missing:
            self.screen.wrapped("MISSING", ", ".join(AGENCIES[code].country for code in missing), "red")
        if not statement.expected <= entitled:
            more = ", ".join(sorted(statement.expected - entitled))
            self.differs(f"{alert.path.name} should reach {more}, whom policy does not allow")

    def wait_for_arrivals(self, statement):
        """Those who should have it and do not, in the time there is."""
        end = time.monotonic() + ARRIVAL
        while True:
            missing = sorted(code for code in statement.expected
                             if self.watchers[code].arrival(statement.digest) is None)
            if not missing or time.monotonic() > end:
                return missing
            time.sleep(0.005)

    def show_content(self, statement):
        arrival = self.watchers[statement.alert.publisher.code].arrival(statement.digest)
        if arrival is None:
            return
        delivery = arrival[1]
        body = delivery["statement"]["statement"]["body"]
        content = (body.get("issue") or body.get("revise") or {}).get("content", {})
        for headline in content.get("headlines", [])[:1]:
            self.screen.wrapped("", f"“{headline['text']}”", gap=0)
        self.screen.wrapped("", delivery["description"], gap=0)

    def show_received(self, statement):
        for region in REGIONS:
            names = []
            for agency in region.agencies:
                arrival = self.watchers[agency.code].arrival(statement.digest)
                if arrival is None:
                    continue
                after = max(0, round(arrival[0] * 1000 - statement.accept_time_ms))
                own = ", its own" if agency is statement.alert.publisher else ""
                names.append(f"{agency.country} ({after} ms{own})")
            if names:
                self.screen.wrapped("received", f"{region.name}: {', '.join(names)}", "green")

    def show_not(self, statement, verdict):
        reasons = {}
        for decision in verdict.get("recipients", []):
            agency = MEMBERS[decision["member"]]
            if not decision.get("allowed", False):
                why = f"{decision['rule']}: {decision['explanation']}"
            elif self.watchers[agency.code].arrival(statement.digest) is None:
                why = ("entitled, but its subscription did not ask for exercises"
                       if statement.alert.exercise and "--non-actual" not in agency.flags
                       else f"entitled, but {agency.wants or 'it has not arrived'}")
            else:
                continue
            reasons.setdefault(why, []).append(agency.country)
        for why, countries in reasons.items():
            self.screen.wrapped("not", f"{', '.join(countries)}: {why}", "dim")

    # --- Reconciling.

    def differs(self, text):
        self.differences.append(text)

    def status(self, region):
        return self.ctl.ask(self.operator(region), "admin", "status")[0]

    def lanes_of_link(self, region):
        links = self.ctl.ask(self.operator(region), "admin", "links")
        return {lane["lane"]: lane for link in links for lane in link["lanes"]}

    def is_quiet(self):
        """Every outlet has come to the end of its journal, and all is settled."""
        for region in REGIONS:
            for owned in self.status(region).get("subscriptions", []):
                status = owned.get("status", {})
                if status.get("unsettled", 0) or any(
                        lane.get("settled_offset", 0) != lane.get("head_offset", 0)
                        for lane in status.get("lanes", [])):
                    return False
        return all(not self.link_faults(sender, receiver)
                   for sender, receiver in (REGIONS, tuple(reversed(REGIONS))))

    def link_faults(self, sender, receiver):
        """Lanes in which what the sender has and what the receiver holds are not the same."""
        out, into = self.lanes_of_link(sender), self.lanes_of_link(receiver)
        faults = []
        for lane, ours in out.items():
            head = ours.get("head_offset", 0)
            places = {head, ours.get("sent_offset", 0), ours.get("persisted_offset", 0),
                      into[lane].get("inbound_mark", 0)}
            if len(places) != 1:
                faults.append(lane)
        return faults

    def reconcile(self):
        self.screen.heading("Counts of both sides")
        with contextlib.suppress(DemoError):  # What is not quiet shows in the tables.
            wait_until("rest", ARRIVAL, self.is_quiet)
        self.compare_agencies()
        self.compare_journals()
        self.compare_links()
        self.look_for_refused_text()

    def compare_agencies(self):
        rows = []
        for agency in AGENCIES.values():
            received = self.watchers[agency.code].digests()
            published = sum(statement.alert.publisher is agency for statement in self.published)
            entitled = [statement for statement in self.published if agency.code in statement.entitled]
            expected = [statement.digest for statement in self.published if agency.code in statement.expected]
            agrees = sorted(received) == sorted(expected)
            rows.append((agency.country, published, len(entitled), len(entitled) - len(expected), len(expected),
                         len(received), "ok" if agrees else "DIFFERS"))
            if agrees:
                continue
            for statement in self.published:
                times, wanted = received.count(statement.digest), agency.code in statement.expected
                if times != wanted:
                    self.differs(f"{agency.country} received {statement.alert.path.name} {times} times, "
                                 f"{int(wanted)} expected")
        self.screen.table(("agency", "published", "entitled to", "did not ask for", "expected", "received", ""),
                          rows)

    def compare_journals(self):
        rows = []
        for region in REGIONS:
            local = [s for s in self.published if HOME[s.alert.publisher.code] is region]
            abroad = [s for s in self.published if HOME[s.alert.publisher.code] is not region]
            crossing = [s for s in abroad if any(HOME[code] is region for code in s.entitled)]
            status = self.status(region)
            figures = (status.get("local_records", 0), status.get("imported_records", 0),
                       status.get("head_offset", 0))
            expected = (len(local), len(crossing), len(local) + len(crossing))
            rows.append((region.name, expected[0], figures[0], expected[1], figures[1],
                         len(abroad) - len(crossing), figures[2], "ok" if figures == expected else "DIFFERS"))
            if figures != expected:
                self.differs(f"the journal of {region.name} holds {figures} records (local, imported, all); "
                             f"{expected} expected")
        self.screen.line()
        self.screen.table(("journal", "receipts", "local records", "should cross", "imported",
                           "stayed away", "all records", ""), rows)

    def compare_links(self):
        rows = []
        for sender, receiver in (REGIONS, tuple(reversed(REGIONS))):
            out, into = self.lanes_of_link(sender), self.lanes_of_link(receiver)
            faults = self.link_faults(sender, receiver)
            for lane in sorted(out):
                ours, theirs = out[lane], into[lane]
                sent, got = ours.get("records_sent", 0), theirs.get("records_received", 0)
                refused = theirs.get("records_refused", 0)
                agrees = lane not in faults and sent == got and refused == 0
                name = lane.removeprefix("LANE_").lower()
                rows.append((f"{sender.name} to {receiver.name}", name, ours.get("head_offset", 0),
                             ours.get("sent_offset", 0), ours.get("persisted_offset", 0),
                             theirs.get("inbound_mark", 0), sent, got, "ok" if agrees else "DIFFERS"))
                if not agrees:
                    self.differs(f"link {sender.name} to {receiver.name}, {name}: the two sides do not agree")
        self.screen.line()
        self.screen.table(("link", "lane", "head", "sent to", "persisted to", "peer's mark", "records sent",
                           "received", ""), rows)

    def look_for_refused_text(self):
        """What the gate refused is on no disk and in no log: looks for the number itself."""
        words = [match.encode() for alert in self.refused for match in re.findall(r"\+[\d ]{9,}\d", alert.text)]
        found = [path for region in REGIONS for path in self.region_folder(region).rglob("*")
                 if path.is_file() and any(word in path.read_bytes() for word in words)]
        for path in found:
            self.differs(f"refused text lies in {path}")
        if words and not found:
            self.screen.line()
            self.screen.line("  The refused telephone number is in no journal and no log of either region.")

    # --- All of it.

    def run(self):
        alerts = [Alert(path) for path in sorted((HERE / "alerts").glob("*.textproto"))]
        self.set_up()
        self.screen.heading("What each agency receives, and why another does not")
        for number, alert in enumerate(alerts, 1):
            if number > 1:
                time.sleep(self.options.pace)
            self.play(number, alert)
        self.reconcile()
        for code, watcher in self.watchers.items():
            for error in watcher.errors:
                self.differs(f"the watcher of {AGENCIES[code].country} said: {error}")
        for region in REGIONS:
            if self.brokers[region.id].poll() is not None:
                self.differs(f"the broker of {region.name} has ended")
        self.screen.line()
        if self.differences:
            for text in self.differences:
                self.screen.line(self.screen.paint("red", f"  differs: {text}"))
            raise DemoError("the counts do not agree")
        self.screen.line(self.screen.paint("green", f"Reconciled: {len(self.published)} statements published, "
                         f"{len(self.refused)} refused, every count agrees."))

    def leave_running(self, temporary):
        """Stops the watchers, leaves the brokers, and says what to try next."""
        self.programs.stop([watcher.program for watcher in self.watchers.values()])
        self.programs.let_go()
        brokers = " ".join(str(broker.pid) for broker in self.brokers.values())
        stop = self.folder / "stop"
        clean_up = f"rm -rf -- {shlex.quote(str(self.folder))}" if temporary else ":"
        stop.write_text(string.Template((HERE / "stop.sh.in").read_text(encoding="utf-8")).substitute(
            pids=brokers, folder=shlex.quote(str(self.folder)), clean_up=clean_up), encoding="utf-8")
        stop.chmod(0o755)
        shutil.copy(HERE / "try" / "alert.json", self.folder / "alert.json")
        text = (HERE / "try" / "commands.txt.in").read_text(encoding="utf-8")
        self.screen.heading("Both regions go on running; try")
        self.screen.line(string.Template(text).substitute(
            bin=shlex.quote(str(self.options.bin)), folder=shlex.quote(str(self.folder)),
            logs=self.log_file(EAST_AFRICA)))


def in_both(work):
    """Does it for both regions at once."""
    with concurrent.futures.ThreadPoolExecutor(len(REGIONS)) as pool:
        for done in [pool.submit(work, region) for region in REGIONS]:
            done.result()


def free_ports(regions):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in regions]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {region.id: one.getsockname()[1] for region, one in zip(regions, sockets)}


def show_logs(screen, demo):
    """Where the logs lie, and what in them may matter."""
    for region in REGIONS:
        log = demo.log_file(region)
        if not log.exists():
            continue
        screen.line(f"log of {region.name}: {log}")
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        grave = [line for line in lines if '"info"' not in line.lower()]
        for line in grave[-8:]:
            screen.line(f"  {line}")


def parse_options():
    parser = argparse.ArgumentParser(
        prog="./dev demo", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Two regions on this machine, one warning, end to end.",
        epilog="Exit codes: 0 every count agrees; 1 something failed or differs; 2 wrong command line; "
               "130 interrupted.\n\nOnly ports of 127.0.0.1 are used. The agencies and alerts are examples.")
    parser.add_argument("--keep", action="store_true",
                        help="leave both brokers running, and say what to try next")
    parser.add_argument("--dir", type=pathlib.Path, metavar="DIR",
                        help="keep all files in DIR, which must be new or empty (default: a temporary "
                             "folder, removed at the end)")
    parser.add_argument("--bin", type=pathlib.Path, metavar="DIR",
                        default=os.environ.get("CORRIDOR_BIN") or REPOSITORY / "build" / "bin",
                        help="where corridord and corridorctl are (default: $CORRIDOR_BIN, or build/bin)")
    parser.add_argument("--pace", type=float, metavar="SECONDS",
                        help="pause between alerts (default: 1 on a terminal, else 0)")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    for program in ("corridord", "corridorctl"):
        if not os.access(options.bin / program, os.X_OK):
            parser.error(f"{options.bin / program} is not there; ./dev build makes it")
    if options.dir and options.dir.exists() and (not options.dir.is_dir() or any(options.dir.iterdir())):
        parser.error(f"{options.dir} is there and not an empty folder")
    if options.pace is None:
        options.pace = 1 if sys.stdout.isatty() and not os.environ.get("CI") else 0
    return options


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


def too_long(_signal, _frame):
    raise DemoError(f"the demo has not come to its end within {WHOLE_RUN} s")


def set_signals(interruption, alarm):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interruption)
    signal.signal(signal.SIGALRM, alarm)


def main():
    options = parse_options()
    screen = Screen()
    programs = Programs()
    set_signals(interrupt, too_long)
    signal.alarm(WHOLE_RUN + int(options.pace * 50))
    temporary = options.dir is None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="corridor-demo-")) if temporary else options.dir.resolve()
    (folder / "profiles").mkdir(parents=True)
    demo = Demo(options, screen, programs, folder)
    code, remove = 1, temporary
    try:
        demo.run()
        signal.alarm(0)
        if options.keep:
            demo.leave_running(temporary)
            remove = False
        code = 0
    except KeyboardInterrupt:
        screen.line("\ninterrupted; stopping")
        code = 130
    except DemoError as error:
        screen.line()
        screen.line(screen.paint("red", f"demo: {error}"))
        show_logs(screen, demo)
        remove = False
    finally:
        set_signals(signal.SIG_IGN, signal.SIG_IGN)  # What is below is short.
        programs.stop_all()
        if remove:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
