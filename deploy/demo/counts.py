"""Compares the counts of both sides: what was published, what arrived, what lies in each journal."""

import re
import time

from regions import AGENCIES, HOME, REGIONS

# How long both regions may take to come to rest, in seconds.
REST = 30


class Counts:
    """Every count that must agree; what does not is in `differences`, for people."""

    def __init__(self, screen, network, published, refused):
        self.screen = screen
        self.network = network
        self.published = published
        self.refused = refused
        self.differences = []

    def differs(self, text):
        self.differences.append(text)

    def is_quiet(self):
        """Every outlet has come to the end of its journal, and all is settled."""
        for region in REGIONS:
            for owned in self.network.status(region).get("subscriptions", []):
                status = owned.get("status", {})
                if status.get("unsettled", 0) or any(
                        lane.get("settled_offset", 0) != lane.get("head_offset", 0)
                        for lane in status.get("lanes", [])):
                    return False
        return all(not self.link_faults(sender, receiver)
                   for sender, receiver in (REGIONS, tuple(reversed(REGIONS))))

    def link_faults(self, sender, receiver):
        """Lanes in which what the sender has and what the receiver holds are not the same."""
        out, into = self.network.lanes_of_link(sender), self.network.lanes_of_link(receiver)
        faults = []
        for lane, ours in out.items():
            head = ours.get("head_offset", 0)
            places = {head, ours.get("sent_offset", 0), ours.get("persisted_offset", 0),
                      into[lane].get("inbound_mark", 0)}
            if len(places) != 1:
                faults.append(lane)
        return faults

    def compare(self):
        end = time.monotonic() + REST
        while not self.is_quiet() and time.monotonic() < end:  # What is not quiet shows in the tables.
            time.sleep(0.1)
        self.compare_agencies()
        self.compare_journals()
        self.compare_links()
        self.look_for_refused_text()
        self.check_programs()

    def compare_agencies(self):
        rows = []
        for agency in AGENCIES.values():
            received = self.network.watchers[agency.code].digests()
            published = sum(statement.alert.publisher is agency for statement in self.published)
            entitled = [statement for statement in self.published if agency.code in statement.entitled]
            expected = [statement.digest for statement in self.published if agency.code in statement.expected]
            passed_over = sum(agency.code not in statement.expected for statement in entitled)
            agrees = sorted(received) == sorted(expected)
            rows.append((agency.country, published, len(entitled), passed_over, len(expected),
                         len(received), "ok" if agrees else "DIFFERS"))
            if agrees:
                continue
            for statement in self.published:
                times, wanted = received.count(statement.digest), agency.code in statement.expected
                if times != wanted:
                    self.differs(f"{agency.country} received {statement.alert.path.name} {times} times, "
                                 f"{int(wanted)} expected")
        self.screen.table(("agency", "published", "entitled to", "did not ask for", "expected", "received", ""),
                          rows)

    def compare_journals(self):
        rows = []
        for region in REGIONS:
            local = [s for s in self.published if HOME[s.alert.publisher.code] is region]
            abroad = [s for s in self.published if HOME[s.alert.publisher.code] is not region]
            crossing = [s for s in abroad if any(HOME[code] is region for code in s.entitled)]
            status = self.network.status(region)
            figures = (status.get("local_records", 0), status.get("imported_records", 0),
                       status.get("head_offset", 0))
            expected = (len(local), len(crossing), len(local) + len(crossing))
            rows.append((region.name, expected[0], figures[0], expected[1], figures[1],
                         len(abroad) - len(crossing), figures[2], "ok" if figures == expected else "DIFFERS"))
            if figures != expected:
                self.differs(f"the journal of {region.name} holds {figures} records (local, imported, all); "
                             f"{expected} expected")
        self.screen.line()
        self.screen.table(("journal", "receipts", "local records", "should cross", "imported",
                           "stayed away", "all records", ""), rows)

    def compare_links(self):
        rows = []
        for sender, receiver in (REGIONS, tuple(reversed(REGIONS))):
            out, into = self.network.lanes_of_link(sender), self.network.lanes_of_link(receiver)
            faults = self.link_faults(sender, receiver)
            for lane in sorted(out):
                ours, theirs = out[lane], into[lane]
                sent, got = ours.get("records_sent", 0), theirs.get("records_received", 0)
                refused = theirs.get("records_refused", 0)
                agrees = lane not in faults and sent == got and refused == 0
                name = lane.removeprefix("LANE_").lower()
                rows.append((f"{sender.name} to {receiver.name}", name, ours.get("head_offset", 0),
                             ours.get("sent_offset", 0), ours.get("persisted_offset", 0),
                             theirs.get("inbound_mark", 0), sent, got, "ok" if agrees else "DIFFERS"))
                if not agrees:
                    self.differs(f"link {sender.name} to {receiver.name}, {name}: the two sides do not agree")
        self.screen.line()
        self.screen.table(("link", "lane", "head", "sent to", "persisted to", "peer's mark", "records sent",
                           "received", ""), rows)

    def look_for_refused_text(self):
        """What the gate refused is on no disk and in no log: looks for the number itself."""
        words = [match.encode() for alert in self.refused for match in re.findall(r"\+[\d ]{9,}\d", alert.text)]
        found = [path for region in REGIONS for path in self.network.region_folder(region).rglob("*")
                 if path.is_file() and any(word in path.read_bytes() for word in words)]
        for path in found:
            self.differs(f"refused text lies in {path}")
        if words and not found:
            self.screen.line()
            self.screen.line("  The refused telephone number is in no journal and no log of either region.")

    def check_programs(self):
        for code, watcher in self.network.watchers.items():
            for error in watcher.errors:
                self.differs(f"the watcher of {AGENCIES[code].country} said: {error}")
        self.network.check_brokers()
