"""What a record says of its run."""

import json
import math
import subprocess
import sys

import pytest

from foveate.errors import OutputError
from foveate_research import records
from foveate_research.records import command_line, head, record_text, save_record


def test_a_record_tells_command_commit_day_machine_and_versions():
    found = head(["numpy", "no-such-package"])
    assert list(found) == ["command", "commit", "date", "machine", "versions"]
    assert list(found["versions"]) == ["python", "numpy"]


def test_a_commit_is_dirty_where_more_than_results_and_pages_differ(tmp_path, monkeypatch):
    def git(*words):
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(records, "CHECKOUT", tmp_path)
    assert records.commit() == "unknown"
    code = tmp_path / "code.py"
    others = [tmp_path / "results" / "a.json", tmp_path / "docs" / "a.md"]
    for file in (code, *others):
        file.parent.mkdir(exist_ok=True)
        file.write_text("1")
    git("init")
    assert records.commit() == "unknown"
    git("add", ".")
    git("commit", "-m", "first")
    for file in others:
        file.write_text("2")
    (tmp_path / "untracked.py").touch()
    named = records.commit()
    assert len(named) >= 7
    assert "dirty" not in named
    code.write_text("2")
    assert records.commit() == f"{named}-dirty"


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
