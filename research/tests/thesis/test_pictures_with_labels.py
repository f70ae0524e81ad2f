"""Labelled pictures in any order, from every layout."""

import json

import numpy as np
import pytest
from PIL import Image

from foveate.errors import DatasetError, PictureError
from foveate_research.datasets.indexed_shards import index_shards
from foveate_research.thesis.sources import open_sources
from shard_files import encoded
from tiny_packs import COLOURS, a_picture, write_classes, write_colours, write_parts


def shows(source, index):
    """Whether a picture holds the colour of its class."""
    colour = COLOURS[source.classes[source.labels[index]]]
    return (source.read(index) == colour).all(axis=2).any()


def test_folders_of_train_and_val(tmp_path):
    sources = open_sources(write_parts(tmp_path / "set", 3, 2))
    assert {part: len(source) for part, source in sources.items()} == {"train": 9, "val": 6}
    for source in sources.values():
        assert source.classes == ("blue", "green", "red")
        assert all(shows(source, index) for index in range(len(source)))
    assert sources["train"].keys[0] == "blue/picture000"


def test_classes_alone_are_dealt_to_train_and_val(tmp_path):
    sources = open_sources(write_classes(tmp_path / "set", 10), val_share=0.2)
    assert {part: len(source) for part, source in sources.items()} == {"train": 24, "val": 6}
    assert not set(sources["train"].keys) & set(sources["val"].keys)
    assert sorted(sources["val"].labels) == [0, 0, 1, 1, 2, 2]


def write_flat_val(folder, listed, line):
    """ILSVRC's val: pictures in one folder and a list beside it."""
    folder.mkdir(parents=True)
    lines = []
    for number, (name, colour) in enumerate(COLOURS.items()):
        Image.fromarray(a_picture(colour, number)).save(folder / f"val_{number}.JPEG", "PNG")
        lines.append(line.format(number=number, name=name))
    listed.write_text("\n".join(lines) + "\n")


def test_ilsvrc_as_its_archives_unpack(tmp_path):
    write_classes(tmp_path / "ILSVRC/Data/CLS-LOC/train", 2)
    line = "val_{number},{name} 1 2 3 4"
    write_flat_val(
        tmp_path / "ILSVRC/Data/CLS-LOC/val", tmp_path / "LOC_val_solution.csv", f"{line}"
    )
    (tmp_path / "LOC_synset_mapping.txt").write_text("blue the colour, of the sky\nred of blood\n")
    sources = open_sources(tmp_path)
    assert sources["val"].labels == [0, 1, 2]
    assert all(shows(sources["val"], index) for index in range(3))
    assert sources["train"].titles == {"blue": "the colour, of the sky", "red": "of blood"}


def test_tiny_imagenet_200_as_published(tmp_path):
    for name in COLOURS:
        write_classes(tmp_path / "all", 2)
        images = tmp_path / "train" / name / "images"
        images.parent.mkdir(parents=True)
        (tmp_path / "all" / name).rename(images)
        (images.parent / f"{name}_boxes.txt").write_text("picture000.png 0 0 1 1")
    listed = tmp_path / "val" / "val_annotations.txt"
    write_flat_val(tmp_path / "val" / "images", listed, "val_{number}.JPEG\t{name}\t0\t1")
    sources = open_sources(tmp_path)
    assert len(sources["train"]) == 6
    assert sources["val"].labels == [0, 1, 2]


def test_shards_of_pictures_with_a_class(tmp_path):
    samples = [
        (f"{name}-{seed}", {"webp": encoded(a_picture(colour, seed)), "cls": str(index).encode()})
        for seed in range(2)
        for index, (name, colour) in enumerate(COLOURS.items())
    ]
    write_colours(tmp_path / "set", "train", samples)
    write_colours(tmp_path / "set", "val", samples[:2])
    sources = open_sources(tmp_path / "set")
    assert sources["train"].labels == [0, 1, 2, 0, 1, 2]
    assert all(shows(sources["train"], index) for index in (5, 0, 3))
    assert sources["val"].terms == "made for a test"


def test_tiles_are_cut(tmp_path):
    sheet = np.zeros((128, 320, 3), np.uint8)
    for tile in range(7):
        top, left = 64 * (tile // 5), 64 * (tile % 5)
        sheet[top : top + 64, left : left + 64] = 10 * tile
    fields = {"tiles.webp": encoded(sheet), "json": json.dumps({"cls": 2, "count": 7}).encode()}
    write_colours(tmp_path / "set", "train", [("sheet", fields)])
    write_colours(tmp_path / "set", "val", [("other", fields)])
    source = open_sources(tmp_path / "set")["train"]
    assert source.labels == [2] * 7
    assert source.keys[6] == "sheet-06"
    assert [int(source.read(tile)[0, 0, 0]) for tile in (6, 0, 4)] == [60, 0, 40]


def test_fields_are_read_where_they_lie(tmp_path):
    write_colours(tmp_path, "train", [("a", {"cls": b"1", "map.jpg": b"xy"}), ("b", {"cls": b"2"})])
    index = index_shards(tmp_path, "train")
    assert index.keys == ("a", "b")
    assert index.read(0, "map.jpg", "cls") == [b"xy", b"1"]
    assert index.has(0, "map.jpg")
    assert not index.has(1, "map.jpg")
    with pytest.raises(DatasetError, match=r"sample b has no \.map\.jpg"):
        index.read(1, "map.jpg")


def test_a_shard_that_is_cut_off_is_told(tmp_path):
    write_colours(tmp_path, "train", [("a", {"cls": b"1"}), ("b", {"webp": b"x" * 5000})])
    index = index_shards(tmp_path, "train")
    path = tmp_path / "train-000000.tar"
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DatasetError, match="cut off"):
        index.read(1, "webp")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "is not a folder"),
        (lambda folder: folder.mkdir(), "looked for train-.* and found none"),
        (lambda folder: (folder / "train").mkdir(parents=True), "no folders of pictures"),
        (
            lambda folder: (
                (write_classes(folder / "train"), (folder / "val/grey").mkdir(parents=True))
                and Image.new("RGB", (8, 8)).save(folder / "val/grey/a.png")
            ),
            "has class 'grey', train has not",
        ),
        (
            lambda folder: (
                (write_classes(folder / "train"), (folder / "val").mkdir())
                and Image.new("RGB", (8, 8)).save(folder / "val/a.png")
            ),
            "looked for LOC_val_solution.csv or val_annotations.txt",
        ),
        (lambda folder: write_colours(folder, "train", [("a", {"webp": b"x"})]), "has no .cls"),
        (lambda folder: write_colours(folder, "train", [("a", {"cls": b"7"})]), "a is of class 7"),
    ],
)
def test_other_layouts_are_told(tmp_path, make, message):
    make(tmp_path / "set")
    with pytest.raises(DatasetError, match=message):
        open_sources(tmp_path / "set")


def test_a_broken_picture_is_told_when_it_is_read(tmp_path):
    write_colours(tmp_path / "set", "train", [("a", {"webp": b"no picture", "cls": b"0"})])
    source = open_sources(tmp_path / "set")["train"]
    with pytest.raises(PictureError, match=r"a\.webp cannot be read"):
        source.read(0)
