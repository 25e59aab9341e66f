"""What a running broker serves to Prometheus is what the table for people names: the same metrics with the same labels,
and every gauge of the broker itself is there from the start.

    metrics_test.py --bin build/bin --root .
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from one_broker import Broker


def table_of(program):
    """{metric: (kind, labels)} of the table that the program writes."""
    text = subprocess.run([program, "--metrics-table"], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w, ]*) \|", text, re.M)
    return {name: (kind, {label for label in labels.split(", ") if label}) for name, kind, labels in rows}, text


def differences(figures, table):
    for name, labels in figures:
        written = set(re.findall(r'(\w+)="', labels))
        if name not in table:
            yield f"{name} is served and not in the table"
        elif written != table[name][1]:
            yield f"{name} has the labels {sorted(written)}, in the table {sorted(table[name][1])}"
    served = {name for name, _ in figures}
    for name, (kind, labels) in table.items():
        # What has a peer begins with a link.
        if kind == "gauge" and "peer" not in labels and name not in served:
            yield f"{name} is in the table and not served"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    table, text = table_of(options.bin / "corridord")
    wrong = []
    if text not in (options.root / "docs/operations/metrics.md").read_text(encoding="utf-8"):
        wrong.append("docs/operations/metrics.md holds another table than corridord --metrics-table writes")
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(options.bin, folder).start()
        try:
            broker.wait_until(lambda: ("corridor_journal_head_offset", "") in broker.metrics(), "no figures")
            figures = broker.metrics()
            wrong += differences(figures, table)
            if figures.get(("corridor_ready", "")) != 1:
                wrong.append("a broker that serves is not ready")
            for item in ("certificate", "crl", "root"):
                ends = figures.get(("corridor_expires_timestamp_seconds", f'item="{item}",region="sea.example"'), 0)
                if ends < time.time():
                    wrong.append(f"{item} of a new region ends at {ends}")
            # A stranger's certificate, so that a counter begins too.
            broker.issue("agency", "stranger", "stranger")
            subprocess.run([options.bin / "corridorctl", "--profile", broker.profile, "--cert",
                            broker.folder / "stranger.pem", "--key", broker.folder / "stranger.key", "admin", "status"],
                           capture_output=True, check=False)
            counted = broker.metrics()
            wrong += differences(counted, table)
            if not any(name == "corridor_calls_refused_total" for name, _ in counted):
                wrong.append("a refused call is not counted")
        finally:
            code = broker.stop()
        if code != 0:
            wrong.append(f"the broker ended with {code}")
    print("\n".join(wrong) if wrong else f"{len(table)} metrics, as in the table")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
