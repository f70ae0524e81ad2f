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
    assert "over the limit of 0.001" in run.err
    assert foveate("compress", "photo.png", "--untrusted", "--limit", "seconds=300").code == 0
    run = foveate("compress", "photo.png", "--limit", "seconds=0.000001", "--overwrite")
    assert "photo.png: takes more than 1e-06 seconds" in run.err


def test_a_map_over_the_limits_is_refused(foveate) -> None:
    write_photo("photo.png")
    Image.new("L", (640, 480)).save("map.png")
    run = foveate("compress", "photo.png", "--map", "map.png", "--limit", "pixels=10000")
    assert run.code == 1
    assert "map.png is 640x480, over the limit" in run.err


@pytest.mark.parametrize("wrong", ["pixels", "colours=3", "pixels=many", "seconds=x", "scans=0"])
def test_a_wrong_limit_is_wrong_usage(foveate, wrong: str) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--limit", wrong)
    assert run.code == 2
    assert "--limit" in run.err
