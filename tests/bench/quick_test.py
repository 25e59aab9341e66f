"""./dev bench --quick measures every workload on real brokers, and writes each with its figure, its limit and its ratio. How
fast it was is not looked at.

    quick_test.py --bin build/bin
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import results  # noqa: E402


def faults_in_summary(where, summary):
    if set(summary) != {"median", "min", "max", "runs"} or not summary["runs"]:
        yield f"{where}: {summary}"
    elif not summary["min"] <= summary["median"] <= summary["max"]:
        yield f"{where}: the median is not between the least and the most"


def faults_in_line(line):
    name = line["name"]
    workload = results.WORKLOADS[name]
    for figure in (line["headline"], *workload.also):
        if figure not in line["figures"]:
            yield f"{name} has no {figure}"
        elif figure == workload.figure and line["figures"][figure]["median"] <= 0:
            yield f"{name}: {figure} is not above 0"
    for figure, summary in line["figures"].items():
        yield from faults_in_summary(f"{name}, {figure}", summary)
    if (workload.limit is not None) != ("ratio" in line):
        yield f"{name}: a ratio stands where there is a limit, and nowhere else"
    if "ratio" in line and line["ratio"] <= 0:
        yield f"{name}: its ratio is {line['ratio']}"


def faults(report):
    missing = set(results.WORKLOADS) - {line["name"] for line in report["workloads"]}
    if missing:
        yield f"not measured: {sorted(missing)}"
    for name, figures in report["limits"].items():
        for figure, summary in figures.items():
            yield from faults_in_summary(f"{name}, {figure}", summary)
    for line in report["workloads"]:
        yield from faults_in_line(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written, table = pathlib.Path(folder) / "results.json", pathlib.Path(folder) / "RESULTS.md"
        subprocess.run([sys.executable, "-B", str(ROOT / "bench/run.py"), "--bin", str(options.bin), "--quick",
                        "--json", str(written), "--results", str(table)], check=True)
        report = json.loads(written.read_text(encoding="utf-8"))
        found = list(faults(report))
        rows = table.read_text(encoding="utf-8").count("\n| `")
        if rows != len(report["workloads"]):
            found.append(f"the table has {rows} rows of workloads, the figures {len(report['workloads'])}")
    print("\n".join(found) or f"{len(report['workloads'])} workloads, each with its figures")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
