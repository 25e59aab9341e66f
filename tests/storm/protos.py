"""The protos of this project as Python messages, and calls made from them alone: generated when a run starts."""

import gc
import importlib
import pathlib
import subprocess
import sys
import threading
import time

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANNEL_OPTIONS = [("grpc.max_reconnect_backoff_ms", 1000), ("grpc.initial_reconnect_backoff_ms", 100),
                   ("grpc.min_reconnect_backoff_ms", 20_000), ("grpc.max_receive_message_length", 64 << 20),
                   ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]


def generate(folder):
    """Once for a run, before any program of it calls load()."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted((ROOT / "proto").rglob("*.proto"))
    subprocess.run(["protoc", f"--python_out={folder}", "-I", ROOT / "proto", *files], check=True)


def load(folder):
    sys.path.insert(0, str(folder))
    collect_apart()


def collect_apart():
    """Garbage is collected by a thread that holds no lock: a call that is collected while its thread starts another, and
    holds the interpreter's lock for that, never ends (grpcio 1.51)."""
    def collect():
        while True:
            time.sleep(5)
            gc.collect()
    gc.disable()
    threading.Thread(target=collect, name="garbage", daemon=True).start()


def module(name):
    return importlib.import_module(f"corridor.v1.{name}_pb2")


def open_channel(address, certificate, roots):
    """`certificate`: the path without its .pem and .key."""
    credentials = grpc.ssl_channel_credentials(
        root_certificates=roots.read_bytes(), private_key=certificate.with_suffix(".key").read_bytes(),
        certificate_chain=certificate.with_suffix(".pem").read_bytes())
    return grpc.secure_channel(address, credentials, options=CHANNEL_OPTIONS)


def method(channel, service, name, request, response, form="unary_unary"):
    return getattr(channel, form)(f"/corridor.v1.{service}/{name}", request_serializer=request.SerializeToString,
                                  response_deserializer=response.FromString)
