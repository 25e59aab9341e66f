#!/usr/bin/env python3
"""For jobs that make their copies anew each time: runs a command, and confirms what had to be erased before it ran.

    confirm_recalls.py --profile desk.profile -- COMMAND...

What is recalled is in no answer of the broker any more, so a copy that was made anew does not have it. The notices are noted
before the command begins, and confirmed as erased when it ends with exit code 0; later ones wait for the next run. The command
must leave no older copy behind.

Exit codes: that of the command where it is not 0; else 0 done, 1 the broker refused, 2 wrong command line or files.
"""

import argparse
import pathlib
import subprocess
import sys

import corridor


def main():
    parser = argparse.ArgumentParser(description="Runs a command, then confirms the recalls that it obeyed.")
    parser.add_argument("--profile", type=pathlib.Path, required=True, help="who calls, and which broker")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    try:
        with corridor.Connection(corridor.Profile.read(options.profile).connection) as connection:
            subscriber = corridor.Subscriber(connection)
            notices = [notice.notice_id for notice in subscriber.recall_notices()]
            code = subprocess.run(options.command, check=False).returncode
            if code != 0:
                return code
            subscriber.confirm_recalls(dict.fromkeys(notices, corridor.Outcome.ERASED))
    except (OSError, ValueError) as error:
        print(f"confirm_recalls: {error}", file=sys.stderr)
        return 2
    except corridor.CorridorError as error:
        print(f"confirm_recalls: {error}", file=sys.stderr)
        return 1
    if notices:
        print(f"{len(notices)} recalls confirmed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
