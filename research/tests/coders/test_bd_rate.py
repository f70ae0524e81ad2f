"""BD-rates are those of the bjontegaard package, by its pchip method."""

from __future__ import annotations

import bjontegaard
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate_research.coders.bd_rate import bd_rate

RATES = [30_000, 52_000, 91_000, 160_000, 290_000]
QUALITIES = [29.1, 31.4, 33.9, 36.1, 38.8]
OTHER_RATES = [28_000, 41_000, 77_000, 130_000]
OTHER_QUALITIES = [29.6, 31.5, 34.4, 36.9]


def theirs(*curves) -> float:
    return float(
        bjontegaard.bd_rate(*curves, method="pchip", require_matching_points=False, min_overlap=0)
    )


@st.composite
def curves(draw) -> tuple[list[float], list[float]]:
    """Rates and qualities that rise, over ranges that always overlap."""
    points = draw(st.integers(2, 7))
    steps = st.lists(st.floats(0.2, 2.0), min_size=points - 1, max_size=points - 1)
    rates = 1000 * np.exp(np.cumsum([draw(st.floats(0, 0.1)), *draw(steps)]))
    qualities = 30 + np.cumsum([draw(st.floats(0, 0.1)), *draw(steps)])
    return rates.tolist(), qualities.tolist()


def test_it_is_the_packages() -> None:
    four = RATES, QUALITIES, OTHER_RATES, OTHER_QUALITIES
    assert bd_rate(*four) == pytest.approx(theirs(*four), rel=1e-9)


@given(curves(), curves())
def test_it_is_the_packages_on_any_curves(first, second) -> None:
    four = (*first, *second)
    assert bd_rate(*four) == pytest.approx(theirs(*four), rel=1e-6, abs=1e-6)


def test_a_quality_that_falls_is_refused() -> None:
    with pytest.raises(ValueError, match="quality must rise"):
        bd_rate(RATES, [29, 31, 30.5, 33, 32], OTHER_RATES, OTHER_QUALITIES)


def test_a_tenth_fewer_bytes_everywhere_is_minus_ten_per_cent() -> None:
    fewer = [0.9 * rate for rate in RATES]
    assert bd_rate(RATES, QUALITIES, fewer, QUALITIES) == pytest.approx(-10)


def test_the_points_order_does_not_matter() -> None:
    expected = bd_rate(RATES, QUALITIES, OTHER_RATES, OTHER_QUALITIES)
    assert bd_rate(RATES[::-1], QUALITIES[::-1], OTHER_RATES, OTHER_QUALITIES) == expected


@pytest.mark.parametrize(
    ("rates", "qualities", "complaint"),
    [
        ([1, 2, 3], [50, 51, 52], "share no range"),
        ([1], [30], "two points or more"),
        ([1, 2], [30, 31, 32], "two points or more"),
        ([0, 2], [30, 31], "above 0"),
        ([1, 2], [30, float("inf")], "finite"),
        ([2, 2], [30, 31], "must differ"),
    ],
)
def test_what_is_no_curve_is_told(rates, qualities, complaint) -> None:
    with pytest.raises(ValueError, match=complaint):
        bd_rate(RATES, QUALITIES, rates, qualities)
