"""Metadata never make a quality fail, and a size that they exceed is told with what would work."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import foveate
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.errors import TargetError
from photos import photo

TEXT = 5000


def with_metadata(pixels: NDArray[np.uint8]) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "x" * TEXT
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif.tobytes())
    return file.getvalue()


@pytest.mark.parametrize("choices", [{}, {"tune": "fidelity"}, {"method": "mosaic"}])
def test_the_picture_takes_plain_jpegs_bytes_and_metadata_come_on_top(
    choices: dict[str, str],
) -> None:
    pixels = photo()
    made = foveate.compress(with_metadata(pixels), map="none", match_quality=60, **choices)
    bare = foveate.compress(pixels, map="none", match_quality=60, **choices)
    plain = bytes_at_quality(pixels, 60)
    more = made.report.target_bytes - plain
    assert TEXT < more < TEXT + 200
    assert bare.report.target_bytes == plain
    assert abs(len(made.data) - more - len(bare.data)) <= 0.02 * plain


@pytest.mark.parametrize("format", ["jpeg", "avif"])
def test_pictures_of_a_few_pixels_are_matched_too(format: str) -> None:
    for side in (1, 8):
        data = with_metadata(photo(side, side))
        made = foveate.compress(data, map="none", match_quality=1, format=format)
        assert len(made.data) < TEXT + 1000


@pytest.mark.parametrize("choices", [{}, {"method": "mosaic"}, {"format": "avif"}])
def test_a_size_that_metadata_exceed_is_told_with_their_bytes(choices: dict[str, str]) -> None:
    with pytest.raises(TargetError, match=r"with its 5,\d\d\d bytes of metadata; .*, or about "):
        foveate.compress(with_metadata(photo()), map="none", size_bytes=2000, **choices)
    with pytest.raises(TargetError, match="with `metadata='none'`"):
        foveate.compress(with_metadata(photo()), map="none", size_bytes=2000, **choices)
    made = foveate.compress(
        with_metadata(photo()), map="none", size_bytes=2000, metadata="none", **choices
    )
    assert len(made.data) <= 2000
