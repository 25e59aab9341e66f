"""Publishes the demo's alerts one by one, and shows what each agency receives and why another does not."""

import dataclasses
import time

from alert_file import Alert
from programs import DemoError
from regions import AGENCIES, HOME, MEMBERS, REGIONS

# How long a statement may take to whoever should have it, in seconds.
ARRIVAL = 30


@dataclasses.dataclass
class Published:
    """A statement that was accepted."""
    alert: Alert
    digest: str
    accept_time_ms: int
    entitled: set  # codes of agencies that policy allows, the publisher among them
    expected: set  # those of them whose subscription asks for it


class Story:
    """What was published and refused so far; what was unexpected is in `differences`, for people."""

    def __init__(self, screen, network):
        self.screen = screen
        self.network = network
        self.published = []
        self.refused = []
        self.differences = []

    def differs(self, text):
        self.differences.append(text)

    def show_title(self, number, alert):
        screen = self.screen
        marking = screen.paint(screen.TLP[alert.tlp], f"TLP:{alert.tlp}") if alert.tlp else "no marking"
        words = [screen.paint("bold", f"{number:2}. {alert.publisher.country}"), alert.kind.upper(), marking]
        if alert.immediate:
            words.append(screen.paint("red", "IMMEDIATE"))
        if alert.exercise:
            words.append("EXERCISE")
        screen.line()
        screen.line("  ".join([*words, "to " + alert.audience()]))
        screen.wrapped("", screen.paint("cyan", alert.title) if screen.colour else alert.title, gap=0)

    def play(self, number, alert):
        self.show_title(number, alert)
        profile = self.network.profile(alert.publisher)
        # Explain before send: the broker's own dry run.
        verdict = self.answer(alert, profile, "check")
        answer = self.answer(alert, profile, "publish")
        if "error" in answer:
            return self.show_refusal(alert, verdict, answer["error"])
        if alert.refused:
            self.differs(f"{alert.path.name} was accepted; {alert.refused} was expected")
        return self.show_arrivals(alert, verdict, answer["receipt"])

    def answer(self, alert, profile, command):
        """What check or publish says of one file. A refusal has a reason; other failures end the demo."""
        code, answers, error = self.network.ctl.run(profile, command, alert.path)
        if len(answers) == 1 and (code == 0 or code == 1 and "reason" in answers[0].get("error", {})):
            return answers[0]
        raise DemoError(f"{command} {alert.path.name}: exit code {code}: {error or answers}")

    def show_refusal(self, alert, verdict, error):
        self.refused.append(alert)
        rule = f" ({error['rule']})" if "rule" in error else ""
        self.screen.wrapped("refused", error["reason"] + rule, "red")
        faults = [f"{fault['field']}: {fault['description']}" for fault in error.get("violations", [])]
        for fault in faults or [error["message"]]:
            self.screen.wrapped("", fault)
        if error["reason"] != alert.refused:
            self.differs(f"{alert.path.name} was refused with {error['reason']}, not {alert.refused}")
        if verdict["acceptable"]:
            self.differs(f"{alert.path.name} was refused, and check had said that it would pass")

    def show_arrivals(self, alert, verdict, receipt):
        acceptance = receipt["acceptance"]
        entitled = {MEMBERS[decision["member"]].code for decision in verdict.get("recipients", [])
                    if decision.get("allowed", False)}
        statement = Published(alert, receipt["digest"], int(acceptance["accept_time_ms"]), entitled,
                              set(alert.reaches))
        self.published.append(statement)
        missing = self.wait_for_arrivals(statement)
        self.show_content(statement)
        self.show_received(statement)
        self.show_not(statement, verdict)
        if missing:
            self.screen.wrapped("MISSING", ", ".join(AGENCIES[code].country for code in missing), "red")
        if not statement.expected <= entitled:
            more = ", ".join(sorted(statement.expected - entitled))
            self.differs(f"{alert.path.name} should reach {more}, whom policy does not allow")

    def wait_for_arrivals(self, statement):
        """Those who should have it and do not, in the time there is."""
        end = time.monotonic() + ARRIVAL
        while True:
            missing = sorted(code for code in statement.expected
                             if self.network.arrival(AGENCIES[code], statement.digest) is None)
            if not missing or time.monotonic() > end:
                return missing
            self.network.check_brokers()
            time.sleep(0.005)

    def show_content(self, statement):
        arrival = self.network.arrival(statement.alert.publisher, statement.digest)
        if arrival is None:
            return
        delivery = arrival[1]
        body = delivery["statement"]["statement"]["body"]
        content = (body.get("issue") or body.get("revise") or {}).get("content", {})
        for headline in content.get("headlines", [])[:1]:
            self.screen.wrapped("", f"“{headline['text']}”", gap=0)
        self.screen.wrapped("", delivery["description"], gap=0)

    def show_received(self, statement):
        home = HOME[statement.alert.publisher.code]
        for region in sorted(REGIONS, key=lambda region: region is not home):
            names = []
            for agency in region.agencies:
                arrival = self.network.arrival(agency, statement.digest)
                if arrival is None:
                    continue
                after = max(0, round(arrival[0] * 1000 - statement.accept_time_ms))
                own = ", its own" if agency is statement.alert.publisher else ""
                names.append(f"{agency.country} ({after} ms{own})")
            if names:
                self.screen.wrapped("received", f"{region.name}: {', '.join(names)}", "green")

    def show_not(self, statement, verdict):
        reasons = {}
        for decision in verdict.get("recipients", []):
            agency = MEMBERS[decision["member"]]
            if not decision.get("allowed", False):
                why = f"{decision['rule']}: {decision['explanation']}"
            elif self.network.arrival(agency, statement.digest) is None:
                why = ("entitled, but its subscription did not ask for exercises"
                       if statement.alert.exercise and "--non-actual" not in agency.flags
                       else f"entitled, but {agency.wants or 'it has not arrived'}")
            else:
                continue
            reasons.setdefault(why, []).append(agency.country)
        for why, countries in reasons.items():
            self.screen.wrapped("not", f"{', '.join(countries)}: {why}", "dim")
