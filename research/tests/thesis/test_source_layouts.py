"""Layouts of labelled pictures that are easily taken for another."""

import os

import pytest

from foveate.errors import DatasetError
from foveate_research.thesis.sources import open_sources
from shard_files import encoded
from tiny_packs import COLOURS, a_picture, write_classes, write_colours, write_parts


def counts(sources):
    return {part: len(source) for part, source in sources.items()}


def test_val_is_dealt_out_of_a_train_that_stands_alone(tmp_path):
    write_classes(tmp_path / "set/train", 10)
    sources = open_sources(tmp_path / "set", val_share=0.3)
    assert counts(sources) == {"train": 21, "val": 9}
    assert sorted(sources["val"].labels) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert not set(sources["train"].keys) & set(sources["val"].keys)
    for source in sources.values():
        for place, label in enumerate(source.labels):
            colour = COLOURS[source.classes[label]]
            assert (source.read(place) == colour).all(axis=2).any()


def test_val_is_dealt_out_of_train_beside_a_test(tmp_path):
    write_classes(tmp_path / "set/train", 10)
    write_classes(tmp_path / "set/test", 2, first=50)
    assert counts(open_sources(tmp_path / "set")) == {"train": 27, "val": 3, "test": 6}


def test_val_is_dealt_out_of_shards_of_train(tmp_path):
    samples = [
        (f"{name}-{seed}", {"webp": encoded(a_picture(colour, seed)), "cls": str(index).encode()})
        for seed in range(5)
        for index, (name, colour) in enumerate(COLOURS.items())
    ]
    write_colours(tmp_path / "set", "train", samples)
    assert counts(open_sources(tmp_path / "set", val_share=0.2)) == {"train": 12, "val": 3}


@pytest.mark.parametrize("val", ["val", "validation"])
def test_validation_is_val(tmp_path, val):
    write_parts(tmp_path / "set", 3, 2)
    (tmp_path / "set/val").rename(tmp_path / "set" / val)
    sources = open_sources(tmp_path / "set")
    assert counts(sources) == {"train": 9, "val": 6}
    assert sources["val"].part == "val"


def test_two_vals_are_refused(tmp_path):
    write_parts(tmp_path / "set", 1, 1)
    write_classes(tmp_path / "set/validation", 1)
    with pytest.raises(DatasetError, match="holds val and validation: leave one of them"):
        open_sources(tmp_path / "set")


def test_an_empty_val_is_refused(tmp_path):
    write_classes(tmp_path / "set/train", 2)
    (tmp_path / "set/val").mkdir()
    with pytest.raises(DatasetError, match="val holds no pictures: add some, or remove it"):
        open_sources(tmp_path / "set")


def test_a_test_without_labels_is_left_out(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    write_classes(tmp_path / "other", 2)
    (tmp_path / "set/test").mkdir()
    (tmp_path / "other/red").rename(tmp_path / "set/test/images")  # as tiny-imagenet-200 has it
    assert list(open_sources(tmp_path / "set")) == ["train", "val"]


def test_a_class_can_be_called_train(tmp_path):
    write_classes(tmp_path / "set", 10)
    (tmp_path / "set/red").rename(tmp_path / "set/train")
    sources = open_sources(tmp_path / "set")
    assert counts(sources) == {"train": 27, "val": 3}
    assert sources["train"].classes == ("blue", "green", "train")


def flat_parts(folder):
    write_classes(folder, 2)
    (folder / "red").rename(folder / "train")
    (folder / "blue").rename(folder / "val")
    (folder / "green").rename(folder / "test")


def one_class(folder):
    write_classes(folder, 2)
    for name in ("blue", "green"):
        (folder / name).rename(folder.parent / name)


def images_alone(folder):
    one_class(folder)
    (folder / "red").rename(folder / "images")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda folder: write_classes(folder / "class", 2),
            "has one class, 'class'.*it holds blue, green, red: did you mean --images .*set/class",
        ),
        (one_class, "has one class, 'red': two or more are needed"),
        (lambda folder: one_class(folder / "train"), "has one class, 'red'"),
        (images_alone, "holds no classes: put its pictures into folders, one a class"),
        (flat_parts, "holds test, train, val and no classes: put train's pictures into folders"),
        (lambda folder: write_classes(folder / "val"), "has one class, 'val'|holds val and no"),
        (
            lambda folder: write_colours(folder, "val", [("a", {"cls": b"1"})]),
            "has val and no train",
        ),
    ],
)
def test_what_is_no_set_of_classes_is_told(tmp_path, make, message):
    make(tmp_path / "set")
    with pytest.raises(DatasetError, match=message):
        open_sources(tmp_path / "set")


def test_a_folder_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    write_classes(tmp_path / "set", 2)
    closed, scandir = str(tmp_path / "set/green"), os.scandir

    def refusing(path):  # root, whom a container often is, may read every folder
        if os.fspath(path) == closed:
            raise PermissionError(13, "Permission denied", closed)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(DatasetError, match="set/green cannot be read: Permission denied"):
        open_sources(tmp_path / "set")
