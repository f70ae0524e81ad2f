"""Where close-ups are taken, and the colours that errors are painted in."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from foveate.comparison.page.colours import (
    error_palette,
    heat_palette,
    legend,
    painted_errors,
    scale_end,
)
from foveate.comparison.page.spots import Spot, salient_spots
from foveate.saliency.map import SaliencyMap, flat_map


def bumps(height: int, width: int, *centres: tuple[int, int, float]) -> SaliencyMap:
    """A map with a Gaussian of each height at each (x, y)."""
    y, x = np.mgrid[0:height, 0:width]
    values = np.zeros((height, width))
    for column, row, peak in centres:
        values += peak * np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * 20**2))
    return SaliencyMap(values.astype(np.float32), height, width, 1.0, "bumps")


def overlap(a: Spot, b: Spot) -> bool:
    return abs(a.x - b.x) < a.side and abs(a.y - b.y) < a.side


def test_the_most_salient_spots_come_first_and_the_least_last() -> None:
    spots = salient_spots(bumps(512, 768, (200, 150, 1.0), (560, 380, 0.8), (600, 100, 0.6)))
    centres = [(spot.x + spot.side / 2, spot.y + spot.side / 2) for spot in spots[:3]]
    assert np.allclose(centres, [(200, 150), (560, 380), (600, 100)], atol=12)
    assert [spot.most for spot in spots] == [True, True, True, False]
    assert spots[3].salience == min(spot.salience for spot in spots)
    assert [spot.side for spot in spots] == [128] * 4


def test_spots_of_a_large_picture_are_larger() -> None:
    assert {spot.side for spot in salient_spots(bumps(1500, 2000, (400, 400, 1.0)))} == {256}


@given(
    height=st.integers(1, 700),
    width=st.integers(1, 700),
    seed=st.integers(0, 99),
)
def test_spots_lie_within_the_picture_and_never_overlap(height: int, width: int, seed: int) -> None:
    coarse = np.random.default_rng(seed).random((7, 9), dtype=np.float32)
    spots = salient_spots(SaliencyMap(coarse, height, width, 1.0, "noise"))
    assert spots
    pixels = np.zeros((height, width), np.uint8)
    for index, spot in enumerate(spots):
        assert spot.of(pixels).shape == (spot.side, spot.side)
        assert not any(overlap(spot, other) for other in spots[:index])


def test_a_flat_map_has_spots_from_the_centre_and_no_least() -> None:
    spots = salient_spots(flat_map(512, 768, model="none"))
    assert (spots[0].x, spots[0].y) == (320, 192)
    assert all(spot.most for spot in spots)


# Colours


def lightness(palette: np.ndarray) -> np.ndarray:
    linear = np.where(
        palette <= 0.04045 * 255, palette / 255 / 12.92, ((palette / 255 + 0.055) / 1.055) ** 2.4
    )
    return linear @ [0.2126, 0.7152, 0.0722]


def test_a_larger_error_is_always_lighter() -> None:
    assert (np.diff(lightness(error_palette())) > 0).all()


def test_errors_are_painted_on_one_scale() -> None:
    errors = np.array([[0, 1, 2, 9]], np.float32)
    painted = np.asarray(Image.open(io.BytesIO(painted_errors(errors, end=2.0))).convert("RGB"))
    palette = error_palette()
    assert painted[0].tolist() == palette[[0, 128, 255, 255]].tolist()


def test_a_scale_ends_near_the_largest_error_of_all_copies() -> None:
    small, large = np.linspace(0, 1, 1001), np.linspace(0, 5, 1001)
    assert scale_end([small, large]) == pytest.approx(5, rel=0.01)
    large[-1] = 1000  # a single extreme does not darken all others
    assert scale_end([small, large]) == pytest.approx(5, rel=0.01)


def test_a_scale_of_no_errors_or_hardly_any_is_still_a_scale() -> None:
    none = np.zeros((50, 50), np.float32)
    assert scale_end([none]) == 1.0
    one = none.copy()
    one[3, 3] = 7
    assert scale_end([none, one]) == 7


@pytest.mark.parametrize("palette", [error_palette(), heat_palette()])
def test_a_legend_runs_through_its_palette(palette: np.ndarray) -> None:
    strip = np.asarray(Image.open(io.BytesIO(legend(palette))).convert("RGB"))
    assert np.array_equal(strip, palette[None])
