"""Measuring where maps point."""

import numpy as np
import pytest

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.maps.localisation import METRICS, measure_localisation

CLASSES = ("void", "cow", "dog", "grass")
PIXELS = np.zeros((20, 20, 3), dtype=np.uint8)


def two_animals():
    indices = np.full((20, 20), 3, dtype=np.uint8)
    indices[2:6, 2:6], indices[12:16, 12:16] = 1, 2
    return LabelledPicture("two", PIXELS, ("cow", "dog", "grass"), indices)


def one_animal():
    indices = np.zeros((20, 20), dtype=np.uint8)
    indices[2:6, 2:6] = 1
    return LabelledPicture("one", PIXELS, ("cow",), indices)


def on(*corners):
    def source(pixels):
        values = np.random.default_rng(0).random(pixels.shape[:2]) * 0.1
        for top, left in corners:
            values[top : top + 4, left : left + 4] += 1
        return values

    return source


SOURCES = {"both": on((2, 2), (12, 12)), "one": on((2, 2)), "neither": on((0, 16))}


def test_a_map_of_both_animals_finds_all_and_a_map_of_one_half():
    found = measure_localisation([two_animals()], SOURCES, classes=CLASSES, leave_out={"grass"})
    recall = {name: scores.numbers["object_recall_0.7"] for name, scores in found.items()}
    assert recall == {"both": [1.0], "one": [0.5], "neither": [0.0]}
    assert [found[name].numbers["all_found_0.8"] for name in SOURCES] == [[1.0], [0.0], [0.0]]
    assert [found[name].numbers["pointing_game"] for name in SOURCES] == [[1.0], [1.0], [0.0]]
    energies = [found[name].numbers["energy_in_mask"][0] for name in SOURCES]
    assert energies == sorted(energies, reverse=True)


def test_every_class_counts_unless_left_out():
    found = measure_localisation([two_animals()], SOURCES, classes=CLASSES)
    assert found["both"].numbers["object_recall_0.7"] == [pytest.approx(2 / 3)]
    assert found["both"].numbers["energy_in_mask"] == [pytest.approx(1)]


def test_recall_is_of_pictures_with_two_classes_or_more():
    found = measure_localisation(
        [one_animal(), two_animals()], SOURCES, classes=CLASSES, leave_out={"grass"}
    )["one"]
    assert found.keys == ["one", "two"]
    assert found.estimates()["object_recall_0.7"].mean == 0.5
    assert found.estimates()["pointing_game"].mean == 1
    assert set(found.estimates()) == set(METRICS)


def test_plain_masks_have_no_recall():
    picture = AttentionPicture("a", PIXELS, mask=np.where(two_animals().class_mask == 1, 255, 0))
    found = measure_localisation([picture], SOURCES)["one"]
    assert set(found.estimates()) == {"pointing_game", "energy_in_mask"}


def test_a_set_that_shows_nothing_looked_for_is_refused():
    with pytest.raises(DatasetError, match="shows a class that is looked for"):
        measure_localisation([one_animal()], SOURCES, classes=CLASSES, leave_out={"cow"})
    unmasked = LabelledPicture("a", PIXELS, ("cow",))
    with pytest.raises(DatasetError, match="a has no class mask"):
        measure_localisation([unmasked], SOURCES, classes=CLASSES)
