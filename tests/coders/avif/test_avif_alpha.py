"""Transparency in AVIF: kept, cheap where nothing is seen, and judged on light and on dark."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.coders.avif import libaom
from foveate.coders.avif.hidden_colours import without_hidden_colours
from foveate.metrics.quality import ssimulacra2
from foveate.pictures.transparency import Transparency
from photos import photo

SIDE = 128
COLOUR = photo(SIDE, SIDE)
_ROWS, _COLUMNS = np.mgrid[:SIDE, :SIDE]
_DISTANCE = np.hypot(_ROWS - SIDE / 2, _COLUMNS - SIDE / 2)
SOFT = np.clip(255 - 4 * (_DISTANCE - 30), 0, 255).astype(np.uint8)
HARD = np.where(_DISTANCE < 50, 255, 0).astype(np.uint8)


def png(alpha: np.ndarray, colour: np.ndarray = COLOUR) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.dstack([colour, alpha])).save(file, "PNG")
    return file.getvalue()


def made(source: bytes, **options: Any) -> foveate.Compressed:
    return foveate.compress(
        source, **{"format": "avif", "effort": "fast", "map": "centre", **options}
    )


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize(("alpha", "most"), [(SOFT, 1.5), (HARD, 0.1)])
def test_transparency_is_kept(alpha: np.ndarray, most: float) -> None:
    result = made(png(alpha), quality=80)
    copy = decoded(result.data)
    assert copy.shape == (SIDE, SIDE, 4)
    assert np.abs(copy[..., 3].astype(int) - alpha).mean() < most
    assert np.abs(copy[alpha == 255, :3].astype(int) - COLOUR[alpha == 255]).mean() < 10
    assert result.report.coder["alpha"]
    assert result.report.notes == ()


def test_grey_stays_grey_with_its_transparency() -> None:
    result = made(png(SOFT, COLOUR[..., 0]), quality=80)
    assert result.report.coder["subsampling"] == "grey"
    copy = decoded(result.data).astype(int)
    assert np.ptp(copy[..., :3], axis=2).max() == 0
    assert np.abs(copy[..., 3] - SOFT).mean() < 1.5


def test_without_any_transparent_pixel_there_is_no_alpha() -> None:
    result = made(png(np.full_like(SOFT, 255)), quality=60)
    assert decoded(result.data).shape == (SIDE, SIDE, 3)
    assert not result.report.coder["alpha"]


def test_a_background_flattens() -> None:
    result = made(png(HARD), quality=80, background="#ff0000")
    copy = decoded(result.data)
    assert copy.shape == (SIDE, SIDE, 3)
    assert np.abs(copy[0, 0].astype(int) - (255, 0, 0)).max() < 12
    assert "alpha flattened on #ff0000" in result.report.notes


def test_colours_that_nobody_sees_change_no_byte() -> None:
    noisy = np.random.default_rng(0).integers(0, 256, COLOUR.shape, np.uint8)
    noisy[HARD > 0] = COLOUR[HARD > 0]
    one, other = (made(png(HARD, colour), size_bytes=2500).data for colour in (COLOUR, noisy))
    assert one == other


def test_hidden_colours_continue_what_is_seen_without_an_edge() -> None:
    filled = without_hidden_colours(Transparency(COLOUR, HARD)).astype(int)
    assert (filled[HARD > 0] == COLOUR[HARD > 0]).all()
    across = np.abs(np.diff(filled, axis=1)).mean(axis=2)
    assert across[:, :10].mean() < 2
    assert across[64, 10:16].max() < 60


def test_steering_leaves_alpha_alone() -> None:
    image = Image.fromarray(np.dstack([photo(128, 256), np.tile(SOFT, (1, 2))]))
    flat = np.full((8, 16), 100_000, np.int64)
    left = np.where(np.arange(16) < 8, 3 * flat, flat)
    files = [
        decoded(libaom.encode(image, 40, libaom.AvifOptions(7), each)) for each in (flat, left)
    ]
    assert (files[0][..., 3] == files[1][..., 3]).all()
    assert (files[0][..., :3] != files[1][..., :3]).any()


def test_what_is_white_is_judged_on_black_too() -> None:
    white, alpha = np.full_like(COLOUR, 255), COLOUR[..., 0]
    copy = decoded(made(png(alpha, white), quality=80).data)
    shown = (copy[..., :3] * (copy[..., 3:] / 255.0)).round().astype(np.uint8)
    assert ssimulacra2(np.dstack([alpha] * 3), shown, data_range=255) > 75


def test_an_avif_with_transparency_is_given_back_unless_that_is_to_go() -> None:
    file = io.BytesIO()
    Image.fromarray(np.dstack([COLOUR, SOFT])).save(file, "AVIF", quality=20, speed=8)
    source = file.getvalue()
    assert made(source, quality=95).data == source
    flat = made(source, quality=95, background="white")
    assert not flat.report.copied_source
    assert decoded(flat.data).shape == (SIDE, SIDE, 3)
