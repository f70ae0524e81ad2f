"""What `foveate classify pack` tells, and what it leaves where it is refused."""

import json
import sys

import pytest

from foveate.cli.main import main
from tiny_packs import write_parts


@pytest.fixture
def pack(tmp_path, monkeypatch, capsys):
    """Runs `foveate classify pack --images set -o out ARGUMENTS`: code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    write_parts(tmp_path / "set", 2, 1)

    def run(*arguments):
        whole = ("--images", "set", "-o", "out", "--model", "centre", *arguments)
        monkeypatch.setattr(sys, "argv", ["foveate", "classify", "pack", *whole])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_pictures_that_cannot_be_read_are_told(pack, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "set/train/red" / name).write_bytes(b"no picture")
    code, out, err = pack()
    assert (code, out) == (0, "out: 6 train, 3 val, 3 classes\n")
    assert err.startswith("2 pictures could not be read (such as set/train/red/")
    assert err.count("\n") == 1
    code, out, err = pack("--json")
    assert [why.split(": ")[0] for why in sorted(json.loads(out)["unreadable"])] == [
        "red/a",
        "red/b",
    ]
    assert "2 pictures could not be read" in err


def test_json_tells_that_all_could_be_read(pack):
    code, out, err = pack("--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["unreadable"] == []


def test_wrong_threads_are_named_as_typed_and_claim_nothing(pack, tmp_path):
    code, _, err = pack("--threads", "0")
    assert code == 2
    assert "--threads: should be greater than or equal to 1" in err
    assert not (tmp_path / "out").exists()
    assert pack("--model", "spectral-residual")[0] == 0
