"""Measures: starts a broker of its own for each run, with keys of its own, and has corridor-bench measure it. The limits
of the machine are measured in between, and each run is shown as a ratio to them.

    run.py --bin build/bin [--quick] [--only publish_stream,end_to_end] [--repeats 3] [--seconds 3]
           [--results bench/RESULTS.md] [--json FILE]
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time

import linked_peer
import results

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

from one_region import OneRegion  # noqa: E402

ENDING = 30
PAGE_KIB = 4
COLD_START = 120


class Case:
    """A workload with its parameters; `quick` are those of a quick run, None where it is left out of one."""

    def __init__(self, name, parameters, quick, run):
        self.name, self.parameters, self.quick, self.run = name, parameters, quick, run


class Program:
    """corridor-bench, against one endpoint or none."""

    def __init__(self, binary, folder, port=None, bare=False, region="sea.example"):
        self.command = [str(binary), "--region", region, "--folder", str(folder), "--publisher", "th-desk",
                        "--reader", "id-desk"]
        if port:
            self.command += ["--endpoint", f"127.0.0.1:{port}"]
        if bare:
            self.command += ["--bare"]

    def words(self, workload, **options):
        words = [*self.command, workload]
        for name, value in options.items():
            flag = "--" + name.replace("_", "-")
            words += [flag] if value is True else [flag, str(value)]
        return words

    def measure(self, workload, **options):
        done = subprocess.run(self.words(workload, **options), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"{workload} {options}: exit code {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)["figures"]

    @contextlib.contextmanager
    def running(self, workload, **options):
        """The figures of its first line, while it waits for the end of its input."""
        program = subprocess.Popen(self.words(workload, **options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        try:
            line = program.stdout.readline()
            if not line:
                raise AssertionError(f"{workload} {options}: exit code {program.wait(ENDING)}")
            yield program, json.loads(line)["figures"]
        finally:
            program.stdin.close()
            try:
                program.wait(ENDING)
            except subprocess.TimeoutExpired:
                program.kill()


def resident_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(dict(line.split(":", 1) for line in status.splitlines())["VmRSS"].split()[0])


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kib_per_session(pid, program, sessions):
    """What an open session costs the process `pid`; the first few pay for what all share."""
    with program.running("idle_sessions", count=1):
        before = resident_kib(pid)
    with program.running("idle_sessions", count=sessions):
        return max(PAGE_KIB, resident_kib(pid) - before) / sessions


class Run:
    """A region with a fresh broker, for one run of one case."""

    def __init__(self, bench, folder):
        self.bench = bench
        self.region = OneRegion(bench.bin, folder)
        self.program = Program(bench.bin / "corridor-bench", folder, self.region.port)
        self.region.start()
        self.region.register()

    def measure(self, workload, **options):
        """Its figures, with the broker's processor time for each statement or delivery."""
        before = processor_seconds(self.region.broker.pid)
        figures = self.program.measure(workload, seconds=self.bench.seconds, warm_up=self.bench.warm_up, **options)
        spent = processor_seconds(self.region.broker.pid) - before
        return {**figures, "broker_cpu_us": spent * 1e6 / max(1, figures["operations"])}

    def drain(self, subscribers, stored):
        self.program.measure("fill", count=stored)
        return self.measure("fan_out", subscribers=subscribers, count=stored)

    def idle(self, sessions):
        return {"kib_per_session": kib_per_session(self.region.broker.pid, self.program, sessions)}

    def restart(self, stored):
        """From the start of the process until its port is open, which is after all was read that must be."""
        self.program.measure("fill", count=stored)
        self.region.broker.send_signal(signal.SIGTERM)
        self.region.broker.wait(ENDING)
        ready = start_again(self.bench.bin, self.region)
        return {"ready_s": ready, "resident_mib": resident_kib(self.region.broker.pid) / 1024}

    def catch_up_link(self, stored):
        """From the start of a peer's broker until a reader there has all that was stored while it was down."""
        peer = linked_peer.LinkedPeer(self.bench.bin, self.region.folder, self.region)
        try:
            peer.link()
            peer.go_down()
            self.program.measure("fill", count=stored)
            begun = time.monotonic()
            start_again(self.bench.bin, peer.region)
            reader = Program(self.bench.bin / "corridor-bench", peer.region.folder, peer.region.port, region=peer.region.name)
            reader.measure("fan_out", subscribers=1, count=stored)
            seconds = time.monotonic() - begun
        except BaseException:
            print(peer.region.log()[-4000:], file=sys.stderr)
            raise
        finally:
            peer.stop()
        return {"records_per_s": stored / seconds, "caught_up_s": seconds}


def start_again(binaries, region):
    """Starts the region's broker; after how many seconds its port was open."""
    with open(region.folder / "broker.log", "ab") as log:
        begun = time.monotonic()
        region.broker = region.programs.start(
            [str(binaries / "corridord"), "--config", str(region.folder / "broker.textproto")], stdout=log, stderr=log)
    while True:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", region.port)):
            return time.monotonic() - begun
        if region.broker.poll() is not None or time.monotonic() - begun > COLD_START:
            raise AssertionError("the broker does not come back")
        time.sleep(0.001)


def gate(run, **_):
    return run.program.measure("gate", seconds=run.bench.seconds / 3)


def match(run, subscriptions):
    return run.program.measure("match", count=subscriptions, seconds=run.bench.seconds)


def cases():
    stream = {"batch": 16, "window": 1024}
    bulk = {"batch": 64, "window": 1024}
    return [
        Case("publish_unary", {"rate": 200}, {"rate": 100}, lambda run, **p: run.measure("publish_unary", **p)),
        Case("publish_stream", stream, stream, lambda run, **p: run.measure("publish_stream", **p)),
        Case("publish_bulk", bulk, bulk, lambda run, **p: run.measure("publish_stream", together=True, **p)),
        *(Case("end_to_end", {"rate": 1000, "payload": payload, "subscribers": subscribers},
               {"rate": 100, "payload": payload, "subscribers": subscribers} if payload == "note" else None,
               lambda run, **p: run.measure("end_to_end", **p))
          for payload, subscribers in (("coded", 1), ("headline", 1), ("note", 1), ("coded", 8))),
        *(Case("fan_out", {"subscribers": subscribers, "stored": stored},
               {"subscribers": 2, "stored": 100} if subscribers == 8 else None, Run.drain)
          for subscribers, stored in ((1, 50_000), (8, 20_000), (100, 2_000))),
        Case("catch_up_subscriber", {"stored": 100_000}, {"stored": 200},
             lambda run, stored: run.drain(1, stored)),
        Case("idle_sessions", {"sessions": 200}, {"sessions": 4}, Run.idle),
        Case("recall_wave", {"alerts": 2_000}, {"alerts": 20},
             lambda run, alerts: run.measure("recall_wave", count=alerts)),
        Case("handshakes", {"parallel": 8}, {"parallel": 2}, lambda run, **p: run.measure("handshakes", **p)),
        Case("gate", {}, {}, gate),
        *(Case("match", {"subscriptions": subscriptions}, {"subscriptions": 100} if subscriptions == 1_000 else None, match)
          for subscriptions in (1_000, 100_000, 1_000_000)),
        Case("restart", {"stored": 100_000}, {"stored": 200}, Run.restart),
        Case("catch_up_link", {"stored": 50_000}, {"stored": 100}, Run.catch_up_link),
    ]


class Bench:
    def __init__(self, options):
        self.options = options
        self.bin = options.bin.resolve()
        self.seconds = 0.2 if options.quick else options.seconds
        self.warm_up = 0.1 if options.quick else 1
        self.cases = [case for case in cases() if (not options.only or case.name in options.only)
                      and (case.quick is not None or not options.quick)]
        self.limit_runs = {}
        self.runs = [[] for _ in self.cases]

    def parameters(self, case):
        return case.quick if self.options.quick else case.parameters

    def folder(self):
        """On the disk of the build, which is what is measured: /tmp may be memory."""
        return tempfile.TemporaryDirectory(prefix="bench-", dir=self.bin.parent)

    def probe(self):
        with self.folder() as folder:
            return Program(self.bin / "corridor-bench", folder).measure("sync", seconds=self.seconds / 6)["sync_p50_us"]

    @contextlib.contextmanager
    def fresh(self):
        with self.folder() as folder:
            run = Run(self, pathlib.Path(folder))
            try:
                yield run
            except BaseException:
                print(run.region.log()[-4000:], file=sys.stderr)
                raise
            finally:
                run.region.stop()

    def run_case(self, case, shared):
        before = self.probe()
        with contextlib.nullcontext(shared) if shared else self.fresh() as run:
            figures = case.run(run, **self.parameters(case))
        return {"figures": figures, "sync_probe_us": [before, self.probe()], "load_average": os.getloadavg()[0]}

    def measure_limits(self):
        with self.folder() as name:
            folder = pathlib.Path(name)
            OneRegion(self.bin, folder)  # For its keys: no broker is started.
            local = Program(self.bin / "corridor-bench", folder)
            found = {"sync": local.measure("sync", seconds=self.seconds / 2),
                     "signatures": local.measure("signatures", seconds=self.seconds / 3)}
            with local.running("bare_server") as (server, figures):
                bare = Program(self.bin / "corridor-bench", folder, int(figures["port"]), True)
                found.update(self.bare_limits(bare))
                found["bare_handshakes"] = self.bare_handshakes(bare, server.pid)
            with local.running("bare_server") as (server, figures):
                found["bare_idle"] = self.bare_idle(Program(self.bin / "corridor-bench", folder, int(figures["port"]), True),
                                                    server.pid)
        for limit, figures in found.items():
            self.limit_runs.setdefault(limit, []).append(figures)

    def bare_limits(self, bare):
        stored = 200 if self.options.quick else 200_000
        timed = {"seconds": self.seconds, "warm_up": self.warm_up}
        return {
            "bare_unary": bare.measure("publish_unary", rate=200, **timed),
            "bare_ping_pong": bare.measure("publish_stream", batch=1, window=1, **timed),
            "bare_stream_16": bare.measure("publish_stream", batch=16, window=1024, **timed),
            "bare_stream_64": bare.measure("publish_stream", batch=64, window=1024, **timed),
            "bare_catch_up": bare.measure("fan_out", subscribers=1, count=stored),
            "bare_fan_out": bare.measure("fan_out", subscribers=8, count=stored // 4),
        }

    def bare_handshakes(self, bare, server):
        before = processor_seconds(server)
        figures = bare.measure("handshakes", parallel=2 if self.options.quick else 8, seconds=self.seconds,
                               warm_up=self.warm_up)
        return {**figures, "server_cpu_us": (processor_seconds(server) - before) * 1e6 / figures["operations"]}

    def bare_idle(self, bare, server):
        return {"kib_per_session": kib_per_session(server, bare, 4 if self.options.quick else 200)}

    def measure_all(self, shared=None):
        self.measure_limits()
        for case, runs in zip(self.cases, self.runs):
            runs.append(self.run_case(case, shared))
            headline = results.WORKLOADS[case.name].figure
            print(f"{len(runs)}: {case.name} {results.parameters_text(self.parameters(case))}: "
                  f"{headline} {results.number(runs[-1]['figures'][headline])}", file=sys.stderr, flush=True)

    def measure(self):
        if self.options.quick:
            with self.fresh() as shared:
                self.measure_all(shared)
        else:
            for _ in range(self.options.repeats):
                self.measure_all()
        measured = [(case.name, self.parameters(case), runs) for case, runs in zip(self.cases, self.runs)]
        return results.report(machine(), self.limit_runs, measured, self.settings())

    def settings(self):
        commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                                check=False).stdout.strip()
        return {"quick": self.options.quick, "repeats": len(self.runs[0]), "seconds": self.seconds,
                "warm_up": self.warm_up, "commit": commit or "unknown",
                "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}


def machine():
    models = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines()
              if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_gib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the programs lie")
    parser.add_argument("--quick", action="store_true", help="the least of everything: proves that it runs")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="workloads, by commas")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="that each run measures")
    parser.add_argument("--results", type=pathlib.Path, help="where the table goes; else to standard output")
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go")
    options = parser.parse_args()
    unknown = set(options.only) - set(results.WORKLOADS)
    if unknown or options.repeats < 1 or options.seconds <= 0:
        parser.error(f"no such workload: {', '.join(sorted(unknown))}" if unknown else "nothing would be measured")
    report = Bench(options).measure()
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    table = results.render(report)
    if options.results:
        options.results.write_text(table, encoding="utf-8")
    else:
        print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
