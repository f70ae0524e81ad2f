"""What a record says of its run."""

import json
import math
import sys

import pytest

from foveate.errors import OutputError
from foveate_research.records import command_line, head, record_text, save_record


def test_a_record_tells_command_commit_day_machine_and_versions():
    found = head(["numpy", "no-such-package"])
    assert list(found) == ["command", "commit", "date", "machine", "versions"]
    assert list(found["versions"]) == ["python", "numpy"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["foveate", "tune", "map", "--data", "/sets"], "foveate tune map --data DIR"),
        (
            ["/usr/bin/foveate", "bench", "--images", "/sets/kodak"],
            "foveate bench --images DIR/kodak",
        ),
        (
            ["foveate", "x", "--images", "/sets/coding/images"],
            "foveate x --images DIR/coding/images",
        ),
        (["foveate", "x", "--save", "results/x.json"], "foveate x --save results/x.json"),
    ],
)
def test_the_command_keeps_the_machines_folders_to_itself(monkeypatch, typed, told):
    monkeypatch.setattr(sys, "argv", typed)
    assert command_line() == told


def test_what_json_cannot_say_is_null():
    text = record_text({"values": [1.5, math.inf], "deep": {"of": (math.nan, 2)}})
    assert json.loads(text) == {"values": [1.5, None], "deep": {"of": [None, 2]}}


def test_a_row_stands_on_a_line():
    record = {
        "command": "foveate {x}",
        "models": {"cam": {"nss": {"mean": 1.5, "pictures": [1, 2]}, "cc": {"mean": 2.5}}},
        "rows": [{"first": "cam", "of": [0.5, 1]}, {"first": "msroi"}],
        "none": {},
    }
    text = record_text(record)
    assert json.loads(text) == record
    assert text.splitlines() == [
        "{",
        ' "command": "foveate {x}",',
        ' "models": {',
        '  "cam": {',
        '   "nss": {"mean": 1.5, "pictures": [1, 2]},',
        '   "cc": {"mean": 2.5}',
        "  }",
        " },",
        ' "rows": [',
        '  {"first": "cam", "of": [0.5, 1]},',
        '  {"first": "msroi"}',
        " ],",
        ' "none": {}',
        "}",
    ]


def test_a_record_replaces_nothing_unless_asked(tmp_path):
    path = tmp_path / "record.json"
    save_record({"a": 1}, path, overwrite=False)
    with pytest.raises(OutputError, match="exists already"):
        save_record({"a": 2}, path, overwrite=False)
    save_record({"a": 2}, path, overwrite=True)
    assert json.loads(path.read_text()) == {"a": 2}
