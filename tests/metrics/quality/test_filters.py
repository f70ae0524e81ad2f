"""Filters by banded matrices are SciPy's correlation, at any size, window and step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import correlate1d
from scipy.signal import correlate2d

from foveate.blur import gaussian_window
from foveate.metrics.quality.filters import filtered, products


@given(
    st.integers(1, 120),
    st.integers(1, 90),
    st.integers(0, 8),
    st.integers(0, 8),
    st.sampled_from([1, 2]),
)
def test_filtered_is_a_correlation_with_the_windows_product(
    height: int, width: int, down: int, across: int, step: int
) -> None:
    generator = np.random.default_rng(0)
    windows = generator.random(2 * down + 1), generator.random(2 * across + 1)
    plane = generator.random((height + 2 * down, width + 2 * across))
    expected = correlate2d(plane, np.outer(*windows), mode="valid")[::step, ::step]
    assert filtered(plane, *windows, step=step) == pytest.approx(expected)


def test_large_planes_are_filtered_in_parts_that_fit_together() -> None:
    plane = np.random.default_rng(0).random((230, 1300))
    window = gaussian_window(11, 1.5)
    blurred = correlate1d(correlate1d(plane, window, axis=0), window, axis=1)
    assert filtered(plane, window, window) == pytest.approx(blurred[5:-5, 5:-5])


def test_products_are_the_matrix_product() -> None:
    generator = np.random.default_rng(0)
    rows, matrix = generator.random((150, 64)), generator.random((64, 64))
    assert products(rows, matrix) == pytest.approx(rows @ matrix)
