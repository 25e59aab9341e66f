"""The Python client out of the tree, for tests: the package and its stubs in a folder of their own."""

import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
CLIENT = ROOT / "client" / "python"


def load(folder):
    """Makes the package in `folder`, and importable in this process. Exits with 77 (skipped) where something it needs is
    not there."""
    try:
        import cryptography  # noqa: F401
        import grpc  # noqa: F401
    except ImportError:
        sys.exit(77)
    if shutil.which("protoc") is None or shutil.which("grpc_python_plugin") is None:
        sys.exit(77)
    sys.path.insert(0, str(CLIENT))
    import build_stubs

    shutil.copytree(CLIENT / "corridor", folder / "corridor", ignore=shutil.ignore_patterns("__pycache__"))
    build_stubs.generate(folder)
    sys.path.insert(0, str(folder))
