"""The error of decoded blocks against Pillow's own colour conversion."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from photos import photo


def planes(pixels: np.ndarray) -> np.ndarray:
    """(3, H, W) or (1, H, W): Y, Cb and Cr, or grey, as whole numbers."""
    image = Image.fromarray(pixels)
    values = np.asarray(image if pixels.ndim == 2 else image.convert("YCbCr"), np.float64)
    return values[None] if pixels.ndim == 2 else np.moveaxis(values, -1, 0)


@pytest.mark.parametrize("grey", [False, True])
def test_each_plane_of_each_block_has_the_mean_squared_error_of_its_pixels(grey: bool) -> None:
    """The border blocks too, which are only partly filled."""
    pixels = photo(83, 101)
    pixels[..., 2] //= 2  # so that Cb and Cr differ
    if grey:
        pixels = np.ascontiguousarray(pixels[..., 0])
    data = plain_jpeg(pixels, 20)
    squared = (planes(pixels) - planes(np.asarray(Image.open(io.BytesIO(data))))) ** 2
    found = decoded_mse(pixels, data)
    assert found.shape == (len(squared), 11, 13)
    for plane, errors in zip(found, squared, strict=True):
        for row, column in ((0, 0), (4, 7), (10, 3), (5, 12), (10, 12)):
            block = errors[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            # Pillow rounds Y, Cb and Cr to whole numbers.
            assert plane[row, column] ** 0.5 == pytest.approx(block.mean() ** 0.5, abs=0.6)
        assert plane.mean() == pytest.approx(errors.mean(), rel=0.1)
