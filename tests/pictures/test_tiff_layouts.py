"""Every layout of TIFF samples gives the pixels that were written, or is refused in one line.

The files are written by tifffile, so that two libraries have to agree.
"""

from __future__ import annotations

import builtins
import io
import struct
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from picture_files import refusal

from foveate.errors import MissingExtraError, PictureError
from foveate.pictures import read_picture

Y, X = np.mgrid[0:20, 0:37]
GREY = ((X * 7 + Y * 3) % 256).astype(np.uint8)
GREY[0, :2] = 0, 255
RGB = np.stack([X * 6 % 256, Y * 12 % 256, (X + Y) * 3 % 256], axis=2).astype(np.uint8)
RGB[0, :2] = [[0], [255]]
OPAQUE = np.full_like(GREY, 255)
KINDS = ["u1", "u2", "u4", "i1", "i2", "f2", "f4", "f8"]


def as_kind(levels: np.ndarray, kind: str) -> np.ndarray:
    """Levels from 0 to 255 as samples over the whole range of a type."""
    if kind[0] == "f":
        return (levels / 255).astype(kind)
    bits = 8 * int(kind[1])
    whole = levels.astype(np.int64) * ((2**bits - 1) // 255)
    return (whole - (2 ** (bits - 1) if kind[0] == "i" else 0)).astype(kind)


def tiff(samples: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, **options)
    return file.getvalue()


def assert_reads(data: bytes, right: np.ndarray) -> None:
    pixels = read_picture(data).pixels
    assert pixels.shape == right.shape
    assert np.abs(pixels.astype(int) - right).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
def test_grey_is_grey_and_a_negative_is_turned(kind: str, order: str) -> None:
    samples = as_kind(GREY, kind)
    assert_reads(tiff(samples, photometric="minisblack", byteorder=order), GREY)
    assert_reads(tiff(samples, photometric="miniswhite", byteorder=order), 255 - GREY)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_colours_are_right_pixel_by_pixel_and_plane_by_plane(
    kind: str, order: str, planes: str
) -> None:
    def written(levels: np.ndarray, **options: object) -> bytes:
        samples = as_kind(levels, kind)
        if planes == "separate":
            samples = np.moveaxis(samples, 2, 0)
        return tiff(samples, planarconfig=planes, byteorder=order, **options)

    assert_reads(written(RGB, photometric="rgb"), RGB)
    for extra in ("unassalpha", "assocalpha", "unspecified"):
        data = written(np.dstack([RGB, OPAQUE]), photometric="rgb", extrasamples=[extra])
        assert_reads(data, RGB)
    ink = np.dstack([255 - RGB, np.zeros_like(GREY)])
    assert_reads(written(ink, photometric="separated"), RGB)


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
def test_alpha_is_flattened_on_white_however_it_is_stored(kind: str) -> None:
    half = np.full_like(GREY, 128)
    flat = (RGB.astype(int) * 128 + 255 * 127 + 127) // 255
    straight = as_kind(np.dstack([RGB, half]), kind)
    for planes in ("contig", "separate"):
        samples = np.moveaxis(straight, 2, 0) if planes == "separate" else straight
        options = {"photometric": "rgb", "planarconfig": planes, "extrasamples": ["unassalpha"]}
        assert np.abs(read_picture(tiff(samples, **options)).pixels - flat).max() <= 1
    multiplied = np.rint(RGB * (128 / 255)).astype(np.uint8)
    samples = as_kind(np.dstack([multiplied, half]), kind)
    data = tiff(samples, photometric="rgb", extrasamples=["assocalpha"])
    assert np.abs(read_picture(data).pixels - flat).max() <= 2


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "options",
    [
        {"tile": (16, 16)},
        {"rowsperstrip": 3},
        {"bigtiff": True},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": 2},
        {"compression": "zlib", "predictor": 2, "tile": (16, 16)},
    ],
    ids=str,
)
def test_tiles_strips_big_files_and_predictors_make_no_difference(
    options: dict[str, object], order: str, kind: str
) -> None:
    colours, grey = as_kind(RGB, kind), as_kind(GREY, kind)
    common = {"byteorder": order, **options}
    try:
        planes = tiff(
            np.moveaxis(colours, 2, 0), photometric="rgb", planarconfig="separate", **common
        )
    except ValueError:  # tifffile writes predictors with imagecodecs alone
        pytest.skip("needs imagecodecs to be written")
    assert_reads(planes, RGB)
    for extra in ("unassalpha", "assocalpha", "unspecified"):
        four = as_kind(np.dstack([RGB, OPAQUE]), kind)
        named = {"photometric": "rgb", "extrasamples": [extra], **common}
        assert_reads(tiff(four, **named), RGB)
        assert_reads(tiff(np.moveaxis(four, 2, 0), planarconfig="separate", **named), RGB)
    assert_reads(tiff(colours, photometric="rgb", **common), RGB)
    assert_reads(tiff(grey, photometric="minisblack", **common), GREY)
    assert_reads(tiff(grey, photometric="miniswhite", **common), 255 - GREY)


def test_twelve_bits_reach_from_black_to_white() -> None:
    levels = np.array([0, 4095, 2048, 1], np.uint32)
    packed = b"".join(
        bytes((a >> 4, (a & 15) << 4 | b >> 8, b & 255))
        for a, b in ((int(levels[0]), int(levels[1])), (int(levels[2]), int(levels[3])))
    )
    entries = ((256, 4, 1), (257, 1, 1), (258, 12, 1), (259, 1, 1), (262, 1, 1), (273, 8, 1))
    entries += ((277, 1, 1), (278, 1, 1), (279, len(packed), 1))
    directory = b"".join(struct.pack("<HHII", t, 4, n, v) for t, v, n in entries)
    head = b"II*\0" + struct.pack("<I", 8 + len(packed))
    data = head + packed + struct.pack("<H", len(entries)) + directory + bytes(4)
    picture = read_picture(data)
    assert picture.pixels.tolist() == [[0, 255, 128, 0]]
    assert picture.notes == ("12-bit reduced to 8-bit",)


def test_thirty_two_bits_that_hold_sixteen_are_read_as_sixteen() -> None:
    samples = GREY.astype(np.uint32) * 257
    assert_reads(tiff(samples, photometric="minisblack"), GREY)


def test_what_a_rare_layout_carries_is_kept() -> None:
    data = tiff(
        np.moveaxis(as_kind(RGB, "u2"), 2, 0),
        photometric="rgb",
        planarconfig="separate",
        resolution=(300, 300, "inch"),
        extratags=[(315, "s", 0, "Ansel", True), (274, "H", 1, 6, True)],
    )
    picture = read_picture(data)
    assert picture.pixels.shape == (37, 20, 3)
    assert picture.exif is not None
    assert b"Ansel" in picture.exif
    assert (picture.carried.density.across, picture.carried.density.unit) == (300, 1)
    assert picture.notes == ("16-bit reduced to 8-bit",)


def test_pages_limits_and_damage_of_a_rare_layout_are_told() -> None:
    planes = np.moveaxis(as_kind(RGB, "u2"), 2, 0)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for _ in range(2):
            writer.write(planes, photometric="rgb", planarconfig="separate")
    assert "first of 2 pages" in read_picture(file.getvalue()).notes
    assert "limit" in refusal(file.getvalue(), max_pixels=100)
    whole = tiff(as_kind(RGB, "f2"), photometric="rgb")
    assert "cannot be decoded" in refusal(whole[: len(whole) // 2])


def test_what_tifffile_says_of_damage_stays_off_the_terminal() -> None:
    """In a process of its own, since pytest gives all logs a handler."""
    data = tiff(as_kind(RGB, "f2"), photometric="rgb", software="x" * 40)
    at = data.index(struct.pack("<HHI", 305, 2, 41))
    damaged = data[:at] + struct.pack("<HH", 305, 99) + data[at + 4 :]
    code = "import sys; from foveate.pictures import read_picture as r; r(sys.stdin.buffer.read())"
    done = subprocess.run([sys.executable, "-c", code], input=damaged, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_tifffile_one_line_names_the_extra(monkeypatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **options: object) -> object:
        if name == "tifffile":
            raise ImportError(name)
        return real(name, *rest, **options)

    data = tiff(np.moveaxis(as_kind(RGB, "u2"), 2, 0), photometric="rgb", planarconfig="separate")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'foveate\[tiff\]'") as caught:
        read_picture(data)
    assert isinstance(caught.value, PictureError)
    assert "\n" not in str(caught.value)
