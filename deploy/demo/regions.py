"""Who takes part in the demo: two regions, eight example agencies, and what lets statements flow."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Agency:
    code: str  # ISO 3166-1 alpha-3
    country: str
    subscription: str = "all"
    flags: tuple = ()
    # Why the subscription passes over what its owner may have, for people.
    wants: str = ""

    @property
    def name(self):
        return f"{self.code.lower()}-focal-point"


@dataclasses.dataclass(frozen=True)
class Region:
    name: str
    folder: str
    agencies: tuple

    @property
    def id(self):
        return f"{self.folder}.corridor.example"

    def member(self, agency):
        return f"spiffe://{self.id}/agency/{agency.name}"


SOUTH_EAST_ASIA = Region("South-East Asia", "south-east-asia", (
    Agency("THA", "Thailand"),
    Agency("IDN", "Indonesia", "grave", ("--severity-min", "severe", "--non-actual"),
           "its subscription asks for severe harm and above"),
    Agency("PHL", "Philippines", "scams", ("--purpose", "forced-criminality"),
           "its subscription asks for forced criminality"),
))
EAST_AFRICA = Region("East Africa", "east-africa", (
    Agency("KEN", "Kenya"),
    Agency("UGA", "Uganda"),
    Agency("BDI", "Burundi", "all", ("--non-actual",)),
    Agency("ETH", "Ethiopia"),
    Agency("TZA", "Tanzania", "all", ("--non-actual",)),
))
REGIONS = (EAST_AFRICA, SOUTH_EAST_ASIA)
AGENCIES = {agency.code: agency for region in REGIONS for agency in region.agencies}
MEMBERS = {region.member(agency): agency for region in REGIONS for agency in region.agencies}
HOME = {agency.code: region for region in REGIONS for agency in region.agencies}

# What lets statements flow: (id, title, from, to, highest marking). An agreement across is
# registered by both regions, each its own copy.
AGREEMENTS = (
    ("within-east-africa", "Agencies of East Africa warn one another", EAST_AFRICA, EAST_AFRICA, "red"),
    ("within-south-east-asia", "Agencies of South-East Asia warn one another", SOUTH_EAST_ASIA,
     SOUTH_EAST_ASIA, "red"),
    ("ea-to-sea", "East Africa warns South-East Asia", EAST_AFRICA, SOUTH_EAST_ASIA, "amber"),
    ("sea-to-ea", "South-East Asia warns East Africa", SOUTH_EAST_ASIA, EAST_AFRICA, "amber"),
)
