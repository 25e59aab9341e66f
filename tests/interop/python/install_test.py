"""The Python client installed as a user installs it: into an environment of its own, from the tree and without a network;
then the sample, run from elsewhere, writes what a broker holds. Exits 77 (skipped) where Debian's python3-venv,
python3-setuptools or python3-wheel is not there.

    install_test.py --bin build/bin
"""

import argparse
import csv
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import uuid

import region

CLIENT = pathlib.Path(__file__).resolve().parents[3] / "client" / "python"
LONG = 120


def run(*command, **options):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False, timeout=LONG, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout


def install(folder):
    """The interpreter that has the client. The tree itself stays as it is: pip builds from a copy."""
    tree = folder / "tree"
    for part in ("proto", "client/ctl/profile.proto", "client/python"):
        source, target = CLIENT.parents[1] / part, tree / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    run(sys.executable, "-m", "venv", "--system-site-packages", folder / "venv")
    run(folder / "venv" / "bin" / "pip", "install", "--quiet", "--no-index", "--no-build-isolation", tree / "client" / "python")
    return folder / "venv" / "bin" / "python"


class Sample:
    """The sample, run from elsewhere by the interpreter that has the client."""

    def __init__(self, python, here):
        self.python, self.here, self.file = python, here, here.folder / "alerts.csv"

    def run(self):
        """The rows of its file by alert, after it has taken what there is."""
        run(self.python, "-B", CLIENT / "samples" / "alerts_to_csv.py", "--profile", self.here.profile("id-desk"), "--once",
            self.file, cwd=self.here.folder)
        with open(self.file, encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        assert len({row["digest"] for row in rows}) == len(rows), "a statement is in the file twice"
        return {row["alert_id"]: row for row in rows if row["kind"] == "ISSUE"}


def check(sample, publisher):
    """The sample writes each alert once, and takes out what is recalled; a row that a crash cut short does it no harm."""
    alerts = CLIENT.parents[1] / "deploy/demo/alerts"
    kept, gone = "0193a001-0000-7000-8000-000000000001", "0193a001-0000-7000-8000-000000000005"
    sample.here.ctl("publish", alerts / "01-first-warning.textproto", profile="th-desk")
    first = (alerts / "01-first-warning.textproto").read_text(encoding="utf-8").replace(kept, gone)
    (sample.here.folder / "second.textproto").write_text(first.replace("Office jobs", "=Jobs"), encoding="utf-8")
    sample.here.ctl("publish", sample.here.folder / "second.textproto", profile="th-desk")
    rows = sample.run()
    assert set(rows) == {kept, gone}, rows
    wanted = {"tlp": "CLEAR", "severity": "SEVERE", "recruitment_places": "014", "acts": "RECRUITMENT|HARBOURING",
              "observed_from": "2024-01", "publisher": "spiffe://sea.example/agency/th-desk"}
    assert {name: rows[kept][name] for name in wanted} == wanted, rows[kept]
    assert rows[kept]["headline"].startswith("Office jobs") and rows[gone]["headline"].startswith("'=Jobs"), rows
    publisher.recall(uuid.UUID(gone).bytes, "RECALL_REASON_PERSONAL_DATA")
    with open(sample.file, "a", encoding="utf-8") as torn:
        torn.write("a row that a crash cut short,2026")
    assert set(sample.run()) == {kept}
    text = sample.file.read_text(encoding="utf-8")
    assert "cut short" not in text and "=Jobs" not in text, text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=region.bin_folder, required=True)
    options = parser.parse_args()
    needed = ("grpc", "cryptography", "setuptools", "wheel", "ensurepip")
    if any(importlib.util.find_spec(name) is None for name in needed) or shutil.which("grpc_python_plugin") is None:
        return 77
    region.without_proxies()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        python = install(folder)
        sys.path.insert(0, run(python, "-c", "import corridor, pathlib; print(pathlib.Path(corridor.__file__).parents[1])",
                               cwd=folder).strip())
        import corridor

        here = region.Region(options.bin, folder)
        try:
            here.start()
            here.register()
            profile = corridor.Profile.read(here.profile("th-desk"))
            with corridor.Connection(profile.connection) as connection:
                check(Sample(python, here), corridor.Publisher(connection, **profile.publisher))
        finally:
            here.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
