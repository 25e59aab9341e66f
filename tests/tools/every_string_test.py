#!/usr/bin/env python3
"""No field of a request goes unjudged: each string and each run of bytes that the protos let in is named once in
docs/every_string.md, with what judges it, and nothing is named there that is no such field."""

import collections
import pathlib
import re
import subprocess
import tempfile
import unittest

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "every_string.md"
PACKAGE = ".corridor.v1."
# What travels as bytes inside other messages.
INSIDE_BYTES = ("StatementBody", "StatementRouting", "Directory", "Withdrawal")

Field = descriptor_pb2.FieldDescriptorProto


def read_protos():
    """All messages by their full name, and the names of all request messages."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "protos"
        protos = sorted(str(path) for path in (ROOT / "proto/corridor/v1").glob("*.proto"))
        subprocess.run(["protoc", f"-I{ROOT / 'proto'}", "--include_imports", f"--descriptor_set_out={out}", *protos], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    messages, requests = {}, []

    def add(prefix, message):
        name = f"{prefix}.{message.name}"
        messages[name] = message
        for nested in message.nested_type:
            add(name, nested)

    for file in files:
        for message in file.message_type:
            add(f".{file.package}", message)
        requests += [method.input_type for service in file.service for method in service.method]
    return messages, requests


def strings_in(messages, roots):
    """The string and byte fields of `roots` and of all that they hold: {"Member.etag", ...}."""
    found, seen, waiting = set(), set(), list(roots)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for field in messages[name].field:
            if field.type in (Field.TYPE_STRING, Field.TYPE_BYTES):
                found.add(f"{name.replace(PACKAGE, '').lstrip('.')}.{field.name}")
            elif field.type == Field.TYPE_MESSAGE:
                waiting.append(field.type_name)
    return found


def rows():
    """How often each field is named in the table, and how each row says that its fields are judged."""
    named, judges = collections.Counter(), []
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 2 or cells[0] in ("Judged", "---"):
            continue
        judges.append(cells[0])
        named.update(re.findall(r"`([\w.]+)`", cells[1]))
    return named, judges


class EveryStringTest(unittest.TestCase):
    def setUp(self):
        self.messages, requests = read_protos()
        self.fields = strings_in(self.messages, requests + [PACKAGE + name for name in INSIDE_BYTES])
        self.named, self.judges = rows()

    def test_each_field_of_a_request_has_one_row(self):
        self.assertGreater(len(self.fields), 150)
        self.assertEqual(sorted(self.fields - set(self.named)), [], "not in the table")
        self.assertEqual(sorted(name for name, times in self.named.items() if times > 1), [], "named twice")

    def test_the_table_names_no_other(self):
        self.assertEqual(sorted(set(self.named) - self.fields), [], "no field of any request")

    def test_each_row_says_what_judges(self):
        self.assertTrue(all(self.judges))

    def test_a_field_that_nobody_judges_is_found(self):
        member = descriptor_pb2.DescriptorProto(name="Hobby")
        member.field.add(name="words", type=Field.TYPE_STRING)
        messages = dict(self.messages, **{PACKAGE + "Hobby": member})
        self.assertIn("Hobby.words", strings_in(messages, [PACKAGE + "Hobby"]) - set(self.named))


if __name__ == "__main__":
    unittest.main()
