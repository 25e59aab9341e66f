"""Who calls, and which broker: as keyword arguments, or from the profile file that corridorctl reads."""

import dataclasses
import pathlib

from google.protobuf import text_format

from corridor import profile_pb2


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """How to reach a broker. Every connection is mutual TLS 1.3; there is no other mode."""

    endpoint: str  # "host:port" of the broker.
    # Region id (trust domain) that the broker must prove to belong to, by a SPIFFE ID
    # spiffe://<region>/broker/<name>. The host name is not compared: it proves nothing here.
    region: str
    certificate_file: pathlib.Path  # The caller's certificate and its intermediates, PEM, leaf first.
    key_file: pathlib.Path  # The key of that certificate, PEM.
    trust_file: pathlib.Path  # The roots of `region`, PEM.
    # Name and version of the calling program, for the broker's log: at most 64 printable ASCII characters.
    client_name: str = "corridor-python/0.1"
    rpc_timeout: float = 20.0  # Every call that is not a session ends after so many seconds.
    connect_timeout: float = 10.0  # Reaching the broker may take so long.
    keepalive_interval: float = 30.0  # An idle connection is probed this often,
    keepalive_timeout: float = 10.0  # and given up when no answer comes within this.


@dataclasses.dataclass(frozen=True)
class Profile:
    """A profile file (client/ctl/profile.proto, in text format), for corridorctl and programs alike.

        profile = Profile.read("ke-desk.profile")
        with Connection(profile.connection) as connection:
            publisher = Publisher(connection, **profile.publisher)
    """

    connection: ConnectionOptions
    # Keyword arguments of Publisher; without "signing_key_file" where the profile is a reader's.
    publisher: dict

    @classmethod
    def read(cls, path):
        """OSError: the file cannot be read. ValueError: it is no profile, or leaves out what a connection needs."""
        path = pathlib.Path(path)
        try:
            said = text_format.Parse(path.read_text(encoding="utf-8"), profile_pb2.Profile())
        except text_format.ParseError as error:
            raise ValueError(f"{path} is no profile: {error}") from None
        for field in ("endpoint", "region", "certificate", "key", "trust"):
            if not getattr(said, field):
                raise ValueError(f"{path} does not name {field}")
        folder = path.resolve().parent
        connection = ConnectionOptions(
            endpoint=said.endpoint, region=said.region, certificate_file=folder / said.certificate,
            key_file=folder / said.key, trust_file=folder / said.trust)
        publisher = {"publisher": said.publisher, "country": said.publisher_country,
                     "publisher_type": said.publisher_type}
        if said.signing_key:
            publisher["signing_key_file"] = folder / said.signing_key
        return cls(connection, publisher)
