"""One file of alerts/: a statement in corridorctl's format, and what the demo should see of it.

The first comment is what the screen says. `publisher:` names the agency that publishes it; `reaches:` the
countries whose agencies receive it, the publisher among them; `refused:` the reason, where it is refused.
"""

import re

from regions import AGENCIES


class Alert:
    """One alert file, and what its comments say the demo should see."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        comments = [line[2:] for line in self.text.splitlines() if line.startswith("# ")]
        marks = dict(line.split(": ", 1) for line in comments if re.match(r"(publisher|reaches|refused): ", line))
        self.title = comments[0]
        self.publisher = AGENCIES[marks["publisher"].split("-")[0].upper()]
        self.reaches = marks.get("reaches", "").split()
        self.refused = marks.get("refused")
        self.exercise = "ALERT_STATUS_EXERCISE" in self.text
        marking = re.search(r"^tlp: TLP_(\w+)", self.text, re.M)
        self.tlp = marking.group(1) if marking else ""
        kind = re.search(r"^(issue|revise|cancel|recall|sighting|response) ", self.text, re.M)
        self.kind = kind.group(1)
        self.immediate = "URGENCY_IMMEDIATE" in self.text

    def audience(self):
        """Who is meant, as the file says it."""
        found = re.search(r"^audience \{\s*(\w+)(.*?)^\S", self.text + "\n.", re.M | re.S)
        if not found:
            return "whoever had the alert"
        form, rest = found.groups()
        names = re.findall(r'(\w+): "([^"]+)"', rest.split("excluded")[0].split("\nissue")[0])
        if form == "all_members":
            words = "all members"
        elif form == "to_publisher":
            words = "the publisher of the alert"
        elif form == "corridor":
            ends = [[value for key, value in names if key == end] for end in ("from_countries", "to_countries")]
            words = "both ends of a corridor, " + " to ".join(", ".join(end) for end in ends)
        elif form == "countries":
            words = "countries " + ", ".join(value for _, value in names)
        elif form == "regions":
            words = "regions " + ", ".join(value.split(".")[0] for _, value in names)
        else:
            words = "named member " + ", ".join(value.rsplit("/", 1)[-1] for _, value in names)
        left_out = re.findall(r'^excluded \{ \w+: "(?:\S+/)?([^"]+)"', self.text, re.M)
        return words + (", never " + ", ".join(left_out) if left_out else "")
