"""The report's comparison with plain JPEG, held against what `foveate.compare` tells."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.coders.plain.pillow_jpeg import plain_jpeg, plain_quality_of
from foveate.metrics.quality import salient_pixels, ssimulacra2

PHOTO = Path(__file__).resolve().parent.parent / "examples" / "astronaut.png"
PIXELS = np.asarray(Image.open(PHOTO).convert("RGB").resize((384, 384)))


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def disc(share: float) -> np.ndarray:
    """A painted mask: 255 in a disc that covers so much of the picture, 0 around it."""
    y, x = np.mgrid[:384, :384]
    radius = (share * 384 * 384 / np.pi) ** 0.5
    return np.where((y - 131) ** 2 + (x - 170) ** 2 < radius**2, 255, 0).astype(np.uint8)


@pytest.mark.parametrize(("tune", "least_gain"), [("vision", 1.0), ("fidelity", 2.5)])
@pytest.mark.parametrize("share", [0.01, 0.02, 0.04, 0.08, 0.15, 0.2, 0.3])
def test_a_painted_masks_gain_is_that_of_the_masks_pixels(share, tune, least_gain):
    mask = disc(share)
    result = foveate.compress(PIXELS, match_quality=50, map=mask, tune=tune, compare=True)
    found = result.report.comparison
    compared = foveate.compare(PIXELS, result.data, map=mask, metrics=["psnr_s"])
    plain = plain_jpeg(PIXELS, found.plain_quality)
    expected = foveate.compare(PIXELS, plain, map=mask, metrics=["psnr_s"])
    assert found.psnr_salient == pytest.approx(compared.metrics["psnr_s"], abs=0.2)
    assert found.plain_psnr_salient == pytest.approx(expected.metrics["psnr_s"], abs=0.2)
    seen = [
        ssimulacra2(PIXELS, decoded(data), data_range=255, weights=salient_pixels(mask))
        for data in (result.data, plain)
    ]
    assert [found.ssimulacra2_salient, found.plain_ssimulacra2_salient] == seen
    assert found.salient_gain_ssimulacra2 == seen[0] - seen[1]
    if tune == "vision":
        assert found.salient_gain_ssimulacra2 > 5
    if share <= 0.2:  # a larger mask leaves less to take bytes from
        assert found.salient_gain_db > least_gain


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


def test_metadata_are_no_part_of_the_comparison():
    exif = Image.Exif()
    exif[0x010E] = "x" * 30_000
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG", exif=exif)
    bare = foveate.compress(PIXELS, quality=70, map="none", compare=True).report
    more = foveate.compress(file.getvalue(), quality=70, map="none", compare=True).report
    assert more.bytes > bare.bytes + 25_000
    assert more.comparison == bare.comparison


def test_plain_jpeg_has_the_same_resolution_of_colours():
    report = foveate.compress(PIXELS, quality=96, map="none", compare=True).report
    assert report.coder["subsampling"] == "444"
    qualities = [report.comparison.plain_quality + step for step in (-1, 0, 1)]
    sizes = [len(plain_jpeg(PIXELS, quality, subsampling="444")) for quality in qualities]
    like = [abs(size - report.bytes) for size in sizes]
    assert like[1] == min(like)


def test_where_nothing_differs_no_number_is_told():
    report = foveate.compress(np.full((64, 64), 128, np.uint8), map="none", compare=True).report
    assert report.comparison.psnr is None
    assert report.comparison.salient_gain_db is None
    assert "Infinity" not in json.dumps(report.to_dict())


def test_fractions_are_told_to_three_decimals():
    told = foveate.compress(PIXELS, map="none", compare=True).report.to_dict()
    for value in (told["bpp"], told["seconds"], told["comparison"]["psnr"]):
        assert value == round(value, 3)
