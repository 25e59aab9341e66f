"""What is said during a run, and who should have it: counted from what was asked, not from what brokers say."""

import collections
import csv
import dataclasses
import json
import os
import pathlib
import random
import re
import string
import threading
import time

from programs import DemoError
from regions import REGIONS, ROOT, agency_name, home_of, region_id

import route_import_test as routes

ROUTES = "data/routes/du_htc_directionality_2008_2016.csv"
ROWS_AT_A_TIME = 100
ONE_STATEMENT = 300
ALERT = string.Template("""alert_id: "$alert"
statement_id: "$statement"
tlp: TLP_GREEN
urgency: $urgency
valid_until: "60 days"
audience { $audience }
issue {
  severity: SEVERITY_SEVERE
  certainty: CERTAINTY_OBSERVED
  observed_period { start { year: 2025 month: 1 } end { year: 2025 month: 3 } }
  legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
  legs { stage: ROUTE_STAGE_EXPLOITATION country: "MMR" venue: VENUE_GUARDED_COMPOUND }
  pattern {
    acts: TRAFFICKING_ACT_RECRUITMENT
    means: TRAFFICKING_MEANS_DECEPTION
    purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
    forced_criminality_kinds: FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM
  }
  verification: VERIFICATION_POSSIBLE
}
""")
RECALL = string.Template("""alert_id: "$alert"
statement_id: "$statement"
revision: 2
urgency: URGENCY_IMMEDIATE
recall { reason: RECALL_REASON_WRONG_AUDIENCE }
""")


@dataclasses.dataclass
class Alert:
    """One generated alert, its publisher, and the regions that should have it."""
    id: str
    publisher: str  # Country code.
    regions: frozenset
    urgent: bool
    recalled: bool = False
    offset: int = 0  # In the journal of its home; 0: the answer was lost.
    acknowledged_at: float = 0.0

    @property
    def home(self):
        return home_of(self.publisher)

    def statement_id(self, revision):
        return f"{self.id[:9]}{revision:04x}{self.id[13:]}"

    def text(self):
        audience = ("all_members {}" if self.regions == frozenset(REGIONS) else
                    "regions { " + " ".join(f'regions: "{region_id(name)}"' for name in sorted(self.regions)) + " }")
        return ALERT.substitute(alert=self.id, statement=self.statement_id(1), audience=audience,
                                urgency="URGENCY_IMMEDIATE" if self.urgent else "URGENCY_EXPECTED")

    def recall_text(self):
        return RECALL.substitute(alert=self.id, statement=self.statement_id(2))


class Said:
    """What all regions say together; for any thread. A region speaks on one thread at a time, and does not wait for
    another's broker that is down."""

    def __init__(self, regions, history, seed):
        self.regions, self.history = regions, history
        self.folder = regions.folder / "said"
        self.folder.mkdir()
        self.alerts = []
        self.published = collections.Counter()
        self.crossing = collections.Counter()
        self.received = collections.Counter()
        # Recalled: what comes after its recall is dropped, so that fewer may have come.
        self.dropped_at_most = collections.Counter()
        self._lock = threading.Lock()
        rows = route_rows()
        self.speakers = {name: Speaker(self, name, [row for row in rows if home_of(routes.publisher_of(row)) == name],
                                       random.Random(f"{seed} {name}"))
                         for name in REGIONS}

    def speak(self, name, until):
        """Says what it has to say, again and again, until that time."""
        while time.monotonic() < until:
            self.speakers[name].go_on()

    def new_alert(self, publisher, regions, urgent):
        with self._lock:
            alert = Alert(id=f"0193b000-0000-7000-8000-{len(self.alerts) + 1:012x}", publisher=publisher,
                          regions=regions, urgent=urgent)
            self.alerts.append(alert)
        return alert

    def count(self, alert):
        with self._lock:
            self.published[alert.home] += 1
            for name in alert.regions - {alert.home}:
                self.crossing[name] += 1
                self.dropped_at_most[name] += 2 * alert.recalled

    def count_rows(self, want):
        with self._lock:
            self.published += want.published
            self.crossing += want.crossing
            self.received += want.received


class Speaker:
    """The agencies of one region, on one thread at a time."""

    def __init__(self, said, name, rows, dice):
        self.said, self.name, self.dice = said, name, dice
        self.regions, self.history, self.folder = said.regions, said.history, said.folder
        self.rows = rows  # Said in turns, under a new data set each time, so that the load does not end.
        self.slices = 0
        self.mine = []
        dice.shuffle(rows)

    def go_on(self):
        """Some route statements, generated alerts, now and then a recall."""
        if self.rows:
            at = self.slices * ROWS_AT_A_TIME % len(self.rows)
            self._import(self.rows[at:at + ROWS_AT_A_TIME])
        for _ in range(2):
            self.issue()
        standing = [alert for alert in self.mine if not alert.recalled]
        if standing and self.dice.random() < 0.5:
            self.recall(self.dice.choice(standing))

    def issue(self, urgent=False):
        other = self.dice.choice([name for name in REGIONS if name != self.name])
        alert = self.said.new_alert(self.dice.choice(REGIONS[self.name]),
                                    frozenset(self.dice.choice(({self.name}, {self.name, other}, set(REGIONS)))),
                                    urgent or self.dice.random() < 0.2)
        receipt = self._publish(alert.publisher, alert.text(), f"issue-{alert.id}")
        alert.acknowledged_at = time.monotonic()
        if receipt:
            alert.offset = int(receipt["acceptance"]["position"]["offset"])
        self.mine.append(alert)
        self.said.count(alert)
        return alert, receipt

    def recall(self, alert):
        self._publish(alert.publisher, alert.recall_text(), f"recall-{alert.id}")
        alert.recalled = True
        self.said.count(alert)

    def _publish(self, code, text, name):
        """Until it is acknowledged; its id is in the file, so it is said once. The receipt, or None where
        the answer to an earlier try was lost."""
        path = self.folder / f"{name}.textproto"
        path.write_text(text, encoding="utf-8")
        end = time.monotonic() + ONE_STATEMENT
        tries = 0
        began = time.monotonic()
        while True:
            tries += 1
            status, answers, error = self._try(self.regions.profile(code), "publish", path)
            said = json.dumps(answers) + error
            if status == 0 or "STATEMENT_ID_REUSED" in said:
                self.history.note("published", name=name, tries=tries, took=round(time.monotonic() - began, 3))
                return answers[0]["receipt"] if status == 0 else None
            if time.monotonic() > end:
                raise DemoError(f"{name} was never acknowledged: {said}")
            time.sleep(0.2)

    def _try(self, profile, *words):
        """No answer in time, from a broker that is frozen, is an outcome that is not known: it is tried again."""
        try:
            return self.regions.ctl.run(profile, *words)
        except DemoError as error:
            return None, [], str(error)

    def _import(self, rows):
        self.slices += 1
        folder = self.folder / f"{self.name}-slice-{self.slices}"
        folder.mkdir()
        file = folder / "rows.csv"
        with open(file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        began = time.monotonic()
        tries = self._import_file(file, self._mapping(folder), folder)
        self.history.note("imported", rows=len(rows), tries=tries, took=round(time.monotonic() - began, 3))
        with open(folder / "report.jsonl", encoding="utf-8") as report:
            left_out = {json.loads(line)["row"] for line in report}
        self.said.count_rows(routes.Expectation(rows, left_out))

    def _mapping(self, folder):
        """The mapping of the demo, with its members moved into the regions of this run."""
        text = (ROOT / "client/import/mappings/du_routes.textproto").read_text(encoding="utf-8")
        for name, codes in REGIONS.items():
            for code in codes:
                text = re.sub(r"spiffe://[a-z.-]+/agency/" + agency_name(code),
                              f"spiffe://{region_id(name)}/agency/{agency_name(code)}", text)
        # Rows are numbered anew in each file, and ids follow from data set and row.
        text = re.sub(r'(?m)^dataset: "', f'dataset: "{self.name} {self.slices} of ', text)
        path = folder / "mapping.textproto"
        path.write_text(text, encoding="utf-8")
        return path

    def _import_file(self, file, mapping, folder):
        command = ["import", "--mapping", mapping, "--publisher-profiles", self.regions.folder / "profiles",
                   "--state", folder / "state", "--report", folder / "report.jsonl", file]
        end = time.monotonic() + ONE_STATEMENT
        tries = 0
        while True:
            tries += 1
            code, answers, error = self._try(None, *command)
            done = answers and answers[-1].get("published") is not None
            if code == 0 or (done and not answers[-1].get("not_sent")):
                return tries
            if time.monotonic() > end:
                raise DemoError(f"an import never ended well: {error}")


def route_rows():
    """Those that an agency of these regions publishes; none where the shared data is absent."""
    file = pathlib.Path(os.environ.get("CORRIDOR_SHARED_DIR", "/nonexistent")) / ROUTES
    if not file.is_file():
        return []
    with open(file, encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if routes.publisher_of(row)]


# The regions of this run in place of the demo's.
routes.REGIONS = {name: dict.fromkeys(codes) for name, codes in REGIONS.items()}
