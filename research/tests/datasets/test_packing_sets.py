"""`foveate pack`: folders of pictures and answers to shards, which give the same pictures back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from foveate.errors import DatasetError, OptionError, OutputError
from foveate_research.cli.pack import app
from foveate_research.datasets import packing
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.shards import shard_paths


@pytest.fixture
def folders(tmp_path):
    """Three pictures with every kind of answer, and folders of classes."""
    rng = np.random.default_rng(0)
    for number in range(3):
        pixels = np.repeat(np.repeat(rng.integers(0, 255, (5, 6, 3), np.uint8), 8, 0), 8, 1)
        mask = np.zeros((40, 48), np.uint8)
        mask[8:24, 16:32] = 255
        classes = np.where(mask > 0, 1 + number % 2, 0).astype(np.uint8)
        stem = f"a.{number} b"
        for name, values in (
            ("photos", pixels),
            ("masks", mask),
            ("maps", mask),
            ("kinds", classes),
        ):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(values).save(tmp_path / name / f"{stem}.png")
        (tmp_path / "gaze").mkdir(exist_ok=True)
        np.save(tmp_path / "gaze" / f"{stem}.npy", [[0, 20, 10], [1, 47, 39]])
        kind = tmp_path / "classes" / ("cat", "dog")[number % 2]
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(kind / f"{number}.png")
    return tmp_path


def pack(folders, *arguments, out="out"):
    words = list(map(str, arguments))
    words = [str(folders / word) if (folders / word).is_dir() else word for word in words]
    found = CliRunner().invoke(app, [*words, "-o", str(folders / out)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.output


def test_masks_come_back(folders):
    said = pack(folders, "--images", "photos", "--masks", "masks")
    assert "train 3 pictures" in said
    found = open_shards(folders / "out", "train")
    assert found.count == 3
    pictures = list(found)
    assert [picture.key for picture in pictures] == ["a_0_b", "a_1_b", "a_2_b"]
    with Image.open(folders / "photos" / "a.0 b.png") as image:
        assert np.abs(np.asarray(image).astype(int) - pictures[0].pixels).mean() < 3
    with Image.open(folders / "masks" / "a.0 b.png") as image:
        assert np.array_equal(np.asarray(image), pictures[0].mask)


def test_fixations_and_density_maps_shrink_with_their_pictures(folders):
    pack(
        folders, "--images", "photos", "--fixations", "gaze", "--densities", "maps", "--longest", 24
    )
    picture = next(iter(open_shards(folders / "out", "train")))
    assert picture.pixels.shape == (20, 24, 3)
    assert picture.fixations.tolist() == [[0, 10, 5], [1, 23, 19]]
    assert picture.density.shape == (20, 24)
    assert picture.density[6, 12] == 255


def test_labels_of_folders_come_back(folders):
    pack(folders, "--images", "classes", "--labels")
    found = open_shards(folders / "out", "train")
    assert found.classes == ("cat", "dog")
    assert sorted(picture.labels for picture in found) == [("cat",), ("cat",), ("dog",)]


def test_class_masks_come_back(folders):
    pack(folders, "--images", "photos", "--class-masks", "kinds", "--classes", "void,cat,dog")
    pictures = list(open_shards(folders / "out", "train"))
    assert [picture.labels for picture in pictures] == [("cat",), ("dog",), ("cat",)]
    assert pictures[1].class_mask[10, 20] == 2


def test_parts_join_in_one_folder_and_shards_are_split(folders, monkeypatch):
    monkeypatch.setattr(packing, "SAMPLES_A_SHARD", 2)
    pack(folders, "--images", "photos", "--masks", "masks")
    pack(folders, "--images", "photos", "--masks", "masks", "--as", "val", "--count", 1)
    assert len(shard_paths(folders / "out", "train")) == 2
    manifest = json.loads((folders / "out" / "manifest.json").read_text())
    assert manifest["counts"] == {"train": 3, "val": 1}
    with pytest.raises(OutputError, match="exists already; use --overwrite"):
        pack(folders, "--images", "photos", "--masks", "masks")
    pack(folders, "--images", "photos", "--masks", "masks", "--overwrite", "--count", 1)
    assert len(list(open_shards(folders / "out", "train"))) == 1


def test_the_same_pictures_give_the_same_bytes(folders):
    for out in ("one", "two"):
        pack(folders, "--images", "photos", "--masks", "masks", out=out)
    one, two = ((folders / out / "train-000000.tar").read_bytes() for out in ("one", "two"))
    assert one == two


def test_what_cannot_be_packed_is_told(folders):
    with pytest.raises(OptionError, match="--images needs --masks, --fixations"):
        pack(folders, "--images", "photos")
    with pytest.raises(DatasetError, match="is not a folder"):
        pack(folders, "--images", "photos", "--masks", "nowhere")
    pack(folders, "--images", "photos", "--masks", "masks")
    with pytest.raises(OutputError, match="holds a set of other classes: choose another -o"):
        pack(folders, "--images", "classes", "--labels", "--as", "val")
