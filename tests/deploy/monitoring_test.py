"""Alert rules and dashboards ask for what the broker has. `names`: every metric and label they name stands in the table
of docs/operations/metrics.md, which the broker writes itself. `rules`: promtool checks the rules and runs their tests;
exit code 77 (skipped) where promtool is not installed.

    monitoring_test.py names|rules --root .
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

# Labels that Prometheus adds, and what PromQL itself says.
OF_PROMETHEUS = {"instance", "job", "severity", "alertname", "alertstate"}


def table(root):
    """The labels of each metric."""
    page = (root / "docs/operations/metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(corridor_\w+)` \| (?:counter|gauge) \| ([\w, ]*) \|", page, re.M)
    return {name: {label for label in labels.split(", ") if label} for name, labels in rows}


def expressions(root):
    """(where, expression) of each rule and panel."""
    monitoring = root / "deploy/monitoring"
    rules = (monitoring / "alerts.yml").read_text(encoding="utf-8")
    for name, body in re.findall(r"- alert: (\w+)\n(.*?)(?=\n\n|\Z)", rules, re.S):
        yield name, re.search(r"expr: (?:>-)?(.*?)\n\s+(?:for|labels):", body, re.S).group(1)
    for board in sorted(monitoring.glob("grafana/*.json")):
        for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{board.name}: {panel['title']}", target["expr"]


def check_names(root):
    known = table(root)
    wrong, used = [], set()
    for where, expression in expressions(root):
        for metric, selector in re.findall(r"\b(corridor_\w+)(?:\{(.*?)\})?", expression):
            used.add(metric)
            if metric not in known:
                wrong.append(f"{where}: no metric {metric}")
                continue
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector):
                if label not in known[metric] | OF_PROMETHEUS:
                    wrong.append(f"{where}: {metric} has no label {label}")
    for metric in sorted(known.keys() - used):
        wrong.append(f"{metric} is on no dashboard and in no rule")
    return wrong


def check_rules(root):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("skipped: promtool is not installed (Debian: package prometheus)")
        sys.exit(77)
    wrong = []
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"],
                  ["check", "config", "prometheus.yml"]):
        done = subprocess.run([promtool, *words], cwd=root / "deploy/monitoring", capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            wrong.append(f"promtool {' '.join(words)}:\n{done.stdout}{done.stderr}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["names", "rules"])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    wrong = (check_names if options.part == "names" else check_rules)(options.root.resolve())
    print("\n".join(wrong) if wrong else "all is right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
