"""Installs the library from the tree, with the stubs of the protos in it (protoc of Debian's protobuf-compiler)."""

import pathlib
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build_stubs  # noqa: E402


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        build_stubs.generate(pathlib.Path(self.build_lib))


setup(
    name="corridor-client",
    version="0.1.0",
    description="Client of Corridor: publish, receive and take back anonymised alerts",
    license="Apache-2.0",
    python_requires=">=3.11",
    install_requires=["grpcio>=1.51", "protobuf>=3.21", "cryptography>=38"],
    extras_require={"certified": ["pyOpenSSL>=23"]},
    packages=["corridor"],
    package_data={"corridor": ["py.typed"]},
    cmdclass={"build_py": BuildWithStubs},
)
