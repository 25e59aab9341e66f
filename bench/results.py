"""What ./dev bench makes of its runs: medians with their spread, each as a ratio to a limit of the same machine. Pure."""

import statistics

# A run counts only where the disk was itself: its probes before and after at most this many times their usual time.
PROBE_FACTOR_MAX = 2
FASTER, SHORTER = "more is better", "less is better"


class Workload:
    """What one line of the table is about: which figure, in which unit, and what limits it."""

    def __init__(self, figure, unit, better, limit=None, limit_text="", also=()):
        self.figure, self.unit, self.better = figure, unit, better
        self.limit, self.limit_text, self.also = limit, limit_text, also


def microseconds_each(per_second):
    return 1e6 / per_second


def lone_limit(limits):
    return (limits["sync.sync_p50_us"] + microseconds_each(limits["signatures.sign_per_s"])
            + microseconds_each(limits["signatures.verify_per_s"]))


def stream_limit(limits):
    both = microseconds_each(limits["signatures.sign_per_s"]) + microseconds_each(limits["signatures.verify_per_s"])
    return limits["machine.cores"] * 1e6 / both


def path_limit(limits):
    return lone_limit(limits) + limits["bare_ping_pong.request_p50_us"]


def of(name):
    return lambda limits: limits[name]


PATH = "one sync, one signature, one verification, one bare round trip"
WORKLOADS = {
    "publish_unary": Workload("publish_p50_us", "µs p50", SHORTER, lone_limit,
                              "one sync, one signature, one verification", ("publish_p99_us",)),
    "publish_stream": Workload("statements_per_s", "/s", FASTER, stream_limit,
                               "signing and verifying alone, on all cores", ("request_p50_us", "request_p99_us")),
    "publish_bulk": Workload("statements_per_s", "/s", FASTER, of("bare_stream_64.statements_per_s"),
                             "bare gRPC stream, requests of 64", ("request_p50_us", "request_p99_us")),
    "end_to_end": Workload("delivery_p50_us", "µs p50", SHORTER, path_limit, PATH,
                           ("delivery_p99_us", "receipt_p50_us", "receipt_p99_us")),
    "fan_out": Workload("deliveries_per_s", "/s", FASTER, of("bare_fan_out.deliveries_per_s"),
                        "bare gRPC streams to 8, batches of 64"),
    "catch_up_subscriber": Workload("deliveries_per_s", "/s", FASTER, of("bare_catch_up.deliveries_per_s"),
                                    "bare gRPC stream to one, batches of 64"),
    "catch_up_link": Workload("records_per_s", "/s", FASTER, of("bare_catch_up.deliveries_per_s"),
                              "bare gRPC stream to one, batches of 64", ("caught_up_s",)),
    "idle_sessions": Workload("kib_per_session", "KiB", SHORTER, of("bare_idle.kib_per_session"),
                              "bare gRPC connection with a stream"),
    "recall_wave": Workload("recalls_per_s", "/s", FASTER, None, "",
                            ("accepted_per_s", "notice_p50_us", "notice_p99_us")),
    "handshakes": Workload("handshakes_per_s", "/s", FASTER, of("bare_handshakes.handshakes_per_s"),
                           "bare gRPC server, the same client", ("handshake_p50_us", "handshake_p99_us")),
    "match": Workload("match_p50_us", "µs p50", SHORTER, None, "",
                      ("match_p99_us", "insert_p50_us", "bytes_per_subscription", "matches_per_statement")),
    "gate": Workload("coded_p50_us", "µs p50", SHORTER, None, "",
                     ("headline_p50_us", "headline_p99_us", "note_p50_us", "note_p99_us")),
    "restart": Workload("ready_s", "s", SHORTER, None, "", ("resident_mib",)),
}


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": list(values)}


def by_figure(runs):
    """{figure: summary} over runs that each have all figures."""
    return {name: summary([run[name] for run in runs]) for name in runs[0]}


def usual_probe(runs):
    return statistics.median(probe for run in runs for probe in run["sync_probe_us"])


def is_void(run, usual):
    return max(run["sync_probe_us"]) > PROBE_FACTOR_MAX * usual


def line_of(name, parameters, runs, limits, usual):
    """One workload of the report; where every run is void, all of them are shown, and said to be."""
    kept = [run for run in runs if not is_void(run, usual)]
    workload = WORKLOADS[name]
    figures = by_figure([run["figures"] for run in kept or runs])
    line = {"name": name, "parameters": parameters, "figures": figures, "headline": workload.figure,
            "unit": workload.unit, "better": workload.better, "void_runs": len(runs) - len(kept),
            "load_average": summary([run["load_average"] for run in runs])}
    if workload.limit:
        limit = workload.limit(limits)
        line["limit"] = {"name": workload.limit_text, "value": limit}
        line["ratio"] = figures[workload.figure]["median"] / limit
    return line


def report(machine, limit_runs, workload_runs, settings):
    """`limit_runs`: {limit: [figures]}. `workload_runs`: [(name, parameters, [run])]."""
    limits = {name: by_figure(runs) for name, runs in limit_runs.items()}
    medians = {f"{name}.{figure}": value["median"] for name, figures in limits.items()
               for figure, value in figures.items()}
    medians["machine.cores"] = machine["cores"]
    usual = usual_probe([run for _, _, runs in workload_runs for run in runs])
    return {"machine": machine, "settings": settings, "sync_probe_usual_us": usual, "limits": limits,
            "workloads": [line_of(name, parameters, runs, medians, usual)
                          for name, parameters, runs in workload_runs]}


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(value):
    return f"{number(value['median'])} [{number(value['min'])}..{number(value['max'])}]"


def parameters_text(parameters):
    return ", ".join(f"{name} {value}" for name, value in parameters.items())


def workload_row(line):
    workload = WORKLOADS[line["name"]]
    limit, ratio = "", ""
    if "limit" in line:
        limit = f"{number(line['limit']['value'])}: {line['limit']['name']}"
        ratio = f"{line['ratio']:.2f}"
    also = "; ".join(f"{name} {number(line['figures'][name]['median'])}" for name in
                     (*workload.also, *(["broker_cpu_us"] if "broker_cpu_us" in line["figures"] else [])))
    void = f" ({line['void_runs']} void)" if line["void_runs"] else ""
    return (f"| `{line['name']}` {parameters_text(line['parameters'])} | "
            f"{spread(line['figures'][line['headline']])} {line['unit']}{void} | {limit} | {ratio} | {also} |")


def limit_rows(limits):
    shown = (("sync", "sync_p50_us", "4 KiB append and fdatasync, p50", "µs"),
             ("sync", "sync_p99_us", "the same, p99", "µs"),
             ("signatures", "sign_per_s", "Ed25519 signatures, one core", "/s"),
             ("signatures", "verify_per_s", "Ed25519 verifications, one core", "/s"),
             ("bare_unary", "publish_p50_us", "bare unary call by the SDK, signing included, p50", "µs"),
             ("bare_ping_pong", "request_p50_us", "bare stream, one message there and back, p50", "µs"),
             ("bare_stream_16", "statements_per_s", "bare stream, requests of 16", "/s"),
             ("bare_stream_64", "statements_per_s", "bare stream, requests of 64", "/s"),
             ("bare_catch_up", "deliveries_per_s", "bare stream to one, batches of 64", "/s"),
             ("bare_fan_out", "deliveries_per_s", "bare streams to 8, batches of 64", "/s"),
             ("bare_handshakes", "handshakes_per_s", "bare new connections, 8 at a time", "/s"),
             ("bare_handshakes", "server_cpu_us", "the same, processor time of the server for each", "µs"),
             ("bare_idle", "kib_per_session", "bare connection with a stream", "KiB"))
    for name, figure, text, unit in shown:
        yield f"| {text} | {spread(limits[name][figure])} {unit} |"


def render(result):
    machine, settings = result["machine"], result["settings"]
    loads = [line["load_average"] for line in result["workloads"]]
    text = f"""# Results

Written by `./dev bench`; bench/README.md says what each workload does. {machine['cpu']}, {machine['cores']} cores, \
{machine['memory_gib']:.0f} GiB, kernel {machine['kernel']}; broker and clients share the cores. Commit {settings['commit']}, \
{settings['date']}. Medians of {settings['repeats']} interleaved runs of {number(settings['seconds'])} s, [least..most]. \
Load average {min(load['min'] for load in loads):.1f} to {max(load['max'] for load in loads):.1f}: above \
{machine['cores']} other work shared the machine.

Everything is with mutual TLS, signatures verified, gate and policy applied, and synced before it is acknowledged. A ratio \
is the figure by its limit: for rates more is better, for times and sizes less.

| Workload | Figure | Limit | Ratio | Also |
|---|---|---|---|---|
"""
    text += "\n".join(workload_row(line) for line in result["workloads"])
    text += f"""

`broker_cpu_us` is processor time of the broker for each statement, or each delivery of `fan_out` and \
`catch_up_subscriber`: of all the figures it suffers least from other work. A run is void, and left out, where the sync \
probe before or after it took more than twice its usual {number(result['sync_probe_usual_us'])} µs.

## Limits of the machine, from the same run

| Limit | Figure |
|---|---|
"""
    return text + "\n".join(limit_rows(result["limits"])) + "\n"
