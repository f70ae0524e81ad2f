"""What holds for every network that the package ships."""

import numpy as np
import pytest
from skimage import data

import foveate
from foveate.models.registry import list_models
from foveate.saliency import saliency_map

NETWORKS = [entry.name for entry in list_models() if entry.kind == "network"]


@pytest.fixture(scope="module")
def astronaut():
    return data.astronaut()[::2, ::2]


@pytest.mark.parametrize("model", NETWORKS)
@pytest.mark.parametrize("shape", [(8, 8), (3, 700), (97, 211)])
def test_any_picture_gets_a_map_of_its_own_size_in_0_to_1(model, shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = saliency_map(pixels, model=model)
    assert found.values.shape == shape
    assert found.values.min() >= 0
    assert found.values.max() <= 1
    assert 0 <= found.confidence <= 1


@pytest.mark.parametrize("model", NETWORKS)
def test_the_same_picture_gets_the_same_map(model, astronaut):
    first, second = (saliency_map(astronaut, model=model) for _ in range(2))
    assert np.array_equal(first.values, second.values)
    assert first.confidence == second.confidence


@pytest.mark.parametrize("model", NETWORKS)
def test_a_picture_of_one_colour_is_not_believed(model):
    grey = np.full((120, 160, 3), 130, dtype=np.uint8)
    assert saliency_map(grey, model=model).confidence == 0


@pytest.mark.parametrize("model", NETWORKS)
def test_the_map_steers_the_coder(model, astronaut):
    steered = foveate.compress(astronaut, match_quality=50, map=model)
    plain = foveate.compress(astronaut, match_quality=50, map="none")
    assert saliency_map(astronaut, model=model).confidence > 0
    assert steered.data != plain.data
