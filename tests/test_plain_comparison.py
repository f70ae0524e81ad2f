"""The report's comparison with plain JPEG, held against what `foveate.compare` tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.coders.jpeg.pillow_jpeg import plain_jpeg, plain_quality_of

PHOTO = Path(__file__).resolve().parent.parent / "examples" / "astronaut.png"
PIXELS = np.asarray(Image.open(PHOTO).convert("RGB").resize((384, 384)))


def disc(share: float) -> np.ndarray:
    """A painted mask: 255 in a disc that covers so much of the picture, 0 around it."""
    y, x = np.mgrid[:384, :384]
    radius = (share * 384 * 384 / np.pi) ** 0.5
    return np.where((y - 131) ** 2 + (x - 170) ** 2 < radius**2, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("share", [0.01, 0.02, 0.04, 0.08, 0.15, 0.2, 0.3])
def test_a_painted_masks_gain_is_that_of_the_masks_pixels(share):
    mask = disc(share)
    result = foveate.compress(PIXELS, match_quality=50, map=mask, compare=True)
    found = result.report.comparison
    compared = foveate.compare(PIXELS, result.data, map=mask, metrics=["psnr_s"])
    plain = plain_jpeg(PIXELS, found.plain_quality)
    expected = foveate.compare(PIXELS, plain, map=mask, metrics=["psnr_s"])
    assert found.psnr_salient == pytest.approx(compared.metrics["psnr_s"], abs=0.2)
    assert found.plain_psnr_salient == pytest.approx(expected.metrics["psnr_s"], abs=0.2)
    if share <= 0.2:  # a larger mask leaves less to take bytes from
        assert found.salient_gain_db > 2.5


def test_the_comparison_is_made_only_when_asked_for():
    assert foveate.compress(PIXELS, map="none").report.comparison is None
    told = foveate.compress(PIXELS, map="none", compare=True).report.to_dict()["comparison"]
    assert told["salient_gain_db"] == pytest.approx(
        told["psnr_salient"] - told["plain_psnr_salient"], abs=2e-3
    )
    assert told["psnr_salient"] == told["psnr"]  # a flat map singles out nothing


def test_of_a_large_picture_a_sample_tells_the_quality_of_plain_jpeg():
    large = np.tile(PIXELS, (4, 5, 1))
    for quality in (30, 75):
        size = len(plain_jpeg(large, quality))
        assert plain_quality_of(large, size, "420") == pytest.approx(quality, abs=1)
