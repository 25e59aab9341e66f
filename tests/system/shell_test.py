"""What a shell completes and man shows is what corridorctl can do: bash reads the script that the program writes, and
every page is sound for groff (that part is left out, with a word, where groff is not installed).

    shell_test.py --bin build/bin --root .
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Words so far, the last being completed, and what must be offered (and nothing else where exact).
CASES = (
    (["corridorctl", "ad"], {"admin"}),
    (["corridorctl", "admin", "memb"], {"members"}),
    (["corridorctl", "admin", "members", "create", "--coun"], {"--country"}),
    (["corridorctl", "admin", "status", "--form"], {"--format"}),
    (["corridorctl", "admin", "status", "--format", "j"], {"json"}),
    (["corridorctl", "admin", "status", "--format", "=", ""], {"text", "json"}),
    (["corridorctl", "completion", "z"], {"zsh"}),
)


def completed(script, words):
    quoted = " ".join(f"'{word}'" for word in words)
    done = subprocess.run(
        ["bash", "--norc", "-c",
         f"cd /; source '{script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _corridorctl; "
         "printf '%s\\n' \"${COMPREPLY[@]}\""], capture_output=True, text=True, check=False)
    return {word for word in done.stdout.split("\n") if word}, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    program = parser.parse_args().bin / "corridorctl"
    wrong = []
    with tempfile.TemporaryDirectory() as temporary:
        script = pathlib.Path(temporary) / "completion"
        script.write_bytes(subprocess.run([program, "completion", "bash"], capture_output=True, check=True).stdout)
        for words, expected in CASES:
            offered, said = completed(script, words)
            if offered != expected or said:
                wrong.append(f"{' '.join(words)}: {sorted(offered)}, not {sorted(expected)} {said}")
        pages = pathlib.Path(temporary) / "man"
        subprocess.run([program, "manual", "--out", pages], check=True)
        help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
        commands = re.findall(r"^  (\w+) ", help_text.split("Subcommands:")[1].split("Exit codes:")[0], re.M)
        for name in ["corridorctl", *(f"corridorctl-{command}" for command in commands)]:
            if not (pages / f"{name}.1").is_file():
                wrong.append(f"no page {name}.1")
        if shutil.which("groff") is None:
            print("groff is not installed: the pages are not read")
        for page in sorted(pages.glob("*.1")) if shutil.which("groff") else []:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0 or done.stderr:
                wrong.append(f"{page.name}: {done.stderr}")
    print("\n".join(wrong) if wrong else "completion and pages are sound")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
