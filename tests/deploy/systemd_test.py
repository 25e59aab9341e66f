"""The systemd unit is well-formed and hardened: systemd-analyze verifies it, and judges its exposure at no more than
the limit. Exit code 77 (skipped) where systemd-analyze is not installed or cannot judge a file.

    systemd_test.py --root .
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Of 10; what is left is that it may use the network, AF_UNIX, and has a user that is not dynamic.
EXPOSURE_MAX = 1.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    unit = parser.parse_args().root / "deploy/systemd/corridord.service"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        print("skipped: systemd-analyze is not installed")
        return 77
    judged = subprocess.run([analyze, "security", "--offline=true", "--no-pager", unit], capture_output=True,
                            text=True, check=False)
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    if level is None:
        print(f"skipped: systemd-analyze judges no file here: {judged.stderr.strip()}")
        return 77
    wrong = []
    if float(level.group(1)) > EXPOSURE_MAX:
        wrong.append(judged.stdout)
    with tempfile.TemporaryDirectory() as folder:
        # The programs need not be installed for the rest to be verified.
        copy = pathlib.Path(folder) / unit.name
        copy.write_text(unit.read_text(encoding="utf-8").replace("/usr/bin/corridord", "/bin/true"), encoding="utf-8")
        verified = subprocess.run([analyze, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
    ours = [line for line in verified.stderr.splitlines() if unit.name in line]
    if ours:
        wrong += ours
    print("\n".join(wrong) if wrong else f"exposure {level.group(1)} of 10")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
