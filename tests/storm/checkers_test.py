"""The checkers find what they are there to find: a run in which all is well, and then one mistake at a time planted in
what it left."""

import base64
import copy
import hashlib
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cast  # noqa: E402
import checkers  # noqa: E402
import picture  # noqa: E402

EAST, SOUTH, AFRICA = cast.REGIONS
KEN, UGA, THA, PHL, ZAF, MOZ = cast.AGENCIES
EVERYBODY = [agency.id for agency in cast.AGENCIES]
NOW_MS = 1_800_000_000_000


def identifier(number):
    return f"{number:032x}"


def digest_of(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


class World:
    """A run in which KEN says three things to everybody, takes one of them back, and one to THA alone; all goes well."""

    def __init__(self):
        self.clients = {region: [] for region in cast.REGIONS}
        self.journals = {region: [] for region in cast.REGIONS}  # (act, digest, origin, offset, ms)
        self.read_back = {agency.name: [] for agency in cast.AGENCIES}
        self.recalls = {region: [] for region in cast.REGIONS}
        self.nemesis = [{"t": 1.0, "op": "begin", "fault": "kill", "what": EAST},
                        {"t": 2.0, "op": "end", "fault": "kill", "what": EAST}]
        self.lag = []
        for who in ("ken-desk/all", "uga-desk/slow", "tha-desk/all", "phl-desk/slow", "zaf-desk/all", "moz-desk/slow"):
            self.client(who, op="attached", epoch=7, settled_to={"routine": 0, "urgent": 0}, cursor={})
        self.say(1, alert=1)
        self.say(2, alert=2)
        self.say(3, alert=3, entitled=[KEN.id, THA.id])
        self.say(4, alert=2, revision=2, kind="RECALL", lane="urgent")
        for region in cast.REGIONS:
            self.recalls[region].append({"cause": 1, "publisher": KEN.id, "alert": identifier(1002), "outcome": 1,
                                         "holders": [{"holder": agency.id, "outcome": 1}
                                                     for agency in cast.agencies_of(region)]})
        self.read_back = {name: [event for event in events if event["id"] != identifier(2)]
                          for name, events in self.read_back.items()}

    def client(self, who, **event):
        region = checkers.region_of(checkers.member_of(who))
        self.clients[region].append({"t": float(len(self.clients[region])), "who": who, **event})

    def got(self, region, number):
        return next(event for event in self.clients[region] if event["op"] == "got" and event["id"] == identifier(number))

    def say(self, number, alert, revision=1, kind="ISSUE", lane="routine", entitled=None):
        entitled = entitled or EVERYBODY
        facts = {"id": identifier(number), "digest": digest_of(number), "publisher": KEN.id,
                 "alert": identifier(1000 + alert), "revision": revision, "kind": kind}
        t = float(len(self.clients[EAST]))
        self.clients[EAST] += [{"t": t, "op": "invoke", "lane": lane, "entitled": entitled, **facts},
                               {"t": t + 0.1, "op": "ok", "id": facts["id"], "offset": number,
                                "accepted_ms": NOW_MS + 10_000 * number}]
        for region in cast.REGIONS:
            if not any(checkers.region_of(one) == region for one in entitled):
                continue
            self.journals[region].append(["IMPORT" if region != EAST else "PUBLISH", digest_of(number), EAST, number,
                                          NOW_MS + 10_000 * number + 50])
            offset = len(self.journals[region])
            for agency in cast.agencies_of(region):
                if agency.id in entitled and kind != "RECALL":
                    got = {"lane": lane, "offset": offset, "origin": EAST, "origin_offset": number, "attempt": 1, **facts}
                    self.read_back[agency.name].append(got)
                    who = agency.name + ("/all" if agency.publishes == "pipeline" else "/slow")
                    self.client(who, op="got", **got)
                    self.client(who, op="settled", at=[lane, offset])

    def write(self, folder):
        for sub in ("history", "read_back"):
            (folder / sub).mkdir()

        def write(path, lines):
            (folder / path).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

        write("history/nemesis.jsonl", self.nemesis)
        write("history/figures.jsonl", self.lag)
        for region in cast.REGIONS:
            write(f"history/{region}.jsonl", self.clients[region])
            write(f"read_back/{region}.recalls.jsonl", self.recalls[region])
            write(f"read_back/{region}.audit.jsonl", self.audit(region))
            local = sum(one[0] == "PUBLISH" for one in self.journals[region])
            write(f"read_back/{region}.status.json",
                  [{"local": local, "imported": len(self.journals[region]) - local, "head": 9, "epoch": 7}])
            write(f"read_back/{region}.verified.json", [{"whole": True, "said": ""}])
        for name, events in self.read_back.items():
            write(f"read_back/{name}.jsonl", events)

    def audit(self, region):
        head, lines = bytes(32), []
        for number, (act, digest, origin, offset, ms) in enumerate(self.journals[region], start=1):
            entry = f"{act} {digest}".encode()
            head = hashlib.sha256(b"corridor/audit/v1\0" + head + entry).digest()
            lines.append({"says": {"sequence": str(number), "timeMs": str(ms), "act": f"AUDIT_ACT_{act}",
                                   "digest": base64.b64encode(bytes.fromhex(digest)).decode(),
                                   "position": {"region": f"{origin}.corridor.example", "offset": str(offset)}},
                          "entry": base64.b64encode(entry).decode(), "head": base64.b64encode(head).decode()})
        return lines


class CheckersTest(unittest.TestCase):
    def verdict(self, plant=lambda world: None, in_folder=lambda folder: None):
        world = World()
        plant(world)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            world.write(folder)
            in_folder(folder)
            wrong, _ = checkers.check(folder)
            picture.draw(folder, wrong)
            self.assertTrue((folder / "run.html").is_file())
        return wrong

    def assert_found(self, word, plant, **more):
        wrong = self.verdict(plant, **more)
        self.assertTrue(any(word in one for one in wrong), wrong)

    def test_nothing_is_wrong_where_all_went_well(self):
        self.assertEqual(self.verdict(), [])

    def test_an_acknowledged_statement_that_is_in_no_journal(self):
        self.assert_found("LOST", lambda world: [
            journal.remove(one) for journal in world.journals.values() for one in list(journal) if one[1] == digest_of(1)])

    def test_a_statement_that_never_came_to_an_entitled_region(self):
        self.assert_found("MISSING", lambda world: world.journals[SOUTH].pop(0))

    def test_a_statement_twice_in_one_journal(self):
        self.assert_found("TWICE", lambda world: world.journals[SOUTH].append(world.journals[SOUTH][0]))

    def test_a_statement_in_the_journal_of_a_region_that_is_not_entitled(self):
        self.assert_found("LEAK", lambda world: world.journals[AFRICA].append(
            ["IMPORT", digest_of(3), EAST, 3, NOW_MS]))

    def test_a_statement_that_nobody_said(self):
        self.assert_found("INVENTED", lambda world: world.journals[SOUTH].append(
            ["IMPORT", digest_of(99), EAST, 99, NOW_MS]))

    def test_a_delivery_to_a_member_that_is_not_entitled(self):
        self.assert_found("LEAK", lambda world: world.clients[AFRICA].append(
            {**world.got(SOUTH, 3), "who": "zaf-desk/all"}))

    def test_a_delivery_after_it_was_settled(self):
        def plant(world):
            event = [event for event in world.clients[SOUTH] if event["op"] == "got"][0]
            world.clients[SOUTH].append(copy.deepcopy(event))
        self.assert_found("AGAIN", plant)

    def test_deliveries_in_another_order_than_the_journal(self):
        def plant(world):
            events = world.clients[SOUTH]
            first, second = [place for place, event in enumerate(events)
                             if event["op"] == "got" and event["who"] == "tha-desk/all"][:2]
            events[first], events[second] = events[second], events[first]
        self.assert_found("ORDER", plant)

    def test_an_older_revision_after_a_newer_one(self):
        def plant(world):
            world.say(5, alert=1, revision=3, kind="REVISE")
            world.say(6, alert=1, revision=2, kind="REVISE")
        self.assert_found("BACKWARDS", plant)

    def test_a_cursor_that_went_back(self):
        def plant(world):
            for offset in (5, 3):
                world.client("tha-desk/all", op="attached", epoch=7, settled_to={"routine": offset}, cursor={})
        self.assert_found("CURSOR", plant)

    def test_a_holder_that_never_confirmed(self):
        self.assert_found("has not confirmed",
                          lambda world: world.recalls[SOUTH][0]["holders"][0].update(outcome=0))

    def test_a_holder_that_is_not_named(self):
        self.assert_found("not named as a holder", lambda world: world.recalls[SOUTH][0]["holders"].pop(0))

    def test_a_region_that_never_heard_of_the_recall(self):
        self.assert_found("knows of no recall", lambda world: world.recalls[SOUTH].clear())

    def test_content_that_was_not_erased(self):
        self.assert_found("has not erased", lambda world: world.recalls[SOUTH][0].update(outcome=0))

    def test_content_handed_over_after_its_notice(self):
        def plant(world):
            event = world.got(SOUTH, 2)
            world.client("phl-desk/broken", op="notice", cause=1, publisher=KEN.id, alert=identifier(1002), notice=1)
            world.clients[SOUTH].append({**event, "who": "phl-desk/broken"})
        self.assert_found("after it was told to erase it", plant)

    def test_recalled_content_that_can_still_be_read(self):
        def plant(world):
            world.read_back["tha-desk"].append(world.got(SOUTH, 2))
        self.assert_found("still reads", plant)

    def test_a_lag_of_zero_while_something_was_missing(self):
        def plant(world):
            world.journals[SOUTH][0][4] = NOW_MS + 60_000
            world.lag.append({"t": 5.0, "op": "lag", "of": EAST, "asked_ms": NOW_MS + 30_000,
                              "answered_ms": NOW_MS + 30_010,
                              "links": [{"lane": "routine", "peer": f"{SOUTH}.corridor.example", "records": 0.0}]})
        self.assert_found("LAG", plant)

    def test_an_answer_that_never_came(self):
        self.assert_found("never answered", lambda world: [
            world.clients[EAST].remove(event) for event in list(world.clients[EAST]) if event["op"] == "ok"])

    def test_a_refusal_of_what_is_sound(self):
        self.assert_found("was refused", lambda world: world.clients[EAST].append(
            {"t": 9.0, "op": "failed", "id": identifier(1), "why": "no"}))

    def test_a_broker_that_ended_by_itself(self):
        self.assert_found("DIED", lambda world: world.nemesis.append(
            {"t": 3.0, "op": "died", "what": EAST, "code": 6}))

    def test_an_audit_log_with_an_entry_taken_out(self):
        def take_out(folder):
            path = folder / f"read_back/{SOUTH}.audit.jsonl"
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
        self.assert_found("AUDIT", lambda world: None, in_folder=take_out)

    def test_an_empty_statement_in_place_of_one(self):
        self.assert_found("INVENTED", lambda world: world.clients[SOUTH].append(
            {**world.got(SOUTH, 1), "id": "", "kind": "NOTHING", "op": "read", "who": "phl-desk/integration/feed"}))

    def test_a_client_that_crashed(self):
        self.assert_found("CLIENT", lambda world: None, in_folder=lambda folder: (
            folder / f"history/{SOUTH}.clients.log").write_text("Traceback (most recent call last):", encoding="utf-8"))

    def test_a_count_that_differs_from_what_was_admitted(self):
        def miscount(folder):
            (folder / f"read_back/{SOUTH}.status.json").write_text('{"local": 0, "imported": 5}', encoding="utf-8")
        self.assert_found("says it holds", lambda world: None, in_folder=miscount)


if __name__ == "__main__":
    unittest.main()
