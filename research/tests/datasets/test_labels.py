"""Labelled pictures of shards."""

import json

import numpy as np
import pytest

from foveate.errors import DatasetError
from foveate_research.datasets.labels import read_classes, read_labelled
from shard_files import encoded, noise, write_set


def test_one_class_a_picture_is_read_by_its_index(tmp_path):
    pixels = noise()
    write_set(tmp_path, ["cat", "dog"], [("a", {"webp": encoded(pixels, "WEBP"), "cls": b"1"})])
    (picture,) = read_labelled(tmp_path, "val")
    assert picture.key == "a"
    assert picture.labels == ("dog",)
    assert np.array_equal(picture.pixels, pixels)
    assert picture.class_mask is None


def test_several_classes_come_in_the_sets_order_with_their_mask(tmp_path):
    classes = ["void", "cow", "grass"]
    mask = np.zeros((16, 24), dtype=np.uint8)
    mask[:4], mask[8:] = 1, 2
    fields = {
        "webp": encoded(noise(), "WEBP"),
        "mask.png": encoded(mask, "PNG"),
        "json": json.dumps({"labels": {"grass": 0.5, "cow": 0.25}}).encode(),
    }
    write_set(tmp_path, classes, [("a", fields)])
    (picture,) = read_labelled(tmp_path, "val")
    assert picture.labels == ("cow", "grass")
    assert np.array_equal(picture.class_mask, mask)
    assert np.array_equal(picture.class_mask, mask)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"cls": b"9"}, "a.cls is '9', not an index below 2"),
        ({"cls": b"cat"}, "a.cls is 'cat', not an index"),
        ({}, "sample a has no .json"),
        ({"json": b"[]"}, 'a.json states no "labels"'),
        ({"json": b"{}"}, 'a.json states no "labels"'),
        ({"json": b'{"labels": {"pig": 1}}'}, "a.json names 'pig', not a class of the set"),
        ({"json": b"{"}, "a.json is not JSON"),
    ],
)
def test_a_wrong_label_is_named_with_its_sample(tmp_path, fields, said):
    write_set(tmp_path, ["cat", "dog"], [("a", {"webp": encoded(noise(), "WEBP"), **fields})])
    with pytest.raises(DatasetError) as caught:
        list(read_labelled(tmp_path, "val"))
    assert said in str(caught.value)


def test_a_folder_without_a_list_of_classes_says_what_was_looked_for(tmp_path):
    with pytest.raises(DatasetError, match=r"manifest.json is missing"):
        read_classes(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(DatasetError, match="states no"):
        read_classes(tmp_path)
