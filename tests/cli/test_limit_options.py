"""--untrusted and --limit as a person types them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from photos import write_photo


def write_huge_gif(path: str) -> None:
    """35 bytes that stand for 195 megapixels."""
    header = b"GIF89a" + struct.pack("<HH", 65_000, 3_000) + b"\0\0\0,"
    header += struct.pack("<HHHHB", 0, 0, 65_000, 3_000, 0) + b"\x02\x00;"
    Path(path).write_bytes(header)


@pytest.mark.parametrize(
    "call", [["compress", "huge.gif"], ["map", "huge.gif"], ["compare", "huge.gif", "huge.gif"]]
)
def test_untrusted_pictures_are_refused_over_fifty_megapixels(foveate, call: list[str]) -> None:
    write_huge_gif("huge.gif")
    run = foveate(*call, "--untrusted")
    assert run.code == 1
    assert run.err.count("\n") == 1
    assert "huge.gif: is 65000 x 3000, 195 megapixels, over the limit of 50" in run.err


def test_a_single_limit_is_set_by_name(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--limit", "pixels=1k")
    assert run.code == 1
    assert (
        "3,072 pixels, over the limit of 1,000: resize it first, or raise --limit pixels=N"
        in run.err
    )
    assert foveate("compress", "photo.png", "--untrusted", "--limit", "seconds=300").code == 0
    run = foveate("compress", "photo.png", "--limit", "seconds=0.000001", "--overwrite")
    assert "photo.png: takes more than 0.000001 seconds" in run.err


def test_a_map_over_the_limits_is_refused(foveate) -> None:
    write_photo("photo.png")
    Image.new("L", (640, 480)).save("map.png")
    run = foveate("compress", "photo.png", "--map", "map.png", "--limit", "pixels=10000")
    assert run.code == 1
    assert "map.png: is 640 x 480, 307,200 pixels, over the limit of 10,000" in run.err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("pixels", "--limit: 'pixels' is no limit; give NAME=N, as pixels=50M"),
        ("colours=3", "--limit: 'colours' is no limit; give one of pixels, bytes, scans, "),
        ("pixels=many", "--limit: pixels=many is no limit; give a whole number of 1 or more, as "),
        ("pixels=0", "--limit: pixels=0 is no limit; give a whole number of 1 or more, as "),
        ("scans=-1", "--limit: scans=-1 is no limit; give a whole number of 1 or more, as "),
        ("seconds=x", "--limit: seconds=x is no limit; give a number above 0, as seconds=20"),
        ("seconds=0", "--limit: seconds=0 is no limit; give a number above 0, as seconds=20"),
        ("seconds=nan", "--limit: seconds=nan is no limit; give a number above 0, as seconds=20"),
    ],
)
def test_a_wrong_limit_is_wrong_usage(foveate, wrong: str, said: str) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--limit", wrong)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert said in run.err


@pytest.mark.parametrize("name", ["pixels=9", "bytes=99", "seconds=0.000001", "scans=1"])
def test_a_message_names_the_limit_as_it_is_typed(foveate, name: str) -> None:
    write_photo("photo.jpg", progressive=True)
    run = foveate("compress", "photo.jpg", "--map", "none", "--limit", name)
    assert run.code == 1
    assert f"or raise --limit {name.partition('=')[0]}=N" in run.err
