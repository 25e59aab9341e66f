"""The disk of a running broker fills up and is cleared again: first a warning, then publishing is refused with
DISK_WATERMARK while a subscriber reads on and a recall is taken, then service returns by itself; figures, health by
`admin check`, log and audit log say so each time. The disk is one in memory, of 320 MiB; exit code 77 (skipped) where
none may be mounted.

    disk_test.py --bin build/bin --root .
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from one_broker import REGION, Broker

MARKS = "disk { warn_free_mib: 128 refuse_free_mib: 80 }\n"
MIB = 1 << 20


def fill(disk, free_mib):
    """Leaves so much free on the disk."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    done = subprocess.run(["df", "--output=avail", "-B1", disk], capture_output=True, text=True, check=True)
    with open(ballast, "wb") as file:
        for _ in range((int(done.stdout.split()[1]) - free_mib * MIB) // MIB):
            file.write(bytes(MIB))


def agree(broker):
    broker.run("admin", "agreements", "create", "within", "--title", "Within the region", "--from", REGION, "--to", REGION,
               "--tlp-max", "red", "--use", "counter-trafficking")


class Desk:
    """A member that publishes and reads."""

    def __init__(self, broker, root, name, country):
        self.broker = broker
        self.alert = root / "deploy/demo/try/alert.json"
        member = f"spiffe://{REGION}/agency/{name}"
        broker.issue("agency", name, name)
        broker.issue("signing", f"agency/{name}", f"{name}-signing")
        broker.run("admin", "members", "create", member, "--name", "Desk (example)", "--country", country, "--type",
                   "central-government")
        broker.run("admin", "grants", "set", member, "--role", "publisher,reader", "--publish-tlp-max", "red")
        broker.run("admin", "keys", "register", broker.folder / f"{name}-signing.pem")
        self.profile = broker.folder / f"{name}.profile"
        self.profile.write_text(broker.profile.read_text(encoding="utf-8").replace("ops.", f"{name}.") +
                                f'signing_key: "{name}-signing.key"\npublisher_country: "{country}"\n'
                                'publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT\n', encoding="utf-8")

    def ctl(self, *words):
        done = subprocess.run([self.broker.bin / "corridorctl", "--profile", self.profile, *map(str, words)],
                              capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def publish(self):
        return self.ctl("publish", self.alert, "--format=json")


def story(broker, root, disk):
    desk, reader = Desk(broker, root, "tha-desk", "THA"), Desk(broker, root, "phl-desk", "PHL")
    agree(broker)

    def state():
        return broker.metrics().get(("corridor_disk_state", ""))

    def until(level):
        broker.wait_until(lambda: state() == level, f"the disk's state is not {level}")

    if (done := desk.publish())[0] != 0:
        yield f"with room: {done}"
    reader.ctl("subscriptions", "create", "all", "--from-oldest")
    fill(disk, 110)
    until(1)
    if desk.publish()[0] != 0:
        yield "a warning refuses"
    if (code := broker.ctl("admin", "check", "--certificate-days", "1")[0]) != 1:
        yield f"admin check says {code} where the disk fills up"
    fill(disk, 64)
    until(2)
    code, out, err = desk.publish()
    if code == 0 or "DISK_WATERMARK" not in out + err:
        yield f"publishing on a full disk: {code} {out} {err}"
    if (code := broker.ctl("admin", "check", "--certificate-days", "1")[0]) != 2:
        yield f"admin check says {code} where the disk is nearly full"
    code, out, _ = reader.ctl("watch", "all", "--count", "2", "--format=json")
    if code != 0:
        yield f"a subscriber is not served: {code} {out}"
    (disk / "ballast").unlink()
    until(0)
    if (done := desk.publish())[0] != 0:
        yield f"with room again: {done}"
    said = [line["state"] for line in broker.events() if line.get("event") == "disk_state"]
    if said != ["DISK_STATE_LOW", "DISK_STATE_REFUSING", "DISK_STATE_ENOUGH"]:
        yield f"the log says {said}"
    entries = [json.loads(line) for line in broker.run("audit", "query", "--format=json").splitlines()]
    audited = [entry.get("object") for entry in entries if entry.get("act") == "AUDIT_ACT_DISK"]
    if audited[::-1] != said:  # The newest first.
        yield f"the audit log says {audited}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        disk = pathlib.Path(folder) / "data"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", disk], capture_output=True,
                                 check=False)
        if mounted.returncode != 0:
            print("skipped: a disk in memory may not be mounted here")
            return 77
        try:
            broker = Broker(options.bin, folder)
            config = broker.folder / "broker.textproto"
            config.write_text(config.read_text(encoding="utf-8") + MARKS, encoding="utf-8")
            broker.start()
            try:
                wrong = list(story(broker, options.root, disk))
            finally:
                code = broker.stop()
        finally:
            subprocess.run(["umount", disk], check=False)
    if code != 0:
        wrong.append(f"the broker ended with {code}")
    print("\n".join(wrong) if wrong else "warned, refused, and recovered")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
