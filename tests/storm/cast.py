"""Who takes part in a fault run: three example regions, two example agencies in each, and how they behave."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Agency:
    code: str  # ISO 3166-1 alpha-3
    region: str
    publishes: str  # "pipeline" or "batch"

    @property
    def name(self):
        return f"{self.code.lower()}-desk"

    @property
    def id(self):
        return f"spiffe://{region_id(self.region)}/agency/{self.name}"


@dataclasses.dataclass(frozen=True)
class Reader:
    """One subscription. Kinds: "prompt" settles at once; "slow" has a small window, releases some and settles late;
    "broken" drops its connection every now and then with deliveries unsettled."""
    agency: Agency
    name: str
    kind: str
    urgent_only: bool = False


REGIONS = ("east-africa", "south-east-asia", "southern-africa")
AGENCIES = tuple(Agency(code, region, kind) for region, code, kind in (
    ("east-africa", "KEN", "pipeline"), ("east-africa", "UGA", "batch"),
    ("south-east-asia", "THA", "pipeline"), ("south-east-asia", "PHL", "batch"),
    ("southern-africa", "ZAF", "pipeline"), ("southern-africa", "MOZ", "batch")))


def region_id(name):
    return f"{name}.corridor.example"


def agencies_of(region):
    return [agency for agency in AGENCIES if agency.region == region]


def readers_of(region):
    first, second = agencies_of(region)
    return [Reader(first, "all", "prompt"), Reader(first, "urgent", "prompt", urgent_only=True),
            Reader(second, "slow", "slow"), Reader(second, "broken", "broken")]


def feed_of(region):
    """The machine of the second agency, which never attaches: it lists alerts and recall notices by calls."""
    agency = agencies_of(region)[1]
    return agency, f"{agency.id}/integration/feed"
