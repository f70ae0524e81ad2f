"""How the label networks' outputs are read as maps."""

import numpy as np
import pytest

from foveate.models import registry
from foveate.models.registry import families, list_models
from foveate_research.models.readings.cam import best_class
from foveate_research.models.readings.msroi import (
    RELEASED_WEIGHTS,
    as_released,
    confidence,
    over_threshold,
    ranked_things,
    stretched,
    surest,
    top_by_rank,
)


def outputs(scores, *, things=None):
    """One cell a class: class i's map is 1 + i there and 0 elsewhere."""
    count = len(scores)
    maps = np.zeros((count, 1, count), np.float32)
    maps[np.arange(count), 0, np.arange(count)] = 1 + np.arange(count)
    return {
        "maps": maps,
        "scores": np.array(scores, np.float32),
        "things": np.ones(count, np.float32) if things is None else np.array(things, np.float32),
    }


def test_equation_5_sums_the_maps_of_the_classes_over_their_thresholds():
    found = over_threshold(outputs([0.1, -3.0, 2.0, -0.1]))
    assert found.tolist() == [[1, 0, 3, 0]]


def test_with_no_class_over_its_threshold_the_best_ones_map_stands_in():
    assert over_threshold(outputs([-5.0, -1.0, -2.0])).tolist() == [[0, 2, 0]]


@pytest.mark.parametrize("read", [over_threshold, top_by_rank])
def test_a_class_that_has_no_features_anywhere_leaves_its_place_to_the_next(read):
    seen = outputs([-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0])
    seen["maps"][:5] = 0
    assert read(seen).tolist() == [[0, 0, 0, 0, 0, 6, 0]]
    seen["maps"][:] = 0
    assert read(seen).tolist() == [[0] * 7]


def test_surroundings_are_not_shown_however_sure():
    seen = outputs([1.0, 9.0, 2.0], things=[1, 0, 1])
    assert over_threshold(seen).tolist() == [[1, 0, 3]]
    assert ranked_things(seen).tolist() == [2, 0]
    assert best_class(seen).tolist() == [[0, 0, 3]]


def test_the_top_five_count_by_their_rank():
    found = top_by_rank(outputs([6.0, 5.0, 4.0, 3.0, 2.0, 1.0]))
    expected = np.array([5, 4, 3, 2, 1, 0]) * np.arange(1, 7) / 15
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)


def test_a_cam_shows_the_best_class_alone():
    assert best_class(outputs([1.0, 3.0, 2.0])).tolist() == [[0, 2, 0]]


def test_the_published_merge_is_repeated_averaging():
    """The fifth class first, by 1.2, then the mean with the next down to the first."""
    maps = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    seen = {
        "maps": maps,
        "scores": np.array([5, 4, 3, 2, 1], np.float32),
        "things": np.ones(5, np.float32),
    }
    merged = 1.2 * stretched(maps[4])
    for rank in (3, 2, 1, 0):
        merged = (merged + stretched(maps[rank])) / 2
    np.testing.assert_allclose(as_released(seen), merged, rtol=1e-5)
    assert RELEASED_WEIGHTS.sum() == pytest.approx(1.0125)


def test_a_network_is_surer_of_a_picture_whose_class_it_knows_and_knows_nothing_of_a_flat_one():
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    known, unknown = surest(outputs([3.0, -4.0])), surest(outputs([-3.0, -4.0]))
    assert 0.4 > confidence(0.4, known, noise) > 1.5 * confidence(0.4, unknown, noise)
    assert confidence(0.4, known, np.full_like(noise, 9)) == 0


def test_a_flat_map_stretches_to_nothing():
    assert stretched(np.full((2, 2), 3.0, np.float32)).tolist() == [[0, 0], [0, 0]]


def test_a_family_without_weights_is_read_but_not_listed(monkeypatch):
    monkeypatch.setattr(registry, "has_record", lambda name: name != "cam-fine")
    assert "cam-fine" in families()
    assert "cam-fine" not in {entry.name for entry in list_models()}
    assert {"msroi", "msroi-top-five", "cam", "cam-top-five"} <= {e.name for e in list_models()}
