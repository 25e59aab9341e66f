"""Readers are cut off while a publisher publishes: by a revocation list, a suspension, a withdrawn grant, a narrowed
agreement and the data-protection officer. From a second after the broker knows, not one statement more reaches whom it
concerns; the others miss nothing and see no error.

    cut_test.py --bin build/bin
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from one_region import REGION, OneRegion  # noqa: E402
from programs import wait_until  # noqa: E402

SOON = 20
PROMISED = 1.0
# On its way to the reader's terminal when the broker let go of it, on a machine that has other things to do.
UNDER_WAY = 0.5
BETWEEN = 3
PAUSE_MS = 10
ROLES = f"""
operators: "spiffe://{REGION}/operator/dpo"
operator_roles {{ principal: "spiffe://{REGION}/operator/dpo" roles: OPERATOR_ROLE_DATA_PROTECTION }}
"""


class Cut:
    """One reader, the act that ends what it gets, and what its program is told (nothing where it goes on with less)."""

    def __init__(self, name, country, act, told):
        self.name, self.country, self.act, self.told = name, country, act, told
        self.member = f"spiffe://{REGION}/agency/{name}"
        self.watcher = None
        self.known = None

    def last_arrival(self):
        return max(self.watcher.arrival(digest)[0] for digest in set(self.watcher.digests()))


def cuts(region):
    def operator(*words):
        return lambda cut: region.ctl.ask(region.profile("ops"), "admin", *words, cut.member)

    def revoke(cut):
        region.ctl.ask(None, "certs", "revoke", region.folder / f"{cut.name}.pem", "--pki", region.folder / "pki")
        region.put("crl.pem", (region.folder / "pki/crl.pem").read_bytes())

    def narrow(_):
        region.ctl.ask(region.profile("ops"), "admin", "agreements", "end", "in-region")

    def hold_back(cut):
        region.ctl.ask(region.profile("dpo"), "admin", "reach", "suspend", cut.member)

    return [Cut("vn-desk", "VNM", revoke, "CERTIFICATE_REVOKED"),
            Cut("my-desk", "MYS", operator("members", "suspend"), "MEMBER_SUSPENDED"),
            Cut("kh-desk", "KHM", operator("grants", "delete"), "POLICY_DENIED"),
            Cut("mm-desk", "MMR", hold_back, "REACH_SUSPENDED"),
            Cut("la-desk", "LAO", narrow, None)]


def open_region(region, readers):
    region.issue("pki", "operator", "dpo", "dpo")
    region.write_profile("dpo")
    region.start()
    region.register()
    # What stays when the wide agreement has been ended: everybody but Laos.
    countries = ["IDN", *(one.country for one in readers if one.told)]
    region.ctl.ask(region.profile("ops"), "admin", "agreements", "create", "without-laos", "--title",
                   "Example agreement", "--from", REGION, "--to", REGION, "--to-country", ",".join(countries),
                   "--tlp-max", "amber", "--use", "counter-trafficking")
    for one in readers:
        region.add_reader(one.name, one.country)
        one.watcher = region.watch(one.name, "all")


def check(region):
    readers = cuts(region)
    open_region(region, readers)
    other = region.watch("id-desk", "all")
    load = region.publisher(BETWEEN * (len(readers) + 2), PAUSE_MS)
    wait_until("statements flow", SOON, lambda: all(one.watcher.digests() for one in readers))
    for one in readers:
        time.sleep(BETWEEN)
        one.act(one)
        one.known = time.time()
    out, error = load.communicate()
    result = json.loads(out)
    if result["failed"] or result["published"] < 20:
        raise AssertionError(f"the publisher: {out} {error}")
    wait_until("the other reader has everything", SOON, lambda: len(set(other.digests())) >= result["published"])
    if other.errors:
        raise AssertionError(f"the other reader saw: {other.errors}")
    for one in readers:
        took = one.last_arrival() - one.known
        print(f"{one.name}: its last statement came {took:+.2f} s after the broker could know; told: {one.watcher.errors[:1]}")
        if took > PROMISED + UNDER_WAY:
            raise AssertionError("too late")
        if one.told and not any(one.told in line for line in one.watcher.errors):
            raise AssertionError(f"was not told {one.told}")
        if not one.told and one.watcher.errors:
            raise AssertionError("should go on undisturbed")
    print(f"{result['published']} statements; the other reader got each")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        region = OneRegion(options.bin.resolve(), pathlib.Path(folder), more=ROLES, with_crls=True)
        try:
            check(region)
        except BaseException:
            print(region.log()[-4000:])
            raise
        finally:
            region.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
