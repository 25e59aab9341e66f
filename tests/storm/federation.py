"""Three regions as real brokers on this machine, in full mesh: both sides of each pair dial, through fault proxies that
share one line in each direction."""

import json
import pathlib
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.request

import cast
import protos

ROOT = protos.ROOT
sys.path.insert(0, str(ROOT / "tests/support"))

from fault_proxy import FaultProxy, Way  # noqa: E402

READY = 180
STOPPING = 30
# Below what the kernel gives to outgoing connections, so that a broker that is down finds its port free again.
PORTS = range(21000, 32000)
CONFIG = string.Template("""region: "$region"
data_dir: "data"
listeners { address: "127.0.0.1:$port" }
metrics_address: "127.0.0.1:$metrics_port"
tls {
  certificate_chain_file: "certs/broker.pem"
  private_key_file: "certs/broker.key"
$domains}
acceptance_signing {
  key_file: "certs/broker-signing.key"
  certificate_chain_file: "certs/broker-signing.pem"
}
operators: "spiffe://$region/operator/example"
$links""")


class RunError(Exception):
    """The run cannot go on; the text says why, for people."""


def wait_until(what, seconds, ready, or_go_on=False):
    end = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            if or_go_on:
                return None
            raise RunError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


class Federation:
    def __init__(self, binaries, folder, dice):
        self.bin, self.folder = pathlib.Path(binaries), folder
        self.brokers = {}
        self.channels = {}
        free = free_ports(dice)
        self.ports = {name: next(free) for name in cast.REGIONS}
        self.metrics_ports = {name: next(free) for name in cast.REGIONS}
        # Keyed by (from, to); a proxy by (who dials, who is dialled).
        self.ways = {(a, b): Way() for a in cast.REGIONS for b in cast.REGIONS if a != b}
        self.proxies = {(a, b): FaultProxy(("127.0.0.1", self.ports[b]), self.ways[a, b], self.ways[b, a], next(free))
                        for a, b in self.ways}

    def set_up(self):
        for name in cast.REGIONS:
            self._make_certificates(name)
        for name in cast.REGIONS:
            self._configure(name)
            self.start(name)
        for name in cast.REGIONS:
            self.wait_serving(name)
            self._register(name)
        wait_until("all links", READY, self.is_linked)

    # --- How it is run. On the main thread only: what it started ends with that thread.

    def start(self, name):
        with open(self.folder / name / "broker.log", "ab") as log:
            self.brokers[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", self.bin / "corridord", "--config",
                 self.folder / name / "broker.textproto"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def signal(self, name, number):
        self.brokers[name].send_signal(number)

    def kill(self, name):
        self.signal(name, signal.SIGKILL)
        self.brokers[name].wait()

    def exit_code(self, name):
        """None while it runs."""
        return self.brokers[name].poll()

    def pair(self, a, b):
        return self.proxies[a, b], self.proxies[b, a]

    def heal(self):
        for way in self.ways.values():
            way.heal()
        for proxy in self.proxies.values():
            proxy.release()

    def stop(self):
        for name, broker in self.brokers.items():
            broker.send_signal(signal.SIGCONT)
            broker.terminate()
        for name, broker in self.brokers.items():
            try:
                broker.wait(STOPPING)
            except subprocess.TimeoutExpired:
                broker.kill()
                broker.wait()
        for proxy in self.proxies.values():
            proxy.close()

    # --- What is asked of it, as its operator.

    def ask(self, name, service, method, request, response, timeout=60):
        if name not in self.channels:
            self.channels[name] = self.channel(name, "operator")
        return protos.method(self.channels[name], service, method, request, response)(
            request, timeout=timeout, wait_for_ready=True)

    def channel(self, name, certificate):
        return protos.open_channel(f"localhost:{self.ports[name]}", self.folder / name / "certs" / certificate,
                                   self.folder / name / "root/root.pem")

    def status(self, name):
        administration = protos.module("administration")
        return self.ask(name, "Administration", "GetStatus", administration.GetStatusRequest(),
                        administration.GetStatusResponse)

    def links(self, name):
        administration = protos.module("administration")
        return self.ask(name, "Administration", "ListLinks", administration.ListLinksRequest(),
                        administration.ListLinksResponse).links

    def recalls(self, name):
        federation = protos.module("federation")
        token = ""
        while True:
            page = self.ask(name, "Federation", "ListRecalls",
                            federation.ListRecallsRequest(page_size=1000, page_token=token),
                            federation.ListRecallsResponse)
            yield from page.recalls
            token = page.next_page_token
            if not token:
                return

    def is_linked(self):
        up = protos.module("administration").LINK_STATE_UP
        administration = protos.module("administration")
        for name in cast.REGIONS:
            lanes = [lane for link in self.links(name) for lane in link.lanes]
            if len(lanes) != 2 * (len(cast.REGIONS) - 1) or any(lane.state != up for lane in lanes):
                return False
            known = self.ask(name, "Administration", "ListMembers",
                             administration.ListMembersRequest(include_linked_regions=True),
                             administration.ListMembersResponse)
            if len(known.members) < len(cast.AGENCIES):
                return False
        return True

    def lag(self):
        """Records that wait for some peer, as the brokers say."""
        return sum(lane.lag_records for name in cast.REGIONS for link in self.links(name) for lane in link.lanes)

    def wait_serving(self, name):
        def serves():
            if self.exit_code(name) is not None:
                raise RunError(f"the broker of {name} ended with {self.exit_code(name)}; see {name}/broker.log")
            try:
                return self.status(name)
            except Exception:  # Whatever gRPC says while nobody listens.
                return None
        wait_until(f"the broker of {name}", READY, serves)

    def figures(self, name, timeout):
        with DIRECT.open(f"http://127.0.0.1:{self.metrics_ports[name]}/metrics", timeout=timeout) as answer:
            return answer.read().decode()

    def ctl(self, *words, profile=None, into=None):
        command = [self.bin / "corridorctl", *(["--profile", profile] if profile else []), *map(str, words)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=into or subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise RunError(f"corridorctl {' '.join(map(str, words))}: {done.stderr or done.stdout}")
        return done.stdout

    def operator_profile(self, name):
        return self.folder / name / "operator.profile"

    # --- Setting up.

    def _make_certificates(self, name):
        root = self.folder / name / "root"
        certs = self.folder / name / "certs"
        certs.mkdir(parents=True)
        self.ctl("certs", "init", "--trust-domain", cast.region_id(name), "--pki", root)

        def issue(profile, identity, file, *more):
            self.ctl("certs", "issue", "--pki", root, "--profile", profile, "--id", identity, "--out", certs / file,
                     "--days", 7, *more)

        issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        issue("signing", "broker/b1", "broker-signing")
        issue("operator", "example", "operator")
        for agency in cast.agencies_of(name):
            issue("agency", agency.name, agency.name)
            issue("signing", f"agency/{agency.name}", f"{agency.name}-signing")
        issue("integration", f"{cast.feed_of(name)[0].name}/feed", "feed")

    def _configure(self, name):
        domains = "".join(f'  trust_domains {{ name: "{cast.region_id(other)}" roots_file: "../{other}/root/root.pem" }}\n'
                          for other in cast.REGIONS)
        links = "".join(f'links {{ peer_region: "{cast.region_id(other)}" '
                        f'dial_address: "127.0.0.1:{self.proxies[name, other].port}" }}\n'
                        for other in cast.REGIONS if other != name)
        (self.folder / name / "broker.textproto").write_text(CONFIG.substitute(
            region=cast.region_id(name), port=self.ports[name], metrics_port=self.metrics_ports[name],
            domains=domains, links=links), encoding="utf-8")
        self.operator_profile(name).write_text(
            f'endpoint: "127.0.0.1:{self.ports[name]}"\nregion: "{cast.region_id(name)}"\n'
            'certificate: "certs/operator.pem"\nkey: "certs/operator.key"\ntrust: "root/root.pem"\n', encoding="utf-8")

    def _register(self, name):
        administration, member = protos.module("administration"), protos.module("member")
        agreement, alert = protos.module("agreement"), protos.module("alert")

        def ask(method, request, response):
            self.ask(name, "Administration", method, request, response)

        def grant(principal, *roles):
            ask("SetGrant", administration.SetGrantRequest(grant=member.Grant(
                principal=principal, roles=roles, publish_tlp_max=alert.TLP_AMBER if len(roles) > 1 else 0)), member.Grant)

        for agency in cast.agencies_of(name):
            ask("CreateMember", administration.CreateMemberRequest(member=member.Member(
                spiffe_id=agency.id, display_name=f"{agency.code} desk (example)", countries=[agency.code],
                type=alert.PUBLISHER_TYPE_CENTRAL_GOVERNMENT)), member.Member)
            grant(agency.id, member.ROLE_PUBLISHER, member.ROLE_IMMEDIATE_PUBLISHER, member.ROLE_READER)
            chain = (self.folder / name / "certs" / f"{agency.name}-signing.pem").read_text(encoding="utf-8")
            ask("RegisterSigningKey", administration.RegisterSigningKeyRequest(certificate_chain_pem=chain),
                member.SigningKey)
        grant(cast.feed_of(name)[1], member.ROLE_READER)
        for source in cast.REGIONS:
            for target in cast.REGIONS:
                if name in (source, target):
                    one = agreement.Agreement(agreement_id=f"{source}-to-{target}", title="Example agreement",
                                              tlp_max=alert.TLP_AMBER, use=agreement.USE_PURPOSE_COUNTER_TRAFFICKING,
                                              excluded_uses=[1, 2, 3])
                    one.__getattribute__("from").region = cast.region_id(source)
                    one.to.region = cast.region_id(target)
                    ask("CreateAgreement", administration.CreateAgreementRequest(agreement=one), agreement.Agreement)
        self._subscribe(name)

    def _subscribe(self, name):
        subscription, subscriber = protos.module("subscription"), protos.module("subscriber")
        for reader in cast.readers_of(name):
            wanted = subscription.Subscription(name=f"subscriptions/{reader.name}",
                                               start_from=subscription.START_FROM_OLDEST)
            wanted.ack_timeout.seconds = 10
            if reader.urgent_only:
                wanted.filter.clauses.add(urgencies=[protos.module("alert").URGENCY_IMMEDIATE])
            with self.channel(name, reader.agency.name) as channel:
                protos.method(channel, "Subscriber", "CreateSubscription", subscriber.CreateSubscriptionRequest,
                              subscription.Subscription)(
                    subscriber.CreateSubscriptionRequest(subscription=wanted), timeout=60, wait_for_ready=True)


def free_ports(dice):
    while True:
        port = dice.choice(PORTS)
        try:
            with socket.create_server(("127.0.0.1", port)):
                pass
        except OSError:
            continue
        yield port


DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def facts(federation):
    """What the clients' programs must know."""
    return json.dumps({"ports": federation.ports})
