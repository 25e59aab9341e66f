"""An operator watches a running broker, drains it, lets it serve again and changes what it logs: members are refused with
DRAINING meanwhile and are served afterwards, figures say so, each act is in the audit log, and a drain that is to stop the
broker ends it with exit code 0.

    operations_test.py --bin build/bin --root .
"""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

from one_broker import READY_SECONDS, REGION, Broker


def register_member(broker):
    """A desk with a profile of its own."""
    member = f"spiffe://{REGION}/agency/desk"
    broker.issue("agency", "desk", "desk")
    broker.run("admin", "members", "create", member, "--name", "Desk (example)", "--country", "THA", "--type",
               "central-government")
    broker.run("admin", "grants", "set", member, "--role", "publisher,reader", "--publish-tlp-max", "red")
    profile = broker.folder / "desk.profile"
    profile.write_text(broker.profile.read_text(encoding="utf-8").replace("ops.", "desk."), encoding="utf-8")
    return profile


def watched(broker):
    """The region on one screen, and a list that is shown again and again until Ctrl-C."""
    seen = json.loads(broker.run("admin", "top", "--once", "--every", "1", "--format=json"))
    if seen["region"] != REGION or seen["records_per_second"] != 0 or seen["answered_in_ms"] <= 0:
        yield f"top says {seen}"
    text = broker.run("admin", "top", "--once", "--every", "1")
    if not text.startswith(f"{REGION}  corridord ") or "\nlinks: 0\n" not in text or "\x1b" in text:
        yield f"top shows {text!r}"
    watcher = subprocess.Popen([broker.bin / "corridorctl", "--profile", broker.profile, "admin", "members", "list",
                                "--watch=1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [watcher.stdout.readline() for _ in range(6)]
    watcher.send_signal(signal.SIGINT)
    watcher.communicate(timeout=READY_SECONDS)
    if watcher.returncode != 0:
        yield f"an interrupted list ends with {watcher.returncode}"
    if [line[:4] for line in lines] != ["--- ", "MEMB", "desk", "--- ", "MEMB", "desk"]:
        yield f"a list that is watched shows {lines}"


def tried(broker):
    """What a suspension and the end of streams would change; nothing is changed or entered in the audit log."""
    def entries():
        return broker.run("audit", "query", "--limit", "1000", "--act", "member,grant,session")

    before = entries()
    desk = f"spiffe://{REGION}/agency/desk"
    would = json.loads(broker.run("admin", "members", "suspend", desk, "--dry-run", "--format=json"))
    if not would["dry_run"] or would["changes"]["may do nothing"]["which"] != [f"desk@{REGION}"]:
        yield f"a suspension would change {would}"
    if "Nothing was changed" not in broker.run("admin", "grants", "delete", desk, "--dry-run"):
        yield "a dry run does not say that nothing was changed"
    if "none is open" not in broker.run("admin", "sessions", "end", "--principal", desk, "--dry-run"):
        yield "streams that are not open would be ended"
    state = json.loads(broker.run("admin", "members", "show", desk, "--format=json"))["state"]
    if state != "MEMBER_STATE_ACTIVE" or "publisher" not in broker.run("admin", "grants", "list"):
        yield f"a dry run changed something: {state}"
    if entries() != before:
        yield "a dry run is in the audit log"


def story(broker):
    profile = register_member(broker)
    yield from watched(broker)
    yield from tried(broker)
    ctl = broker.bin / "corridorctl"
    subprocess.run([ctl, "--profile", profile, "subscriptions", "create", "all"], check=True, capture_output=True)

    def watch(*words):
        return subprocess.run([ctl, "--profile", profile, "watch", "all", *words], capture_output=True, text=True,
                              check=False, timeout=60)

    if json.loads(broker.run("admin", "drain", "--dry-run", "--format=json")) != {
            "streams": 0, "dry_run": True, "then_stop": False}:
        yield "a dry run of drain says something else than that no stream is open"
    if broker.metrics()[("corridor_ready", "")] != 1:
        yield "a dry run drained"
    watcher = subprocess.Popen([ctl, "--profile", profile, "watch", "all"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    if not watcher.stderr.readline().startswith("attached"):
        yield "the watcher is not attached"
    if json.loads(broker.run("admin", "drain", "--format=json"))["streams"] != 1:
        yield "drain did not end the one stream"
    if broker.metrics()[("corridor_ready", "")] != 0:
        yield "corridor_ready is not 0 while it drains"
    if not json.loads(broker.run("admin", "status", "--format=json")).get("draining"):  # Administration goes on.
        yield "the status does not say that it drains"
    watcher.terminate()
    watcher.communicate()
    broker.run("admin", "undrain")
    if broker.metrics()[("corridor_ready", "")] != 1:
        yield "corridor_ready is not 1 after undrain"
    if watch("--for", "1s").returncode != 0:
        yield "a subscriber is not served after undrain"

    code, out, err = broker.ctl("admin", "backup", "create")
    if code != 1 or "NOT_CONFIGURED" not in out + err:
        yield f"a backup without a configuration for it: {code} {out} {err}"

    before = len(broker.events())
    broker.run("admin", "log-level", "error")
    broker.run("admin", "status")
    if [line for line in broker.events()[before:] if line["level"] != "error" and line["event"] != "call"]:
        yield f"it logs more than errors: {broker.events()[before:]}"
    broker.run("admin", "log-level", "info")
    if broker.ctl("admin", "log-level", "loud")[0] != 2:
        yield "a level that does not exist is taken"

    entries = [json.loads(line) for line in broker.run("audit", "query", "--format=json").splitlines()]
    acts = [entry.get("object") for entry in entries if entry.get("act") == "AUDIT_ACT_SESSION"]
    if acts[::-1] != ["drain", "undrain", "log-level LOG_LEVEL_ERROR", "log-level LOG_LEVEL_INFO"]:
        yield f"the audit log says {acts}"
    broker.run("admin", "drain", "--stop")
    if broker.process.wait(READY_SECONDS) != 0:
        yield "a drain that is to stop the broker ends with another code than 0"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(options.bin, folder).start()
        try:
            wrong = list(story(broker))
        finally:
            code = broker.stop()
    if code != 0:
        wrong.append(f"the broker ended with {code}")
    print("\n".join(wrong) if wrong else "drained, undrained, and logged as asked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
