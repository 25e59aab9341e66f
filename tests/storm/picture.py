"""Draws a run as one page, run.html: faults over time, what was answered and what was not, and how long things took."""

import collections
import html
import statistics

import cast
import history

WIDTH, LEFT, ROW, BAND = 1160, 190, 14, 90
COLOURS = {"kill": "#c0392b", "stop": "#8e44ad", "partition": "#d35400", "one_way": "#e67e22", "flapping": "#f1c40f",
           "mid_frame": "#2c3e50", "slow": "#7f8c8d", "shaped": "#95a5a6"}


class Page:
    def __init__(self, begun, ended):
        self.begun, self.seconds = begun, max(ended - begun, 1)
        self.parts, self.y = [], 10

    def x(self, t):
        return LEFT + (WIDTH - LEFT - 10) * (t - self.begun) / self.seconds

    def text(self, x, y, words, size=11, colour="#222"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}">{html.escape(words)}</text>')

    def box(self, begun, ended, colour, title, height=ROW - 3):
        x = self.x(begun)
        self.parts.append(f'<rect x="{x:.1f}" y="{self.y:.1f}" width="{max(self.x(ended) - x, 2):.1f}" height="{height}" '
                          f'fill="{colour}"><title>{html.escape(title)}</title></rect>')

    def title(self, words):
        self.y += 24
        self.text(6, self.y, words, 13)
        self.y += 8

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.y + 20:.0f}" '
                f'font-family="sans-serif">{"".join(self.parts)}</svg>')


def draw(folder, wrong):
    nemesis = list(history.read(folder / "history/nemesis.jsonl"))
    clients = {name: list(history.read(folder / f"history/{name}.jsonl")) for name in cast.REGIONS}
    lag = list(history.read(folder / "history/figures.jsonl"))
    times = [event["t"] for events in (*clients.values(), nemesis) for event in events]
    if not times:
        return
    page = Page(min(times), max(times))
    draw_axis(page)
    draw_faults(page, nemesis)
    for name, events in clients.items():
        draw_answers(page, name, events)
    draw_latencies(page, clients)
    draw_lag(page, lag)
    verdict = "All promises held." if not wrong else f"{len(wrong)} promises broken:"
    listed = "".join(f"<li>{html.escape(one)}</li>" for one in wrong[:200])
    (folder / "run.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>A fault run</title><body style="font-family:sans-serif">'
        f"<h2>{verdict}</h2><ul>{listed}</ul>{page.svg()}</body>", encoding="utf-8")


def draw_axis(page):
    step = next(step for step in (1, 2, 5, 10, 30, 60, 120, 300, 600, 3600) if page.seconds / step <= 24)
    page.y += 10
    for second in range(0, int(page.seconds) + 1, step):
        page.text(page.x(page.begun + second), page.y, f"{second} s", 9, "#777")


def draw_faults(page, nemesis):
    page.title("Faults")
    open_faults, rows = {}, collections.defaultdict(list)
    for event in nemesis:
        key = (event.get("fault"), event.get("what"))
        if event["op"] == "begin":
            if event["fault"] == "mid_frame":
                rows[event["what"]].append((event["t"], event["t"], "mid_frame"))
            else:
                open_faults[key] = event["t"]
        elif event["op"] == "end" and key in open_faults:
            rows[event["what"]].append((open_faults.pop(key), event["t"], event["fault"]))
        elif event["op"] == "died":
            rows[event["what"]].append((event["t"], event["t"] + 1, "kill"))
    for what in sorted(rows):
        page.text(6, page.y + ROW - 4, what)
        for begun, ended, fault in rows[what]:
            page.box(begun, ended, COLOURS[fault], f"{fault} {what}: {ended - begun:.1f} s")
        page.y += ROW
    x = LEFT
    page.y += 4
    for fault, colour in COLOURS.items():
        page.parts.append(f'<rect x="{x}" y="{page.y}" width="10" height="10" fill="{colour}"/>')
        page.text(x + 14, page.y + 9, fault, 10)
        x += 95
    page.y += 14


def by_second(events, wanted):
    count = collections.Counter(int(event["t"]) for event in events if wanted(event))
    return sorted(count.items())


def bars(page, counts, colour, height, most):
    for second, count in counts:
        tall = height * min(count, most) / most
        page.parts.append(f'<rect x="{page.x(second):.1f}" y="{page.y + height - tall:.1f}" '
                          f'width="{max((WIDTH - LEFT) / page.seconds - 0.3, 0.7):.1f}" height="{tall:.1f}" '
                          f'fill="{colour}"/>')


def draw_answers(page, name, events):
    page.title(f"{name}: statements a second: acknowledged (green), without an answer (red); handed to subscribers (blue)")
    ok, unknown, got = (by_second(events, lambda event, op=op: event["op"] == op) for op in ("ok", "unknown", "got"))
    most = max([count for _, count in ok + unknown] or [1])
    bars(page, ok, "#27ae60", 40, most)
    bars(page, unknown, "#c0392b88", 40, most)
    page.text(6, page.y + 12, f"most {most}", 10, "#777")
    page.y += 44
    bars(page, got, "#2980b9", 24, max([count for _, count in got] or [1]))
    page.y += 26


def draw_latencies(page, clients):
    page.title("From the first sending to the acknowledgement (green), and to each subscriber's hands (blue), worst of each second")
    invoked, answered, handed = {}, collections.defaultdict(list), collections.defaultdict(list)
    events = sorted((event for some in clients.values() for event in some), key=lambda event: event["t"])
    for event in events:
        if event["op"] == "invoke":
            invoked[event["id"]] = event["t"]
        elif event["op"] == "ok" and event["id"] in invoked:
            answered[int(event["t"])].append(event["t"] - invoked[event["id"]])
        elif event["op"] == "got" and event["id"] in invoked:
            handed[int(event["t"])].append(event["t"] - invoked[event["id"]])
    for took, colour in ((handed, "#2980b9"), (answered, "#27ae60")):
        bars(page, [(second, max(some)) for second, some in sorted(took.items())], colour, BAND, 90)
    whole = [one for some in answered.values() for one in some]
    if whole:
        page.text(6, page.y + 12, f"median ack {statistics.median(whole) * 1000:.0f} ms", 10, "#777")
    page.text(6, page.y + 26, "full height: 90 s", 10, "#777")
    page.y += BAND + 4


def draw_lag(page, lag):
    page.title("Records that wait for some peer, as each broker says")
    for name in cast.REGIONS:
        samples = [(event["t"], sum(link["records"] for link in event["links"])) for event in lag if event["of"] == name]
        most = max([count for _, count in samples] + [1])
        page.text(6, page.y + 12, f"{name}, most {most:.0f}", 10)
        bars(page, samples, "#34495e", 24, most)
        page.y += 28
