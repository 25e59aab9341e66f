#!/usr/bin/env python3
"""Makes the Python stubs of the protos: corridor/v1/*_pb2.py and *_pb2_grpc.py, and that of the profile file.

    build_stubs.py FOLDER

FOLDER is what is searched for packages: the folder that holds (or shall hold) `corridor`. Needs `protoc` and its gRPC
plugin: Debian's protobuf-compiler and protobuf-compiler-grpc.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def generate(folder):
    plugin = shutil.which("grpc_python_plugin")
    if shutil.which("protoc") is None or plugin is None:
        sys.exit("build_stubs: protoc and grpc_python_plugin are needed: "
                 "apt-get install protobuf-compiler protobuf-compiler-grpc")
    protos = ROOT / "proto"
    package = folder / "corridor"
    package.mkdir(parents=True, exist_ok=True)
    subprocess.run(["protoc", "-I", protos, f"--python_out={folder}", f"--grpc_python_out={folder}",
                    f"--plugin=protoc-gen-grpc_python={plugin}", *sorted(protos.rglob("*.proto"))], check=True)
    (package / "v1" / "__init__.py").write_text('"""The protos of Corridor, as messages and stubs."""\n',
                                                encoding="utf-8")
    # The profile file is that of corridorctl, so that one profile serves both.
    subprocess.run(["protoc", "-I", protos, "-I", ROOT / "client" / "ctl", f"--python_out={package}",
                    ROOT / "client" / "ctl" / "profile.proto"], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    generate(pathlib.Path(sys.argv[1]))
