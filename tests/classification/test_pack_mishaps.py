"""Packing pictures of which some are odd, broken or changed since."""

import io
import json

import numpy as np
import pytest
import webdataset
from PIL import Image

from foveate.classification.packing import PackOptions, pack_pictures
from foveate.classification.reading import open_part
from tiny_packs import write_parts

OPTIONS = PackOptions(model="centre")


def packed(folder, **options):
    return pack_pictures(folder / "set", folder / "out", OPTIONS, threads=1, **options)


@pytest.mark.parametrize(
    ("mode", "name"), [("L", "grey.png"), ("L", "grey.jpg"), ("LA", "grey.png")]
)
def test_a_grey_picture_is_stored_in_three_channels(tmp_path, mode, name):
    write_parts(tmp_path / "set", 2, 1)
    Image.new(mode, (40, 30), 90 if mode == "L" else (90, 255)).save(
        tmp_path / "set/val/red" / name
    )
    pack = packed(tmp_path)
    samples = webdataset.WebDataset(
        [str(path) for path in pack.folder.glob("val-*.tar")], shardshuffle=False, empty_check=False
    )
    (found,) = (s for s in samples if json.loads(s["json"])["source"] == "red/grey")
    picture = Image.open(io.BytesIO(found["jpg"]))
    assert picture.mode == "RGB"
    assert np.abs(np.asarray(picture).astype(int) - 90).max() <= 1
    assert np.asarray(open_part(pack, "val").pictures).shape == (4, 144, 144, 4)
