"""SalNet's targets, its batches of whole pictures, and its recipe."""

import numpy as np
import pytest
import torch
from shards import make_data

from foveate.models.session import session_of
from foveate_research.architectures.salnet import SalNet
from foveate_research.datasets.attention import AttentionPicture, read_fixations
from foveate_research.training.onnx_file import write_onnx
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training
from foveate_research.training.salnet.batches import WholePictures, fixation_map, nearest_shape
from foveate_research.training.salnet.recipe import LIGHT, MEAN_TARGET, begin, options_of


def watched(points, height=384, width=512):
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    fixations = np.array([(0, x, y) for x, y in points], dtype=np.int16)
    return AttentionPicture("picture", pixels, fixations=fixations)


def test_targets_reach_from_minus_one_to_one_where_a_viewer_looked():
    target = fixation_map(watched([(384, 96)]), (168, 224))
    row, column = np.unravel_index(target.argmax(), target.shape)
    assert (row, column) == (42, 168)
    assert target.max() == pytest.approx(1)
    assert target.min() == pytest.approx(-1)


def test_every_fixation_counts_the_same():
    twice = fixation_map(watched([(100, 100), (100, 100), (400, 300)]), (168, 224))
    once = fixation_map(watched([(400, 300)]), (168, 224))
    place = np.unravel_index(once.argmax(), once.shape)
    assert (twice[place] + 1) / 2 == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((384, 512), (144, 192)), ((256, 256), (168, 168)), ((512, 384), (192, 144))],
)
def test_pictures_go_to_the_shape_that_squashes_them_least(size, shape):
    assert nearest_shape(watched([(1, 1)], *size)) == shape


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


def test_targets_stay_on_what_was_looked_at(data):
    pictures = read_fixations(data / "osie", "train")
    stream = iter(WholePictures(pictures, count=3, progress=lambda number: 0.0, seed=1))
    for _ in range(4):
        batch = next(stream)
        assert batch.pixels.shape[2:] == batch.target.shape[2:]
        grey = batch.pixels.float().mean(dim=1)
        for picture, target in zip(grey, batch.target[:, 0], strict=True):
            assert picture[target > 0].mean() > 4 * picture[target < -0.99].mean()


def test_training_begins_near_the_mean_map():
    torch.manual_seed(0)
    with torch.inference_mode():
        start = begin(SalNet(options_of(LIGHT)))(torch.rand(1, 3, 64, 96) * 255)
    inner = start[..., 8:-8, 8:-8]
    assert float(inner.mean()) == pytest.approx(MEAN_TARGET, abs=0.3)


def test_a_training_becomes_a_file_that_runs_at_any_shape(data, tmp_path):
    request = Request(data=data, minutes=None, steps=1, seed=3)
    recipe = get_recipe("salnet")
    run_training(recipe, request, tmp_path, command="foveate train salnet", progress_bar=False)
    path = write_onnx(
        recipe.run_time(tmp_path / "last.ckpt"), tmp_path / "salnet.onnx", card={"name": "salnet"}
    )
    session = session_of(path.read_bytes(), 1)
    for height, width in ((144, 192), (48, 192), (192, 64)):
        pixels = np.full((1, 3, height, width), 90, dtype=np.float32)
        (levels,) = session.run(None, {"pixels": pixels})
        assert levels.shape == (1, 1, height, width)
        assert levels.min() >= 0
        assert levels.max() <= 255
