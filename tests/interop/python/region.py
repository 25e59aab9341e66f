"""A region of two desks on this machine, for tests: certificates, a broker, members, grants, an agreement."""

import os
import pathlib
import signal
import socket
import subprocess
import time

REGION = "sea.example"
READY_SECONDS = 60
DESKS = {"th-desk": "THA", "id-desk": "IDN"}
CONFIG = """
region: "{region}"
data_dir: "data"
listeners {{ address: "127.0.0.1:{port}" }}
tls {{
  certificate_chain_file: "broker.pem"
  private_key_file: "broker.key"
  trust_domains {{ name: "{region}" roots_file: "root/root.pem" }}
}}
acceptance_signing {{ key_file: "signing.key" certificate_chain_file: "signing.pem" }}
operators: "spiffe://{region}/operator/setup"
"""
PROFILE = """
endpoint: "127.0.0.1:{port}"
region: "{region}"
certificate: "{name}.pem"
key: "{name}.key"
trust: "root/root.pem"
signing_key: "{name}-signing.key"
publisher_country: "{country}"
publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT
"""


class Region:
    """`bin` holds corridord and corridorctl; all files lie in `folder`."""

    def __init__(self, bin, folder):
        self.bin, self.folder, self.process = bin, folder, None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.ctl("certs", "init", "--trust-domain", REGION, "--pki", folder / "root")
        self.issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        self.issue("signing", "broker/b1", "signing")
        self.issue("operator", "setup", "setup")
        for name, country in DESKS.items():
            self.issue("agency", name, name)
            self.issue("signing", f"agency/{name}", f"{name}-signing")
            self.profile(name).write_text(PROFILE.format(port=self.port, region=REGION, name=name, country=country),
                                          encoding="utf-8")
        (folder / "broker.textproto").write_text(CONFIG.format(region=REGION, port=self.port), encoding="utf-8")

    def profile(self, name):
        return self.folder / f"{name}.profile"

    def issue(self, profile, identity, name, *more, root="root"):
        self.ctl("certs", "issue", "--pki", self.folder / root, "--profile", profile, "--id", identity,
                 "--out", self.folder / name, "--days", "7", *more)

    def ctl(self, *arguments, profile=None):
        """What corridorctl writes; an AssertionError where it fails."""
        who = ["--profile", self.profile(profile)] if profile else []
        done = subprocess.run([self.bin / "corridorctl", *who, *map(str, arguments)], capture_output=True, text=True,
                              check=False, timeout=READY_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"corridorctl {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
        return done.stdout

    # --- The broker.

    def start(self):
        with open(self.folder / "broker.log", "wb") as log:
            self.process = subprocess.Popen([self.bin / "corridord", "--config", self.folder / "broker.textproto"],
                                            stdout=log, stderr=log)
        end = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            if b'"event":"serving"' in self.log():
                return
            time.sleep(0.05)
        raise AssertionError("the broker does not serve:\n" + self.log().decode())

    def log(self):
        return (self.folder / "broker.log").read_bytes()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(READY_SECONDS)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(READY_SECONDS)

    # --- What an operator does.

    def register(self):
        import grpc
        from corridor.v1 import administration_pb2 as types, administration_pb2_grpc

        credentials = grpc.ssl_channel_credentials(*((self.folder / name).read_bytes() for name in (
            "root/root.pem", "setup.key", "setup.pem")))
        with grpc.secure_channel(f"localhost:{self.port}", credentials, [("grpc.enable_http_proxy", 0)]) as channel:
            admin = administration_pb2_grpc.AdministrationStub(channel)
            for name, country in DESKS.items():
                member = f"spiffe://{REGION}/agency/{name}"
                admin.CreateMember(types.CreateMemberRequest(member={
                    "spiffe_id": member, "display_name": "Example desk", "countries": [country],
                    "type": "PUBLISHER_TYPE_CENTRAL_GOVERNMENT"}), timeout=READY_SECONDS)
                admin.SetGrant(types.SetGrantRequest(grant={
                    "principal": member, "publish_tlp_max": "TLP_RED",
                    "roles": ["ROLE_PUBLISHER", "ROLE_IMMEDIATE_PUBLISHER", "ROLE_READER"]}), timeout=READY_SECONDS)
                admin.RegisterSigningKey(types.RegisterSigningKeyRequest(certificate_chain_pem=(
                    self.folder / f"{name}-signing.pem").read_text(encoding="ascii")), timeout=READY_SECONDS)
            party = {"region": REGION}
            agreement = {"agreement_id": "within", "title": "Desks warn one another", "tlp_max": "TLP_RED",
                         "use": "USE_PURPOSE_COUNTER_TRAFFICKING", "to": party}
            request = types.CreateAgreementRequest(agreement=agreement)
            getattr(request.agreement, "from").region = REGION
            admin.CreateAgreement(request, timeout=READY_SECONDS)


def without_proxies():
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ.pop(name, None)


def bin_folder(text):
    """A folder of programs, as an argument of a test."""
    return pathlib.Path(text).resolve()
