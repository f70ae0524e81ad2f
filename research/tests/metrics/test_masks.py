"""Maps against masks of objects."""

import numpy as np
import pytest

from foveate_research.metrics.masks import max_f, mean_absolute_error, precision_and_recall

MASK = np.zeros((10, 10), dtype=np.uint8)
MASK[2:6, 2:7] = 255


def test_the_mask_itself_is_a_perfect_map():
    assert max_f([precision_and_recall(MASK, MASK)]) == pytest.approx(1)
    assert mean_absolute_error(MASK, MASK) == 0


def test_precision_and_recall_at_each_threshold_count_pixels():
    saliency = np.random.default_rng(0).random((10, 10))
    saliency[0, 0], saliency[9, 9] = 0, 1
    precision, recall = precision_and_recall(saliency, MASK)
    levels = np.rint(saliency * 255)
    for index, threshold in enumerate(range(255, -1, -1)):
        chosen = levels >= threshold
        hits = (chosen & (MASK > 0)).sum()
        assert precision[index] == pytest.approx(hits / max(chosen.sum(), 1))
        assert recall[index] == pytest.approx(hits / 20)


def test_a_map_of_everything_has_the_objects_share_as_precision():
    precision, recall = precision_and_recall(np.full((10, 10), 0.5), MASK)
    assert precision[-1] == pytest.approx(0.2)
    assert recall[-1] == 1


def test_max_f_weighs_precision_by_beta_squared():
    # half of the object found, nothing else: precision 1, recall 1/2
    saliency = np.zeros((10, 10))
    saliency[2:4, 2:7] = 1
    expected = 1.3 * 1 * 0.5 / (0.3 * 1 + 0.5)
    assert max_f([precision_and_recall(saliency, MASK)]) == pytest.approx(expected)


def test_maps_are_stretched_before_their_error_is_taken():
    assert mean_absolute_error(MASK / 255 * 0.2 + 0.4, MASK) == pytest.approx(0)
