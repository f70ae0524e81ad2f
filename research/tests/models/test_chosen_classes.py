"""Maps of the classes that a user names, and of those that are likelier than a user says."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from typer.testing import CliRunner

from foveate.cli.main import app
from foveate.errors import OptionError
from foveate.saliency import predicted_map
from foveate_research.models.classes import general_classes
from foveate_research.models.readings.msroi import as_released, over_threshold, top_by_rank

GENERAL = general_classes()
THINGS = [name for name, thing in zip(GENERAL.classes, GENERAL.things, strict=True) if thing]


def shown(model="msroi-lite", **choice):
    return predicted_map(data.astronaut(), model=model, **choice)


def test_all_kinds_of_objects_by_name_are_the_map_that_there_is_without_names():
    assert np.array_equal(shown(classes=THINGS).values, shown().values)


@pytest.mark.parametrize("model", ["msroi-lite", "msroi-top-five", "cam", "msroi-released"])
def test_a_map_is_of_the_classes_that_are_named(model):
    named = ("butterfly", "lamp") if model == "msroi-released" else ("insect", "bird")
    assert not np.array_equal(shown(model, classes=named).values, shown(model).values)


def test_surroundings_are_shown_where_they_are_named():
    assert np.ptp(shown(classes=["sky"]).values) > 0.5


def test_a_lower_threshold_shows_more_classes_and_a_high_one_the_likeliest():
    likeliest = shown(threshold=1.0).values
    assert any(np.array_equal(likeliest, shown(classes=[name]).values) for name in THINGS)
    assert not np.array_equal(shown(threshold=0.0).values, likeliest)
    assert np.array_equal(shown(threshold=0.5).values, shown().values)


def outputs(count=3):
    maps = np.zeros((count, 1, count), np.float32)
    maps[np.arange(count), 0, np.arange(count)] = 1
    return {
        "maps": maps,
        "scores": np.arange(count, 0, -1, dtype=np.float32),
        "things": np.ones(count, np.float32),
    }


def test_over_is_the_logit_that_a_class_has_to_exceed():
    assert over_threshold(outputs() | {"over": np.float32(1.5)}).tolist() == [[1, 1, 0]]


@pytest.mark.parametrize("merge", [top_by_rank, as_released])
def test_fewer_classes_than_five_are_merged(merge):
    assert (np.diff(merge(outputs())[0]) < 0).all()


def test_unknown_classes_and_thresholds_are_refused():
    with pytest.raises(OptionError, match=r"^msroi knows no class 'dog': it has person, mammal, "):
        shown("msroi", classes=["dog"])
    with pytest.raises(OptionError, match="foveate-s tells no classes apart"):
        shown("auto", classes=["person"])
    with pytest.raises(OptionError, match="cam compares no class with a threshold"):
        shown("cam", threshold=0.5)
    with pytest.raises(OptionError, match="give a probability from 0 to 1"):
        shown("msroi", threshold=-0.1)


def test_the_command_writes_the_map_of_named_classes(tmp_path):
    from PIL import Image

    picture, target = tmp_path / "photo.png", tmp_path / "photo.map.png"
    Image.fromarray(data.astronaut()).save(picture)
    options = ["--model", "msroi-lite", "--classes", "person, bird", "--threshold", "0.2"]
    run = CliRunner().invoke(app, ["map", str(picture), *options])
    assert run.exit_code == 0
    expected = shown(classes=["person", "bird"], threshold=0.2).values
    assert np.array_equal(np.asarray(Image.open(target)), np.rint(expected * 255))
