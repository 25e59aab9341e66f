"""The Kubernetes manifests: `kubectl kustomize` builds them with files as `corridorctl init` makes them, and every file
that the pod mounts is one that the secret has. Exit code 77 (skipped) where kubectl is not installed.

    kubernetes_test.py --bin build/bin --root .
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    options = parser.parse_args()
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        print("skipped: kubectl is not installed")
        return 77
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "kubernetes"
        shutil.copytree(options.root / "deploy/kubernetes", folder)
        subprocess.run([options.bin / "corridorctl", "init", "--region", "sea.example", "--country", "THA", "--host",
                        "broker.sea.example", "--dir", folder / "region", "--data-dir", "/var/lib/corridor/data"],
                       check=True, capture_output=True)
        built = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
        wrong = [] if built.returncode == 0 else [built.stderr]
        kinds = set(re.findall(r"^kind: (\w+)", built.stdout, re.M))
        for kind in {"Namespace", "StatefulSet", "Service", "NetworkPolicy", "Secret"} - kinds:
            wrong.append(f"no {kind} is built")
        manifest = (folder / "broker.yaml").read_text(encoding="utf-8")
        for key, path in re.findall(r"\{key: (\S+), path: (\S+)\}", manifest):
            if not (folder / "region" / path).is_file():
                wrong.append(f"{path} is mounted, and corridorctl init makes no such file")
            if not re.search(rf"^  {re.escape(key)}: ", built.stdout, re.M):
                wrong.append(f"{key} is mounted, and not in the secret")
        named = set(re.findall(r'_file: "(\S+)"', (folder / "region/broker.textproto").read_text(encoding="utf-8")))
        for path in named - set(re.findall(r"path: ([^\s}]+)", manifest)):
            wrong.append(f"the configuration names {path}, which is not mounted")
    print("\n".join(wrong) if wrong else "the manifests build")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
