"""Lists, labels, manifests and records of sets: what cannot be one is told in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from foveate.errors import FoveateError
from foveate_research.architectures.weights_file import WeightsFile
from foveate_research.datasets.layouts import open_layout
from foveate_research.importing.arrays import read_arrays
from foveate_research.importing.caffemodel import read_caffemodel
from foveate_research.models.class_file import read_class_file
from foveate_research.training.card import read_record
from foveate_research.training.recipes import averaged_state


def _voc(listed: Path) -> object:
    """A set of PASCAL VOC's layout whose list of names is another file."""
    root = listed.parent / "voc"
    for folder in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
        (root / folder).mkdir(parents=True)
    (root / "JPEGImages" / "a.jpg").touch()
    (root / "ImageSets/Segmentation/val.txt").symlink_to(listed)
    return open_layout("pascal-voc", root, "val")


READERS: dict[str, Callable[[Path], object]] = {
    "val.txt": _voc,
    "classes.toml": read_class_file,
    "net.caffemodel": read_caffemodel,
    "net.npz": read_arrays,
    "net.pkl": read_arrays,
    "net.pth": WeightsFile.at,
    "last.ckpt": averaged_state,
    "record.json": lambda path: read_record(path.parent),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_are_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(FoveateError, match="is no regular file") as caught:
        READERS[name](tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="the system has no /dev/zero")
def test_devices_are_not_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(FoveateError, match=r"is a device|is no regular file"):
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("name", ["val.txt", "classes.toml", "record.json"])
def test_texts_of_a_gigabyte_are_not_read(name: str, tmp_path: Path) -> None:
    with open(tmp_path / name, "wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(FoveateError, match=f"{name}.* is larger than 64 MiB, the limit; give a "):
        READERS[name](tmp_path / name)
