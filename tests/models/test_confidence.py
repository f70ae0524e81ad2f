"""How sure a map is taken to be: a mask whatever the size of its object, a density by its nats."""

import numpy as np
import pytest

from foveate.models.confidence import (
    MASK_CONFIDENCE,
    NATS,
    STEEPNESS,
    gaze_confidence,
    information,
    mask_confidence,
    parting,
    rise_confidence,
)

SIDE = 100
PIXELS = np.repeat(np.linspace(20, 230, SIDE).astype(np.uint8)[:, None, None], SIDE, 1).repeat(3, 2)
NOISE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def square(side, *, inside=1.0, outside=0.0):
    mask = np.full((SIDE, SIDE), outside, dtype=np.float32)
    mask[10 : 10 + side, 20 : 20 + side] = inside
    return mask


@pytest.mark.parametrize("side", [2, 5, 20, 60, 80])
def test_a_certain_object_is_believed_at_any_size(side):
    assert mask_confidence(square(side), PIXELS) == MASK_CONFIDENCE


@pytest.mark.parametrize("level", [0.0, 0.01, 0.5, 1.0])
def test_a_mask_that_is_the_same_all_over_says_nothing(level):
    assert mask_confidence(square(0, outside=level), PIXELS) == 0


def test_less_is_believed_of_a_mask_that_wavers():
    found = [mask_confidence(square(20, inside=p, outside=0.1), PIXELS) for p in (0.9, 0.5, 0.2)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < MASK_CONFIDENCE / 10


def test_parting_is_the_share_of_object_or_not_that_a_mask_explains():
    mask = np.random.default_rng(1).random((40, 60), dtype=np.float32) ** 3
    rng = np.random.default_rng(2)
    drawn = rng.random((400, *mask.shape)) < mask  # objects as the mask has them
    explained = 1 - ((drawn - mask) ** 2).mean() / drawn.var()
    assert parting(mask) == pytest.approx(explained, abs=0.005)


def test_a_mask_of_a_blank_picture_is_not_believed():
    assert mask_confidence(square(20), np.full((SIDE, SIDE, 3), 128, dtype=np.uint8)) == 0


def test_a_mask_of_white_noise_is_not_believed():
    assert mask_confidence(square(20), NOISE) == 0
    assert rise_confidence(200, NOISE, ends=(50, 100)) == 0


def test_a_map_is_believed_by_how_far_it_rises():
    found = [rise_confidence(rise, PIXELS, ends=(50, 100)) for rise in (0, 50, 60, 75, 100, 200)]
    assert found == sorted(found)
    assert found[:2] == [0, 0]
    assert found[3:] == [pytest.approx(0.5), 1, 1]


PHOTO = np.kron(np.random.default_rng(3).integers(0, 256, (10, 10, 3)), np.ones((10, 10, 1)))
"""Coarse enough to be no noise."""


def density_of(nats):
    """A density of mean 1, half of it low, that is so many nats from uniform."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        density = np.ones((64, 64), dtype=np.float32)
        density[:48] = 1 - middle
        density[48:] = 1 + 3 * middle
        low, high = (middle, high) if information(density) < nats else (low, middle)
    return density


@pytest.mark.parametrize(
    ("nats", "expected"),
    [(0.0, 0.0), (0.4, 0.0), (NATS[1], STEEPNESS[1]), (NATS[2], 1.0), (1.3, 1.0)],
)
def test_a_density_is_believed_by_its_nats(nats, expected):
    found = gaze_confidence(density_of(nats), PHOTO.astype(np.uint8))
    assert found == pytest.approx(expected, abs=0.01)


def test_an_unsure_density_is_believed_as_far_as_a_centred_gaussian_and_no_less():
    """The centre's own curve of fixations is 0.62 as steep: results/weight-curve.json."""
    assert gaze_confidence(density_of(NATS[1]), PHOTO.astype(np.uint8)) > 0.62


def test_no_density_of_a_blank_picture_is_believed():
    blank = np.full((SIDE, SIDE, 3), 128, dtype=np.uint8)
    assert gaze_confidence(density_of(1.3), blank) == 0
    assert rise_confidence(200, blank, ends=(50, 100)) == 0


def test_what_is_noise_in_one_direction_counts_half_in_either():
    columns = np.random.default_rng(4).integers(0, 256, (1, SIDE, 3), dtype=np.uint8)
    picture = np.repeat(columns, SIDE, axis=0)
    lying, upright = (
        rise_confidence(200, pixels, ends=(50, 100))
        for pixels in (picture, picture.transpose(1, 0, 2))
    )
    assert 0 < lying < 1
    assert lying == pytest.approx(upright, abs=0.01)


def test_a_picture_of_one_colour_channel_can_be_seen():
    red = PIXELS.copy()
    red[..., 1:] = 90
    assert rise_confidence(200, red, ends=(50, 100)) == 1
