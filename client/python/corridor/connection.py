"""One connection to one broker, shared by all that is made from it."""

import logging
import socket
import ssl
import threading

import grpc
from cryptography import x509

from corridor.errors import TemporaryError, from_grpc, make_error
from corridor.v1 import publisher_pb2_grpc, subscriber_pb2_grpc

_LOG = logging.getLogger("corridor")
_RECEIVE_BYTES_MAX = 32 << 20
_PENDING_RECALLS = "corridor-recalls-pending"


class Connection:
    """Mutual TLS to a broker of one region. Dialled when first used, and again after every loss.

    The broker proves who it is by its certificate: it leads to the roots of `options.region`, and its only URI name is
    spiffe://<region>/broker/<name>. The caller is who its own certificate names (`principal`).

    Renewed certificates: put the new files in place of the old ones. What is called afterwards uses them, on a new
    connection; calls and sessions under way go on undisturbed. Files that do not fit one another (half written, or a key
    that is not the certificate's) are not taken; the old ones hold meanwhile.

    Errors: OSError, ValueError: a file cannot be read, or is not what it should be. NotAllowedError
    (IDENTITY_INVALID): who answered is no broker of the region. TemporaryError: nobody answered.

    Thread safety: thread-safe. close() ends what is under way.
    """

    def __init__(self, options):
        self.options = options
        self._lock = threading.Lock()
        self._credentials = _Credentials.read(options)
        self.principal = self._credentials.principal
        self._broker = None  # SPIFFE ID that the channel insists on.
        self._channel = None
        self._suspect = True  # Who answers at the address is to be asked anew.
        self._closed = False
        self._parted = []  # Channels of earlier credentials, with calls under way.
        self.recalls_pending = 0  # As the last answer of the Subscriber service said.

    def call(self, service, method, request, timeout=None):
        """Calls a method that answers once: call("Subscriber", "GetAlert", request). CorridorError."""
        callee = getattr(self._stub(service), method)
        try:
            answer, call = callee.with_call(request, timeout=timeout or self.options.rpc_timeout)
        except grpc.RpcError as error:
            raise self._told(error) from None
        for key, value in call.trailing_metadata() or ():
            if key == _PENDING_RECALLS and value.isdigit():
                self.recalls_pending = int(value)
        return answer

    def stream(self, service, method, requests):
        """Opens a call of many requests and answers; iterate over what is returned, and hand what that raises to
        told()."""
        return getattr(self._stub(service), method)(requests)

    def told(self, error):
        """The CorridorError that a grpc.RpcError of stream() says."""
        return self._told(error)

    def close(self):
        """Ends all calls; the connection cannot be used afterwards. May be called again."""
        with self._lock:
            self._closed = True
            channels, self._parted, self._channel = [*self._parted, self._channel], [], None
        for channel in channels:
            if channel is not None:
                channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"Connection({self.options.endpoint}, {self.principal})"

    def _told(self, error):
        told = from_grpc(error)
        if told.code == "UNAVAILABLE":
            self._suspect = True
        return told

    def _stub(self, service):
        with self._lock:
            if self._closed:
                raise make_error("CANCELLED", "the connection was closed")
            self._take_renewed()
            if self._suspect or self._channel is None:
                self._meet()
            return _STUBS[service](self._channel)

    def _take_renewed(self):
        """Reads the credential files where they changed."""
        if not self._credentials.changed(self.options):
            return
        try:
            renewed = _Credentials.read(self.options)
        except (OSError, ValueError) as error:
            _LOG.warning("renewed credentials are not taken yet: %s", type(error).__name__)
            return
        if renewed.principal != self.principal:
            _LOG.warning("renewed credentials are not taken: they are those of another principal")
            return
        if renewed == self._credentials:
            return
        _LOG.info("renewed credentials are taken")
        self._credentials = renewed
        self._part()

    def _part(self):
        if self._channel is not None:
            # The newest of the old ones may still carry a session; those before it had their time.
            for channel in self._parted:
                channel.close()
            self._parted = [self._channel]
        self._channel = None

    def _meet(self):
        """Finds out which broker answers, and insists on it. gRPC compares names and knows no SPIFFE, so that is looked at
        in a handshake of our own, and the channel then accepts that very ID and no other."""
        broker = self._credentials.broker_at(self.options)
        if broker != self._broker or self._channel is None:
            self._part()
            self._broker = broker
            self._channel = self._credentials.open_channel(self.options, broker)
        self._suspect = False


_STUBS = {"Publisher": publisher_pb2_grpc.PublisherStub, "Subscriber": subscriber_pb2_grpc.SubscriberStub}


class _Credentials:
    """The three files as they were read, and who they name. Never shown."""

    def __init__(self, certificate, key, trust, stamps):
        self._certificate, self._key, self._trust, self._stamps = certificate, key, trust, stamps
        leaf = x509.load_pem_x509_certificate(certificate)
        names = _uris(leaf)
        if len(names) != 1 or not names[0].startswith("spiffe://"):
            raise ValueError("the certificate does not carry exactly one SPIFFE ID")
        self.principal = names[0]

    @classmethod
    def read(cls, options):
        stamps = _stamps(options)
        parts = [path.read_bytes() for path in _files(options)]
        read = cls(*parts, stamps)
        # OpenSSL refuses a key that is not the certificate's, and roots that are none.
        read._context(options)
        if _stamps(options) != stamps:
            raise ValueError("the files change while they are read")
        return read

    def __eq__(self, other):
        return (self._certificate, self._key, self._trust) == (other._certificate, other._key, other._trust)

    def __repr__(self):
        return f"_Credentials({self.principal})"

    def changed(self, options):
        try:
            return _stamps(options) != self._stamps
        except OSError:
            return False

    def broker_at(self, options):
        """SPIFFE ID of the broker that answers. NotAllowedError, TemporaryError."""
        host, _, port = options.endpoint.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), options.connect_timeout) as plain, \
                    self._context(options).wrap_socket(plain) as secured:
                der = secured.getpeercert(binary_form=True)
        except ssl.SSLCertVerificationError as error:
            raise make_error("UNAUTHENTICATED", f"who answers at {options.endpoint} is not of {options.region}: "
                             f"{error.verify_message}", reason="IDENTITY_INVALID") from None
        except OSError as error:
            raise TemporaryError("UNAVAILABLE", f"{options.endpoint} does not answer: {error}") from None
        names = _uris(x509.load_der_x509_certificate(der))
        if len(names) != 1 or not names[0].startswith(f"spiffe://{options.region}/broker/"):
            raise make_error("UNAUTHENTICATED", f"who answers at {options.endpoint} is no broker of {options.region}",
                             reason="IDENTITY_INVALID")
        return names[0]

    def open_channel(self, options, broker):
        credentials = grpc.ssl_channel_credentials(
            root_certificates=self._trust, private_key=self._key, certificate_chain=self._certificate)
        return grpc.secure_channel(options.endpoint, credentials, options=[
            # The name that the broker's certificate must carry; in brackets, because it has a colon.
            ("grpc.ssl_target_name_override", f"[{broker}]"),
            ("grpc.default_authority", options.endpoint),
            # Channels of other credentials in this process must not share our connection.
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.enable_http_proxy", 0),
            ("grpc.keepalive_time_ms", int(options.keepalive_interval * 1000)),
            ("grpc.keepalive_timeout_ms", int(options.keepalive_timeout * 1000)),
            ("grpc.initial_reconnect_backoff_ms", 200),
            # Despite its name, how long connecting may take, handshake included.
            ("grpc.min_reconnect_backoff_ms", 20_000),
            ("grpc.max_reconnect_backoff_ms", 5000),
            ("grpc.max_receive_message_length", _RECEIVE_BYTES_MAX),
            ("grpc.primary_user_agent", options.client_name),
        ])

    def _context(self, options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False  # broker_at() compares the SPIFFE ID.
        context.set_alpn_protocols(["h2"])
        try:
            context.load_verify_locations(cadata=self._trust.decode("ascii"))
            context.load_cert_chain(options.certificate_file, options.key_file)
        except ssl.SSLError as error:
            raise ValueError(f"certificate, key or roots are not usable: {error.reason}") from None
        return context


def _files(options):
    return options.certificate_file, options.key_file, options.trust_file


def _stamps(options):
    stats = [path.stat() for path in _files(options)]
    return [(one.st_mtime_ns, one.st_ino, one.st_size) for one in stats]


def _uris(certificate):
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)
