"""Labels of a set of one's own, folded into general classes by a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from published_sets import write_published

from foveate.errors import DatasetError, OptionError
from foveate_research.models.class_file import read_class_file
from foveate_research.training.choices import Choices
from foveate_research.training.recipes import Request, get_recipe

SMALL = Choices(batch=4, width=1 / 32)


@pytest.fixture
def imagenet(tmp_path) -> Request:
    write_published("imagenet", tmp_path / "set")
    return Request(None, None, 1, 1, choices=SMALL, sets=(("imagenet", tmp_path / "set"),))


def written(folder: Path, text: str) -> Path:
    path = folder / "kinds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_imagenets_folders_fold_into_the_files_classes(imagenet, tmp_path):
    text = 'bird = ["n0nothing"]\ninsect = ["n00ant", "n01bee"]\n'
    file = read_class_file(written(tmp_path, text))
    prepared = get_recipe("msroi").prepare(replace(imagenet, class_file=file))
    assert prepared.facts["options"]["classes"] == ("insect",)
    assert prepared.facts["class_file"] == {"file": "kinds.toml", "sha256": file.sha256}
    batch = next(iter(prepared.batches))
    assert batch.present.tolist() == [[1], [1], [1], [1]]


def test_without_a_file_each_folder_is_a_class(imagenet):
    prepared = get_recipe("cam").prepare(imagenet)
    assert prepared.facts["options"]["classes"] == ("n00ant", "n01bee")


def test_a_label_in_no_class_is_told(imagenet, tmp_path):
    file = read_class_file(written(tmp_path, 'insect = ["n00ant"]'))
    said = "kinds.toml: 1 of 2 labels of imagenet are in no class, such as n01bee"
    with pytest.raises(DatasetError, match=said):
        get_recipe("msroi").prepare(replace(imagenet, class_file=file))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("insect = [", "kinds.toml is not TOML"),
        ('insect = "ant"', r'kinds.toml: give insect as a list, \["LABEL", ...\]'),
        ("insect = [1]", "give insect as a list"),
        ('a = ["x"]\nb = ["x"]', "x is in a and in b"),
        ("", "holds no classes"),
    ],
)
def test_files_of_other_things_are_told(text, said, tmp_path):
    with pytest.raises(DatasetError, match=said):
        read_class_file(written(tmp_path, text))


def test_other_trainings_take_no_classes(tmp_path):
    write_published("ecssd", tmp_path)
    file = read_class_file(written(tmp_path, 'insect = ["ant"]'))
    request = Request(None, None, 1, 1, sets=(("ecssd", tmp_path),), class_file=file)
    with pytest.raises(OptionError, match="--classes folds labels: this training takes masks"):
        get_recipe("menet").prepare(request)
