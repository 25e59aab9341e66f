"""The sample configurations in deploy/config are sound: certificates are made for the regions that they name, and
`corridord --check-config` takes each as it is, and refuses it once a file is missing.

    config_test.py --bin build/bin --root .
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

REGION = "sea.example"
PEERS = {"eastafrica.example": "eastafrica", "gulf.example": "gulf"}


def make_files(ctl, folder):
    def certs(*words):
        subprocess.run([ctl, "certs", *map(str, words)], check=True, capture_output=True)

    tls, peers = folder / "tls", folder / "peers"
    peers.mkdir()
    certs("init", "--trust-domain", REGION, "--pki", tls)
    certs("issue", "--pki", tls, "--profile", "broker", "--id", "b1", "--dns", "localhost", "--out", tls / "broker")
    certs("issue", "--pki", tls, "--profile", "signing", "--id", "broker/b1", "--out", tls / "broker-signing")
    for region, name in PEERS.items():
        certs("init", "--trust-domain", region, "--pki", folder / name)
        shutil.copy(folder / name / "root.pem", peers / f"{name}.pem")
        shutil.copy(folder / name / "crl.pem", peers / f"{name}-crl.pem")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        make_files(options.bin / "corridorctl", folder)
        for name in ("backups", "backup-keys"):
            (folder / name).mkdir()
        subprocess.run([options.bin / "corridorctl", "admin", "backup", "keygen", "--out", folder / "backup"], check=True,
                       capture_output=True)

        def check(name):
            return subprocess.run([options.bin / "corridord", "--config", folder / name, "--check-config"],
                                  capture_output=True, text=True, check=False)

        samples = sorted((options.root / "deploy/config").glob("*.textproto"))
        for sample in samples:
            # The one thing that this machine need not have.
            text = sample.read_text(encoding="utf-8").replace('"/var/lib/corridor/data"', '"data"').replace(
                '"/var/backups/corridor', '"backups').replace('"/media/backup-keys', '"backup-keys')
            (folder / sample.name).write_text(text, encoding="utf-8")
            done = check(sample.name)
            if done.returncode != 0:
                wrong.append(f"{sample.name}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        (folder / "tls/root.pem").unlink()
        for sample in samples:
            done = check(sample.name)
            if done.returncode != 3 or "roots_file" not in done.stderr:
                wrong.append(f"{sample.name} without its root: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    print("\n".join(wrong) if wrong else f"{len(samples)} samples are sound")
    return 1 if wrong or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
