"""A new integrator tries Corridor: `corridord --sandbox` serves a region with nothing prepared, what it prints works with
corridorctl as it stands there, every answer says that it is a sandbox, nobody but this machine reaches it, and its keys are
its owner's alone.

    sandbox_test.py --bin build/bin
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile

import grpc

SECONDS = 60
LAST_WORDS = "End it with Ctrl-C."


@contextlib.contextmanager
def sandbox(programs, *options):
    """A sandbox that serves, and what it says."""
    process = subprocess.Popen([programs / "corridord", "--sandbox", "--listen", "127.0.0.1:0", *options],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = ""
    try:
        while LAST_WORDS not in said:
            line = process.stdout.readline()
            assert line, f"it ended: {said}{process.stderr.read()}"
            said += line
        yield said
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0, process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def refused(programs, *options):
    """Exit code and words of a sandbox that does not start."""
    done = subprocess.run([programs / "corridord", "--sandbox", *options], capture_output=True, text=True, timeout=SECONDS,
                          check=False)
    return done.returncode, done.stdout + done.stderr


class Commands:
    """The commands of the banner, with their profile, run as they stand there."""

    def __init__(self, programs, said):
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        self.found, profile = [], ""
        for line in map(str.strip, said.splitlines()):
            if line.startswith("export "):
                profile = line
            elif line.startswith("corridorctl "):
                self.found.append(f"{profile}; {line}")

    def run(self, words, more=""):
        (command,) = [command for command in self.found if words in command]
        done = subprocess.run(["sh", "-c", command + more], env=self.environment, capture_output=True, text=True,
                              timeout=SECONDS, check=False)
        assert done.returncode == 0, f"{command}{more}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout


def what_is_printed_works(programs, said):
    commands = Commands(programs, said)
    commands.run("subscriptions create all")
    commands.run("corridorctl check")
    receipt = json.loads(commands.run("corridorctl publish", " --format=json"))
    watched = commands.run("watch all", " --count 1 --format=json")
    delivered = json.loads(watched.splitlines()[0])
    assert receipt["receipt"]["statement_id"] in json.dumps(delivered), f"published {receipt}, received {delivered}"
    assert "+sandbox" in commands.run("admin status")


def every_answer_is_marked(folder):
    profile = (folder / "tha-desk.profile").read_text(encoding="utf-8")
    endpoint = re.search(r'endpoint: "127.0.0.1(:\d+)"', profile).group(1)

    def read(name):
        return (folder / name).read_bytes()
    channel = grpc.secure_channel("localhost" + endpoint, grpc.ssl_channel_credentials(
        read("root.pem"), read("tha-desk.key"), read("tha-desk.pem")))

    def headers(call):
        return dict(call.initial_metadata())
    with channel:
        subscriber = "/corridor.v1.Subscriber/"
        _, call = channel.unary_unary(subscriber + "ListSubscriptions").with_call(b"", timeout=SECONDS)
        assert headers(call).get("corridor-sandbox") == "true", headers(call)
        # Field 1, a name that no subscription has.
        failed = channel.unary_unary(subscriber + "GetSubscription").future(b"\x0a\x06absent", timeout=SECONDS)
        assert failed.exception().code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT), failed.code()
        assert headers(failed).get("corridor-sandbox") == "true", headers(failed)
        stream = channel.stream_stream(subscriber + "Attach")(iter([b""]), timeout=SECONDS)
        with contextlib.suppress(grpc.RpcError):
            next(stream)
        assert headers(stream).get("corridor-sandbox") == "true", headers(stream)
        # Refused before it reaches a service: there a message is all that there is.
        denied = channel.unary_unary("/corridor.v1.Administration/GetStatus").future(b"", timeout=SECONDS)
        assert denied.exception().code() == grpc.StatusCode.PERMISSION_DENIED, denied.code()
        assert denied.details().endswith("(sandbox)"), denied.details()


def keys_are_its_owners(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700, "others may enter the folder"
    keys = list(folder.glob("*.key"))
    assert len(keys) == 9, keys
    for key in keys:
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, f"others may read {key}"
    assert not (folder / "root.key").exists(), "the root's key is kept"


def it_is_taken_up_again(programs, folder):
    before = {path.name: path.read_bytes() for path in folder.glob("*.pem")}
    with sandbox(programs, "--directory", folder) as said:
        tha = ["corridorctl", "--profile", folder / "tha-desk.profile"]
        found = subprocess.run([programs / tha[0], *tha[1:], "subscriptions", "list", "--format=json"],
                               capture_output=True, text=True, timeout=SECONDS, check=True)
        assert '"subscriptions/all"' in found.stdout, found.stdout
        assert "begin another folder then" in said, said
    assert before == {path.name: path.read_bytes() for path in folder.glob("*.pem")}, "certificates were made anew"


def without_a_folder_nothing_stays(programs):
    with sandbox(programs) as said:
        folder = pathlib.Path(re.search(r"=(\S+)/tha-desk.profile", said).group(1))
        assert folder.is_dir() and "the folder goes" in said, said
    assert not folder.exists(), f"{folder} is left behind"


def it_refuses(programs, folder):
    for address in ("0.0.0.0:0", "[::]:0", "localhost:0", "127.0.0.1.example:0"):
        code, words = refused(programs, "--listen", address)
        assert code == 3 and "listeners[0].address: is not 127.0.0.1:port" in words, f"{address}: {code} {words}"
    strangers = folder / "strangers"
    strangers.mkdir()
    (strangers / "letter").write_text("not yours", encoding="utf-8")
    code, words = refused(programs, "--directory", strangers)
    assert code == 4 and "holds something" in words, f"{code} {words}"
    assert [path.name for path in strangers.iterdir()] == ["letter"], "it wrote into a folder that is not its own"
    assert refused(programs, "--config", "any")[0] == 2, "--sandbox goes with --config"


def story(programs, work):
    folder = work / "sandbox"
    with sandbox(programs, "--directory", folder) as said:
        what_is_printed_works(programs, said)
        every_answer_is_marked(folder)
        keys_are_its_owners(folder)
    it_is_taken_up_again(programs, folder)
    without_a_folder_nothing_stays(programs)
    it_refuses(programs, work)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        story(options.bin.resolve(), pathlib.Path(work))
    print("tried as a new integrator would")
    return 0


if __name__ == "__main__":
    sys.exit(main())
