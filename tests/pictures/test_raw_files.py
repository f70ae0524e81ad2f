"""Camera raw files: a DNG with a mosaic of colours, as LibRaw develops it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from foveate import Limits, PictureError, compress, read_picture

rawpy = pytest.importorskip("rawpy")
tifffile = pytest.importorskip("tifffile")

HEIGHT, WIDTH = 120, 200
_MATRIX = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
"""XYZ to the camera's colours, which are sRGB's (DNG 1.4, ColorMatrix1)."""


def _rationals(numbers: tuple[float, ...]) -> list[int]:
    return [part for number in numbers for part in (round(number * 10_000), 10_000)]


def dng(orientation: int) -> bytes:
    """Red at the left, blue at the right, brighter at the top; of 12 bits, in RGGB."""
    scene = np.zeros((HEIGHT, WIDTH, 3))
    scene[:, : WIDTH // 2] = (0.5, 0.1, 0.1)
    scene[:, WIDTH // 2 :] = (0.1, 0.1, 0.5)
    scene[: HEIGHT // 2] *= 1.6
    mosaic = np.zeros((HEIGHT, WIDTH))
    for row, column, colour in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        mosaic[row::2, column::2] = scene[row::2, column::2, colour]
    tags = [
        (274, "H", 1, orientation, False),
        (272, "s", 0, "A camera", False),
        (33421, "H", 2, (2, 2), False),  # CFARepeatPatternDim
        (33422, "B", 4, (0, 1, 1, 2), False),  # CFAPattern
        (50706, "B", 4, (1, 4, 0, 0), False),  # DNGVersion
        (50708, "s", 0, "A camera", False),
        (50717, "I", 1, 4095, False),  # WhiteLevel
        (50721, 10, 9, _rationals(_MATRIX), False),
        (50728, 5, 3, _rationals((1, 1, 1)), False),  # AsShotNeutral
        (50778, "H", 1, 21, False),  # CalibrationIlluminant1: D65
    ]
    stream = io.BytesIO()
    samples = (mosaic * 4095).astype(np.uint16)
    tifffile.imwrite(stream, samples, photometric=32803, extratags=tags, metadata=None)
    return stream.getvalue()


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_raw_file_is_developed_upright_and_in_its_colours(orientation: int, turns: int) -> None:
    picture = read_picture(dng(orientation))
    stored = np.rot90(picture.pixels, -turns)
    assert stored.shape == (HEIGHT, WIDTH, 3)
    left, right = stored[20, 20].astype(int), stored[20, -20].astype(int)
    assert left[0] > 2 * left[1]
    assert abs(left[1] - left[2]) < 12
    assert right[2] > 2 * right[1]
    assert stored[20, 20, 0] > stored[-20, 20, 0] + 20
    assert any("developed from the camera's raw file" in note for note in picture.notes)


def test_metadata_of_a_raw_file_are_kept_and_turn_nothing_again() -> None:
    tags = Image.open(io.BytesIO(compress(dng(6), map="none").data)).getexif()
    assert tags[272] == "A camera"
    assert tags.get(274, 1) == 1


class _Undeveloped:
    """A raw file whose sizes may be asked, and that must not be developed."""

    def __init__(self, raw: Any) -> None:
        self.sizes = raw.sizes

    def __enter__(self) -> _Undeveloped:
        return self

    def __exit__(self, *_: object) -> None: ...

    def postprocess(self, **_: object) -> None:
        raise AssertionError("it was developed")


def test_a_raw_file_over_the_limit_is_not_developed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rawpy.imread
    monkeypatch.setattr(rawpy, "imread", lambda stream: _Undeveloped(real(stream)))
    with pytest.raises(PictureError, match="24,000 pixels, over the limit of 1,000"):
        read_picture(dng(1), limits=Limits(pixels=1000))


def test_a_raw_file_that_is_cut_off_is_one_line() -> None:
    with pytest.raises(PictureError, match="cannot be developed"):
        read_picture(dng(1)[:3000])
