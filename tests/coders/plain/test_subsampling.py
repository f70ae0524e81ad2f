"""Which resolution of chroma a file gets where the settings leave it to the picture."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

import foveate
from foveate.coders.plain.subsampling import chroma_lost, colours_would_bleed, is_drawn
from foveate.metrics.quality import ssimulacra2
from photos import photo

Pixels = npt.NDArray[np.uint8]


def page(ink: str = "#c00000", width: int = 160, height: int = 128) -> Pixels:
    """Thin coloured strokes and letters on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(8, height - 12, 14):
        draw.text((6, y), "keeps what people look at", fill=ink)
    return np.asarray(image)


def subsampling(image: object, **choices: object) -> str:
    return foveate.compress(image, map="none", effort="fast", **choices).report.coder["subsampling"]


def test_coloured_text_keeps_its_chroma_and_photographs_do_not() -> None:
    assert subsampling(page(), quality=80) == "444"
    assert subsampling(photo(), quality=80) == "420"
    assert subsampling(photo(), quality=95) == "444"


def test_black_text_has_no_chroma_to_keep() -> None:
    black = page("#000000")
    assert is_drawn(black)
    assert not colours_would_bleed(black)
    assert subsampling(black, quality=80) == "420"


@pytest.mark.parametrize(("quality", "found"), [(59, "420"), (60, "444")])
def test_low_rates_halve_the_chroma_of_text_too(quality: int, found: str) -> None:
    text = page()
    plain = io.BytesIO()
    Image.fromarray(text).save(plain, "JPEG", quality=quality)
    assert subsampling(text, quality=quality) == found
    assert subsampling(text, match_quality=quality) == found
    assert subsampling(text, size_bytes=len(plain.getvalue())) == found


def test_what_the_user_asks_for_goes_before_the_picture() -> None:
    assert subsampling(page(), quality=80, subsampling="420") == "420"
    assert foveate.compress(page(), tune="fidelity").report.coder["subsampling"] == "420"
    assert foveate.compress(page(), method="mosaic").report.coder["subsampling"] == "420"


@pytest.mark.parametrize(("stored", "found"), [("4:2:0", "420"), ("4:4:4", "444")])
def test_a_jpeg_whose_chroma_was_halved_stays_so(stored: str, found: str) -> None:
    file = io.BytesIO()
    Image.fromarray(page()).save(file, "JPEG", quality=100, subsampling=stored)
    assert subsampling(file.getvalue(), quality=70) == found


def test_full_chroma_is_seen_in_as_many_bytes() -> None:
    text = page()

    def seen(subsampling: str) -> float:
        made = foveate.compress(text, map="none", match_quality=80, subsampling=subsampling)
        decoded = np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB"))
        return ssimulacra2(text, decoded, data_range=255)

    assert seen("auto") > seen("420") + 2


def test_what_halved_chroma_loses_is_what_a_decoder_shows() -> None:
    """Held against Pillow's own 4:2:0, whose quality 100 adds next to nothing."""
    text = page(width=157, height=121)
    file = io.BytesIO()
    Image.fromarray(text).save(file, "JPEG", quality=100, subsampling="4:2:0")
    file.seek(0)
    shown = Image.open(file)
    shown.draft("YCbCr", shown.size)
    before = np.asarray(Image.fromarray(text).convert("YCbCr"), np.float64)[..., 1:]
    error = (np.asarray(shown, np.float64)[..., 1:] - before) ** 2
    lost = chroma_lost(text)
    assert lost.shape == (8, 10)
    for row in range(7):
        for col in range(9):
            block = error[16 * row : 16 * row + 16, 16 * col : 16 * col + 16]
            expected = np.sqrt(block.mean(axis=(0, 1)).max())
            assert lost[row, col] == pytest.approx(expected, abs=1.0)
    assert lost.max() > 15


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (40, 1, 3), (17, 2, 3), (40, 40)])
def test_small_and_grey_pictures_are_judged_too(shape: tuple[int, ...]) -> None:
    pixels = np.zeros(shape, np.uint8)
    assert is_drawn(pixels) == (shape[1] > 1)
    assert not colours_would_bleed(pixels)
    assert subsampling(pixels, quality=80) in {"420", "grey"}
