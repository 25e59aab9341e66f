"""A second region with a real broker, linked to the one that is measured."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

from one_region import OneRegion  # noqa: E402
from programs import wait_until  # noqa: E402

PEER = "ea.example"
LINKED = 30
READER = "id-desk"


class LinkedPeer:
    """The peer dials; what the home region's members publish may go to the peer's reader. Stop it whatever happens."""

    def __init__(self, binaries, folder, home):
        self.home = home
        (folder / "peer").mkdir()
        self.region = OneRegion(binaries, folder / "peer", name=PEER)

    def link(self):
        """Returns once both sides know each other and each other's members."""
        home, peer = self.home, self.region
        home.configure(f'links {{ peer_region: "{PEER}" }}', believe(home, peer))
        peer.configure(f'links {{ peer_region: "{home.name}" dial_address: "127.0.0.1:{home.port}" }}', believe(peer, home))
        home.programs.stop([home.broker])
        for region in (home, peer):
            region.start()
        reader = f"spiffe://{PEER}/agency/{READER}"
        peer.register_member(reader, "KEN", "reader")
        for region in (home, peer):
            region.ctl.ask(region.profile("ops"), "admin", "agreements", "create", "to-the-peer", "--title",
                           "Example agreement", "--from", home.name, "--to", PEER, "--tlp-max", "amber", "--use",
                           "counter-trafficking")
        wait_until("the link is up", LINKED, lambda: "LINK_STATE_UP" in asked(peer, "links"))
        wait_until("the peer's members are known", LINKED, lambda: reader in asked(home, "members", "list", "--linked"))

    def go_down(self):
        self.region.programs.stop([self.region.broker])

    def stop(self):
        self.region.stop()


def asked(region, *words):
    return json.dumps(region.ctl.ask(region.profile("ops"), "admin", *words))


def believe(region, other):
    """Puts the roots of `other` into the files of `region`; what its configuration says of them."""
    name = f"{other.name}-roots.pem"
    region.put(name, (other.folder / "pki/root.pem").read_bytes())
    return f'trust_domains {{ name: "{other.name}" roots_file: "{name}" }}'
