"""Two regions whose brokers hold stale revocation lists of each other: each brings its own over the link, which works from
then on, also after a restart. A list past its time counts where grace is given, and the audit log says so. A root and a
link that are new in the files wait for a second person.

    peer_trust_test.py --bin build/bin
"""

import argparse
import datetime
import json
import pathlib
import sys
import tempfile

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from one_region import OneRegion  # noqa: E402
from programs import wait_until  # noqa: E402

SOON = 30
EAST, WEST = "ea.example", "west.example"
APPROVALS = """
operators: "spiffe://sea.example/operator/second"
approvals { mode: APPROVAL_MODE_TWO_PERSONS }
"""


def key_id_of(issuer):
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def stale_lists(pki):
    """The authorities' lists as they were a week ago: past their next update since an hour."""
    now = datetime.datetime.utcnow()
    lists = b""
    for name in ("root", "issuing-1"):
        issuer = x509.load_pem_x509_certificate((pki / f"{name}.pem").read_bytes())
        key = serialization.load_pem_private_key((pki / f"{name}.key").read_bytes(), None)
        crl = (x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
               .last_update(now - datetime.timedelta(days=7)).next_update(now - datetime.timedelta(hours=1))
               .add_extension(key_id_of(issuer), critical=False)
               .add_extension(x509.CRLNumber(1), critical=False).sign(key, hashes.SHA256()))
        lists += crl.public_bytes(serialization.Encoding.PEM)
    return lists


def believe(region, name, pki, grace=0):
    """Puts the roots and stale lists of `name` into the files of `region`; what its configuration says of them."""
    region.put(f"{name}-roots.pem", (pki / "root.pem").read_bytes())
    region.put(f"{name}-crl.pem", stale_lists(pki))
    return (f'trust_domains {{ name: "{name}" roots_file: "{name}-roots.pem" crl_file: "{name}-crl.pem" '
            f"crl_grace_hours: {grace} }} ")


def restart(region):
    region.programs.stop([region.broker])
    region.start()


def is_linked(region):
    return any("LINK_STATE_UP" in json.dumps(link)
               for link in region.ctl.ask(region.profile("ops"), "admin", "links"))


def pending(region):
    return [act["approval_id"] for act in region.ctl.ask(region.profile("ops"), "admin", "approvals", "list")]


def approve(region, act):
    region.ctl.ask(region.profile("second"), "admin", "approvals", "approve", act)


def check_lists(sea, east):
    sea.start()
    trust = sea.ctl.ask(sea.profile("ops"), "audit", "query", "--act", "trust")
    in_grace = {entry.get("object") for entry in trust if entry.get("rule") == "crl in grace"}
    if in_grace != {WEST}:
        raise AssertionError(f"the use of grace is audited where it was given, and only there: {trust}")
    print("grace: its use is in the audit log")
    east.start()
    wait_until("the link is up", SOON, lambda: is_linked(sea) and is_linked(east))
    for region, peer in ((sea, EAST), (east, "sea.example")):
        if not (region.folder / f"data/crls/{peer}.pem").is_file():
            raise AssertionError(f"{region.name} did not keep what {peer} brought")
    restart(sea)
    wait_until("the link is up again", SOON, lambda: is_linked(sea))
    print("stale lists: each side brought its own, and the link works")


def check_approvals(sea, east):
    if pending(sea):
        raise AssertionError(f"what is there at the start counts as approved: {pending(sea)}")
    east.init_authority("next")
    both = b"".join((east.folder / f"{pki}/root.pem").read_bytes() for pki in ("pki", "next"))
    sea.put(f"{EAST}-roots.pem", both)
    acts = wait_until("the new root waits", SOON, lambda: pending(sea))
    if len(acts) != 1 or not acts[0].startswith(f"roots/{EAST}/"):
        raise AssertionError(acts)
    if not is_linked(sea):
        raise AssertionError("the old root still counts")
    approve(sea, acts[0])
    wait_until("nothing waits", SOON, lambda: not pending(sea))
    sea.configure(APPROVALS + links(east, WEST), sea.trust)
    restart(sea)
    if pending(sea) != [f"links/{WEST}"]:
        raise AssertionError(pending(sea))
    wait_until("the approved link is up", SOON, lambda: is_linked(sea))
    approve(sea, f"links/{WEST}")
    if pending(sea):
        raise AssertionError(pending(sea))
    print("approvals: a new root and a new link waited, and what was open stayed open")


def links(east, *more):
    return "".join(f'links {{ peer_region: "{name}" }}\n' for name in (east.name, *more))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        regions = []
        try:
            for name in ("sea.example", EAST, WEST):
                (pathlib.Path(folder) / name).mkdir()
                regions.append(OneRegion(options.bin.resolve(), pathlib.Path(folder) / name, with_crls=True, name=name))
            sea, east, west = regions
            sea.issue("pki", "operator", "second", "second")
            sea.write_profile("second")
            sea.trust = (believe(sea, EAST, east.folder / "pki") +
                         believe(sea, WEST, west.folder / "pki", grace=24))
            sea.configure(APPROVALS + links(east), sea.trust)
            east.configure(f'links {{ peer_region: "{sea.name}" dial_address: "127.0.0.1:{sea.port}" }}',
                           believe(east, sea.name, sea.folder / "pki"))
            check_lists(sea, east)
            check_approvals(sea, east)
        except BaseException:
            for region in regions[:2]:
                print(region.name, region.log()[-3000:])
            raise
        finally:
            for region in regions:
                region.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
