"""Certificates, lists and the root itself are replaced on disk while a publisher publishes and a reader reads: no call
fails, the reader misses nothing, and half a file is never taken.

    rotation_test.py --bin build/bin
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from one_region import REGION, OneRegion  # noqa: E402
from programs import wait_until  # noqa: E402

SOON = 20
# A file is taken by the broker within half a second, by a program with the SDK at its next call a second later.
TAKEN = 3
LOAD_SECONDS = 40


class Rotation:
    def __init__(self, region):
        self.region, self.folder = region, region.folder

    def read(self, name):
        return (self.folder / name).read_bytes()

    def put_pair(self, name, pki, profile, identity, *more):
        """A new certificate, as a careful tool puts it: aside first, the key before the certificate."""
        self.region.issue(pki, profile, identity, "renewed", *more, "--force")
        self.region.put(f"{name}.key", self.read("renewed.key"), 0o600)
        self.region.put(f"{name}.pem", self.read("renewed.pem"))

    def put_broker(self, pki):
        self.put_pair("broker", pki, "broker", "b1", "--dns", "localhost", "--ip", "127.0.0.1")

    def put_agencies(self, pki):
        for name in ("th-desk", "id-desk"):
            self.put_pair(name, pki, "agency", name)

    def half_written(self):
        """As a careless tool writes: the file is cut short, and whole a moment later."""
        for name in ("broker.pem", "roots.pem", "crl.pem", "th-desk.pem", "broker.key"):
            whole = self.read(name)
            path = self.folder / name
            path.write_bytes(whole[:len(whole) // 2])
            time.sleep(0.4)
            path.write_bytes(b"")
            time.sleep(0.4)
            path.write_bytes(whole)
            time.sleep(0.4)

    def bundle(self, *pkis):
        self.region.put("roots.pem", b"".join(self.read(f"{pki}/root.pem") for pki in pkis))
        self.region.put("crl.pem", b"".join(self.read(f"{pki}/crl.pem") for pki in pkis))
        time.sleep(TAKEN)

    def expiring_roots(self):
        items = self.region.ctl.ask(self.region.profile("ops"), "admin", "trust", "expiring")
        return [item for item in items if item.get("kind") == "root"]

    def roll_over(self):
        self.bundle("pki", "next")
        if len(self.expiring_roots()) != 2:
            raise AssertionError("the broker does not hold both roots")
        self.put_broker("next")
        self.put_agencies("next")
        self.put_pair("ops", "next", "operator", "ops")
        time.sleep(TAKEN)
        self.bundle("next")
        if len(self.expiring_roots()) != 1:
            raise AssertionError("the broker still holds the old root")


def serial_shown(region):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{region.port}", "-alpn", "h2"],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    shown = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=done.stdout, capture_output=True, check=True)
    return shown.stdout


def serial_of(path):
    return subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", path], capture_output=True, check=True).stdout


def check_rotation(region, watcher):
    rotation = Rotation(region)
    region.init_authority("next")
    load = region.publisher(LOAD_SECONDS, 10)
    time.sleep(1)
    rotation.half_written()
    rotation.put_broker("pki")
    rotation.put_agencies("pki")
    time.sleep(TAKEN)
    if serial_shown(region) != serial_of(region.folder / "broker.pem"):
        raise AssertionError("the broker does not show its new certificate")
    rotation.roll_over()
    if load.poll() is not None:
        raise AssertionError("the load ended before the rotation did")
    out, error = load.communicate()
    result = json.loads(out)
    print(f"rotation: {result['published']} calls, {result['failed']} failed, p99 {result['p99_us'] / 1000} ms {error}")
    if result["failed"] or result["published"] < 20:
        raise AssertionError("calls failed during the rotation")
    wait_until("the reader has everything", SOON, lambda: len(set(watcher.digests())) >= result["published"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        region = OneRegion(options.bin.resolve(), pathlib.Path(folder), with_crls=True)
        watcher = None
        try:
            region.start()
            region.register()
            watcher = region.watch("id-desk", "all")
            check_rotation(region, watcher)
        except BaseException:
            print(region.log()[-4000:], watcher and watcher.errors)
            raise
        finally:
            region.stop()
    print(f"{REGION}: rotated under load")
    return 0


if __name__ == "__main__":
    sys.exit(main())
