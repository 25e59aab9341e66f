"""Every RPC tried by every role, by a client written from the protos alone: stubs are generated when the test runs,
and each method of each service is called with an empty request over mutual TLS. Who may not call it is told so by the
connection check, with the reason first; who may is answered by the service. Exits 77 (skipped) where Python has no gRPC.

    role_table_test.py --bin build/bin --root .
"""

import argparse
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

try:
    import grpc
    from google.protobuf import message_factory
except ImportError:
    sys.exit(77)

REGION = "sea.example"
READY_SECONDS = 60
CALL_SECONDS = 20

# Who may call what: for each service, its methods by the roles that may.
ANY_OPERATOR = "membership policy trust operations auditor officer"
ROLE_TABLE = {
    "Publisher": {
        "publisher": "Publish PublishStream CheckStatement ListHeldStatements GetDeliveryReport",
    },
    "Subscriber": {
        "reader": "CreateSubscription GetSubscription ListSubscriptions UpdateSubscription DeleteSubscription Attach "
                  "Pull Settle Seek ListCurrent ListDeadLetters RedriveDeadLetters DiscardDeadLetters "
                  "GetAlert ListAlerts ListRecallNotices ConfirmRecalls GetSigningKeys",
    },
    "RegionLink": {"": "Link ExchangeRevocations"},
    "Administration": {
        "membership": "CreateMember UpdateMember SetGrant DeleteGrant",
        "trust": "RegisterSigningKey RetireSigningKey RevokeSigningKey ReloadTrust",
        "policy": "CreateAgreement EndAgreement",
        "operations": "ListSessions EndSessions",
        ANY_OPERATOR: "GetMember ListMembers ListGrants ListSigningKeys GetAgreement ListAgreements ListLinks GetStatus "
                      "ListExpiring",
    },
    "Federation": {
        "operations": "PauseLink ResumeLink AcceptLinkGap AskAgain ReconcileLink",
        "officer": "QuarantineAlert ListQuarantines SetLegalHold ListLegalHolds",
        "policy officer": "SimulateAgreement",
        "operations officer": "ListRecalls ExplainStatement",
        ANY_OPERATOR: "ListRefusedRecords",
    },
    "AuditLog": {"auditor": "QueryEntries TailEntries"},
    "DataProtection": {
        "officer": "ReportAlertDisclosures ReportHolderDisclosures GetProcessingRecord SuspendReach RestoreReach "
                   "ListSuspendedReach",
    },
    "Approvals": {"policy": "ApproveAct RefuseAct", ANY_OPERATOR: "ListPendingActs"},
    "Operations": {"operations": "Drain Undrain SetLogLevel"},
    "Backups": {"operations": "CreateBackup", ANY_OPERATOR: "ListBackups"},
    "Quotas": {"operations": "SetQuota DeleteQuota", ANY_OPERATOR: "ListQuotas"},
}

# What each role of the table connects as.
OPERATOR_ROLES = {
    "membership": "OPERATOR_ROLE_MEMBERSHIP",
    "policy": "OPERATOR_ROLE_POLICY",
    "trust": "OPERATOR_ROLE_TRUST",
    "operations": "OPERATOR_ROLE_OPERATIONS",
    "auditor": "OPERATOR_ROLE_AUDIT_READ",
    "officer": "OPERATOR_ROLE_DATA_PROTECTION",
}
AGENCIES = {
    "publisher": ["ROLE_PUBLISHER"],
    "reader": ["ROLE_READER"],
    "ungranted": [],
    "suspended": ["ROLE_PUBLISHER", "ROLE_READER"],
}
STRANGERS = ["unregistered"]
REFUSALS = ("POLICY_DENIED: ", "MEMBER_UNKNOWN: ", "MEMBER_SUSPENDED: ")

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


def may_call(service, method):
    roles = set()
    for names, methods in ROLE_TABLE.get(service, {}).items():
        if method in methods.split():
            roles.update(names.split())
    return roles


def is_listed(service, method):
    return any(method in methods.split() for methods in ROLE_TABLE.get(service, {}).values())


class Broker:
    """One broker on this machine, with a certificate for each role."""

    def __init__(self, options, folder):
        self.bin = options.bin
        self.folder = folder
        self.port = free_port()
        self.make_certificates()
        config = CONFIG.format(region=REGION, port=self.port)
        for name, role in OPERATOR_ROLES.items():
            principal = f"spiffe://{REGION}/operator/{name}"
            config += f'operators: "{principal}"\noperator_roles {{ principal: "{principal}" roles: {role} }}\n'
        (folder / "broker.textproto").write_text(config, encoding="utf-8")
        self.log = open(folder / "broker.log", "wb")
        self.process = subprocess.Popen([self.bin / "corridord", "--config", folder / "broker.textproto"],
                                        stdout=self.log, stderr=self.log)
        self.wait_until_serving()

    def make_certificates(self):
        self.ctl("certs", "init", "--trust-domain", REGION, "--pki", self.folder / "root")

        def issue(profile, identity, name, *more):
            self.ctl("certs", "issue", "--pki", self.folder / "root", "--profile", profile, "--id", identity,
                     "--out", self.folder / name, "--days", "7", *more)

        issue("broker", "b1", "broker", "--dns", "localhost", "--ip", "127.0.0.1")
        issue("signing", "broker/b1", "signing")
        for name in ["setup", *OPERATOR_ROLES]:
            issue("operator", name, name)
        for name in [*AGENCIES, *STRANGERS]:
            issue("agency", name, name)

    def ctl(self, *arguments):
        done = subprocess.run([self.bin / "corridorctl", *map(str, arguments)], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"corridorctl {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")

    def wait_until_serving(self):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if b'"event":"serving"' in (self.folder / "broker.log").read_bytes():
                return
            time.sleep(0.1)
        raise AssertionError("the broker does not serve:\n" + (self.folder / "broker.log").read_text(encoding="utf-8"))

    def channel(self, name):
        def read(path):
            return (self.folder / path).read_bytes()

        credentials = grpc.ssl_channel_credentials(
            root_certificates=read("root/root.pem"), private_key=read(f"{name}.key"),
            certificate_chain=read(f"{name}.pem"))
        return grpc.secure_channel(f"localhost:{self.port}", credentials)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(READY_SECONDS)
        self.log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def generate_stubs(root, folder):
    protos = sorted((root / "proto").rglob("*.proto"))
    subprocess.run(["protoc", f"--python_out={folder}", "-I", root / "proto", *protos], check=True)
    sys.path.insert(0, str(folder))
    modules = []
    for proto in protos:
        name = str(proto.relative_to(root / "proto").with_suffix("")).replace("/", ".") + "_pb2"
        modules.append(__import__(name, fromlist=["DESCRIPTOR"]))
    return modules


def services_of(modules):
    for module in modules:
        yield from module.DESCRIPTOR.services_by_name.values()


def class_of(descriptor):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory().GetPrototype(descriptor)


def call(channel, method, request=None):
    """Calls with one (empty) request, and waits for the first answer: a status code and its message."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    serialize = class_of(method.input_type).SerializeToString
    parse = class_of(method.output_type).FromString
    request = request or class_of(method.input_type)()
    # Every form of call is a stream on the wire; this one takes any number of answers.
    stub = channel.stream_stream(path, request_serializer=serialize, response_deserializer=parse)
    answers = stub(iter([request]), timeout=CALL_SECONDS)
    try:
        for answer in answers:
            answers.cancel()
            return grpc.StatusCode.OK, answer
        return answers.code(), answers.details()
    except grpc.RpcError as error:
        return error.code(), error.details()


def set_up_members(channel, methods):
    administration = {name: methods["Administration", name]
                      for name in ("CreateMember", "GetMember", "UpdateMember", "SetGrant")}

    def must(name, **fields):
        request = class_of(administration[name].input_type)(**fields)
        code, answer = call(channel, administration[name], request)
        if code != grpc.StatusCode.OK:
            raise AssertionError(f"{name}: {code} {answer}")
        return answer

    for name, roles in AGENCIES.items():
        member = {"spiffe_id": f"spiffe://{REGION}/agency/{name}", "display_name": "Example desk", "countries": ["THA"],
                  "type": "PUBLISHER_TYPE_CENTRAL_GOVERNMENT"}
        must("CreateMember", member=member)
        if roles:
            grant = {"principal": member["spiffe_id"], "roles": roles}
            if "ROLE_PUBLISHER" in roles:
                grant["publish_tlp_max"] = "TLP_AMBER"
            must("SetGrant", grant=grant)
    suspended = must("GetMember", spiffe_id=f"spiffe://{REGION}/agency/suspended")
    suspended.state = 2
    must("UpdateMember", member=suspended)


def is_refusal(code, details):
    return code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED) and \
        str(details).startswith(REFUSALS)


def check_table(broker, methods):
    faults = []
    tried = 0
    for role in [*OPERATOR_ROLES, *AGENCIES, *STRANGERS]:
        with broker.channel(role) as channel:
            for (service, name), method in methods.items():
                code, details = call(channel, method)
                tried += 1
                may = role in may_call(service, name)
                if is_refusal(code, details) == may:
                    faults.append(f"{role} calls {service}.{name}: {code} {details}")
    return tried, faults


def check_refusals_are_audited(broker, methods):
    """What the table refused is in the audit log, by the name of the caller."""
    query = methods["AuditLog", "QueryEntries"]
    request = class_of(query.input_type)(page_size=1000)
    request.filter.acts.append(9)
    request.filter.actors.append(f"spiffe://{REGION}/agency/ungranted")
    with broker.channel("auditor") as channel:
        code, answer = call(channel, query, request)
    if code != grpc.StatusCode.OK:
        return [f"the auditor cannot read: {code} {answer}"]
    counted = sum(max(entry.says.count, 1) for entry in answer.entries)
    if counted < len(methods):
        return [f"{len(methods)} refused calls left {counted} entries"]
    return []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    if shutil.which("protoc") is None:
        return 77
    os.environ.pop("http_proxy", None)
    os.environ.pop("https_proxy", None)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        stubs = folder / "stubs"
        stubs.mkdir()
        methods = {(service.name, method.name): method
                   for service in services_of(generate_stubs(options.root, stubs)) for method in service.methods}
        faults = [f"{service}.{name} is not in the table of roles"
                  for service, name in methods if not is_listed(service, name)]
        broker = Broker(options, folder)
        try:
            with broker.channel("setup") as channel:
                set_up_members(channel, methods)
            tried, refused = check_table(broker, methods)
            faults += refused + check_refusals_are_audited(broker, methods)
        finally:
            broker.stop()
    for fault in faults:
        print(fault)
    print(f"{tried} calls, {len(methods)} methods, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
