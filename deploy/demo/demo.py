#!/usr/bin/env python3
"""Two regions on this machine, one warning, end to end.

Everything is done as an operator and an agency would do it: certificates, members, grants, keys,
agreements, subscriptions, statements and figures all go through corridorctl. The demo starts the
programs, shows what each agency receives and why another does not, and compares the counts.
Standard library only. `deploy/demo/run.sh --help` says how to use it.

regions.py says who takes part, network.py sets it up, story.py publishes, counts.py compares.
"""

import argparse
import os
import pathlib
import shlex
import shutil
import signal
import string
import sys
import tempfile
import time
import traceback

from alert_file import Alert
from counts import Counts
from network import Network
from programs import DemoError, Programs
from regions import EAST_AFRICA, REGIONS
from screen import Screen
from story import Story

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

# The whole run takes some seconds on an idle machine; this is its bound.
WHOLE_RUN = 300


def run(options, screen, network):
    """All of it; a DemoError where something failed or differs."""
    screen.heading("Two regions")
    network.set_up()
    screen.heading("What each agency receives, and why another does not")
    story = Story(screen, network)
    for number, path in enumerate(sorted((HERE / "alerts").glob("*.textproto")), 1):
        if number > 1:
            time.sleep(options.pace)
        story.play(number, Alert(path))
    screen.heading("Counts of both sides")
    counts = Counts(screen, network, story.published, story.refused)
    counts.compare()
    screen.line()
    differences = story.differences + counts.differences
    for text in differences:
        screen.line(screen.paint("red", f"  differs: {text}"))
    if differences:
        raise DemoError("the counts do not agree")
    screen.line(screen.paint("green", f"Reconciled: {len(story.published)} statements published, "
                             f"{len(story.refused)} refused, every count agrees."))


def leave_running(options, screen, network, temporary):
    """Stops the watchers, leaves the brokers, and says what to try next."""
    network.programs.stop([watcher.program for watcher in network.watchers.values()])
    network.programs.let_go()
    brokers = " ".join(str(broker.pid) for broker in network.brokers.values())
    stop = network.folder / "stop"
    clean_up = f"rm -rf -- {shlex.quote(str(network.folder))}" if temporary else ":"
    stop.write_text(string.Template((HERE / "stop.sh.in").read_text(encoding="utf-8")).substitute(
        pids=brokers, folder=shlex.quote(str(network.folder)), clean_up=clean_up), encoding="utf-8")
    stop.chmod(0o755)
    shutil.copy(HERE / "try" / "alert.json", network.folder / "alert.json")
    text = (HERE / "try" / "commands.txt.in").read_text(encoding="utf-8")
    screen.heading("Both regions go on running; try")
    screen.line(string.Template(text).substitute(
        bin=shlex.quote(str(options.bin)), folder=shlex.quote(str(network.folder)),
        logs=network.log_file(EAST_AFRICA)))


def show_logs(screen, network):
    """Where the logs lie, and what in them may matter."""
    for region in REGIONS:
        log = network.log_file(region)
        if not log.exists():
            continue
        screen.line(f"log of {region.name}: {log}")
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        grave = [line for line in lines if '"info"' not in line.lower()]
        for line in grave[-8:]:
            screen.line(f"  {line}")


def parse_options():
    parser = argparse.ArgumentParser(
        prog="./dev demo", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Two regions on this machine, one warning, end to end.",
        epilog="Exit codes: 0 every count agrees; 1 something failed or differs; 2 wrong command line; "
               "130 interrupted.\n\nOnly ports of 127.0.0.1 are used. The agencies and alerts are examples.")
    parser.add_argument("--keep", action="store_true",
                        help="leave both brokers running, and say what to try next")
    parser.add_argument("--dir", type=pathlib.Path, metavar="DIR",
                        help="keep all files in DIR, which must be new or empty (default: a temporary "
                             "folder, removed at the end)")
    parser.add_argument("--bin", type=pathlib.Path, metavar="DIR",
                        default=os.environ.get("CORRIDOR_BIN") or REPOSITORY / "build" / "bin",
                        help="where corridord and corridorctl are (default: $CORRIDOR_BIN, or build/bin)")
    parser.add_argument("--pace", type=float, metavar="SECONDS",
                        help="pause between alerts (default: 1 on a terminal, else 0)")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    for program in ("corridord", "corridorctl"):
        if not os.access(options.bin / program, os.X_OK):
            parser.error(f"{options.bin / program} is not there; ./dev build makes it")
    if options.dir and options.dir.exists() and (not options.dir.is_dir() or any(options.dir.iterdir())):
        parser.error(f"{options.dir} is there and not an empty folder")
    if options.pace is None:
        options.pace = 1 if sys.stdout.isatty() and not os.environ.get("CI") else 0
    return options


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


def too_long(_signal, _frame):
    raise DemoError(f"the demo has not come to its end within {WHOLE_RUN} s")


def set_signals(interruption, alarm):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interruption)
    signal.signal(signal.SIGALRM, alarm)


def main():
    options = parse_options()
    screen = Screen()
    programs = Programs()
    set_signals(interrupt, too_long)
    signal.alarm(WHOLE_RUN + int(options.pace * 50))
    temporary = options.dir is None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="corridor-demo-")) if temporary else options.dir.resolve()
    (folder / "profiles").mkdir(parents=True)
    network = Network(options, screen, programs, folder)
    code, remove = 1, temporary
    try:
        run(options, screen, network)
        signal.alarm(0)
        if options.keep:
            leave_running(options, screen, network, temporary)
            remove = False
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # Nobody reads what we say any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # Whatever it is, the logs may say more, and nothing may be left running.
        remove = False
        screen.line()
        screen.line(screen.paint("red", f"demo: {error}"))
        if not isinstance(error, DemoError):
            traceback.print_exc()
        show_logs(screen, network)
    finally:
        set_signals(signal.SIG_IGN, signal.SIG_IGN)  # What is below is short.
        programs.stop_all()
        if remove:
            shutil.rmtree(folder, ignore_errors=True)
    if code == 130:
        print("interrupted; stopped", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
