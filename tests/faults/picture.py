"""The run as a picture: faults over time, and how long each statement took until it was acknowledged."""

import html
import math

WIDTH, LANE, PLOT = 1200, 22, 260
COLOURS = {"kill": "#c0392b", "freeze": "#8e44ad", "partition": "#d35400", "one_way": "#e67e22", "flap": "#f39c12",
           "mid_frame": "#16a085", "die_at_point": "#7f0000", "slow": "#2980b9"}


def draw(history, path, title):
    end = max(entry["at"] for entry in history.entries) or 1.0
    wheres = sorted({entry["where"] for entry in history.entries if entry["what"] == "fault"})
    height = 60 + LANE * len(wheres) + PLOT

    def x(at):
        return 180 + (WIDTH - 200) * at / end

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
             f'font-size="12"><rect width="100%" height="100%" fill="white"/>',
             f'<text x="10" y="20" font-size="15">{html.escape(title)}</text>']
    for row, where in enumerate(wheres):
        y = 40 + LANE * row
        parts.append(f'<text x="10" y="{y + 14}">{html.escape(where)}</text>')
        for entry in history.entries:
            if entry["what"] != "fault" or entry["where"] != where:
                continue
            width = max(2.0, x(entry["at"] + entry["seconds"]) - x(entry["at"]))
            parts.append(f'<rect x="{x(entry["at"]):.1f}" y="{y + 2}" width="{width:.1f}" height="{LANE - 6}" '
                         f'fill="{COLOURS[entry["kind"]]}"><title>{entry["kind"]} at {entry["at"]:.1f} s</title></rect>')
    parts += plot(history, x, 50 + LANE * len(wheres))
    path.write_text("\n".join([*parts, "</svg>"]), encoding="utf-8")


def plot(history, x, top):
    """A dot for each acknowledgement, at the end of its wait; higher is slower, on a logarithmic scale from 10 ms
    to 100 s; hollow where it took more than one try."""
    parts = [f'<text x="10" y="{top + 14}">until acknowledged</text>']
    for seconds in (0.01, 0.1, 1, 10, 100):
        y = top + PLOT - 30 - (PLOT - 40) * (math.log10(seconds) + 2) / 4
        parts.append(f'<line x1="180" x2="{WIDTH - 20}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
                     f'<text x="130" y="{y + 4:.0f}">{seconds:g} s</text>')
    for entry in history.entries:
        if entry["what"] not in ("published", "imported"):
            continue
        y = top + PLOT - 30 - (PLOT - 40) * (math.log10(min(100, max(0.01, entry["took"]))) + 2) / 4
        colour = "#2c3e50" if entry["what"] == "published" else "#27ae60"
        fill = "none" if entry["tries"] > 1 else colour
        parts.append(f'<circle cx="{x(entry["at"]):.1f}" cy="{y:.1f}" r="2.5" fill="{fill}" stroke="{colour}"/>')
    return parts
