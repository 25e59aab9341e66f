"""Pages for operators, tried word for word: every `sh` block of the page runs line by line, in one folder and one shell's
environment, with the real programs. A line must end with exit code 0, or with N where it ends in `# exit code N`.
`corridord --config FILE` stays in the background once it serves, and `systemctl start|stop|restart corridord  # FOLDER`
is done to it. A `textproto` block is added to the configuration that the page speaks of next. Ports are replaced by free
ones, `deploy/` is that of the tree, and what a link needs some time for (`admin check`, `members list --linked`,
`alerts list`, counted or not) is tried until it is so.

    pages_test.py --bin build/bin --root . PAGE
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from one_broker import READY_SECONDS, free_port

PORTS = ("7443", "7453", "9464", "9465")
# What becomes true a moment later, with the word that says so.
IN_TIME = {"grep -c Issue": "2", "corridorctl admin check": "OK", "members list --linked": "@eastafrica.example",
           "alerts list": "Issue"}
PEERS_BELONG = "  # Each peer region has its own line here"


class Page:
    def __init__(self, options, folder):
        self.folder = pathlib.Path(folder)
        self.environment = dict(os.environ, PATH=f"{options.bin.resolve()}:{os.environ['PATH']}")
        self.brokers = {}  # by folder: (command, process)
        self.ports = {port: str(free_port()) for port in PORTS}
        (self.folder / "deploy").symlink_to(options.root.resolve() / "deploy")
        text = (options.root / "docs/operations" / options.page).read_text(encoding="utf-8")
        self.blocks = re.findall(r"^```(sh|textproto)\n(.*?)^```", text, re.M | re.S)

    def replaced(self, text):
        return re.sub("|".join(PORTS), lambda found: self.ports[found.group()], text)

    def run(self):
        count = 0
        for number, (kind, block) in enumerate(self.blocks):
            if kind == "textproto":
                self.configure(block, self.blocks[number + 1][1])
                continue
            for line in self.replaced(block).replace("\\\n", " ").splitlines():
                if line.strip() and not line.startswith("#"):
                    self.step(line)
                    count += 1
        return count

    def step(self, line):
        print(line, flush=True)
        expected = int((re.search(r"# exit code (\d+)$", line) or [0, 0])[1])
        if export := re.fullmatch(r"export (\w+)=(\S+)", line):
            self.environment[export.group(1)] = export.group(2)
        elif re.fullmatch(r"corridord --config \S+( --accept-lost-tail)?", line) and expected == 0:
            self.start(line)
        elif service := re.fullmatch(r"systemctl (start|stop|restart) corridord  # (\S+)", line):
            self.serve(*service.groups())
        else:
            word = next((word for part, word in IN_TIME.items() if part in line), "")
            self.shell(line, expected, word)

    def shell(self, line, expected, word):
        end = time.monotonic() + READY_SECONDS
        while True:
            done = subprocess.run(["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True,
                                  text=True, check=False)
            if done.returncode == expected and word in done.stdout:
                return
            if not word or time.monotonic() > end:
                raise AssertionError(f"{line}\nexit code {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
            time.sleep(0.3)

    def start(self, line):
        folder = re.search(r"--config (\S+)/", line).group(1)
        log = self.folder / f"{folder.replace('/', '-')}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=self.folder, env=self.environment,
                                       stdout=out, stderr=out)
        self.brokers[folder] = (line, process)
        end = time.monotonic() + READY_SECONDS
        while '"event":"serving"' not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{line}\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.1)

    def serve(self, act, folder):
        line, process = self.brokers[folder]
        if act != "start":
            process.send_signal(signal.SIGTERM)
            if process.wait(READY_SECONDS) != 0:
                raise AssertionError(f"the broker of {folder} ended with {process.returncode}")
        if act != "stop":
            self.start(line.replace(" --accept-lost-tail", ""))

    def configure(self, lines, following):
        path = self.folder / re.search(r"(\S+/broker\.textproto)", following).group(1)
        text = path.read_text(encoding="utf-8")
        for line in self.replaced(lines).splitlines():
            if line.startswith("trust_domains"):
                marker = next(old for old in text.splitlines() if old.startswith(PEERS_BELONG))
                text = text.replace(marker, f"{marker}\n  {line}")
            else:
                text += line + "\n"
        path.write_text(text, encoding="utf-8")

    def stop(self):
        for _, process in self.brokers.values():
            if process.poll() is None:
                process.terminate()
                process.wait(READY_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = Page(options, folder)
        try:
            count = page.run()
        except AssertionError as error:
            print(f"{options.page}: {error}")
            return 1
        finally:
            page.stop()
    print(f"{options.page}: {count} commands, each as the page says")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
