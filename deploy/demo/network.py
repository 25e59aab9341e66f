"""Two regions on this machine: their certificates, brokers, members, agreements, link and watchers."""

import concurrent.futures
import contextlib
import pathlib
import shutil
import socket
import string
import subprocess
import time

from programs import Ctl, DemoError, Watcher, wait_until
from regions import AGENCIES, AGREEMENTS, MEMBERS, REGIONS

HERE = pathlib.Path(__file__).resolve().parent

# How long anything may take to be ready, in seconds.
READY = 60


class Network:
    """Sets both regions up, as their operators would, and asks how they stand."""

    def __init__(self, options, screen, programs, folder):
        self.options = options
        self.screen = screen
        self.programs = programs
        self.folder = folder
        self.ctl = Ctl(options.bin / "corridorctl")
        self.brokers = {}  # by region id
        self.watchers = {}  # by country code

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
        self.ctl.ask(None, "certs", "init", "--trust-domain", region.id, "--pki", root)

        def issue(profile, identity, name, *more):
            self.ctl.ask(None, "certs", "issue", "--pki", root, "--profile", profile, "--id", identity,
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
        with open(self.log_file(region), "wb") as log:
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
            if broker.poll() == 5 and not last:  # An address cannot be listened on.
                return False
            self.check_broker(region)
            # An operator's command waits some seconds for a broker; the log tells sooner when to ask.
            if '"event":"serving"' in self.log_file(region).read_text(encoding="utf-8"):
                self.status(region)
                return True
            time.sleep(0.05)
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

    # --- How they stand.

    def check_broker(self, region):
        """Ends the demo when a broker has ended before it was asked to."""
        code = self.brokers[region.id].poll()
        if code is not None:
            raise DemoError(f"the broker of {region.name} has ended, with exit code {code}")

    def check_brokers(self):
        for region in REGIONS:
            self.check_broker(region)

    def status(self, region):
        return self.ctl.ask(self.operator(region), "admin", "status")[0]

    def lanes_of_link(self, region):
        links = self.ctl.ask(self.operator(region), "admin", "links")
        return {lane["lane"]: lane for link in links for lane in link["lanes"]}

    def arrival(self, agency, digest):
        return self.watchers[agency.code].arrival(digest)


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
