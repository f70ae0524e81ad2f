"""Map values to block weights."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import rankdata

from foveate.saliency import SaliencyMap
from foveate.saliency import weights as of_map
from foveate.saliency.weights import Weights, ranks

block_weights = partial(of_map.block_weights, boldness=0.45)

GRIDS = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
MAPS = hnp.arrays(np.float32, GRIDS, elements=st.floats(0, 1, width=32))


@given(MAPS)
def test_ranks_are_scipys_mean_ranks(values):
    expected = (rankdata(values, method="average") - 0.5) / values.size
    assert ranks(values).reshape(-1) == pytest.approx(expected, abs=1e-6)


@given(MAPS, st.floats(0, 1))
def test_weights_are_positive_with_geometric_mean_one(values, confidence):
    weights = block_weights(values, confidence)
    if weights is None:
        return
    assert weights.dtype == np.float32
    assert weights.shape == values.shape
    assert weights.min() > 0
    assert np.log(weights).mean() == pytest.approx(0, abs=1e-3)


def test_a_flat_map_and_an_unsure_map_weigh_all_blocks_the_same():
    assert block_weights(np.full((5, 7), 0.4, np.float32), 1.0) is None
    assert block_weights(np.random.default_rng(0).random((5, 7)).astype(np.float32), 0.0) is None


def test_a_more_confident_map_moves_more_weight():
    values = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    timid, bold = block_weights(values, 0.3), block_weights(values, 0.9)
    assert np.ptp(np.log(timid)) < np.ptp(np.log(bold))


def test_no_seam_shows_where_a_mask_ends():
    mask = np.zeros((30, 30), np.float32)
    mask[10:20, 10:20] = 1
    weights = block_weights(mask, 1.0)
    jumps = np.abs(np.diff(np.log(weights), axis=1))
    assert jumps.max() < 0.45 * np.ptp(np.log(weights))


def test_protected_boxes_weigh_as_much_as_the_most_salient_block():
    values = np.zeros((30, 30), np.float32)
    values[2:8, 2:8] = np.linspace(0.5, 1, 36, dtype=np.float32).reshape(6, 6)
    weights = block_weights(values, 1.0, protect=[(160, 160, 64, 64)])
    assert weights[23, 23] == pytest.approx(weights.max(), rel=0.05)
    assert weights[23, 5] < 0.5 * weights[23, 23]


def test_a_protected_box_counts_on_a_flat_map_too():
    weights = block_weights(np.zeros((20, 20), np.float32), 0.0, protect=[(0, 0, 8, 8)])
    assert weights[0, 0] == weights.max() > weights[19, 19]


@pytest.mark.parametrize("boldness", [0.2, 0.8])
def test_boldness_is_the_power_of_all_weights(boldness):
    values = np.random.default_rng(0).random((20, 20)).astype(np.float32)
    values[0, 0] = 0
    whole, bold = (
        of_map.block_weights(values, 0.7, protect=[(80, 80, 24, 24)], boldness=each)
        for each in (1.0, boldness)
    )
    assert np.log(bold) == pytest.approx(boldness * np.log(whole), abs=1e-4)


def test_a_block_that_a_box_only_touches_is_protected_whole():
    touched = of_map.touched_blocks([(12, 20, 5, 1)], 5, 5)
    assert np.argwhere(touched).tolist() == [[2, 1], [2, 2]]


def test_beside_a_protected_box_a_flat_map_weighs_nothing_however_sure():
    flat = np.full((20, 20), 0.5, np.float32)
    sure, unsure = (block_weights(flat, c, protect=[(0, 0, 32, 32)]) for c in (1.0, 0.0))
    assert np.array_equal(sure, unsure)


def test_a_mask_of_two_values_has_the_boldness_of_what_is_marked():
    soft = np.linspace(0, 1, 48, dtype=np.float32).reshape(6, 8)
    mask = (soft > 0.7).astype(np.float32)

    def ratio(values: np.ndarray, **powers: float) -> float:
        saliency = SaliencyMap(values, 48, 64, 1.0, "given")
        weights = Weights(saliency).of_blocks(boldness=0.4, **powers)
        assert weights is not None
        return float(weights.max() / weights.min())

    assert ratio(mask, marked_boldness=0.8) == pytest.approx(ratio(mask) ** 2, rel=1e-4)
    assert ratio(soft, marked_boldness=0.8) == ratio(soft)
