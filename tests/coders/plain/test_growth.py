"""A JPEG that becomes another format does not grow for the sake of what it lost itself."""

from __future__ import annotations

import pytest
from PIL import features

import foveate
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from photos import photo


@pytest.mark.parametrize("file_format", ["webp", "avif"])
def test_a_coarse_jpeg_does_not_grow_as_another_format(file_format: str) -> None:
    if not features.check(file_format):
        pytest.skip(f"this Pillow has no {file_format}")
    pixels = photo(160, 224)
    jpeg = plain_jpeg(pixels, 40, subsampling="420")
    made = foveate.compress(jpeg, quality=90, format=file_format, effort="fast", map="none")
    assert len(made.data) <= len(jpeg)
    assert any("larger than the file that came in" in note for note in made.report.notes)
    anew = foveate.compress(pixels, quality=90, format=file_format, effort="fast", map="none")
    assert len(anew.data) > len(jpeg)
    assert not any("came in" in note for note in anew.report.notes)
